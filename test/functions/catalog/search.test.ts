// Searching adapters: words, spelling correction, filters, orders, visibility, caching.

import { beforeAll, describe, expect, it } from "vitest";
import type { z } from "zod";
import { keptAnswer } from "../../../functions/catalog/kept-answers.ts";
import {
  type AdapterPage,
  FILTER_VALUES_MAX,
  SEARCH_MAX_CHARACTERS,
  SEARCH_WORDS_MAX,
  SUGGESTIONS_MAX,
  type Suggestions,
} from "../../../schema/contract/index.ts";
import { adapterInput, ask, db, ORIGIN, type Person, person } from "../cast.ts";
import { owners, rows } from "./rows.ts";

type Page = z.infer<typeof AdapterPage>;
let mia: Person;

const find = async (query: string, who?: Person) => {
  const path = `/v1/adapters?limit=100&${query}`;
  const reply = who ? await who.ask<Page>("GET", path) : await ask<Page>("GET", path);
  if (reply.status !== 200) throw new Error(`${query}: ${JSON.stringify(reply.body)}`);
  return reply.body;
};
const names = async (query: string, who?: Person) => (await find(query, who)).items.map(({ name }) => name);

beforeAll(async () => {
  mia = await person("Mia");
  await owners("ana", "bo");
  await rows([
    { name: "bertie", title: "Bertie the baker", tags: ["kitchen", "portrait"], uses: 5, likes: 1, trend: 3 },
    { name: "herbert", title: "Herbert", concept: "a friend of bertie", uses: 50, class: "dog", trend: 1 },
    {
      name: "cook",
      description: "bertie is in its words",
      uses: 500,
      likes: 9,
      spdx: "CC0-1.0",
      permissions: { credit: false },
    },
    {
      name: "cafe",
      title: "Café Société",
      owner: "bo",
      tags: ["kitchen"],
      class: "Style",
      permissions: { commercial_use: false },
    },
    { name: "blood", title: "Blood", rating: "sensitive" },
    { name: "gore", title: "Gore", rating: "explicit" },
    { name: "hidden", title: "Hidden wombat", visibility: "private" },
    { name: "draft", title: "Draft wombat", state: "draft" },
    { name: "gone", title: "Gone wombat", state: "removed" },
    { name: "far", title: "Far", base: "other-1" },
  ]);
});

describe("words", () => {
  it("must all occur, in any field, as prefixes", async () => {
    expect(await names("q=bert bak")).toEqual(["bertie"]);
    expect(await names("q=kitchen&sort=name")).toEqual(["bertie", "cafe"]);
    expect(await names("q=bo cafe")).toEqual(["cafe"]);
    expect(await names("q=CAFE societe")).toEqual(["cafe"]);
  });

  it("rank by field: title, then concept, then description; never by use alone", async () => {
    expect(await names("q=bertie")).toEqual(["bertie", "herbert", "cook"]);
    expect(await names("q=bertie&sort=most_used")).toEqual(["cook", "herbert", "bertie"]);
  });

  it("are harmless whatever characters they contain", async () => {
    const odd = [
      '"',
      '" OR title:*',
      "NEAR(a b)",
      "a AND NOT b",
      "*",
      "^x",
      "{title}: x",
      "🙂",
      "犬",
      "\u0301",
      "%00",
      "𞤀𞤁",
      "--",
      "'; drop table adapters",
      "ﬁ",
      "ß",
      "a\u200bb",
      "İstanbul",
    ];
    for (const q of odd) {
      const reply = await ask<Page>("GET", `/v1/adapters?q=${encodeURIComponent(q)}`);
      expect([q, reply.status]).toEqual([q, 200]);
      expect([q, (await ask("GET", `/v1/suggest?q=${encodeURIComponent(q)}`)).status]).toEqual([q, 200]);
    }
    expect(await names("q=")).toHaveLength(5);
  });

  it("are bounded in length and number", async () => {
    const long = await ask("GET", `/v1/adapters?q=${"a".repeat(SEARCH_MAX_CHARACTERS + 1)}`);
    expect([long.status, long.body.errors[0]?.pointer]).toEqual([400, "?q"]);
    const many = await ask("GET", `/v1/adapters?q=${"a ".repeat(SEARCH_WORDS_MAX + 1)}`);
    expect([many.status, many.body.errors[0]?.pointer]).toEqual([400, "?q"]);
    expect((await ask("GET", `/v1/adapters?q=${"a ".repeat(SEARCH_WORDS_MAX)}`)).status).toBe(200);
    expect((await ask("GET", `/v1/adapters?q=${"ä".repeat(SEARCH_MAX_CHARACTERS)}`)).status).toBe(200);
  });

  it("follow a changed title, and a changed handle of the owner", async () => {
    await rows([{ name: "mole", title: "Mole" }]);
    await db().prepare("UPDATE adapters SET title = 'Vole', tags = '[\"digger\"]' WHERE name = 'mole'").run();
    expect(await names("q=vole&tag=digger")).toEqual(["mole"]);
    expect((await find("q=mole")).items.map(({ title }) => title)).toEqual(["Vole"]);
    await db().prepare("UPDATE users SET handle = 'bobby' WHERE handle = 'bo'").run();
    expect(await names("q=bobby")).toEqual(["cafe"]);
    await db().prepare("UPDATE users SET handle = 'bo' WHERE handle = 'bobby'").run();
  });
});

describe("misspelt words", () => {
  it.each([
    ["bretie", "bertie"],
    ["bertei", "bertie"],
    ["brtie", "bertie"],
    ["berrtie bakr", "bertie baker"],
    ["kitchne", "kitchen"],
    ["soicete", "societe"],
  ])("are corrected to the nearest known word: %s", async (q, corrected) => {
    const page = await find(`q=${q}`);
    expect(page.corrected).toBe(corrected);
    expect(page.items.length).toBeGreaterThan(0);
  });

  it("stay unchanged if they are known, or if no word is near", async () => {
    expect((await find("q=bertie")).corrected).toBeNull();
    for (const q of ["xylophonist", "ab", "qqqqqq", "bertie xylophonist"]) {
      expect(await find(`q=${q}`)).toMatchObject({ items: [], corrected: null });
    }
  });

  it("never reveal a word of a hidden adapter", async () => {
    for (const q of ["womabt", "wombat", "hiddne"]) {
      expect(await find(`q=${q}`)).toMatchObject({ items: [], corrected: null });
    }
  });

  it("stay corrected on the next pages, whatever is published meanwhile", async () => {
    await rows(["one", "two", "three"].map((name) => ({ name: `plat-${name}`, title: `Platypus ${name}` })));
    const first = (await ask<Page>("GET", "/v1/adapters?q=platypsu&limit=1")).body;
    expect(first.corrected).toBe("platypsu".replace("su", "us"));
    await rows([{ name: "typo", title: "Platypsu" }]);
    const second = (await ask<Page>("GET", `/v1/adapters?q=platypsu&limit=10&cursor=${first.next_cursor}`))
      .body;
    expect([second.corrected, second.items.length]).toEqual(["platypus", 2]);
  });
});

describe("filters", () => {
  it("widen inside a facet and narrow between facets", async () => {
    expect(await names("class=dog,style&sort=name")).toEqual(["cafe", "herbert"]);
    expect(await names("class=dog&class=style&sort=name")).toEqual(["cafe", "herbert"]);
    expect(await names("class=dog,style&tag=kitchen")).toEqual(["cafe"]);
    expect(await names("licence=CC0-1.0")).toEqual(["cook"]);
    expect(await names("base=other-1")).toEqual(["far"]);
    expect(await names("owner=bo,nobody")).toEqual(["cafe"]);
    for (const none of ["tag=nothing", "class=nothing", "owner=nobody", "base=nothing", "licence=nothing"]) {
      expect(await names(none)).toEqual([]);
    }
  });

  it("want one of the tags, or each of them with tag_match", async () => {
    expect(await names("tag=kitchen,portrait&sort=name")).toEqual(["bertie", "cafe"]);
    expect(await names("tag=kitchen,portrait&tag_match=any&sort=name")).toEqual(["bertie", "cafe"]);
    expect(await names("tag=kitchen,portrait&tag_match=all")).toEqual(["bertie"]);
    expect(await names("tag=kitchen,nothing&tag_match=all")).toEqual([]);
    expect((await names("tag_match=all")).length).toBeGreaterThan(2);
    expect((await ask("GET", "/v1/adapters?tag_match=some")).body.errors[0]?.pointer).toBe("?tag_match");
  });

  it("require every grant of the licence that is named", async () => {
    expect(await names("allows=no_credit")).toEqual(["cook"]);
    expect(await names("allows=no_credit,commercial_use")).toEqual(["cook"]);
    expect(await names("allows=commercial_use")).not.toContain("cafe");
    expect((await ask("GET", "/v1/adapters?allows=everything")).body.errors[0]?.pointer).toBe("?allows");
  });

  it("are bounded, and unknown ones are refused", async () => {
    const tags = Array.from({ length: FILTER_VALUES_MAX + 1 }, (_, i) => `t${i}`);
    expect((await ask("GET", `/v1/adapters?tag=${tags}`)).body.errors[0]?.pointer).toBe("?tag");
    expect((await ask("GET", `/v1/adapters?tag=${tags.slice(1)}`)).status).toBe(200);
    expect((await ask("GET", "/v1/adapters?colour=red")).body.errors[0]?.pointer).toBe("?colour");
    expect((await ask("GET", "/v1/adapters?sort=relevance")).body.errors[0]?.pointer).toBe("?sort");
  });

  it("refuse a class word with a comma, which no list could be asked for", async () => {
    const reply = await mia.ask("POST", "/v1/adapters", adapterInput("odd", { class_word: "cat, black" }));
    expect(reply.body.errors[0]?.pointer).toBe("/class_word");
  });
});

describe("orders", () => {
  it.each([
    ["trending", ["bertie", "herbert"]],
    ["most_used", ["cook", "herbert"]],
    ["most_liked", ["cook", "bertie"]],
    ["name", ["bertie", "blood"]],
  ])("%s", async (sort, expected) => {
    expect((await names(`sort=${sort}&rating=general,sensitive&owner=ana`)).slice(0, 2)).toEqual(expected);
  });

  it("follow counters", async () => {
    await db()
      .prepare("UPDATE adapters SET uses = 1000, likes = 1000, trend = 1000 WHERE name = 'far'")
      .run();
    for (const sort of ["most_used", "most_liked", "trending"]) {
      expect((await names(`sort=${sort}`))[0]).toBe("far");
    }
  });

  it("newest by first publication: a new version or a change lets nothing jump", async () => {
    const before = await names("sort=newest");
    await db()
      .prepare("UPDATE adapters SET updated_at = 9999999999999, title = title || '!' WHERE name = 'bertie'")
      .run();
    expect(await names("sort=newest")).toEqual(before);
  });
});

describe("ratings", () => {
  const SETS = [
    "general",
    "sensitive",
    "explicit",
    "general,sensitive",
    "general,explicit",
    "sensitive,explicit",
    "general,sensitive,explicit",
  ];

  it("show the requested set: a larger set never hides a row", async () => {
    const shown = new Map<string, Set<string>>();
    for (const set of SETS) shown.set(set, new Set(await names(`rating=${set}`)));
    for (const small of SETS) {
      for (const large of SETS.filter((set) => small.split(",").every((rating) => set.includes(rating)))) {
        for (const name of shown.get(small) ?? []) expect(shown.get(large)).toContain(name);
      }
    }
    expect([...(shown.get("sensitive") ?? [])]).toEqual(["blood"]);
    expect(shown.get("general,sensitive,explicit")?.size).toBe((shown.get("general")?.size ?? 0) + 2);
  });

  it("are general alone until an account shows more", async () => {
    expect(await names("sort=name")).not.toContain("blood");
    expect(await names("sort=name", mia)).not.toContain("blood");
    await db().prepare("UPDATE users SET shown_ratings = '[\"sensitive\"]' WHERE handle = 'mia'").run();
    const hers = await names("sort=name", mia);
    expect([hers.includes("blood"), hers.includes("gore"), hers.includes("cook")]).toEqual([
      true,
      false,
      true,
    ]);
    expect(await names("rating=general", mia)).not.toContain("blood");
  });
});

describe("what is listed", () => {
  it("is published, public and of an owner in good standing", async () => {
    const all = await names("rating=general,sensitive,explicit");
    for (const name of ["hidden", "draft", "gone"]) expect(all).not.toContain(name);
    await owners("crook");
    await rows([{ name: "loot", owner: "crook", tags: ["loot"] }]);
    expect(await names("tag=loot")).toEqual(["loot"]);
    await db().prepare("UPDATE users SET suspended_at = 1 WHERE handle = 'crook'").run();
    expect(await names("tag=loot")).toEqual([]);
    expect(await names("q=loot")).toEqual([]);
    await db().prepare("UPDATE users SET suspended_at = NULL WHERE handle = 'crook'").run();
    expect(await names("tag=loot")).toEqual(["loot"]);
  });

  it("includes an owner's own private adapters for the owner only", async () => {
    await mia.must("POST", "/v1/adapters", adapterInput("sketch", { title: "Pangolin", tags: ["mine"] }));
    expect(await names("owner=mia", mia)).toEqual(["sketch"]);
    expect(await names("owner=mia&tag=mine&q=pangolin", mia)).toEqual(["sketch"]);
    expect((await find("owner=mia&q=pangloin", mia)).items).toEqual([]);
    expect(await names("owner=mia,ana&q=pangolin", mia)).toEqual([]);
    expect(await names("owner=mia")).toEqual([]);
  });
});

describe("caching", () => {
  it("answers 304 until the catalog changes, to everybody alike", async () => {
    for (const path of ["/v1/adapters?q=bertie", "/v1/adapters/facets?q=bertie", "/v1/suggest?q=bert"]) {
      const first = await ask("GET", path);
      const etag = first.headers.get("etag") ?? "";
      expect(etag).toMatch(/^W\/"/);
      expect(first.headers.get("cache-control")).toMatch(/^public, max-age=0, .*stale-while-revalidate/);
      expect(first.headers.get("vary")?.toLowerCase()).toContain("authorization, cookie");
      const again = await ask<string>("GET", path, { headers: { "if-none-match": etag } });
      expect([path, again.status, again.body]).toEqual([path, 304, ""]);
      expect(
        (await ask("GET", `${path}&rating=explicit`, { headers: { "if-none-match": etag } })).status,
      ).toBe(200);
      await db().prepare("UPDATE adapters SET title = title || '.' WHERE name = 'bertie'").run();
      expect((await ask("GET", path, { headers: { "if-none-match": etag } })).status).toBe(200);
    }
  });

  it("keeps facets valid over a use, but not lists", async () => {
    const etags = async () => [
      (await ask("GET", "/v1/adapters")).headers.get("etag"),
      (await ask("GET", "/v1/adapters/facets")).headers.get("etag"),
    ];
    const [list, facets] = await etags();
    await db().prepare("UPDATE adapters SET uses = uses + 1 WHERE name = 'bertie'").run();
    const [listAfter, facetsAfter] = await etags();
    expect([listAfter === list, facetsAfter === facets]).toEqual([false, true]);
  });

  it("ends when an owner is suspended, whose adapters leave the lists", async () => {
    const first = await ask<Page>("GET", "/v1/adapters?q=cafe");
    expect(first.body.items.map(({ name }) => name)).toEqual(["cafe"]);
    await db().prepare("UPDATE users SET suspended_at = 1 WHERE handle = 'bo'").run();
    const known = { headers: { "if-none-match": first.headers.get("etag") ?? "" } };
    const second = await ask<Page>("GET", "/v1/adapters?q=cafe", known);
    expect([second.status, second.body.items]).toEqual([200, []]);
    await db().prepare("UPDATE users SET suspended_at = NULL WHERE handle = 'bo'").run();
    expect(await names("q=cafe")).toEqual(["cafe"]);
  });

  it("of facets that name an adapter ends when it may not be named any more", async () => {
    await rows([{ owner: "ana", name: "shy", visibility: "unlisted", slot: 7 }]);
    const path = "/v1/adapters/facets?composes_with=ana/shy";
    const first = await ask("GET", path);
    const known = { headers: { "if-none-match": first.headers.get("etag") ?? "" } };
    expect([first.status, (await ask("GET", path, known)).status]).toEqual([200, 304]);
    await db().prepare("UPDATE adapters SET visibility = 'private' WHERE name = 'shy'").run();
    for (const options of [{}, known]) expect((await ask("GET", path, options)).status).toBe(422);
  });

  it("keeps an answer for everybody without an account, and sends it while the catalog is as it was", async () => {
    for (const path of ["/v1/adapters?q=herbert", "/v1/adapters/facets?q=herbert", "/v1/suggest?q=herb"]) {
      await mia.ask("GET", path);
      expect(keptAnswer(`${ORIGIN}${path}`, Date.now())?.etag).toBeUndefined();
      const first = await ask("GET", path);
      expect(keptAnswer(`${ORIGIN}${path}`, Date.now())?.etag).toBe(first.headers.get("etag"));
      const again = await ask("GET", path);
      expect([again.status, again.body]).toEqual([200, first.body]);
      for (const header of ["etag", "cache-control", "vary", "content-type"]) {
        expect(again.headers.get(header)).toBe(first.headers.get(header));
      }
      await db().prepare("UPDATE adapters SET title = title || '!' WHERE name = 'herbert'").run();
      const changed = await ask("GET", path);
      expect(changed.headers.get("etag")).not.toBe(first.headers.get("etag"));
      if (!path.includes("facets")) expect(changed.body).not.toEqual(first.body);
    }
  });

  it("is private to whoever is signed in", async () => {
    const hers = await mia.ask("GET", "/v1/adapters?q=bertie");
    expect(hers.headers.get("cache-control")).toBe("private, no-cache");
    expect(hers.headers.get("etag")).not.toBe(
      (await ask("GET", "/v1/adapters?q=bertie")).headers.get("etag"),
    );
  });
});

describe("suggestions", () => {
  const suggest = async (q: string) => (await ask<Suggestions>("GET", `/v1/suggest?q=${q}`)).body;

  it("are adapters, tags and owners that begin so, few of each", async () => {
    const kit = await suggest("kit");
    expect(kit.tags).toEqual([{ tag: "kitchen", count: 2 }]);
    expect(kit.adapters.map(({ ref }) => ref).sort()).toEqual(["ana/bertie", "bo/cafe"]);
    expect((await suggest("an")).owners[0]?.handle).toBe("ana");
    await rows(
      Array.from({ length: 20 }, (_, i) => ({
        name: `many-${i}`,
        title: `Many ${i}`,
        tags: ["many", "manyfold", "manya"],
      })),
    );
    const many = await suggest("many");
    expect(many.adapters.length + many.tags.length + many.owners.length).toBe(SUGGESTIONS_MAX);
  });

  it("correct a misspelling, and are empty for an empty text", async () => {
    expect(await suggest("bretie")).toMatchObject({ corrected: "bertie" });
    expect(await suggest("%20")).toEqual({ corrected: null, adapters: [], tags: [], owners: [] });
    expect((await ask("GET", "/v1/suggest")).body.errors[0]?.pointer).toBe("?q");
  });
});
