// The review of a training shows each expression's samples beside the pictures that have it.

import { describe, expect, it } from "vitest";
import { sideBySide } from "../../site/pages/publish/side-by-side.ts";

const trained = (...captions: string[]) => captions.map((caption, i) => ({ url: `/t/${i}`, caption }));
const samples = (...prompts: (string | null)[]) => prompts.map((prompt, i) => ({ url: `/s/${i}`, prompt }));
const shape = (rows: ReturnType<typeof sideBySide>) =>
  rows.map(({ words, sample, trained }) => [words, sample?.url ?? null, ...trained.map(({ url }) => url)]);

describe("samples beside training pictures", () => {
  it("are paired by what the prompt says after the trigger", () => {
    const rows = sideBySide(
      "<a>",
      samples("<a>, neutral", "<a>, sad"),
      trained("sad, sky background", "neutral", "sad"),
    );
    expect(shape(rows)).toEqual([
      ["neutral", "/s/0", "/t/1"],
      ["sad", "/s/1", "/t/0", "/t/2"],
    ]);
  });

  it("are without words where the prompt has only an article", () => {
    expect(shape(sideBySide("<a>", samples("a <a>"), trained("sad")))).toEqual([["", "/s/0", "/t/0"]]);
  });

  it("place every picture once: the rest stands beside the sample without words, or alone", () => {
    const pictures = trained("sad", "with a hat", "");
    expect(shape(sideBySide("<a>", samples("<a>", "<a>, sad"), pictures))).toEqual([
      ["", "/s/0", "/t/1", "/t/2"],
      ["sad", "/s/1", "/t/0"],
    ]);
    expect(shape(sideBySide("<a>", samples("<a>, sad"), pictures))).toEqual([
      ["sad", "/s/0", "/t/0"],
      ["", null, "/t/1", "/t/2"],
    ]);
    expect(shape(sideBySide("<a>", samples(null), pictures))).toEqual([["", "/s/0", "/t/0", "/t/1", "/t/2"]]);
  });

  it("show an expression that no picture has as such", () => {
    expect(shape(sideBySide("<a>", samples("<a>, silly"), []))).toEqual([["silly", "/s/0"]]);
  });
});
