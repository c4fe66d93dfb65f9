// Facets: the values of each with counts, under the filters of all other facets.

import { type SQL, sql } from "drizzle-orm";
import { FACET_VALUES_SHOWN } from "../../schema/contract/limits.ts";
import { RATINGS } from "../../schema/contract/moderation.ts";
import { FACETS, type Facet, type FacetList, type FacetName, GRANTS } from "../../schema/contract/search.ts";
import type { Db } from "../db.ts";
import { Refusal, refuse } from "../lib/refusal.ts";
import { askAll } from "../lib/statement.ts";
import type { Caller } from "../rights/rights.ts";
import { type CUBE_FACETS, cubeSql, ofBaseSql, ownersSql, tagsSql } from "./facets-sql.ts";
import { correctedOf } from "./search.ts";
import { searchOf, type Viewer } from "./search-query.ts";
import type { Filters, Search } from "./search-sql.ts";
import { folded } from "./search-words.ts";

export type FacetQuery = Filters & { facet?: FacetName[] | undefined; prefix?: string | undefined };

type CubeRow = Record<(typeof CUBE_FACETS)[number] | "docs", number>;
type Counted = { name: string; docs: number; value_count: number };

export async function facetsOf(
  db: Db,
  caller: Caller | null,
  query: FacetQuery,
): Promise<{ viewer: Viewer; list: FacetList } | Refusal> {
  const { facet, prefix: begun, ...filters } = query;
  const prefix = begun === undefined ? undefined : folded(begun);
  const wanted = facet && facet.length > 0 ? facet : FACETS;
  if (prefix !== undefined && wanted.length !== 1) {
    return refuse("request_invalid", "needs exactly one facet to look into: send `facet`", "?prefix");
  }
  const asked = await searchOf(db, caller, filters);
  if (asked instanceof Refusal) return asked;
  const corrected = await correctedOf(db, asked.search, filters.q);
  const search = corrected?.search ?? asked.search;

  const ask = (name: FacetName, question: SQL) => (wanted.includes(name) ? question : NOTHING);
  const [cube, tags, owners, ofBase, names] = await askAll<
    [CubeRow, Counted, Counted, { docs: number }, { id: number; value: string }]
  >(db, [
    cubeSql(search),
    ask("tag", tagsSql(search, prefix ? valuesWith("tag", prefix) : null)),
    ask("owner", ownersSql(search, prefix ? ownersWith(prefix) : null)),
    ofBaseSql(search) ?? NOTHING,
    sql`select id, value from catalog_values where kind in ('base', 'class', 'licence')`,
  ]);

  const nameOf = new Map(names.map(({ id, value }) => [id, value]));
  const facets: FacetList["facets"] = {};
  for (const name of wanted) {
    if (name === "tag") facets.tag = facetOfRows(tags);
    else if (name === "owner") facets.owner = facetOfRows(owners);
    else facets[name] = facetOfCube(cube, search, name, { nameOf, prefix });
  }
  const total = sum(cube.filter((row) => passes(row, search, null)));
  const all = ofBase[0]?.docs;
  const list = {
    total,
    facets,
    composes_with: all === undefined ? null : { exact: total, others: all - total },
    corrected: corrected?.words ?? null,
  };
  return { viewer: asked.viewer, list };
}

const NOTHING = sql`select 0 as value, 0 as docs where false`;

/** Chosen values are included however rare they are. */
const facetOfRows = (rows: readonly Counted[]): Facet => ({
  values: byCount(rows.map(({ name, docs }) => ({ value: name, count: docs }))),
  value_count: rows[0]?.value_count ?? 0,
});

const byCount = (values: Facet["values"]) =>
  values.sort((a, b) => b.count - a.count || (a.value < b.value ? -1 : 1));

const sum = (rows: readonly CubeRow[]) => rows.reduce((total, { docs }) => total + docs, 0);

type Plain = "base" | "class" | "licence" | "rating";

/** Whether a combination passes the cube's filters, but for one. */
function passes(row: CubeRow, search: Search, except: FacetName | null): boolean {
  for (const name of ["base", "class", "licence", "rating"] as const) {
    const ids = search[name];
    if (ids && name !== except && !ids.includes(row[name])) return false;
  }
  return (row.allows & search.allows) === search.allows;
}

function facetOfCube(
  cube: readonly CubeRow[],
  search: Search,
  name: Plain | "allows",
  { nameOf, prefix }: { nameOf: ReadonlyMap<number, string>; prefix: string | undefined },
): Facet {
  const counts = name === "allows" ? grantsOf(cube, search) : countsOf(cube, search, name);
  const chosen = name === "allows" ? [] : (search[name] ?? []);
  const values = [...counts].flatMap(([id, count]) => {
    const value = name === "allows" ? GRANTS[id] : name === "rating" ? RATINGS[id] : nameOf.get(id);
    const begins =
      prefix === undefined ||
      folded(value ?? "")
        .toLowerCase()
        .startsWith(prefix.toLowerCase());
    return value !== undefined && begins && count > 0 ? [{ value, count, chosen: chosen.includes(id) }] : [];
  });
  const shown = byCount(values) as typeof values;
  return {
    values: shown
      .filter((value, i) => i < FACET_VALUES_SHOWN || value.chosen)
      .map(({ value, count }) => ({ value, count })),
    value_count: values.length,
  };
}

function countsOf(cube: readonly CubeRow[], search: Search, name: Plain): Map<number, number> {
  const docs = new Map<number, number>();
  for (const row of cube) {
    if (passes(row, search, name)) docs.set(row[name], (docs.get(row[name]) ?? 0) + row.docs);
  }
  return docs;
}

/** Grants are combined by AND, so each one is counted together with the chosen ones. */
function grantsOf(cube: readonly CubeRow[], search: Search): Map<number, number> {
  const left = cube.filter((row) => passes(row, search, null));
  const having = (bit: number) => sum(left.filter((row) => (row.allows & (1 << bit)) !== 0));
  return new Map(GRANTS.map((_, bit) => [bit, having(bit)]));
}

const END = "\u{10ffff}";

/** A range instead of LIKE, whose patterns D1 cuts at 50 bytes. */
export const valuesWith = (kind: "tag", prefix: string) =>
  sql`(select id from catalog_values where kind = ${kind} and value >= ${prefix.toLowerCase()}
    and value < ${prefix.toLowerCase() + END})`;

export const ownersWith = (prefix: string) =>
  sql`(select v.id from users u cross join catalog_values v on v.kind = 'owner' and v.value = u.id
    where u.handle >= ${prefix.toLowerCase()} and u.handle < ${prefix.toLowerCase() + END})`;
