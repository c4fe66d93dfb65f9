// The slots that the home page draws are those of the people it names.

import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { readHeader } from "../../functions/lib/safetensors.ts";
import { sharedColumns, slotDimensions } from "../../functions/lib/slot.ts";
import base from "../../schema/bases/cast-3.json";
import { PEOPLE } from "../../site/ui/three-slots.tsx";

it("each person is shown in the slot that their file was trained in", () => {
  for (const { name, slot } of PEOPLE) {
    const file = readFileSync(`gpu-runner/seeds/${name}/adapter.safetensors`);
    const header = readHeader(new Uint8Array(file), file.length);
    expect(header.kind === "header" && header.metadata.slot).toBe(String(slot));
  }
});

it("no two of them share a column", () => {
  const [n = 0] = slotDimensions(base);
  for (const a of PEOPLE)
    for (const b of PEOPLE) if (a !== b) expect(sharedColumns(a.slot, b.slot, { n, r: base.rank })).toBe(0);
});
