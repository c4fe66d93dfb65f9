// The compose form, its address and its recipe say the same thing.

import { describe, expect, it } from "vitest";
import type { Adapter, Base } from "../../site/api.ts";
import {
  type Change,
  changed,
  EMPTY_FORM,
  type Form,
  generationOf,
  type Known,
} from "../../site/composition/form.ts";
import { formOf, hashOf } from "../../site/composition/link.ts";
import { formOfRecipe } from "../../site/composition/recipe.ts";

const sizes = [1, 2, 3].map((people) => ({ width: 256 * people, height: 256, people }));
const adapter = (name: string) =>
  [`demo/${name}`, { ref: `demo/${name}`, latest_version: { trigger: `<${name}>` } }] as unknown as [
    string,
    Adapter,
  ];
const known: Known = {
  base: {
    sizes,
    default_size: "256x256",
    prompt: { kind: "grammar", negative: true },
    words: { expression: ["smiling", "laughing"], background: ["sky background"] },
  } as unknown as Base,
  adapters: new Map([adapter("ana"), adapter("bo"), adapter("cy"), adapter("di")]),
};
const add = (name: string): Change => ({ type: "add", ref: `demo/${name}`, strength: 0.8 });
const formAfter = (...changes: Change[]) =>
  changes.reduce((form, change) => changed(form, change, known), EMPTY_FORM);

describe("compose form", () => {
  it("gives two members of one trigger two words, in the prompt and in the request", () => {
    const other = { ref: "eve/ana", latest_version: { trigger: "<ana>" } } as unknown as Adapter;
    const both = { ...known, adapters: new Map([...known.adapters, ["eve/ana", other]]) };
    const changes: Change[] = [add("ana"), { type: "add", ref: "eve/ana", strength: 1 }];
    const form = changes.reduce((before, change) => changed(before, change, both), EMPTY_FORM);
    expect(form.prompt).toMatch(/<ana> .*; <ana-2> /);
    expect(generationOf(form, "cast-3", both).adapters?.map(({ as }) => as)).toEqual([undefined, "<ana-2>"]);
  });

  it("orders what is still being trained by its training, and keeps that in the address", () => {
    const training = { id: "job_01hzzz", trigger: "<eve>" };
    const form = formAfter(add("ana"), { type: "add", ref: "demo/eve", strength: 0.8, training });
    expect(form.prompt).toMatch(/<ana> .*; <eve> /);
    expect(generationOf(form, "cast-3", known).adapters?.[1]).toMatchObject({ training_id: training.id });
    expect(generationOf(form, "cast-3", known).adapters?.[1]).not.toHaveProperty("ref");
    expect(formOf(hashOf(form)).members).toEqual(form.members);
    expect(formOf("#a=demo/eve*1&w=demo/eve,job_x,bad").members[0]).not.toHaveProperty("training");
  });

  it("gives each new member a cell and widens the canvas up to the base's limit", () => {
    const three = formAfter(add("ana"), add("bo"), add("cy"));
    expect(three.size).toBe("768x256");
    expect(three.members.map((member) => member.region?.x)).toEqual([0, 0.3333333, 0.6666667]);
    expect(formAfter(add("ana"), add("bo"), add("cy"), add("di")).size).toBe("768x256");
  });

  it("widens no canvas without boxes for a member that the written prompt does not call, until it does", () => {
    const open: Change = { type: "place", placement: "open" };
    const written: Change = { type: "prompt", prompt: "<ana> smiling; sky background" };
    const form = formAfter(add("ana"), open, written, add("bo"));
    expect([form.size, form.members.length]).toEqual(["256x256", 2]);
    const called = changed(form, { type: "mention", trigger: "<bo>" }, known);
    expect([called.size, called.prompt]).toEqual(["512x256", "<ana> smiling; <bo>; sky background"]);
    // A box keeps its room, and a proposed prompt calls everybody.
    expect(formAfter(add("ana"), written, add("bo")).size).toBe("512x256");
    expect(formAfter(add("ana"), open, add("bo")).size).toBe("512x256");
  });

  it("puts the next member into the drawn box, and keeps the size of the canvas", () => {
    const region = { x: 0, y: 0, width: 0.5, height: 1 };
    const form = formAfter(add("ana"), { type: "add", ref: "demo/bo", strength: 1, region });
    expect(form).toMatchObject({ placement: "boxes", size: "256x256" });
    expect(form.members[1]?.region).toEqual(region);
  });

  it("orders a muted member, and all but a soloed one, at strength 0", () => {
    const strengths = (...modes: Change[]) =>
      generationOf(formAfter(add("ana"), add("bo"), ...modes), "cast-3", known).adapters?.map(
        ({ strength }) => strength,
      );
    expect(strengths({ type: "mode", ref: "demo/ana", mode: "muted" })).toEqual([0, 0.8]);
    expect(strengths({ type: "mode", ref: "demo/ana", mode: "solo" })).toEqual([0.8, 0]);
    expect(strengths()).toEqual([0.8, 0.8]);
  });

  it("takes an adapter only once", () => {
    expect(formAfter(add("ana"), add("ana")).members).toHaveLength(1);
  });

  it("keeps the last proposal while the base or a member is still loading", () => {
    const two = formAfter(add("ana"), add("bo"));
    const nothing: Known = { base: null, adapters: new Map() };
    const onlyAna: Known = { ...known, adapters: new Map([...known.adapters].slice(0, 1)) };
    const refused = new Map([[two.members[1]?.ref ?? "", "gone"]]);
    expect(changed(two, { type: "known" }, nothing)).toBe(two);
    expect(changed(two, { type: "known" }, onlyAna)).toBe(two);
    expect(changed(two, { type: "known" }, { ...onlyAna, refused }).prompt).not.toContain("<bo>");
  });

  it("proposes the prompt until someone writes one", () => {
    const two = formAfter(add("ana"), add("bo"));
    expect(two.prompt).toBe("<ana> smiling, left; <bo> laughing, right; sky background");
    const written = changed(two, { type: "prompt", prompt: "<ana> sad" }, known);
    expect(changed(written, add("cy"), known).prompt).toBe("<ana> sad");
    expect(changed(written, { type: "prompt", prompt: " " }, known).prompt).toBe(two.prompt);
  });

  it("proposes the base's own prompt where prompts are free text", () => {
    const text = {
      ...{ sizes, default_size: "256x256", words: {}, prompt: { kind: "text", negative: true } },
      prompts: { preview: "a {trigger}, sky background", samples: ["a {trigger}"] },
    } as unknown as Base;
    const onText = { ...known, base: text };
    const one = changed(EMPTY_FORM, add("ana"), onText);
    expect(one.prompt).toBe("a <ana>, sky background");
    expect(changed(one, add("bo"), onText).prompt).toBe("a <ana> and <bo>, sky background");
    expect(changed(one, { type: "remove", ref: "demo/ana" }, onText).prompt).toBe("");
  });

  it("switches to own boxes when one is moved, and keeps the others in place", () => {
    const region = { x: 0.25, y: 0, width: 0.5, height: 1 };
    const form = formAfter(add("ana"), add("bo"), { type: "region", ref: "demo/ana", region });
    expect(form.placement).toBe("boxes");
    expect(form.members.map((member) => member.region?.x)).toEqual([0.25, 0.5]);
    expect(changed(form, { type: "place", placement: "columns" }, known).members[0]?.region?.x).toBe(0);
  });

  it("keeps columns side by side on a base of other sizes", () => {
    const two = formAfter(add("ana"), add("bo"));
    const small = { ...known.base, sizes: [{ width: 128, height: 128 }], default_size: "128x128" } as Base;
    const form = changed(two, { type: "known" }, { ...known, base: small });
    expect(form.size).toBe("128x128");
    expect(form.members.map(({ region }) => [region?.x, region?.width])).toEqual([
      [0, 0.5],
      [0.5, 0.5],
    ]);
  });

  it("gives no box to a LoRA of another program, and the others share the canvas", () => {
    const rex = { ref: "demo/rex", latest_version: { trigger: "<rex>", foreign: { words: "rex" } } };
    const more = {
      ...known,
      adapters: new Map([...known.adapters, ["demo/rex", rex as unknown as Adapter]]),
    };
    for (const order of [
      ["ana", "rex", "bo"],
      ["rex", "ana", "bo"],
    ]) {
      const form = order.map(add).reduce((before, change) => changed(before, change, more), EMPTY_FORM);
      const sent = generationOf(form, "cast-3", more).adapters ?? [];
      expect(sent.map(({ ref, region }) => [ref, region?.x]).sort()).toEqual([
        ["demo/ana", 0],
        ["demo/bo", 0.5],
        ["demo/rex", undefined],
      ]);
    }
  });

  it("sends no boxes if placement is off", () => {
    const form = formAfter(add("ana"), { type: "place", placement: "open" });
    expect(generationOf(form, "cast-3", known).adapters).toEqual([{ ref: "demo/ana", strength: 0.8 }]);
  });

  it("omits default values from the request", () => {
    const request = generationOf(formAfter(add("ana")), "cast-3", known);
    expect(request).not.toHaveProperty("seed");
    expect(request).not.toHaveProperty("steps");
    expect(
      generationOf(formAfter(add("ana"), { type: "set", values: { seed: 0 } }), "cast-3", known).seed,
    ).toBe(0);
  });
});

describe("link", () => {
  const forms: Form[] = [
    EMPTY_FORM,
    formAfter(add("ana"), add("bo")),
    formAfter(add("ana"), {
      type: "region",
      ref: "demo/ana",
      region: { x: 0.25, y: 0, width: 0.5, height: 1 },
    }),
    formAfter(
      add("ana"),
      add("bo"),
      { type: "mode", ref: "demo/ana", mode: "muted" },
      { type: "mode", ref: "demo/bo", mode: "solo" },
      { type: "region", ref: "demo/bo", region: { x: 0.5, y: 0.25, width: 0.5, height: 0.5 } },
    ),
    formAfter(
      add("ana"),
      { type: "place", placement: "open" },
      { type: "size", size: "768x256" },
      { type: "prompt", prompt: "<ana> & 100% #1; sky background" },
      {
        type: "set",
        values: { negative: "glasses", seed: 4_294_967_295, steps: 12, guidance: 2.5, count: 4 },
      },
    ),
  ];

  it("restores the form that it was made from", () => {
    for (const form of forms) {
      const loaded = changed(formOf(hashOf(form)), { type: "known" }, known);
      expect(loaded).toEqual({ ...form, size: form.size || "256x256" });
    }
  });

  it("keeps its boxes as they are where it names no size, and takes one of the base's", () => {
    const form = changed(
      formOf("#a=demo/ana@0.25,0,0.5,1&l=boxes&a=demo/bo@0,0,0.25,1"),
      { type: "known" },
      known,
    );
    expect(form.size).toBe("512x256");
    expect(form.members.map(({ region }) => region?.x)).toEqual([0.25, 0]);
  });

  it("ignores unknown parts", () => {
    const form = formOf("#a=demo/ana*99&a=Not A Ref&a=demo/bo@2,0,1,1&l=spiral&z=big&s=-1&n=1.5&y=1");
    expect(form.members.map((member) => [member.ref, member.strength])).toEqual([
      ["demo/ana", 1],
      ["demo/bo", 1],
    ]);
    expect(form).toMatchObject({ placement: "columns", size: "", seed: null, steps: null });
  });
});

describe("recipe", () => {
  it("restores members, boxes, words and numbers", () => {
    const region = { x: 0, y: 0, width: 0.5, height: 1 };
    const recipe = {
      prompt: "<ana>",
      negative_prompt: "beard",
      width: 512,
      height: 256,
      seed: 7,
      steps: 24,
      guidance: 2.5,
      adapters: [{ ref: "demo/ana:1", strength: 0.7, region }, { version_id: "ver_x" }, null],
    };
    expect(formOfRecipe(recipe)).toEqual({
      ...EMPTY_FORM,
      members: [{ ref: "demo/ana:1", strength: 0.7, region, mode: "on" }],
      placement: "boxes",
      size: "512x256",
      prompt: "<ana>",
      negative: "beard",
      written: true,
      seed: 7,
      steps: 24,
      guidance: 2.5,
    });
  });

  it("refuses an invalid recipe", () => {
    for (const value of [null, 7, "prompt", [], {}, { prompt: 3 }]) expect(formOfRecipe(value)).toBeNull();
  });
});
