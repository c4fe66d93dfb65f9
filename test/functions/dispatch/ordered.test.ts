// What a runner delivers is compared with what was ordered: sizes of the bytes, seeds, recipes.

import { describe, expect, it } from "vitest";
import {
  type Delivered,
  orderedRecipe,
  picturesFault,
  trainedFault,
} from "../../../functions/dispatch/ordered.ts";
import type { SampleSpec } from "../../../schema/contract/runner.ts";
import { BASE } from "../cast.ts";

const SPEC = { width: 256, height: 256, count: 1, seed: 7, adapters: [] } as unknown as SampleSpec;
const picture = (width: number, height: number, sha256 = "one"): Delivered =>
  ({
    output: { name: "image-0.png", meta: { seed: 7 } },
    pointer: "/outputs/0",
    upload: { sha256, width, height },
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

  it("are as many as were ordered: one that is named twice counts once", () => {
    const two = { ...SPEC, count: 2 };
    const [first, second] = [picture(256, 256), picture(256, 256, "two")];
    second.output.meta.seed = 8;
    expect(picturesFault("cast-3", two, [first, second])).toBeNull();
    const again = { ...second, upload: first.upload, pointer: "/outputs/1" };
    expect(picturesFault("cast-3", two, [first, again])?.faults[0]?.pointer).toBe("/outputs/1");
  });

  it("are refused if their recipe names settings that were not ordered", () => {
    const said = (recipe: object, spec = SPEC) => {
      const drawn = picture(256, 256);
      drawn.output.meta.recipe = { ...recipe };
      return picturesFault("cast-3", spec, [drawn])?.faults[0]?.pointer ?? null;
    };
    expect(said({ seed: 7, software: { device: "cpu" }, drawn: "a person" })).toBeNull();
    for (const more of [
      { clip_skip: 2 },
      { enlarged_to: "1024x1024" },
      { loras: [{ name: "other" }] },
      { exact: false },
    ]) {
      expect(said(more)).toBe(`/outputs/0/meta/recipe/${Object.keys(more)[0]}`);
    }
    const skipping = { ...SPEC, clip_skip: 2 };
    expect(said({ clip_skip: 2 }, skipping)).toBeNull();
    expect(said({ clip_skip: 1 }, skipping)).toBe("/outputs/0/meta/recipe/clip_skip");
    expect(
      orderedRecipe("cast-3", { ...skipping, enlarge_to: { width: 1024, height: 1536 } }, 0),
    ).toMatchObject({
      clip_skip: 2,
      enlarged_to: "1024x1536",
    });
  });
});

describe("samples of a training", () => {
  const SPEC = { trigger: "<june>", sample_prompts: ["<june>", "<june> smiling"], seed: 7 };
  const fault = (meta: Delivered["output"]["meta"]) => {
    const { output, ...sample } = picture(256, 256);
    const samples = [{ ...sample, output: { ...output, meta } }];
    const file = { trigger: "<june>" };
    return trainedFault(BASE, SPEC, { file, filePointer: "/outputs/0", samples })?.faults[0]?.pointer ?? null;
  };

  it("are refused if their prompt or seed was not ordered", () => {
    expect(fault({})).toBeNull();
    expect(fault({ prompt: "<june> smiling", seed: 7 })).toBeNull();
    expect(fault({ prompt: "<june> beside the pictures of somebody else" })).toBe("/outputs/0/meta/prompt");
    expect(fault({ prompt: "<june>", seed: 8 })).toBe("/outputs/0/meta/seed");
  });
});
