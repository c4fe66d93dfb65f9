// Query plans of lists and facets: no query may read a whole table, whatever the filters and the sort order.

import { type SQL, sql } from "drizzle-orm";
import { drizzle } from "drizzle-orm/d1";
import { beforeAll, describe, expect, it } from "vitest";
import { ownersWith, valuesWith } from "../../../functions/catalog/facets.ts";
import { cubeSql, ofBaseSql, ownersSql, tagsSql } from "../../../functions/catalog/facets-sql.ts";
import { neighboursSql } from "../../../functions/catalog/search-correction.ts";
import {
  GATHER_MAX,
  keyShape,
  pageSql,
  type Search,
  textCountSql,
  UNFILTERED,
} from "../../../functions/catalog/search-sql.ts";
import { askAll, statement } from "../../../functions/lib/statement.ts";
import { ADAPTER_SORTS } from "../../../schema/contract/index.ts";
import { db } from "../cast.ts";
import { owners, rows } from "./rows.ts";

/** Whole readings that are none: what a question itself brings along, and what was gathered before. */
const SMALL = /^SCAN (j|n|p|\(subquery-\d+\)|CONSTANT ROW|\d+ CONSTANT ROWS?)( |$)/;
/** FTS5 answers a MATCH from its own index and calls that a scan of a virtual table. */
const MATCHED = / VIRTUAL TABLE INDEX \d+:M/;

async function wholeReadings(questions: readonly SQL[]): Promise<string[]> {
  const plans = await askAll<{ detail: string }[]>(
    drizzle(db()),
    questions.map((question) => sql`explain query plan ${question}`),
  );
  return plans.flatMap((plan) =>
    plan
      .map(({ detail }) => detail)
      .filter((detail) => detail.startsWith("SCAN") && !SMALL.test(detail) && !MATCHED.test(detail)),
  );
}

const NONE: Search = { ...UNFILTERED, rating: [0] };

const slots = (more: Partial<NonNullable<Search["slots"]>>) => ({
  base: 1,
  exact: null,
  members: [0],
  ranges: null,
  ...more,
});
const CHOICES: Partial<Search>[][] = [
  [{}, { match: '"ba"*' }],
  [{}, { base: [1], class: [2, 3] }],
  [{}, { tag: [5] }, { tag: [5, 6] }, { tag: [5, 6], isEveryTag: true }],
  [{}, { licence: [7], allows: 3 }],
  [{}, { owner: [8] }],
  [{}, { own: true, owner: [8] }],
  [{ rating: [0] }, { rating: [0, 1, 2] }],
  [
    {},
    { slots: slots({ exact: new Uint8Array([1, 0]).buffer }) },
    { slots: slots({ ranges: [[0, 30]] }) },
    {
      slots: slots({
        exact: new Uint8Array([1, 0]).buffer,
        ranges: [
          [3, 3],
          [5, 5],
        ],
      }),
    },
    { slots: slots({ ranges: [] }) },
  ],
  // Rare, and frequent beyond what is gathered.
  [
    { weight: { text: 1, tag: 2, owner: 3 } },
    { weight: { text: GATHER_MAX + 1, tag: GATHER_MAX + 1, owner: GATHER_MAX + 1 } },
  ],
];

/** Every choice of filters that a route can make. */
const SEARCHES = CHOICES.reduce<Search[]>(
  (searches, choices) => searches.flatMap((search) => choices.map((choice) => ({ ...search, ...choice }))),
  [NONE],
);

beforeAll(async () => {
  await owners("ana");
  await rows(Array.from({ length: 20 }, (_, i) => ({ name: `r-${i}`, tags: ["a", "b"], slot: i })));
});

describe("no whole table is read", () => {
  it.each(ADAPTER_SORTS)(
    "by a page in the order %s, first or later, under any filters",
    async (sort) => {
      const searches = SEARCHES.filter(({ match }) => sort !== "relevance" || match !== null);
      expect(searches.length).toBeGreaterThan(400);
      const questions = searches.flatMap((search) => [
        pageSql(search, sort, null, 25),
        pageSql(search, sort, keyShape(sort), 25),
      ]);
      expect([...new Set(await wholeReadings(questions))]).toEqual([]);
    },
    120_000,
  );

  it("by the facets, under any filters", async () => {
    const questions = SEARCHES.flatMap((search) =>
      [
        cubeSql(search),
        tagsSql(search, null),
        ownersSql(search, null),
        tagsSql(search, valuesWith("tag", "po")),
        ownersSql(search, ownersWith("an")),
        ofBaseSql(search),
      ].filter((question) => question !== null),
    );
    expect([...new Set(await wholeReadings(questions))]).toEqual([]);
  }, 120_000);

  it("by spelling correction or counting rows of a word", async () => {
    const questions = [
      neighboursSql("bertie"),
      textCountSql('"ba"*', null, 10),
      textCountSql('"ba"*', sql`(8)`, 10),
    ];
    expect(await wholeReadings(questions)).toEqual([]);
  });

  it("and no row where the counts of facets say that nothing passes", async () => {
    const readsOf = async (allows: number) => {
      const page = pageSql({ ...NONE, allows }, "newest", null, 25);
      const { results, meta } = await statement(drizzle(db()), page).all();
      return [results.length, meta.rows_read] as const;
    };
    // Their licence allows all but leaving the credit out.
    const [found] = await readsOf(7);
    const [none, reads] = await readsOf(8);
    expect([found, none]).toEqual([20, 0]);
    expect(reads).toBeLessThan(5);
  });

  it("is detected: a query without an index fails this check", async () => {
    for (const question of [
      sql`select * from catalog where trend + 0 > 1`,
      sql`select doc from catalog where uses > 1`,
      sql`select rowid from adapters_fts`,
    ]) {
      expect((await wholeReadings([question])).length).toBe(1);
    }
  });
});
