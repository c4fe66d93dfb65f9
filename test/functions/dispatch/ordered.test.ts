// What a runner delivers is compared with what was ordered: sizes of the bytes, seeds, recipes.

import { describe, expect, it } from "vitest";
import { type Delivered, picturesFault } from "../../../functions/dispatch/ordered.ts";
import type { SampleSpec } from "../../../schema/contract/runner.ts";

const SPEC = { width: 256, height: 256, count: 1, seed: 7, adapters: [] } as unknown as SampleSpec;
const picture = (width: number, height: number): Delivered =>
  ({
    output: { name: "image-0.png", meta: { seed: 7 } },
    pointer: "/outputs/0",
    upload: { width, height },
  }) as unknown as Delivered;

describe("pictures", () => {
  it("have the size that was ordered", () => {
    expect(picturesFault("cast-3", SPEC, [picture(256, 256)])).toBeNull();
    expect(picturesFault("cast-3", SPEC, [picture(512, 256)])?.code).toBe("output_mismatch");
  });

  it("have the size that they are enlarged to, if the base generates another", () => {
    const enlarged = { ...SPEC, enlarge_to: { width: 1024, height: 1024 } };
    expect(picturesFault("cast-3", enlarged, [picture(1024, 1024)])).toBeNull();
    expect(picturesFault("cast-3", enlarged, [picture(256, 256)])?.code).toBe("output_mismatch");
  });
});
