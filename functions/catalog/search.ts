// The catalog list: filters, full text with spelling correction, six orders, keyset pages.
//
// What paging through a list guarantees while rows are inserted and changed: every adapter that passes the filters all the time and whose
// sort key does not move is seen exactly once, at any page size. One whose key moves during the walk is seen at its old place, at its
// new one, or (moved over the cursor) twice or not at all; counters that only rise never come twice.

import { type SQL, sql } from "drizzle-orm";
import type { AdapterSort } from "../../schema/contract/search.ts";
import type { Db } from "../db.ts";
import { pageOfRows, readCursor, type SortKey } from "../lib/cursor.ts";
import { Refusal, refuse } from "../lib/refusal.ts";
import { askAll } from "../lib/statement.ts";
import type { Caller } from "../rights/rights.ts";
import {
  ADAPTER_COLUMNS,
  adapterOfRow,
  type ListedAdapter,
  latestSeenBy,
  VERSION_COLUMNS,
  versionOfRow,
} from "./adapter-rows.ts";
import { mend } from "./search-correction.ts";
import {
  type Known,
  knownSearch,
  questionHash,
  searchOf,
  type Viewer,
  type ViewerRow,
  viewerOfRow,
  viewerSql,
  withWords,
} from "./search-query.ts";
import { type Filters, keyShape, pageSql, type Search, textCountSql } from "./search-sql.ts";
import { matchWords, searchTerms } from "./search-words.ts";

type ListQuery = Filters & {
  sort?: AdapterSort | undefined;
  limit: number;
  cursor?: string | undefined;
};

export type AdapterPage = {
  items: ListedAdapter[];
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

/** One round trip where the query needs nothing looked up before, as most do; else one more. A correction of words takes further ones. */
export async function searchAdapters(
  db: Db,
  caller: Caller | null,
  query: ListQuery,
): Promise<AdapterPage | Refusal> {
  const { limit, cursor, sort: _, ...filters } = query;
  const sort = sortOf(query);
  if (sort instanceof Refusal) return sort;
  const known = knownSearch(caller, filters, sort);
  if (known) return searchAtOnce(db, caller, query, { ...known, sort });
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

  const order = { sort, after: after?.key ?? null, limit: limit + 1 };
  const [rows] = await askAll<[PageRow]>(db, [listedSql(caller, search, order)]);
  return pageOf(rows, { limit, hash, corrected, viewer });
}

async function searchAtOnce(
  db: Db,
  caller: Caller | null,
  { limit, cursor, sort: _, ...filters }: ListQuery,
  { viewer, search, sort }: Known & { sort: AdapterSort },
): Promise<AdapterPage | Refusal> {
  const hash = await questionHash(filters, viewer, [sort]);
  const after = cursorOf(cursor, hash, sort);
  if (after instanceof Refusal) return after;
  const order = { sort, after: after?.key ?? null, limit: limit + 1 };
  const corrected = after?.corrected ?? null;
  const asked = corrected === null ? search : { ...search, match: matchWords(searchTerms(corrected)) };
  const first = !after && asked.match !== null;
  const [viewerRows, counted, rows] = await askAll<[ViewerRow, { docs: number }, PageRow]>(db, [
    viewerSql(caller),
    first ? textCountSql(asked.match ?? "", null, 1) : sql`select 1 as docs`,
    listedSql(caller, asked, order),
  ]);
  const page = { limit, hash, viewer: viewerOfRow(viewerRows[0], caller, filters) };
  const better = counted[0]?.docs === 0 ? await correctedOf(db, asked, filters.q) : null;
  if (!better) return pageOf(rows, { ...page, corrected });
  const [again] = await askAll<[PageRow]>(db, [listedSql(caller, better.search, order)]);
  return pageOf(again, { ...page, corrected: better.words });
}

type PageRow = Record<string, unknown> & { k1: number | string; k2: number; k3: number | null };

/** A page with what its entries show: the slot, the newest version and its pictures. */
export function listedSql(
  caller: Caller | null,
  search: Search,
  { sort, after, limit }: { sort: AdapterSort; after: SortKey | null; limit: number },
): SQL {
  const to = sort === "relevance" || sort === "name" ? sql`asc` : sql`desc`;
  return sql`select ${ADAPTER_COLUMNS}, ${VERSION_COLUMNS}, p.k1, p.k2, p.k3
    from (${pageSql(search, sort, after, limit)}) p cross join catalog c on c.doc = p.doc
    cross join adapters a on a.id = c.adapter_id cross join users u on u.id = a.owner_id
    left join slots s on s.adapter_id = a.id left join versions v on v.id = ${latestSeenBy(caller?.id)}
    order by p.k1 ${to}, p.k2 ${to}, p.k3 ${to}`;
}

function pageOf(
  rows: PageRow[],
  {
    limit,
    hash,
    corrected,
    viewer,
  }: { limit: number; hash: string } & Pick<AdapterPage, "corrected" | "viewer">,
): AdapterPage {
  const page = pageOfRows(rows, limit, ({ k1, k2, k3 }) => [
    ...[hash, corrected ?? "", k1, k2],
    ...(k3 === null ? [] : [k3]),
  ]);
  const items = page.items.map((row) => ({ ...adapterOfRow(row), latest: versionOfRow(row) }));
  return { items, next_cursor: page.next_cursor, corrected, viewer };
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
