// Searching in scripts that put no spaces between words: adapters, suggestions and mixes are found by what stands inside a run.

import { beforeAll, describe, expect, it } from "vitest";
import { folded, matchExpression } from "../../../functions/catalog/search-words.ts";
import type { Suggestions } from "../../../schema/contract/index.ts";
import migration from "../../../schema/migrations/0012_unspaced_scripts.sql?raw";
import { ask, db, type Person, person, published } from "../cast.ts";
import { mixOf } from "../compose/mix-cast.ts";
import { indexedPlainly, owners, reindexed, rows } from "./rows.ts";

type Page = { items: { name: string }[]; corrected?: string | null };

const found = async (kind: "adapters" | "mixes", q: string, more = "") => {
  const page = await ask<Page>("GET", `/v1/${kind}?q=${encodeURIComponent(q)}${more}`);
  expect([q, page.status]).toEqual([q, 200]);
  return page.body.items.map(({ name }) => name).sort();
};
let mia: Person;

const TEXTS = [
  { name: "miku", title: "初音ミク 衣装セットv2" },
  { name: "peking", description: "北京大学" },
  { name: "thai", title: "ผู้หญิงสวยในสวน" },
  { name: "lao", title: "ຜູ້ຍິງລາວງາມ" },
  { name: "khmer", title: "ស្ត្រីខ្មែរស្អាត" },
  { name: "myanmar", title: "မြန်မာအမျိုးသမီး" },
  { name: "korean", title: "한국어사전을" },
  { name: "rare", title: "吉𠮷野家" },
  { name: "half", title: "ｱﾆﾒｷｬﾗ" },
  { name: "tagged", title: "T", tags: ["水彩画風"], concept: "白黒写真" },
  { name: "mixed", title: "可愛い-girl猫cat" },
  { name: "latin", title: "Crème brûlée" },
];

beforeAll(async () => {
  mia = await person("Mia");
  await owners("ana");
  await rows(TEXTS);
  await published(mia, "fan");
  await mixOf(mia, "duet", ["mia/fan"], { title: "初音ミク 衣装セット", description: "北京大学" });
});

describe("a word of a script without spaces", () => {
  it.each([
    ["ミク", "miku"],
    ["セット", "miku"],
    ["衣装", "miku"],
    ["装セッ", "miku"],
    ["初音ミク", "miku"],
    ["ミク セット", "miku"],
    ["セットv2", "miku"],
    ["v2 ミク", "miku"],
    ["ト", "miku"],
    ["大学", "peking"],
    ["京", "peking"],
    ["学", "peking"],
    ["หญิง", "thai"],
    ["สวน", "thai"],
    ["ญิง", "thai"],
    ["ຍິງ", "lao"],
    ["ລາວ", "lao"],
    ["ខ្មែរ", "khmer"],
    ["အမျိုး", "myanmar"],
    ["사전", "korean"],
    ["𠮷野", "rare"],
    ["ﾆﾒ", "half"],
    ["彩画", "tagged"],
    ["写真", "tagged"],
    ["愛い", "mixed"],
    ["猫", "mixed"],
    ["cat", "mixed"],
    ["girl猫", "mixed"],
    ["brulee", "latin"],
  ])("is found inside its run: %s in %s", async (q, name) => {
    expect(await found("adapters", q)).toContain(name);
  });

  it("is found only if its characters are adjacent and in order", async () => {
    for (const q of ["クミ", "ミセ", "京学", "音衣", "学大", "北大"])
      expect([q, await found("adapters", q)]).toEqual([q, []]);
    expect(await found("adapters", "ミク 大学")).toEqual([]);
  });

  it("ranks by its field, as any word does", async () => {
    await rows([
      { name: "beach-words", description: "夏の海辺" },
      { name: "beach", title: "静かな海辺" },
    ]);
    const page = await ask<Page>("GET", "/v1/adapters?q=海辺");
    expect(page.body.items.map(({ name }) => name)).toEqual(["beach", "beach-words"]);
  });

  it("is suggested", async () => {
    const { body } = await ask<Suggestions>("GET", "/v1/suggest?q=セット");
    expect(body.adapters.map(({ ref }) => ref)).toEqual(["ana/miku"]);
  });

  it("follows a changed text", async () => {
    await rows([{ name: "moving", title: "東京駅前" }]);
    await db().prepare("UPDATE adapters SET title = '大阪城公園' WHERE name = 'moving'").run();
    expect(await found("adapters", "京駅")).toEqual([]);
    expect(await found("adapters", "城公")).toEqual(["moving"]);
  });

  it("is found at the end of the longest description", async () => {
    await rows([{ name: "long", description: `${"春夏秋冬".repeat(2_498)}山猫座標` }]);
    expect(await found("adapters", "座標")).toEqual(["long"]);
    expect(await found("adapters", "冬山猫")).toEqual(["long"]);
  });

  it("finds mixes by title and description, also changed ones", async () => {
    for (const q of ["ミク", "セット", "大学", "学"])
      expect([q, await found("mixes", q)]).toEqual([q, ["duet"]]);
    expect(await found("mixes", "クミ")).toEqual([]);
    await mia.must("PATCH", "/v1/mixes/mia/duet", { description: "東京駅前" });
    expect([await found("mixes", "大学"), await found("mixes", "京駅")]).toEqual([[], ["duet"]]);
  });
});

it("rows indexed before the migration are found inside runs after it", async () => {
  const { doc, id } = (await db()
    .prepare("SELECT doc, adapter_id AS id FROM catalog WHERE name = 'miku'")
    .first<{ doc: number; id: string }>()) ?? { doc: 0, id: "" };
  await indexedPlainly([{ doc, id }]);
  expect([await found("adapters", "ミク"), await found("mixes", "ミク")]).toEqual([[], []]);
  await reindexed(migration);
  expect([await found("adapters", "ミク"), await found("mixes", "ミク")]).toEqual([["miku"], ["duet"]]);
});

it("the query and the index agree on which characters are unspaced characters, and which are their marks", async () => {
  type Range = { first: number; last: number; kind: "character" | "mark" };
  const { results } = await db().prepare("SELECT first, last, kind FROM unspaced_characters").all<Range>();
  const kindOf = (code: number) => results.find(({ first, last }) => first <= code && code <= last)?.kind;
  const differing: string[] = [];
  for (let code = 0x80; code <= 0x323af; code++) {
    const character = String.fromCodePoint(code);
    if (character !== folded(character)) continue;
    const inIndex = kindOf(code);
    if (/[\p{L}\p{Nl}]/u.test(character)) {
      const asPair = matchExpression(`${character}${character}`) === `"${character}${character}"`;
      if (asPair !== (inIndex === "character")) differing.push(code.toString(16));
    } else if (inIndex === "character" || (inIndex === "mark" && !/\p{M}/u.test(character))) {
      const isUnassigned = /\p{Cn}/u.test(character);
      if (!isUnassigned) differing.push(code.toString(16));
    } else if (/[\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]/u.test(character)) {
      const isMark = /\p{M}/u.test(character) && code < 0xa000;
      if (isMark !== (inIndex === "mark")) differing.push(code.toString(16));
    }
  }
  expect(differing).toEqual([]);
});
