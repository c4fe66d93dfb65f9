// Messages for faulty requests: plain words with the limit in them, at the right pointer.

import { beforeAll, describe, expect, it } from "vitest";
import { adapterInput, type Person, person } from "../cast.ts";

let ada: Person;
beforeAll(async () => {
  ada = await person("Ada");
});

const ID = "ver_00000000000000000000";
const order = (more: object) => ({ base: "cast-3", prompt: "x", ...more });
const member = (more: object) => ({ prompt: "x", adapters: [{ ref: "ada/eve", ...more }] });

describe("a refusal of a request", () => {
  it.each<[string, string, unknown, string, string]>([
    [
      "a prompt that is too long",
      "/v1/generations",
      order({ prompt: "a".repeat(10_000) }),
      "/prompt",
      "must have at most 2,000 characters; it has 10,000",
    ],
    [
      "a prompt that is too long, in characters of two units each",
      "/v1/generations",
      order({ prompt: "🦊".repeat(2_001) }),
      "/prompt",
      "must have at most 2,000 characters; it has 2,001",
    ],
    ["an empty prompt", "/v1/generations", order({ prompt: "" }), "/prompt", "must not be empty"],
    ["no prompt", "/v1/generations", { base: "cast-3" }, "/prompt", "is missing"],
    ["a prompt that is a number", "/v1/generations", order({ prompt: 3 }), "/prompt", "must be a text"],
    ["too many pictures", "/v1/generations", order({ count: 17 }), "/count", "must be at most 16; it is 17"],
    ["no pictures", "/v1/generations", order({ count: 0 }), "/count", "must be at least 1; it is 0"],
    [
      "a slot beyond all",
      "/v1/adapters/ada/face/slot",
      { slot: 1e300 },
      "/slot",
      "must be at most 9,007,199,254,740,991; it is 1e+300",
    ],
    ["half a seed", "/v1/generations", order({ seed: 1.5 }), "/seed", "must be a whole number"],
    ["no steps", "/v1/generations", order({ steps: 0 }), "/steps", "must be larger than 0; it is 0"],
    [
      "a strength beyond 2",
      "/v1/generations",
      member({ strength: 2.5 }),
      "/adapters/0/strength",
      "must be a finite number from -2 to 2",
    ],
    [
      "a region left of the canvas",
      "/v1/generations",
      member({ region: { x: -0.1, y: 0, width: 1, height: 1 } }),
      "/adapters/0/region/x",
      "x must be a number from 0 to 1",
    ],
    [
      "no members",
      "/v1/compositions",
      { members: [] },
      "/members",
      "must have at least 1 entry; it has none",
    ],
    [
      "too many members",
      "/v1/compositions",
      { members: Array.from({ length: 17 }, () => ({ version_id: ID })) },
      "/members",
      "must have at most 16 entries; it has 17",
    ],
    [
      "an id of another kind",
      "/v1/compositions",
      { members: [{ version_id: "adp_1" }] },
      "/members/0/version_id",
      "must be an id that begins with ver_",
    ],
    [
      "an unknown word of a closed list",
      "/v1/keys",
      { name: "k", scopes: ["admin"] },
      "/scopes/0",
      "must be one of read, publish, generate, runner",
    ],
    ["an empty body", "/v1/keys", [], "", "must be an object"],
    [
      "a licence that is a word",
      "/v1/adapters",
      adapterInput("odd", { licence: "MIT" }),
      "/licence",
      "must be an object",
    ],
  ])("says of %s what to do", async (...[, path, body, pointer, detail]) => {
    const reply = await ada.ask("POST", path, body);
    expect([reply.status, reply.body.errors]).toEqual([400, [{ pointer, detail }]]);
  });

  it("has the same wording for query parameters", async () => {
    const detailOf = async (query: string) =>
      (await ada.ask("GET", `/v1/adapters?${query}`)).body.errors[0]?.detail;
    expect(await detailOf("limit=1000")).toBe("must be at most 100; it is 1,000");
    expect(await detailOf("limit=ten")).toBe("must be a whole number in decimal digits");
    expect(await detailOf("sort=best")).toBe(
      "must be one of relevance, trending, newest, most_used, most_liked, name",
    );
  });

  it("says that JSON has no NaN", async () => {
    const reply = await ada.ask("POST", "/v1/generations", '{"prompt":"x","guidance":NaN}');
    expect([reply.status, reply.body.code]).toEqual([400, "json_invalid"]);
    expect(reply.body.detail).toContain("NaN");
  });
});
