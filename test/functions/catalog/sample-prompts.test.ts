// A training is sampled in what its pictures have shown: an expression that was never trained looks like none, and would be offered as a preview.

import { describe, expect, it } from "vitest";
import { samplePrompts } from "../../../functions/catalog/base-rules.ts";
import { BUNDLED_BASES } from "../../../schema/bases/index.ts";
import type { Base } from "../../../schema/contract/bases.ts";
import { BASE } from "../cast.ts";
import { SD } from "../sd-base.ts";

const prompts = (captions: string[]) => samplePrompts(BASE, "<june>", captions);

describe("the samples of a training", () => {
  it("are one for each expression that a caption names, in the order of the base", () => {
    expect(prompts(["sad, sky background", "neutral", "SAD", "a smiling woman"])).toEqual([
      "<june>, neutral",
      "<june>, smiling",
      "<june>, sad",
    ]);
  });

  it("name no expression where no caption does, and no word that is part of another", () => {
    const none = prompts(["", "unsmiling, sadly-dressed", "with a hat"]);
    expect(none.length).toBeGreaterThan(0);
    const words = BASE.words.expression ?? [];
    expect(words.length).toBeGreaterThan(1);
    expect(none.filter((prompt) => words.some((word) => prompt.includes(word)))).toEqual([]);
  });

  it("are the first captions of a base of free text, as they are trained, else its own", () => {
    const captions = ["smiling", "", "<concept> in a park", "smiling ", "sad", "at night", "at noon"];
    expect(samplePrompts(SD, "<rex>", captions)).toEqual([
      "<rex>, smiling",
      "<rex> in a park",
      "<rex>, sad",
      "<rex>, at night",
    ]);
    expect(samplePrompts(SD, "<rex>", ["", " "])).toEqual(
      SD.prompts.samples.map((template) => template.replaceAll("{trigger}", "<rex>")),
    );
  });

  it("leave room for a strength guide among the previews", () => {
    expect(prompts([(BASE.words.expression ?? []).join(", ")]).length).toBeLessThanOrEqual(7);
  });

  it("are asked for by no preview, and without captions by no sample, of any base that comes with the product", () => {
    const words = BASE.words.expression ?? [];
    for (const base of BUNDLED_BASES as readonly Base[]) {
      const asked = [base.prompts.preview, ...samplePrompts(base, "<june>", [])];
      expect([base.id, words.filter((word) => asked.join().includes(word))]).toEqual([base.id, []]);
    }
  });
});
