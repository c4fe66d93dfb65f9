// What a prompt asks for beyond what the base's description allows, found without a runner.

import { describe, expect, it } from "vitest";
import { peopleIn, promptFault } from "../../../functions/catalog/prompt-rules.ts";
import corpus from "../../../schema/examples/people-of-prompts.json" with { type: "json" };
import { BASE } from "../cast.ts";
import { SD } from "../sd-base.ts";

const SQUARE = { width: 256, height: 256 };
const WIDE = { width: 768, height: 256 };

describe("how many people a prompt certainly describes", () => {
  it.each<[string, number]>([
    ["", 0],
    ["sky background", 0],
    ["<ana> smiling", 1],
    ["<ANA> smiling; <bo> sad; sky background", 2],
    ["<ana> and <bo> laughing", 2],
    ["<ana> smiling, <ana> happy", 1],
    ["<ana>; <ana>", 2],
    ["a man; a WOMAN; a robot, left; nobody", 3],
    ["smiling; pink", 1],
    ["smiling. laughing", 1],
    ["a smile's", 0],
  ])("%s: %i", (prompt, people) => {
    expect(peopleIn(BASE, prompt)).toBe(people);
  });

  it.each(corpus.prompts)("$prompt, as the runner counts: $people", ({ prompt, people, certain }) => {
    expect(peopleIn(BASE, prompt)).toBe(certain ?? people);
  });

  it("is unknown in free text", () => {
    expect(peopleIn(SD, "<ana>; <bo>")).toBe(0);
  });
});

describe("a prompt that no picture can show", () => {
  it("names the size with room, or says that there is none", () => {
    const two = promptFault(BASE, { prompt: "<ana>; <bo>" }, SQUARE);
    expect([two?.detail, two?.faults[0]?.pointer]).toEqual([
      "The prompt describes 2 people, but this size has room for 1; 512x256 has room for 2.",
      "/size",
    ]);
    for (const size of [WIDE, SQUARE, undefined]) {
      const four = promptFault(BASE, { prompt: "smiling; sad; angry; silly" }, size);
      expect([four?.detail, four?.faults[0]?.pointer]).toEqual([
        "The prompt describes 4 people; cast-3 has room for 3 at most.",
        "/prompt",
      ]);
    }
    expect(promptFault(BASE, { prompt: "<ana>; <bo>; <cy>" }, WIDE)).toBeNull();
    expect(promptFault(BASE, { prompt: "<ana>; <bo>; <cy>" })).toBeNull();
    expect(promptFault(SD, { prompt: "<ana>; <bo>; <cy>; <di>" }, { width: 512, height: 512 })).toBeNull();
  });

  const WEIGHING = { ...SD, prompt: { ...SD.prompt, weights: true } };
  it.each([
    ...["(cat:11)", "(cat:1.2.3)", "a ((dog:1.2):99)", "(cat:１.２)", `${"{a|".repeat(9)}b${"}".repeat(9)}`],
  ])("refuses the weights of %s", (text) => {
    expect(promptFault(WEIGHING, { prompt: text })?.faults[0]?.pointer).toBe("/prompt");
    const negative = promptFault(WEIGHING, { prompt: "a cat", negative_prompt: text });
    expect(negative?.faults[0]?.pointer).toBe("/negative_prompt");
    expect(promptFault(SD, { prompt: text })).toBeNull();
  });

  it("names the words of a weight that is none, and how brackets are written that are text", () => {
    expect(promptFault(WEIGHING, { prompt: "meet (us (all) at 10:30) today" })?.detail).toContain(
      "(us (all) at 10:30) needs a number from 0 to 10 behind the colon; brackets that are text are written \\( and \\).",
    );
  });

  const UNWEIGHTED = { ...SD, prompt: { ...SD.prompt, weights: false } };
  it.each(["a (cat:1.2)", "(<ana>: .8)", "((sad dog:1.3), smiling)"])(
    "refuses %s where none can act",
    (text) => {
      const found = promptFault(UNWEIGHTED, { prompt: "a cat", negative_prompt: text });
      expect(found?.detail).toContain("weighs words, which my-sd cannot. Leave the number out");
      expect(found?.faults[0]?.pointer).toBe("/negative_prompt");
    },
  );
  it.each(["(dog) 16:9 (at 10:30)", "\\(sad: 3\\)", "[dog:1.2]", "(16:9)"])(
    "reads %s as text there",
    (text) => {
      expect(promptFault(UNWEIGHTED, { prompt: text })).toBeNull();
    },
  );

  it.each([
    ...[
      "(cat:1.2)",
      "[cat]",
      "at 10:30",
      "(time:late)",
      "\\(cat:11\\)",
      "cat:11)",
      "[cat:11)",
      "(a:1{.1|.2})",
    ],
    ...["{(a:11)|b}", `${"{a|".repeat(8)}b${"}".repeat(8)}`, "((((cat", "{a|b", "(cat:10)", "(cat:.5)"],
  ])("leaves %s to the runner, which takes it", (text) => {
    expect(promptFault(WEIGHING, { prompt: text, negative_prompt: text })).toBeNull();
  });
});
