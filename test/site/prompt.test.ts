// The compose page edits one clause at a time and never loses the others.

import { describe, expect, it } from "vitest";
import base from "../../schema/bases/cast-3.json";
import {
  addPerson,
  clauseAt,
  proposePrompt,
  togglePhrase,
  triggersIn,
} from "../../site/composition/prompt.ts";

const expressions = ["neutral", "smiling", "laughing", "sad"];
const backgrounds = ["sky background", "mint background"];
const words = { expression: expressions, background: backgrounds };

describe("prompt", () => {
  it("is proposed with a mood and a place for each and one background", () => {
    expect(proposePrompt([{ trigger: "<ana>" }, { trigger: "<bo>" }], words)).toBe(
      "<ana> smiling, left; <bo> laughing, right; sky background",
    );
    expect(proposePrompt([{ trigger: "<ana>" }], words)).toBe("<ana> smiling; sky background");
    expect(proposePrompt([], words)).toBe("");
  });

  it("asks nobody for an expression that was never trained", () => {
    const shown = [["sad", "neutral"], ["laughing", "smiling"], []];
    const called = shown.map((each, i) => ({ trigger: `<${"abc"[i]}>`, shown: each }));
    expect(proposePrompt(called, words)).toBe(
      "<a> neutral, left; <b> laughing, middle; <c>, right; sky background",
    );
  });

  it("is proposed without words where the base names none", () => {
    expect(proposePrompt([{ trigger: "<ana>" }, { trigger: "<bo>" }, { trigger: "<cy>" }], {})).toBe(
      "<ana>, left; <bo>, middle; <cy>, right",
    );
  });

  it("finds the clause under the caret", () => {
    const prompt = "<ana> smiling; <bo>";
    expect(clauseAt(prompt, 0).text).toBe("<ana> smiling");
    expect(clauseAt(prompt, prompt.length).text).toBe(" <bo>");
  });

  it("names each trigger once, in lower case", () => {
    expect(triggersIn("<Ana> and <bo-2>; <ana> again; <not ok>")).toEqual(["<ana>", "<bo-2>"]);
  });

  it("replaces a word by another of its group only in the clause at the caret", () => {
    const { prompt, caret } = togglePhrase(
      { prompt: "<ana> smiling, left; <bo> smiling, right", caret: 30 },
      { group: "expression", word: "sad", words: expressions },
    );
    expect(prompt).toBe("<ana> smiling, left; <bo> sad, right");
    expect(clauseAt(prompt, caret).text).toBe(" <bo> sad, right");
  });

  it("removes a word by the same chip", () => {
    const once = togglePhrase(
      { prompt: "<ana>, left", caret: 2 },
      { group: "expression", word: "sad", words: expressions },
    );
    expect(once.prompt).toBe("<ana> sad, left");
    expect(
      togglePhrase(
        { prompt: once.prompt, caret: once.caret },
        { group: "expression", word: "sad", words: expressions },
      ).prompt,
    ).toBe("<ana>, left");
  });

  it("keeps one background, at the end, whatever clause the caret is in", () => {
    const { prompt } = togglePhrase(
      { prompt: "<ana>; sky background; <bo>", caret: 0 },
      { group: "background", word: "mint background", words: backgrounds },
    );
    expect(prompt).toBe("<ana>; <bo>; mint background");
    expect(
      togglePhrase({ prompt, caret: 0 }, { group: "background", word: "mint background", words: backgrounds })
        .prompt,
    ).toBe("<ana>; <bo>");
  });

  it("gives words of a person to the person before, when the caret is in the background", () => {
    const start = "<ana>; sky background";
    const { prompt } = togglePhrase(
      { prompt: start, caret: start.length },
      { group: "expression", word: "sad", words: expressions },
    );
    expect(prompt).toBe("<ana> sad; sky background");
  });

  it("writes kinds and colours of hair adjacent to their noun", () => {
    const long = togglePhrase(
      { prompt: "a person", caret: 0 },
      { group: "hair", word: "long", words: ["long", "short"] },
    );
    const red = togglePhrase(
      { prompt: long.prompt, caret: long.caret },
      { group: "hair_colour", word: "red", words: ["red", "blue"] },
    );
    expect(red.prompt).toBe("a person, long hair, red hair");
    expect(
      togglePhrase(
        { prompt: red.prompt, caret: red.caret },
        { group: "hair", word: "short", words: ["long", "short"] },
      ).prompt,
    ).toBe("a person, red hair, short hair");
  });

  it("starts a person where the clause is empty", () => {
    expect(
      togglePhrase({ prompt: "", caret: 0 }, { group: "expression", word: "sad", words: expressions }).prompt,
    ).toBe("a person sad");
  });

  it("adds a person before the background", () => {
    expect(addPerson("<ana>; sky background", "<bo>").prompt).toBe("<ana>; <bo>; sky background");
    expect(addPerson("", "<bo>").prompt).toBe("<bo>");
  });

  it("is unchanged when any chip of the base is pressed twice", () => {
    for (const [group, all] of Object.entries(base.words as Record<string, string[]>)) {
      for (const word of all) {
        const start = "a person";
        const once = togglePhrase({ prompt: start, caret: start.length }, { group, word, words: all });
        expect(once.prompt).not.toBe(start);
        expect(
          togglePhrase({ prompt: once.prompt, caret: once.caret }, { group, word, words: all }).prompt,
        ).toBe(start);
      }
    }
  });
});
