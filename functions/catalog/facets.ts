// Facets: for each the values with counts, every other facet's filters applied.

import { type SQL, sql } from "drizzle-orm";
import { FACET_VALUES_SHOWN } from "../../schema/contract/limits.ts";
import { RATINGS } from "../../schema/contract/moderation.ts";
import { FACETS, type Facet, type FacetList, type FacetName, GRANTS } from "../../schema/contract/search.ts";
import type { Caller } from "../auth/caller.ts";
import type { Db } from "../context.ts";
import { askAll } from "../lib/ask-all.ts";
import { Refusal, refuse } from "../lib/refusal.ts";
import { type CUBE_FACETS, cubeSql, ofBaseSql, ownersSql, tagsSql } from "./facets-sql.ts";
import { mendedOf } from "./search.ts";
import { type Filters, searchOf, type Viewer } from "./search-query.ts";
import type { Search } from "./search-sql.ts";

export type FacetWish = Filters & { facet?: FacetName[] | undefined; prefix?: string | undefined };

type CubeRow = Record<(typeof CUBE_FACETS)[number] | "docs", number>;
type Counted = { value: number; docs: number; value_count: number };

export async function facetsOf(
  db: Db,
  caller: Caller | null,
  viewer: Viewer,
  wish: FacetWish,
): Promise<FacetList | Refusal> {
  const { facet, prefix, ...filters } = wish;
  const wanted = facet && facet.length > 0 ? facet : FACETS;
  if (prefix !== undefined && wanted.length !== 1) {
    return refuse("request_invalid", "needs exactly one facet to look into: send `facet`", "?prefix");
  }
  const first = await searchOf(db, caller, filters, viewer);
  if (first instanceof Refusal) return first;
  const mended = await mendedOf(db, first, filters.q);
  const search = mended?.search ?? first;

  const none = sql`select 0 as value, 0 as docs, 0 as value_count where false`;
  const ask = (name: FacetName, question: SQL) => (wanted.includes(name) ? question : none);
  const [cube, tags, owners, ofBase] = await askAll<[CubeRow, Counted, Counted, { docs: number }]>(db, [
    cubeSql(search),
    ask("tag", tagsSql(search, prefix ? valuesWith("tag", prefix) : null)),
    ask("owner", ownersSql(search, prefix ? ownersWith(prefix) : null)),
    ofBaseSql(search) ?? none,
  ]);

  const counted = new Map<FacetName, Counts>([
    ["tag", countsOfRows(tags)],
    ["owner", countsOfRows(owners)],
  ]);
  for (const name of ["base", "class", "licence", "rating"] as const) {
    counted.set(name, countsOfCube(cube, search, name));
  }
  counted.set("allows", countsOfGrants(cube, search));
  const names = await namesOf(
    db,
    wanted.flatMap((name) => [...(counted.get(name)?.docs.keys() ?? [])]),
  );
  const facets: FacetList["facets"] = {};
  for (const name of wanted) {
    const counts = counted.get(name);
    if (counts) facets[name] = facetJson(name, counts, names, search, prefix);
  }
  const total = sum(cube.filter((row) => passes(row, search, null)));
  const all = ofBase[0]?.docs;
  return {
    total,
    facets,
    composes_with: all === undefined ? null : { exact: total, others: all - total },
    corrected: mended?.words ?? null,
  };
}

type Counts = { docs: Map<number, number>; valueCount: number | null };

const countsOfRows = (rows: readonly Counted[]): Counts => ({
  docs: new Map(rows.map(({ value, docs }) => [value, docs])),
  valueCount: rows[0]?.value_count ?? 0,
});

const sum = (rows: readonly CubeRow[]) => rows.reduce((total, { docs }) => total + docs, 0);

/** Whether a combination passes the cube's filters, but for one. */
function passes(row: CubeRow, search: Search, except: FacetName | null): boolean {
  for (const name of ["base", "class", "licence", "rating"] as const) {
    const ids = search[name];
    if (ids && name !== except && !ids.includes(row[name])) return false;
  }
  return (row.allows & search.allows) === search.allows;
}

function countsOfCube(
  cube: readonly CubeRow[],
  search: Search,
  name: "base" | "class" | "licence" | "rating",
) {
  const docs = new Map<number, number>();
  for (const row of cube) {
    if (passes(row, search, name)) docs.set(row[name], (docs.get(row[name]) ?? 0) + row.docs);
  }
  return { docs, valueCount: null };
}

/** What a licence allows narrows the list, so that each grant is counted beside those that are asked for. */
function countsOfGrants(cube: readonly CubeRow[], search: Search): Counts {
  const left = cube.filter((row) => passes(row, search, null));
  const of = (bit: number) => sum(left.filter((row) => (row.allows & (1 << bit)) !== 0));
  return { docs: new Map(GRANTS.map((_, bit) => [bit, of(bit)])), valueCount: null };
}

function facetJson(
  name: FacetName,
  { docs, valueCount }: Counts,
  names: ReadonlyMap<number, string>,
  search: Search,
  prefix: string | undefined,
): Facet {
  const nameOf = (value: number) => {
    if (name === "allows") return GRANTS[value];
    return name === "rating" ? RATINGS[value] : names.get(value);
  };
  const chosen = name === "allows" ? [] : (search[name] ?? []);
  const values = [...docs].flatMap(([value, count]) => {
    const text = nameOf(value);
    if (text === undefined || (count === 0 && name === "allows")) return [];
    const begins = prefix === undefined || text.toLowerCase().startsWith(prefix.toLowerCase());
    return begins ? [{ value: text, count, chosen: chosen.includes(value) }] : [];
  });
  values.sort((a, b) => b.count - a.count || (a.value < b.value ? -1 : 1));
  return {
    values: values
      .filter((value, i) => i < FACET_VALUES_SHOWN || value.chosen)
      .map(({ value, count }) => ({ value, count })),
    value_count: valueCount ?? values.length,
  };
}

const END = "\u{10ffff}";

/** A range instead of LIKE, whose patterns D1 cuts at 50 bytes. */
export const valuesWith = (kind: "tag", prefix: string) =>
  sql`(select id from catalog_values where kind = ${kind} and value >= ${prefix.toLowerCase()}
    and value < ${prefix.toLowerCase() + END})`;

export const ownersWith = (prefix: string) =>
  sql`(select v.id from users u cross join catalog_values v on v.kind = 'owner' and v.value = u.id
    where u.handle >= ${prefix.toLowerCase()} and u.handle < ${prefix.toLowerCase() + END})`;

/** What the ids stand for; an owner's is the handle. */
export async function namesOf(db: Db, ids: readonly number[]): Promise<Map<number, string>> {
  const rows = await db.all<{ id: number; name: string | null }>(sql`
    select v.id, case v.kind when 'owner' then (select handle from users where id = v.value) else v.value end as name
    from json_each(${JSON.stringify(ids)}) j cross join catalog_values v on v.id = j.value`);
  return new Map(rows.flatMap(({ id, name }) => (name === null ? [] : [[id, name] as const])));
}
