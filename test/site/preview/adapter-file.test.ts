// What a preview says of a file that it cannot use.

import { expect, it } from "vitest";
import { readAdapter } from "../../../site/preview/adapter-file.ts";
import { RESERVING } from "./reserving-shapes.ts";

it("says of a file of other layers what happened and what to do", () => {
  const header = {
    __metadata__: { rank: "8", slot: "3", basis_seed: "1", basis: "signed-dct-2" },
    "up.another.layer": { dtype: "F16", shape: [1], data_offsets: [0, 2] },
  };
  const text = new TextEncoder().encode(JSON.stringify(header));
  const file = new Uint8Array(8 + text.length + 2);
  new DataView(file.buffer).setBigUint64(0, BigInt(text.length), true);
  file.set(text, 8);
  expect(() => readAdapter(file, RESERVING)).toThrow(/made for other layers .* Choose a newer version/);
});
