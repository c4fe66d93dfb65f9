// Blocked terms are found as whole words in every cheap disguise, and never within other words.

import { beforeAll, describe, expect, it } from "vitest";
import { phrasesOf, termOf } from "../../../functions/policy/blocklist.ts";
import { adapterFile, adapterInput, ask, BASE, db, type Person, person, png, published } from "../cast.ts";

const holds = (text: string, term: string) => phrasesOf(text).has(termOf(term));

describe("a blocked term", () => {
  it.each([
    ["a slug on a leaf", "slug"],
    ["SLUG!", "slug"],
    ["ＳＬＵＧ in wide characters", "slug"],
    ["slúg", "slug"],
    ["sl\u200bug with a space of no width", "slug"],
    ["sl\u00adug", "slug"],
    ["my-slug", "slug"],
    ["5lug", "slug"],
    ["s1ug", "slug"],
    ["$lug", "slug"],
    ["tr1ll", "trill"],
    ["s l u g", "slug"],
    ["s.l.u.g", "slug"],
    ["sluɡ und schnécke", "schnecke"],
    ["slug  ,\n bait", "slug bait"],
    ["Slug-Bait", "slug  bait"],
    ["ѕlug", "slug"],
    ["улитка", "Улитка"],
    ["大きな蛞蝓の絵", "蛞蝓"],
    ["รูปทากตัวใหญ่", "ทาก"],
  ])("is found in %j", (text, term) => {
    expect(holds(text, term)).toBe(true);
  });

  it.each([
    ["sluggish", "slug"],
    ["a bail for the tail", "ball"],
    ["455", "ass"],
    ["slug or bait", "slug bait"],
    ["", "slug"],
    ["i a m", "slug"],
    ["नमस्ते", "नमस्त"],
  ])("is not found in %j", (text, term) => {
    expect(holds(text, term)).toBe(false);
  });

  it("is normalised as texts are, so that it matches itself", () => {
    for (const term of ["Ünfit  Word", "naïve", "c4", "蛞蝓", "a\u0301b"])
      expect(holds(term, term)).toBe(true);
  });
});

describe("a text with a blocked term", () => {
  let ada: Person;
  beforeAll(async () => {
    ada = await person("Ada");
    const insert = db().prepare("INSERT INTO blocked_terms VALUES (?, ?, 'usr_0', 0)");
    const names = ["slug", "snail", "worm", "leech", "slug bait"].map((term) => insert.bind("name", term));
    await db().batch([...names, insert.bind("prompt", "thorn"), insert.bind("name", "ordinary")]);
  });

  it("is refused as the name of a new account, with a message for sign-up", async () => {
    const body = { name: "Slug", email: "slug@example.com", password: "correct horse" };
    const reply = await ask<{ message: string }>("POST", "/auth/sign-up/email", { body });
    expect([reply.status, reply.body.message]).toEqual([422, expect.stringContaining("is not wanted here")]);
    expect(
      await db().prepare("SELECT count(*) AS n FROM users WHERE email = 'slug@example.com'").first("n"),
    ).toBe(0);
  });

  const generate = (prompt: string, more = {}) =>
    ada.ask("POST", "/v1/generations", { base: BASE.id, prompt, ...more });

  it("refuses a prompt with a blocked term and names that term alone", async () => {
    const reply = await generate("a TH0RN in a rose, by a slug");
    expect([reply.status, reply.body.code, reply.body.errors]).toEqual([
      422,
      "content_blocked",
      [{ pointer: "/prompt", detail: '"thorn" is not wanted here.' }],
    ]);
  });

  it("is accepted in a negative prompt, and terms of names are accepted in prompts", async () => {
    expect((await generate("a rose, slug", { negative_prompt: "thorn" })).status).toBe(202);
  });

  it.each([
    ["/name", { name: "big-slug" }],
    ["/title", { title: "A slug" }],
    ["/description", { description: "It is a slug." }],
    ["/concept", { concept: "a slug" }],
    ["/class_word", { class_word: "slug" }],
    ["/credits", { credits: "by slug" }],
    ["/tags/1", { tags: ["fine", "slug"] }],
  ])("refuses an adapter with a blocked %s", async (pointer, more) => {
    const reply = await ada.ask("POST", "/v1/adapters", adapterInput("clean", more));
    expect([reply.status, reply.body.code]).toEqual([422, "content_blocked"]);
    expect(reply.body.errors).toEqual([{ pointer, detail: '"slug" is not wanted here.' }]);
    expect((await ada.ask("GET", "/v1/adapters/ada/clean")).status).toBe(404);
  });

  it("refuses a change to blocked words and changes nothing", async () => {
    await published(ada, "rose");
    const reply = await ada.ask("PATCH", "/v1/adapters/ada/rose", { title: "Worm", description: "fine" });
    expect([reply.body.code, reply.body.errors.map(({ pointer }) => pointer)]).toEqual([
      "content_blocked",
      ["/title"],
    ]);
    const now = await ada.must<{ title: string; description: string }>("GET", "/v1/adapters/ada/rose");
    expect([now.title, now.description]).toEqual(["rose", ""]);
  });

  it("names at most three terms, and none that the text does not hold", async () => {
    const reply = await ada.ask(
      "POST",
      "/v1/adapters",
      adapterInput("garden", { title: "slug snail worm leech" }),
    );
    const named = reply.body.errors.map(({ detail }) => detail);
    expect(named).toHaveLength(3);
    expect(JSON.stringify(reply.body)).not.toContain("bait");
  });

  it("refuses the words of a version: its changes, and the trigger in its file", async () => {
    const { id } = await published(ada, "vine");
    const patched = await ada.ask("PATCH", `/v1/versions/${id}`, { changelog: "less slug" });
    expect([patched.body.code, patched.body.errors[0]?.pointer]).toEqual(["content_blocked", "/changelog"]);
    const adapter = await ada.must<{ slot: number }>("GET", "/v1/adapters/ada/vine");
    const make = async (trigger: string, changelog: string) => {
      const file = await adapterFile(adapter.slot, trigger);
      const upload_id = await ada.upload("adapter", file, "application/octet-stream");
      return ada.ask("POST", "/v1/adapters/ada/vine/versions", { upload_id, changelog });
    };
    expect((await make("<slug>", "")).body.errors[0]?.pointer).toBe("/upload_id");
    expect((await make("<vine>", "less slug")).body.errors[0]?.pointer).toBe("/changelog");
  });

  it("refuses a blocked caption before anything is created", async () => {
    const images = [];
    for (let i = 0; i < BASE.training.images.min; i++) {
      const upload_id = await ada.upload("training_image", await png(64, 64, 10 + i), "image/png");
      images.push({ upload_id, caption: i === 1 ? "with a thorn" : "" });
    }
    const reply = await ada.ask("POST", "/v1/trainings", { adapter: adapterInput("trained"), images });
    expect([reply.body.code, reply.body.errors[0]?.pointer]).toEqual([
      "content_blocked",
      "/images/1/caption",
    ]);
    const captioned = images.map((image) => ({ ...image, caption: "" }));
    const input = { adapter: adapterInput("trained"), images: captioned, trigger: "<slug>" };
    expect((await ada.ask("POST", "/v1/trainings", input)).body.errors[0]?.pointer).toBe("/trigger");
    expect((await ada.ask("GET", "/v1/adapters/ada/trained")).status).toBe(404);
  });

  it("is found in the longest description", async () => {
    const words = Array.from({ length: 2_500 }, (_, i) => `a${i.toString(36)}1`)
      .join(" ")
      .slice(0, 9_990);
    expect(words.length).toBeGreaterThan(9_000);
    const clean = await ada.ask("POST", "/v1/adapters", adapterInput("long", { description: words }));
    expect(clean.status).toBe(201);
    const reply = await ada.ask(
      "POST",
      "/v1/adapters",
      adapterInput("long-b", { description: `${words} slug` }),
    );
    expect(reply.body.errors).toEqual([{ pointer: "/description", detail: '"slug" is not wanted here.' }]);
  });
});
