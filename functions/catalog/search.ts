// The catalog list: filters, full text with spelling correction, six orders, keyset pages.
//
// What paging through a list guarantees while rows are inserted and changed: every adapter that passes the filters all the time and whose
// sort key does not move is seen exactly once, at any page size. One whose key moves during the walk is seen at its old place, at its
// new one, or (moved over the cursor) twice or not at all; counters that only rise never come twice.

import { eq, sql } from "drizzle-orm";
import type { AdapterSort } from "../../schema/contract/search.ts";
import type { OwnedAdapter } from "../../schema/tables.ts";
import { adapters, catalog, users } from "../../schema/tables.ts";
import type { Db } from "../db.ts";
import { pageOfRows, readCursor, type SortKey } from "../lib/cursor.ts";
import { Refusal, refuse } from "../lib/refusal.ts";
import type { Caller } from "../rights/rights.ts";
import { mend } from "./search-correction.ts";
import { questionHash, searchOf, type Viewer, withWords } from "./search-query.ts";
import { type Filters, keyShape, pageSql, type Search } from "./search-sql.ts";
import { searchTerms } from "./search-words.ts";

type ListQuery = Filters & {
  sort?: AdapterSort | undefined;
  limit: number;
  cursor?: string | undefined;
};

export type AdapterPage = {
  items: OwnedAdapter[];
  next_cursor: string | null;
  corrected: string | null;
  viewer: Viewer;
};

export function sortOf(query: Pick<ListQuery, "q" | "sort">): AdapterSort | Refusal {
  const hasWords = searchTerms(query.q ?? "").length > 0;
  if (query.sort === "relevance" && !hasWords) {
    return refuse("request_invalid", "needs words to be relevant to: send `q`", "?sort");
  }
  return query.sort ?? (hasWords ? "relevance" : "newest");
}

export async function searchAdapters(
  db: Db,
  caller: Caller | null,
  query: ListQuery,
): Promise<AdapterPage | Refusal> {
  const { limit, cursor, sort: _, ...filters } = query;
  const sort = sortOf(query);
  if (sort instanceof Refusal) return sort;
  const asked = await searchOf(db, caller, filters);
  if (asked instanceof Refusal) return asked;
  const { viewer } = asked;
  const hash = await questionHash(filters, viewer, [sort]);
  const after = cursorOf(cursor, hash, sort);
  if (after instanceof Refusal) return after;

  let { search } = asked;
  // A walk that began with corrected words goes on with them, whatever has been published since.
  let corrected = after?.corrected ?? null;
  if (corrected !== null) {
    search = await withWords(db, search, searchTerms(corrected));
  } else if (!after) {
    const found = await correctedOf(db, search, filters.q);
    if (found) [search, corrected] = [found.search, found.words];
  }

  const rows = await pageRows(db, search, { sort, after: after?.key ?? null, limit: limit + 1 });
  const page = pageOfRows(rows, limit, ({ key }) => [hash, corrected ?? "", ...key]);
  return {
    items: page.items.map(({ adapter, owner }) => ({ ...adapter, owner })),
    next_cursor: page.next_cursor,
    corrected,
    viewer,
  };
}

/** The search with its words corrected, where nothing at all matches them as they were typed. */
export async function correctedOf(db: Db, search: Search, q: string | undefined) {
  if (search.match === null || search.weight.text > 0) return null;
  const words = await mend(db, search, searchTerms(q ?? ""));
  return words === null ? null : { words, search: await withWords(db, search, searchTerms(words)) };
}

function cursorOf(cursor: string | undefined, hash: string, sort: AdapterSort) {
  const key = readCursor(cursor, ["", "", ...keyShape(sort)]);
  const [given, corrected, ...rest] = key instanceof Refusal || key === null ? [] : key;
  if (key === null) return null;
  if (key instanceof Refusal || given !== hash) {
    const detail =
      "This cursor was given out by another list: start again without it, or repeat its filters.";
    return refuse("request_invalid", detail, "?cursor");
  }
  return { corrected: corrected === "" ? null : String(corrected), key: rest as SortKey };
}

async function pageRows(
  db: Db,
  search: Search,
  { sort, after, limit }: { sort: AdapterSort; after: SortKey | null; limit: number },
): Promise<{ adapter: typeof adapters.$inferSelect; owner: string; key: SortKey }[]> {
  const to = sort === "relevance" || sort === "name" ? sql`asc` : sql`desc`;
  const rows = await db
    .select({
      adapter: adapters,
      owner: users.handle,
      k1: sql<number | string>`p.k1`,
      k2: sql<number>`p.k2`,
      k3: sql<number | null>`p.k3`,
    })
    .from(sql`(${pageSql(search, sort, after, limit)}) p`)
    .innerJoin(catalog, sql`${catalog.doc} = p.doc`)
    .innerJoin(adapters, eq(adapters.id, catalog.adapterId))
    .innerJoin(users, eq(users.id, adapters.ownerId))
    .orderBy(sql`p.k1 ${to}, p.k2 ${to}, p.k3 ${to}`)
    .all();
  return rows.map(({ adapter, owner, k1, k2, k3 }) => ({
    adapter,
    owner,
    key: k3 === null ? [k1, k2] : [k1, k2, k3],
  }));
}
