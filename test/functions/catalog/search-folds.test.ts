// Searching for compatibility characters: full and half width, ligatures, styled characters. What they stand for finds them, and they find it.

import { beforeAll, describe, expect, it } from "vitest";
import { folded } from "../../../functions/catalog/search-words.ts";
import type { FacetList, Suggestions } from "../../../schema/contract/index.ts";
import migration from "../../../schema/migrations/0018_folded_search.sql?raw";
import { ask, db, person, published } from "../cast.ts";
import { mixOf } from "../compose/mix-cast.ts";
import { indexedPlainly, owners, reindexed, rows } from "./rows.ts";

type Page = { items: { name: string }[]; corrected?: string | null };

const pageOf = async (kind: "adapters" | "mixes", q: string) => {
  const page = await ask<Page>("GET", `/v1/${kind}?q=${encodeURIComponent(q)}`);
  expect([q, page.status]).toEqual([q, 200]);
  return page.body;
};
const found = async (kind: "adapters" | "mixes", q: string) =>
  (await pageOf(kind, q)).items.map(({ name }) => name).sort();

beforeAll(async () => {
  const mia = await person("Mia");
  await owners("ana");
  await rows([
    { name: "narrow", title: "Ivy" },
    { name: "wide", title: "ＩＶＹ２" },
    { name: "kana", title: "カナ" },
    { name: "half-kana", title: "ｶﾅ" },
    { name: "voiced", title: "ガンダム" },
    { name: "half-voiced", description: "ｶﾞﾝﾀﾞﾑ, ﾊﾟﾝ" },
    { name: "ligature", title: "ﬁeld oﬃce" },
    { name: "styled", title: "𝓐𝓾𝓻𝓸𝓻𝓪" },
    { name: "street", concept: "Kurfürstenstraße" },
    { name: "company", title: "㍿桜" },
    { name: "number", title: "Ⅷ ① x²" },
    { name: "sara-am", title: "น้ำตก" },
  ]);
  await published(mia, "fan");
  await mixOf(mia, "duet", ["mia/fan"], { title: "ＤＵＥＴ ｶﾅ", description: "ｶﾞﾝ" });
});

describe("compatibility characters", () => {
  it.each([
    ["ＩＶＹ", ["narrow", "wide"]],
    ["ivy", ["narrow", "wide"]],
    ["ｉｖ", ["narrow", "wide"]],
    ["ivy2", ["wide"]],
    ["カナ", ["half-kana", "kana"]],
    ["ｶﾅ", ["half-kana", "kana"]],
    ["ガンダム", ["half-voiced", "voiced"]],
    ["ｶﾞﾝﾀﾞ", ["half-voiced", "voiced"]],
    ["カ\u3099ン", ["half-voiced", "voiced"]],
    ["パン", ["half-voiced"]],
    ["カン", []],
    ["field", ["ligature"]],
    ["office", ["ligature"]],
    ["ofﬁce", ["ligature"]],
    ["aurora", ["styled"]],
    ["ＡＵＲ", ["styled"]],
    ["kurfurstenstrasse", ["street"]],
    ["KURFÜRSTENSTRAẞE", ["street"]],
    ["株式会社", ["company"]],
    ["会社桜", ["company"]],
    ["VIII", ["number"]],
    ["น้ำ", ["sara-am"]],
    ["ำตก", ["sara-am"]],
  ])("%s finds %j", async (q, names) => {
    expect(await found("adapters", q)).toEqual(names);
  });

  it("find mixes, are corrected as any word, and are suggested", async () => {
    for (const q of ["duet", "ｄｕｅｔ", "カナ", "ガン"])
      expect([q, await found("mixes", q)]).toEqual([q, ["duet"]]);
    const page = await pageOf("adapters", "ａｕｒｏｒｅ");
    expect([page.corrected, page.items.map(({ name }) => name)]).toEqual(["aurora", ["styled"]]);
    const { body } = await ask<Suggestions>("GET", `/v1/suggest?q=${encodeURIComponent("ＡＵＲＯ")}`);
    expect(body.adapters.map(({ ref }) => ref)).toEqual(["ana/styled"]);
    const owners = await ask<Suggestions>("GET", `/v1/suggest?q=${encodeURIComponent("ＡＮ")}`);
    expect(owners.body.owners.map(({ handle }) => handle)).toEqual(["ana"]);
    const facets = await ask<FacetList>(
      "GET",
      `/v1/adapters/facets?facet=owner&prefix=${encodeURIComponent("ＡＮ")}`,
    );
    expect(facets.body.facets.owner?.values.map(({ value }) => value)).toEqual(["ana"]);
  });

  it("follow a changed text", async () => {
    await db().prepare("UPDATE adapters SET title = 'ＯＡＫ' WHERE name = 'wide'").run();
    expect([await found("adapters", "ivy"), await found("adapters", "oak")]).toEqual([["narrow"], ["wide"]]);
  });
});

it("rows indexed before the migration are folded by it", async () => {
  const { results } = await db()
    .prepare("SELECT doc, adapter_id AS id FROM catalog WHERE name IN ('styled', 'narrow')")
    .all<{ doc: number; id: string }>();
  await indexedPlainly(results);
  expect([await found("adapters", "aurora"), await found("mixes", "duet")]).toEqual([[], []]);
  await reindexed(migration);
  expect([await found("adapters", "aurora"), await found("mixes", "duet")]).toEqual([["styled"], ["duet"]]);
  expect(await found("adapters", "ivy")).toEqual(["narrow"]);
});

it("the index folds every character as the query does", async () => {
  const { results } = await db()
    .prepare("SELECT text, folded FROM search_folds")
    .all<{ text: string; folded: string }>();
  const known = new Map(results.map((row) => [row.text, row.folded]));
  const isNewer = (text: string) => /\p{Cn}/u.test(text);
  const differing = results.filter((row) => !isNewer(row.text) && folded(row.text) !== row.folded);
  for (let code = 0x80; code <= 0x10ffff; code++) {
    const character = String.fromCodePoint(code);
    if (/\p{Cs}/u.test(character) || folded(character) === (known.get(character) ?? character)) continue;
    if (!isNewer(character)) differing.push({ text: character, folded: "missing" });
  }
  expect(differing).toEqual([]);
});

it("the patterns of texts that are folded have every character that can stand in a text", async () => {
  const found = [...migration.matchAll(/f\.value GLOB '([^']+)'/g)].map(([, pattern]) => pattern ?? "");
  const patterns = [...new Set(found)].filter((pattern) => !pattern.includes("ก-"));
  expect(patterns).toHaveLength(6);
  const { results } = await db()
    .prepare(
      `SELECT text FROM search_folds WHERE length(text) = 1
         AND NOT EXISTS (SELECT 1 FROM json_each(?) WHERE text GLOB value)`,
    )
    .bind(JSON.stringify(patterns))
    .all<{ text: string }>();
  // Marks alone are no word, spaces part words in any case, and texts are stored in composed characters.
  const isFolded = ({ text }: { text: string }) =>
    text === text.normalize("NFC") && !/[\p{M}\p{Z}]/u.test(text);
  expect(results.filter(isFolded)).toEqual([]);
});
