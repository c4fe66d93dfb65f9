// The SQL of lists and facets. The plan of each query is chosen here, not by the planner, which has no statistics on D1:
// `indexed by` and `not indexed` force it, and a test reads every plan. Pure.

import { type SQL, sql } from "drizzle-orm";
import type { Rating } from "../../schema/contract/moderation.ts";
import type { AdapterSort, Grant, TagMatch } from "../../schema/contract/search.ts";
import type { SortKey } from "../lib/cursor.ts";
import { TIERS, tierExpression } from "./search-words.ts";

/** As the routes parse them; absent and empty mean the same. */
export type Filters = {
  q?: string | undefined;
  base?: string[] | undefined;
  class?: string[] | undefined;
  tag?: string[] | undefined;
  tag_match?: TagMatch | undefined;
  licence?: string[] | undefined;
  allows?: Grant[] | undefined;
  owner?: string[] | undefined;
  rating?: Rating[] | undefined;
  composes_with?: string[] | undefined;
  slot?: number[] | undefined;
  slot_class?: number | undefined;
};

export type SlotFilter = {
  base: number;
  /** A byte a slot, 1 where it composes exactly; null without that filter. */
  exact: ArrayBuffer | null;
  /** The slots of the adapters to compose with. */
  members: readonly number[];
  ranges: (readonly [number, number])[] | null;
};

/** Filters as the tables store them: ids of catalog_values, bits, indexes into RATINGS. null filters nothing, [] lets nothing pass. */
export type Search = {
  own: boolean;
  base: readonly number[] | null;
  class: readonly number[] | null;
  tag: readonly number[] | null;
  /** Each of the tags is wanted, the rarest first; else one of them. */
  isEveryTag: boolean;
  licence: readonly number[] | null;
  owner: readonly number[] | null;
  allows: number;
  rating: readonly number[];
  match: string | null;
  slots: SlotFilter | null;
  /** How many listed rows words, tags and owners have; counted up to the limit that matters. */
  weight: { text: number; tag: number; owner: number };
};

export const UNFILTERED: Omit<Search, "rating"> = {
  own: false,
  base: null,
  class: null,
  tag: null,
  isEveryTag: false,
  licence: null,
  owner: null,
  allows: 0,
  match: null,
  slots: null,
  weight: { text: 0, tag: 0, owner: 0 },
};

export type Filter = "base" | "class" | "tag" | "licence" | "owner" | "allows" | "rating" | "text" | "slots";

/**
 * Up to so many rows are fetched and sorted. Above that, the index of the sort order is scanned and rows are tested: among so many
 * the page is soon full, and where other filters leave few, the scan of the index is the bound.
 */
export const GATHER_MAX = 2_000;

/** Integers from our own tables, as literals: a bound list would need a subquery, and D1 binds numbers as reals. */
const ints = (values: readonly number[]) => sql.raw(values.map((value) => Math.trunc(value)).join(","));

const matching = (match: string) => sql`(select rowid from adapters_fts where adapters_fts match ${match})`;

/** What a row of `catalog c` must fulfil, but for the filters in `except`. */
export function conditions(search: Search, except: readonly Filter[] = []): SQL[] {
  const parts: SQL[] = [];
  const wanted = (filter: Filter) => !except.includes(filter);
  for (const facet of ["base", "class", "licence", "owner", "rating"] as const) {
    const ids = search[facet];
    if (ids && wanted(facet)) parts.push(sql`c.${sql.raw(facet)} in (${ints(ids)})`);
  }
  if (search.allows && wanted("allows")) {
    parts.push(sql`(c.allows & ${ints([search.allows])}) = ${ints([search.allows])}`);
  }
  if (search.slots && wanted("slots")) parts.push(...slotConditions(search.slots));
  if (search.tag && wanted("tag")) {
    const groups = search.isEveryTag && search.tag.length > 0 ? search.tag.map((tag) => [tag]) : [search.tag];
    for (const tags of groups) {
      parts.push(
        sql`exists (select 1 from catalog_tags m where m.listed = c.listed and m.tag in (${ints(tags)}) and m.doc = c.doc)`,
      );
    }
  }
  if (search.match !== null && wanted("text")) parts.push(sql`+c.doc in ${matching(search.match)}`);
  return parts;
}

function slotConditions({ base, exact, ranges }: SlotFilter): SQL[] {
  const parts = [sql`c.base = ${ints([base])}`];
  if (exact) parts.push(sql`substr(${exact}, c.slot + 1, 1) = x'01'`);
  if (ranges) {
    const either = ranges.map(
      ([first, last]) => sql`c.slot between ${ints([first])} and ${ints([Math.min(last, 2 ** 52)])}`,
    );
    parts.push(either.length === 0 ? sql`false` : sql`(${sql.join(either, sql` or `)})`);
  }
  return parts;
}

export type Way = "own" | "text" | "tag" | "owner" | "slots" | "order";

/** The filter that leaves the fewest rows drives the query; the sort order's index where none leaves few. */
export function wayOf(search: Search, except: readonly Filter[], most: number): Way {
  if (search.own) return "own";
  const leads = (
    [
      ["text", search.match !== null],
      ["tag", search.tag !== null],
      ["owner", search.owner !== null],
    ] as const
  )
    .filter(([filter, given]) => given && !except.includes(filter) && search.weight[filter] <= most)
    .sort(([a], [b]) => search.weight[a] - search.weight[b]);
  if (search.slots?.ranges && !except.includes("slots")) return "slots";
  return leads[0]?.[0] ?? "order";
}

/** The FROM clause of `catalog c` by what drives the query, and the conditions that this adds. `order` names the index that is scanned. */
export function fromCatalog(search: Search, way: Way, order: string): { from: SQL; where: SQL[] } {
  const listed = sql`c.listed = 1`;
  switch (way) {
    case "own":
      return { from: sql`catalog c indexed by catalog_owner`, where: [] };
    case "owner":
      return { from: sql`catalog c indexed by catalog_owner`, where: [listed] };
    case "text":
      return {
        from: sql`catalog c not indexed`,
        where: [listed, sql`c.doc in ${matching(search.match ?? "")}`],
      };
    case "tag": {
      const tags = search.isEveryTag ? (search.tag ?? []).slice(0, 1) : (search.tag ?? []);
      const docs = sql`(select l.doc from catalog_tags l where l.listed = 1 and l.tag in (${ints(tags)}))`;
      return { from: sql`catalog c not indexed`, where: [listed, sql`c.doc in ${docs}`] };
    }
    case "slots":
      return { from: sql`catalog c indexed by catalog_slot`, where: [listed] };
    case "order":
      return { from: sql`catalog c indexed by ${sql.raw(order)}`, where: [listed] };
  }
}

/** The driving filter need not be tested again, but for tags that are all wanted: only one of them drives. */
const covered = ({ isEveryTag }: Search, way: Way): Filter[] =>
  way === "text" || (way === "tag" && !isEveryTag) ? [way] : [];

export const and = (parts: readonly SQL[]) =>
  parts.length === 0 ? sql`true` : sql.join([...parts], sql` and `);

/**
 * The limit, or 0 where no listed adapter passes the filters that catalog_cube counts by: a scan of the order would read its whole index to
 * find nothing. As a condition it would be tested for each row, or joined by SQLite, which then sorts what it reads in order.
 */
function limitOfScan(search: Search, limit: number): SQL {
  const { base, class: kind, licence, allows } = search;
  if (!base && !kind && !licence && !allows) return sql`${limit}`;
  const parts = conditions({ ...UNFILTERED, base, class: kind, licence, allows, rating: search.rating });
  return sql`iif((select 1 from catalog_cube c where ${and([...parts, sql`c.docs > 0`])} limit 1), ${limit}, 0)`;
}

type Order = { column: SQL; direction: "asc" | "desc"; shape: string | number };

const ORDERS: Record<Exclude<AdapterSort, "relevance">, Order> = {
  newest: { column: sql`c.published_at`, direction: "desc", shape: 0 },
  trending: { column: sql`c.trend`, direction: "desc", shape: 0 },
  most_used: { column: sql`c.uses`, direction: "desc", shape: 0 },
  most_liked: { column: sql`c.likes`, direction: "desc", shape: 0 },
  name: { column: sql`c.name`, direction: "asc", shape: "" },
};

/** The sort key in a cursor of this order. */
export function keyShape(sort: AdapterSort): SortKey {
  return sort === "relevance" ? [0, 0, 0] : [ORDERS[sort].shape, 0];
}

/** One page: doc and its sort key k1, k2 (k3). */
export function pageSql(search: Search, sort: AdapterSort, after: SortKey | null, limit: number): SQL {
  if (sort === "relevance") return relevanceSql(search, after, limit);
  const { column, direction } = ORDERS[sort];
  const way = wayOf(search, [], GATHER_MAX);
  const { from, where } = fromCatalog(search, way, `catalog_${sort}`);
  const parts = [...where, ...conditions(search, covered(search, way))];
  if (after) {
    const beyond = direction === "desc" ? sql`<` : sql`>`;
    parts.push(sql`(${column}, c.doc) ${beyond} (${after[0]}, ${after[1]})`);
  }
  const to = sql.raw(direction);
  return sql`select c.doc as doc, ${column} as k1, c.doc as k2, null as k3 from ${from}
    where ${and(parts)} order by ${column} ${to}, c.doc ${to} limit ${way === "order" ? limitOfScan(search, limit) : limit}`;
}

/** By the field that matched, best first, then by uses. All keys ascend, so that one row comparison finds the next page. */
function relevanceSql(search: Search, after: SortKey | null, limit: number): SQL {
  const match = search.match ?? "";
  const places = TIERS.map(
    (columns, i) => sql`when +c.doc in ${matching(tierExpression(columns, match))} then ${ints([i])}`,
  );
  const tier = sql`case ${sql.join(places, sql` `)} else ${ints([TIERS.length])} end`;
  const way = search.own ? "own" : "text";
  const { from, where } = fromCatalog(search, way, "");
  const rows = sql`select c.doc as doc, ${tier} as k1, -c.uses as k2, -c.doc as k3 from ${from}
    where ${and([...where, ...conditions(search, covered(search, way))])}`;
  const beyond = after ? sql`where (k1, k2, k3) > (${after[0]}, ${after[1]}, ${after[2]})` : sql``;
  return sql`select doc, k1, k2, k3 from (${rows}) ${beyond} order by k1, k2, k3 limit ${limit}`;
}

/** How many rows match the words, ignoring other filters; counted up to `most`. `own` is the owner whose rows are counted, null for listed rows. */
export function textCountSql(match: string, own: SQL | null, most: number): SQL {
  const scope = own ? sql`c.owner in ${own}` : sql`c.listed = 1`;
  return sql`select count(*) as docs from (
    select 1 from adapters_fts f cross join catalog c on c.doc = f.rowid
    where adapters_fts match ${match} and ${scope} limit ${most})`;
}

export const ownOf = (search: Search) => (search.own ? sql`(${ints(search.owner ?? [])})` : null);

export { covered as coveredBy, ints as integers };
