// Paging through a list while the catalog changes: the guarantees of search.ts, tried with random changes.

import { beforeAll, describe, expect, it } from "vitest";
import type { z } from "zod";
import { ADAPTER_SORTS, type AdapterPage, type AdapterSort } from "../../../schema/contract/index.ts";
import { ask, db } from "../cast.ts";
import { owners, rows } from "./rows.ts";

type Page = z.infer<typeof AdapterPage>;

/** Mulberry32: the same numbers for the same seed. */
function randomOf(seed: number) {
  let state = seed;
  return (below: number) => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t ^= t + Math.imul(t ^ (t >>> 7), 61 | t);
    return Math.floor((((t ^ (t >>> 14)) >>> 0) / 2 ** 32) * below);
  };
}

const CLASSES = ["person", "dog", "style"];
let made = 0;

/** Few different keys, so that many rows are equal but for the last part of the key. */
const some = (random: (below: number) => number, count: number) =>
  Array.from({ length: count }, () => ({
    name: `walk-${made++}`,
    title: ["Owl", "Owl of the north", "Barn owls"][random(3)] as string,
    owner: ["ana", "bo"][random(2)] as string,
    class: CLASSES[random(3)] as string,
    tags: ["feather", "night", "beak"].filter(() => random(2) === 0),
    uses: random(4),
    likes: random(3),
    trend: random(3) / 3,
    at: 1_700_000_000_000 + random(6),
  }));

async function names(query: string): Promise<string[]> {
  return (await ask<Page>("GET", `/v1/adapters?${query}`)).body.items.map(({ name }) => name);
}

/** Every name in the order seen; `between` runs after each page. */
async function walk(query: string, limit: number, between: () => Promise<void> = async () => {}) {
  const seen: string[] = [];
  let cursor: string | null = null;
  do {
    const at: string = cursor ? `&cursor=${cursor}` : "";
    const reply = await ask<Page>("GET", `/v1/adapters?${query}&limit=${limit}${at}`);
    if (reply.status !== 200) throw new Error(JSON.stringify(reply.body));
    seen.push(...reply.body.items.map(({ name }) => name));
    cursor = reply.body.next_cursor;
    await between();
  } while (cursor);
  return seen;
}

const QUERIES = ADAPTER_SORTS.map((sort): [AdapterSort, string] => [
  sort,
  sort === "relevance" ? "q=owl" : `sort=${sort}`,
]);

beforeAll(async () => {
  await owners("ana", "bo");
  await rows(some(randomOf(1), 30));
});

describe("a walk over a quiet catalog", () => {
  it.each(QUERIES)("by %s gives the same list at every page size", async (_, query) => {
    for (const filter of ["", "&tag=feather&class=person,dog", "&tag=feather,night&tag_match=all"]) {
      const question = `${query}${filter}`;
      const whole = await names(`${question}&limit=100`);
      expect(whole.length).toBeGreaterThan(4);
      expect(new Set(whole).size).toBe(whole.length);
      for (const limit of [1, 2, 3, 100]) expect(await walk(question, limit)).toEqual(whole);
    }
  });
});

describe("a walk while rows are inserted, withdrawn and counted up", () => {
  it.each(QUERIES)("by %s shows unchanged rows exactly once, and no row twice", async (_, query) => {
    for (const [seed, limit] of [
      [11, 1],
      [12, 2],
      [13, 5],
    ] as const) {
      const random = randomOf(seed);
      await rows(some(random, 10));
      const before = await names(`${query}&limit=100`);
      const changed = new Set<string>();
      let left = 20;
      const pick = () => before[random(before.length)] as string;
      const seen = await walk(query, limit, async () => {
        // As many as the walk could be ended with: rows may land before it for ever.
        const born = some(random, Math.min(left, random(3)));
        left -= born.length;
        await rows(born.map((row) => ({ ...row, at: row.at + random(3) - 1 })));
        const [raised, gone] = [pick(), pick()];
        for (const name of [raised, gone]) changed.add(name);
        await db().batch([
          db()
            .prepare(
              "UPDATE adapters SET uses = uses + 1, likes = likes + 1, trend = trend + 0.5 WHERE name = ?",
            )
            .bind(raised),
          db()
            .prepare("UPDATE adapters SET state = 'withdrawn' WHERE name = ? AND ? = 0")
            .bind(gone, random(4)),
        ]);
      });
      expect(new Set(seen).size).toBe(seen.length);
      const still = before.filter((name) => !changed.has(name));
      const positions = still.map((name) => seen.indexOf(name));
      expect(positions).not.toContain(-1);
      expect(positions).toEqual([...positions].sort((a, b) => a - b));
      await db()
        .prepare("DELETE FROM adapters WHERE rowid % 2 = 0 AND (SELECT count(*) FROM adapters) > 40")
        .run();
    }
  });
});

describe("a cursor", () => {
  it("belongs to its filters and its order, at any page size", async () => {
    const { next_cursor } = (await ask<Page>("GET", "/v1/adapters?tag=feather,night&limit=2")).body;
    const status = async (query: string) =>
      (await ask("GET", `/v1/adapters?${query}&cursor=${next_cursor}`)).status;
    expect(await status("tag=feather,night&limit=5")).toBe(200);
    expect(await status("tag=night&tag=feather")).toBe(200);
    for (const other of [
      "tag=feather",
      "tag=feather,night&tag_match=all",
      "",
      "tag=feather,night&sort=name",
      "tag=feather,night&q=owl",
      "tag=feather,night&rating=explicit",
    ]) {
      const reply = await ask("GET", `/v1/adapters?${other}&cursor=${next_cursor}`);
      expect([other, reply.status, reply.body.code, reply.body.errors[0]?.pointer]).toEqual([
        other,
        400,
        "request_invalid",
        "?cursor",
      ]);
    }
  });

  it("fits its own limit with the longest words", async () => {
    const q = Array.from({ length: 12 }, (_, i) => `${"ö".repeat(14)}${String.fromCharCode(97 + i)}`);
    await rows([1, 2].map((i) => ({ name: `long-${i}`, title: q.join(" ").slice(0, 200) })));
    const typo = q.map((word) => `${word.slice(0, 4)}x${word.slice(5)}`).join(" ");
    const first = await ask<Page>("GET", `/v1/adapters?limit=1&q=${encodeURIComponent(typo)}`);
    expect(first.body.corrected).not.toBeNull();
    const next = await ask<Page>(
      "GET",
      `/v1/adapters?limit=1&q=${encodeURIComponent(typo)}&cursor=${first.body.next_cursor}`,
    );
    expect([next.status, next.body.items.length]).toEqual([200, 1]);
  });
});
