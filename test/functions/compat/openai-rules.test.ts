// Rules of the OpenAI-compatible API: which trigger a prompt is given, and which size stands for OpenAI's own.

import { describe, expect, it } from "vitest";
import { peopleIn } from "../../../functions/catalog/prompt-rules.ts";
import { drawnSize } from "../../../functions/compat/sizes.ts";
import { promptWithTriggers } from "../../../functions/compat/triggers.ts";
import { BASE } from "../cast.ts";

describe("the trigger rule", () => {
  it("gives each adapter a clause, and inserts only missing triggers", () => {
    const [ivy, paco] = [{ trigger: "<ivy>" }, { trigger: "<paco>" }];
    const cases: [string, { trigger: string }[], string][] = [
      ["smiling", [], "smiling"],
      ["  smiling ", [ivy], "<ivy> smiling"],
      ["smiling", [ivy, paco], "<ivy> smiling; <paco> smiling"],
      ["smiling; sad; sky background", [ivy, paco], "<ivy> smiling; <paco> sad; sky background"],
      ["smiling; a man; a woman", [ivy, paco], "<ivy> smiling; <paco> a man; a woman"],
      ["<paco> sad; sky background", [ivy, paco], "<paco> sad; <ivy> sky background"],
      ["<paco> sad", [ivy, paco], "<paco> sad; <ivy>"],
      ["<IVY> sad; laughing", [ivy, paco], "<IVY> sad; <paco> laughing"],
      ["sky background", [ivy], "<ivy> sky background"],
      ["sky background", [ivy, paco], "<ivy> sky background; <paco> sky background"],
      ["in front of a wall; sad", [ivy], "in front of a wall; <ivy> sad"],
      ["a spring scene; sad; happy", [ivy, paco], "a spring scene; <ivy> sad; <paco> happy"],
      // A person and a background in one clause: the trigger goes before both and makes no second person.
      ...[
        "smiling, sky background",
        "a smiling person on a pink background",
        "laughing in front of a wall",
        "smiling\nsky background",
        "sad on pink background",
        "Smiling. Mint backdrop.",
        "happy scene",
        "portrait, studio background, 4k, detailed",
      ].map((prompt): [string, { trigger: string }[], string] => [prompt, [ivy], `<ivy> ${prompt}`]),
      ["smiling, sky background; sad", [ivy, paco], "<ivy> smiling, sky background; <paco> sad"],
    ];
    for (const [prompt, members, received] of cases) {
      expect([
        prompt,
        promptWithTriggers(BASE, prompt, { members, room: Math.max(1, members.length) }),
      ]).toEqual([prompt, received]);
    }
  });

  it("makes one person of all clauses where one adapter has a picture to itself", () => {
    const ivy = { members: [{ trigger: "<ivy>" }], room: 1 };
    const cases: [string, string][] = [
      ["sky; smiling", "<ivy> sky, smiling"],
      ["smiling; sky", "<ivy> smiling, sky"],
      ["background: sky; smiling", "<ivy> background: sky, smiling"],
      ["in a garden; smiling", "<ivy> in a garden, smiling"],
      ["sunset beach; smiling woman", "<ivy> sunset beach, smiling woman"],
      ["beach, sunset; smiling woman", "<ivy> beach, sunset, smiling woman"],
      ["a spring scene; laughing", "a spring scene; <ivy> laughing"],
      ["masterpiece; best quality; smiling", "<ivy> masterpiece, best quality, smiling"],
      ["smiling; with hat; with glasses", "<ivy> smiling, with hat, with glasses"],
      ["IVY; smiling", "<ivy> IVY, smiling"],
      ["a person smiling; style: pixel art", "<ivy> a person smiling, style: pixel art"],
      [
        "Draw me a person; she is laughing; sky background",
        "<ivy> Draw me a person, she is laughing; sky background",
      ],
      ["a man; he is smiling; they are happy", "<ivy> a man, he is smiling, they are happy"],
      ["character design; smiling", "<ivy> character design, smiling"],
      ["smiling; two earrings; 4k", "<ivy> smiling, two earrings, 4k"],
      ["smiling;; ;", "<ivy> smiling"],
      ["a couple of pink balloons; smiling", "<ivy> a couple of pink balloons, smiling"],
      ["sky background; pink wall", "<ivy> sky background; pink wall"],
    ];
    for (const [prompt, received] of cases) {
      expect([prompt, promptWithTriggers(BASE, prompt, ivy)]).toEqual([prompt, received]);
    }
  });

  it("knows by the base's own words that a clause with a background's noun is no background alone", () => {
    const one = { members: [{ trigger: "<ivy>" }], room: 1 };
    for (const clause of [
      "flowers in the background",
      "flowers background",
      "pixel art background",
      "toon background",
      "a straight wall",
      "dark metal wall",
      "first scene",
      "long hills scene",
    ]) {
      const received = promptWithTriggers(BASE, `smiling; ${clause}`, one);
      expect([received, peopleIn(BASE, received)]).toEqual([`<ivy> smiling, ${clause}`, 1]);
    }
    const two = { members: [{ trigger: "<ivy>" }, { trigger: "<paco>" }], room: 2 };
    const received = promptWithTriggers(BASE, "smiling; flowers background", two);
    expect([received, peopleIn(BASE, received)]).toEqual(["<ivy> smiling; <paco> flowers background", 2]);
  });

  it("makes one person of all clauses where the trigger is written, too", () => {
    const ivy = { members: [{ trigger: "<ivy>" }], room: 1 };
    const cases: [string, string][] = [
      ["<ivy>; smiling", "<ivy>, smiling"],
      ["smiling; <IVY>", "<IVY>, smiling"],
      ["<ivy>, sky background; smiling", "<ivy>, sky background, smiling"],
      ["<ivy> in a park; smiling; sky background", "<ivy> in a park, smiling; sky background"],
      ["<ivy>; he is smiling; in a hat", "<ivy>, he is smiling, in a hat"],
      ["<ivy> smiling;  sky background", "<ivy> smiling;  sky background"],
      ["a couple; <ivy>", "a couple; <ivy>"],
      ["<ivy> smiling; <ivy> sad", "<ivy> smiling; <ivy> sad"],
      ["<ivy> smiling; a man", "<ivy> smiling; a man"],
      ["<ivy> smiling; <bo> sad", "<ivy> smiling; <bo> sad"],
    ];
    for (const [prompt, received] of cases) {
      expect([prompt, promptWithTriggers(BASE, prompt, ivy)]).toEqual([prompt, received]);
    }
    expect(promptWithTriggers(BASE, "<ivy>; smiling", { ...ivy, room: 2 })).toBe("<ivy>; smiling");
  });

  it("leaves clauses apart where several people are certainly meant, or have room", () => {
    const ivy = { members: [{ trigger: "<ivy>" }], room: 1 };
    for (const second of [
      "<zoe> sad",
      "two people",
      "and a man",
      "with an old friend",
      "another person",
      "three of them",
      "someone else",
      "a couple",
      "a man; a woman",
      "he is sad; she is not",
    ]) {
      const prompt = `smiling; ${second}`;
      expect([second, promptWithTriggers(BASE, prompt, ivy)]).toEqual([second, `<ivy> ${prompt}`]);
    }
    expect(promptWithTriggers(BASE, "smiling; sad", { ...ivy, room: 2 })).toBe("<ivy> smiling; sad");
  });
});

describe("OpenAI's own sizes", () => {
  it("are generated at the nearest shape with a cell for each adapter, and enlarged", () => {
    const drawn = (asked: string, adapters: number, people = 0) => {
      const { draw, enlargeTo } = drawnSize(BASE, asked, { adapters, people });
      return [draw.width, draw.height, enlargeTo && `${enlargeTo.width}x${enlargeTo.height}`];
    };
    expect(drawn("256x256", 1)).toEqual([256, 256, null]);
    for (const asked of ["512x512", "1024x1024", "1024x1536", "1536x1024", "1792x1024"]) {
      expect([asked, ...drawn(asked, 1)]).toEqual([asked, 256, 256, asked]);
      expect([asked, ...drawn(asked, 2)]).toEqual([asked, 512, 256, asked]);
      expect([asked, ...drawn(asked, 3)]).toEqual([asked, 768, 256, asked]);
    }
    expect(drawn("1024x1024", 0)).toEqual([256, 256, "1024x1024"]);
    expect(drawn("1536x1024", 0)).toEqual([512, 256, "1536x1024"]);
    expect(drawn("1024x1792", 0)).toEqual([256, 256, "1024x1792"]);
    expect(drawn("1024x1024", 0, 2)).toEqual([512, 256, "1024x1024"]);
    expect(drawn("1536x1024", 0, 1)).toEqual([512, 256, "1536x1024"]);
    expect(drawn("1792x1024", 0, 9)).toEqual([768, 256, "1792x1024"]);
    expect(drawn("1024x1024", 1, 2)).toEqual([512, 256, "1024x1024"]);
  });
});
