// Facet counts compared with plain counting over the same rows, after many random changes: the counters that triggers keep stay right.

import { beforeAll, describe, expect, it } from "vitest";
import { FACET_VALUES_SHOWN, type FacetList, type FacetName } from "../../../schema/contract/index.ts";
import { ask, db } from "../cast.ts";
import { owners, type RowInput, rows } from "./rows.ts";

type Row = Required<
  Pick<RowInput, "name" | "owner" | "base" | "class" | "tags" | "spdx" | "rating" | "title" | "state">
> & {
  slot: number | undefined;
  free: boolean;
};

function randomOf(seed: number) {
  let state = seed;
  return (below: number) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) | 0;
    return Math.floor(((state >>> 0) / 2 ** 32) * below);
  };
}
const random = randomOf(7);
const one = <T>(list: readonly T[]) => list[random(list.length)] as T;

const TAGS = ["red", "green", "blue", "portrait", "portal", "night"];
const OWNERS = ["ana", "bo", "cy"];
const all: Row[] = Array.from({ length: 120 }, (_, i) => ({
  name: `f-${i}`,
  title: one(["Owl", "Wolf owl", "Wolf"]),
  owner: one(OWNERS),
  base: one(["cast-3", "cast-3", "other-1"]),
  class: one(["person", "dog", "style"]),
  tags: TAGS.filter(() => random(3) === 0),
  spdx: one(["CC-BY-4.0", "MIT"]),
  rating: one(["general", "general", "sensitive", "explicit"] as const),
  state: one(["published", "published", "published", "draft"] as const),
  slot: i < 60 ? i : undefined,
  free: random(2) === 0,
}));
/** Rows of other-1 hold slots too, but of their own base. */
const shown = (row: Row) => row.state === "published";

type Ask = {
  q?: string;
  base?: string[];
  class?: string[];
  tag?: string[];
  tag_match?: "any" | "all";
  licence?: string[];
  owner?: string[];
  rating?: string[];
  allows?: string[];
};
const passes = (row: Row, asked: Ask, except: string | null) => {
  const any = (name: keyof Ask, values: string[]) =>
    name === except || asked[name] === undefined || values.some((value) => asked[name]?.includes(value));
  return (
    shown(row) &&
    (asked.q === undefined || row.title.toLowerCase().includes(asked.q)) &&
    any("base", [row.base]) &&
    any("class", [row.class]) &&
    (asked.tag_match === "all"
      ? (asked.tag ?? []).every((tag) => row.tags.includes(tag))
      : any("tag", row.tags)) &&
    any("licence", [row.spdx]) &&
    any("owner", [row.owner]) &&
    (except === "rating" || (asked.rating ?? ["general"]).includes(row.rating)) &&
    (asked.allows === undefined || !asked.allows.includes("no_credit") || row.free)
  );
};
const valuesOf: Record<Exclude<FacetName, "allows">, (row: Row) => string[]> = {
  base: (row) => [row.base],
  class: (row) => [row.class],
  tag: (row) => row.tags,
  licence: (row) => [row.spdx],
  owner: (row) => [row.owner],
  rating: (row) => [row.rating],
};

function counted(asked: Ask, facet: keyof typeof valuesOf) {
  const counts = new Map<string, number>();
  for (const row of all.filter((each) => passes(each, asked, facet))) {
    for (const value of valuesOf[facet](row)) counts.set(value, (counts.get(value) ?? 0) + 1);
  }
  return [...counts]
    .map(([value, count]) => ({ value, count }))
    .sort((a, b) => b.count - a.count || (a.value < b.value ? -1 : 1));
}

const queryOf = (asked: Ask) =>
  Object.entries(asked)
    .map(([name, value]) => `${name}=${encodeURIComponent(String(value))}`)
    .join("&");
const facets = async (query: string) => {
  const reply = await ask<FacetList>("GET", `/v1/adapters/facets?${query}`);
  if (reply.status !== 200) throw new Error(JSON.stringify(reply.body));
  return reply.body;
};

async function expectTrue(asked: Ask) {
  const reply = await facets(queryOf(asked));
  expect([asked, reply.total]).toEqual([asked, all.filter((row) => passes(row, asked, null)).length]);
  for (const facet of Object.keys(valuesOf) as (keyof typeof valuesOf)[]) {
    const expected = counted(asked, facet);
    expect([asked, facet, reply.facets[facet]]).toEqual([
      asked,
      facet,
      { values: expected, value_count: expected.length },
    ]);
  }
  const left = all.filter((row) => passes(row, asked, null));
  const free = reply.facets.allows?.values.find(({ value }) => value === "no_credit")?.count ?? 0;
  expect(free).toBe(left.filter((row) => row.free).length);
}

beforeAll(async () => {
  await owners(...OWNERS);
  await rows(all.map((row) => ({ ...row, permissions: { credit: !row.free } })));
});

const ASKED: Ask[] = [
  {},
  { rating: ["general", "sensitive", "explicit"] },
  { class: ["dog", "style"] },
  { base: ["cast-3"], licence: ["MIT"] },
  { tag: ["red", "blue"] },
  { tag: ["red"], class: ["person"] },
  { owner: ["ana"] },
  { owner: ["ana", "bo"], tag: ["night"], rating: ["sensitive"] },
  { q: "owl" },
  { q: "wolf", class: ["dog"], tag: ["portal"], owner: ["cy"], rating: ["general", "explicit"] },
  { allows: ["no_credit"] },
  { allows: ["no_credit"], q: "owl", base: ["other-1"] },
  { tag: ["nowhere"] },
  { tag: ["red", "blue"], tag_match: "any" },
  { tag: ["red"], tag_match: "all" },
  { tag: ["red", "blue"], tag_match: "all" },
  { tag: ["red", "blue", "night"], tag_match: "all", class: ["person", "dog"] },
  { tag: ["portal", "night"], tag_match: "all", q: "owl", rating: ["general", "explicit"] },
  { tag: ["red", "night"], tag_match: "all", owner: ["ana", "bo"] },
  { tag: ["red", "nowhere"], tag_match: "all" },
];

describe("facets", () => {
  it.each(ASKED)("count what is left with every other filter: %j", (asked) => expectTrue(asked));

  it("stay correct while adapters change, are withdrawn, restored and deleted", async () => {
    for (let round = 0; round < 60; round++) {
      const row = one(all);
      const set = async (column: string, change: Partial<Row>) => {
        Object.assign(row, change);
        const [value] = Object.values(change).map((each) =>
          Array.isArray(each) ? JSON.stringify(each) : each,
        );
        await db().prepare(`UPDATE adapters SET ${column} = ? WHERE name = ?`).bind(value, row.name).run();
      };
      const change = random(7);
      if (change === 0) await set("class_word", { class: one(["person", "dog", "robot"]) });
      if (change === 1) await set("tags", { tags: TAGS.filter(() => random(2) === 0) });
      if (change === 2) await set("rating", { rating: one(["general", "sensitive", "explicit"]) });
      if (change === 3) await set("state", { state: one(["published", "withdrawn", "removed"]) });
      if (change === 4) await set("title", { title: one(["Owl", "Wolf"]) });
      if (change === 5) {
        await db().prepare("UPDATE adapters SET uses = uses + 1 WHERE name = ?").bind(row.name).run();
      }
      if (change === 6) {
        await db().prepare("DELETE FROM adapters WHERE name = ?").bind(row.name).run();
        all.splice(all.indexOf(row), 1);
      }
    }
    for (const asked of ASKED) await expectTrue(asked);
  }, 60_000);

  it("leave no adapter of a suspended owner in any count", async () => {
    await db().prepare("UPDATE users SET suspended_at = 1 WHERE handle = 'bo'").run();
    const kept = all.filter(({ owner }) => owner === "bo");
    for (const row of kept) all.splice(all.indexOf(row), 1);
    for (const asked of ASKED.slice(0, 7)) await expectTrue(asked);
    await db().prepare("UPDATE users SET suspended_at = NULL WHERE handle = 'bo'").run();
    all.push(...kept);
    for (const asked of ASKED.slice(0, 7)) await expectTrue(asked);
  });

  it("can be searched by the prefix of a value", async () => {
    const { facets: found } = await facets("facet=tag&prefix=por");
    expect(Object.keys(found)).toEqual(["tag"]);
    expect(found.tag?.values.map(({ value }) => value).sort()).toEqual(["portal", "portrait"]);
    expect((await facets("facet=tag&prefix=por&class=dog&q=owl")).facets.tag?.values.length).toBeGreaterThan(
      0,
    );
    expect((await facets("facet=owner&prefix=an")).facets.owner?.values.map(({ value }) => value)).toEqual([
      "ana",
    ]);
    expect((await facets("facet=class&prefix=pe")).facets.class?.values.map(({ value }) => value)).toEqual([
      "person",
    ]);
    const two = await ask("GET", "/v1/adapters/facets?facet=tag,owner&prefix=a");
    expect([two.status, two.body.errors[0]?.pointer]).toEqual([400, "?prefix"]);
    expect((await ask("GET", "/v1/adapters/facets?limit=3")).body.errors[0]?.pointer).toBe("?limit");
  });

  it("show the most frequent values, count all of them, and keep those that are asked for", async () => {
    const many = Array.from({ length: FACET_VALUES_SHOWN + 5 }, (_, i) => `t${String(i).padStart(2, "0")}`);
    await owners("tagger");
    await rows(
      many.map((_, i) => ({ name: `m-${i}`, owner: "tagger", tags: many.slice(i), class: "tagged" })),
    );
    const { tag } = (await facets("class=tagged")).facets;
    expect([tag?.values.length, tag?.value_count]).toEqual([FACET_VALUES_SHOWN, many.length]);
    expect(tag?.values[0]).toEqual({ value: many.at(-1), count: many.length });
    const asked = (await facets("class=tagged&tag=t00")).facets.tag;
    expect(asked?.values.at(-1)).toEqual({ value: "t00", count: 1 });
    expect(asked?.values.length).toBe(FACET_VALUES_SHOWN + 1);
  });

  it("count how many compose exactly with what is named, and how many share a column", async () => {
    await owners("slotter");
    await rows(
      [0, 1, 2, 31, 62].map((slot) => ({
        name: `s-${slot}`,
        owner: "slotter",
        class: "slotted",
        slot: slot + 10_000,
      })),
    );
    const reply = await facets("class=slotted&composes_with=slotter/s-0");
    const page = await ask<{ items: unknown[] }>(
      "GET",
      "/v1/adapters?class=slotted&composes_with=slotter/s-0",
    );
    expect(reply.composes_with).toEqual({
      exact: page.body.items.length,
      others: 4 - page.body.items.length,
    });
    expect(reply.composes_with?.exact).toBeGreaterThan(1);
    expect((await facets("class=slotted")).composes_with).toBeNull();
  });
});
