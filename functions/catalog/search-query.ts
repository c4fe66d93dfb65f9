// The query of a list, prepared: the viewer, the ids of the filters' values, how many rows they have, and the words of the search.

import { type SQL, sql } from "drizzle-orm";
import { RATINGS, type Rating } from "../../schema/contract/moderation.ts";
import { type AdapterSort, GRANTS } from "../../schema/contract/search.ts";
import type { Db } from "../db.ts";
import { Refusal } from "../lib/refusal.ts";
import { sha256Hex } from "../lib/sha256.ts";
import { askAll } from "../lib/statement.ts";
import type { Caller } from "../rights/rights.ts";
import { slotFilterOf } from "./search-members.ts";
import { type Filters, GATHER_MAX, ownOf, type Search, textCountSql, UNFILTERED } from "./search-sql.ts";
import { matchWords, searchWords } from "./search-words.ts";

/** What a caller is shown, and the catalog's revision when that was read. */
export type Viewer = { ratings: readonly Rating[]; own: boolean; listing: number; facets: number };

/** Of two counters, each of which only rises: what a facet counts is shown in lists too, and a suspended account changes facets alone. */
const revisions = ({ listing, facets }: { listing: number; facets: number }) => ({
  listing: listing + facets,
  facets,
});

/** The catalog's revision now. */
export async function revisionOf(db: Db): Promise<Pick<Viewer, Part>> {
  const row = await db.$client.prepare(REVISION).first<Pick<ViewerRow, Part>>();
  return revisions(row ?? { listing: 0, facets: 0 });
}

type Part = "listing" | "facets";
const REVISION = "SELECT listing, facets FROM catalog_revision WHERE id = 1";

export type ViewerRow = { listing: number; facets: number; shown: string | null };

export const viewerSql = (caller: Caller | null) => sql`
  select listing, facets, (select shown_ratings from users where id = ${caller?.id ?? ""}) as shown
  from catalog_revision where id = 1`;

/** A list of the caller's own handle alone shows everything of theirs, not only what is listed. */
const isOwn = (caller: Caller | null, { owner }: Filters) =>
  caller !== null && owner?.length === 1 && owner[0] === caller.handle;

export function viewerOfRow(row: ViewerRow | undefined, caller: Caller | null, filters: Filters): Viewer {
  const own = isOwn(caller, filters);
  const shown = JSON.parse(row?.shown ?? "[]") as Rating[];
  const standard = own ? RATINGS : RATINGS.filter((rating) => rating === "general" || shown.includes(rating));
  return {
    ratings: filters.rating && filters.rating.length > 0 ? filters.rating : standard,
    own,
    ...revisions(row ?? { listing: 0, facets: 0 }),
  };
}

/** Only what an ETag needs. */
export async function viewerOf(db: Db, caller: Caller | null, filters: Filters): Promise<Viewer> {
  return viewerOfRow(await db.get<ViewerRow>(viewerSql(caller)), caller, filters);
}

/** A hash of the query and the kind of viewer, for cursors and ETags. Lists are sorted, since their order has no meaning. */
export async function questionHash(
  filters: Filters,
  viewer: Pick<Viewer, "ratings" | "own">,
  more: readonly unknown[],
): Promise<string> {
  const { rating: _, tag_match, ...given } = filters;
  const everyTag = tag_match === "all" ? { tag_match } : {};
  const parts = Object.entries({ ...given, ...everyTag, rating: viewer.ratings })
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => [name, Array.isArray(value) ? [...value].sort() : value])
    .sort(([a], [b]) => (String(a) < String(b) ? -1 : 1));
  return (await sha256Hex(JSON.stringify([parts, viewer.own, ...more]))).slice(0, 16);
}

export type Known = { viewer: Omit<Viewer, "listing" | "facets">; search: Search };

/**
 * The search of a query that names no value of a table, by a viewer whose ratings are known: then nothing is to be looked up before. With words,
 * only in the order of relevance, which does not depend on how many rows have them. Null for any other query.
 */
export function knownSearch(caller: Caller | null, filters: Filters, sort: AdapterSort): Known | null {
  const { q, allows, rating: asked, slot_class, tag_match: _, ...lists } = filters;
  const words = searchWords(q);
  const isFree =
    slot_class === undefined && Object.values(lists).every((list) => list === undefined || list.length === 0);
  const areRatingsKnown = caller === null || (asked !== undefined && asked.length > 0);
  if (!isFree || !areRatingsKnown || words instanceof Refusal) return null;
  const match = matchWords(words);
  if (match !== null && sort !== "relevance") return null;
  const viewer = viewerOfRow(undefined, caller, filters);
  const rating = viewer.ratings.map((one) => RATINGS.indexOf(one));
  return { viewer, search: { ...UNFILTERED, allows: bitsOf(allows), rating, match } };
}

const bitsOf = (allows: Filters["allows"]) =>
  (allows ?? []).reduce((bits, grant) => bits | (1 << GRANTS.indexOf(grant)), 0);

type Value = { id: number; kind: string; docs: number | null };

/** Looks up the filters' values in one round trip. An unknown value becomes a filter that nothing passes. */
export async function searchOf(
  db: Db,
  caller: Caller | null,
  filters: Filters,
): Promise<{ viewer: Viewer; search: Search } | Refusal> {
  const words = searchWords(filters.q);
  if (words instanceof Refusal) return words;
  const slots = await slotFilterOf(db, caller, filters);
  if (slots instanceof Refusal) return slots;

  const match = matchWords(words);
  const own = isOwn(caller, filters)
    ? sql`(select id from catalog_values where kind = 'owner' and value = ${caller?.id ?? ""})`
    : null;
  const [viewerRows, values, found] = await askAll<[ViewerRow, Value, { docs: number }]>(db, [
    viewerSql(caller),
    valuesSql(filters),
    match === null ? sql`select 0 as docs` : textCountSql(match, own, GATHER_MAX + 1),
  ]);
  const viewer = viewerOfRow(viewerRows[0], caller, filters);
  const idsOf = (kind: "base" | "class" | "licence" | "owner") => {
    const asked = (filters[kind] ?? []).length > 0;
    return asked ? values.filter((value) => value.kind === kind).map(({ id }) => id) : null;
  };
  const docsOf = (kind: string) =>
    values.filter((value) => value.kind === kind).reduce((sum, value) => sum + (value.docs ?? 0), 0);
  const { tag, isEveryTag, weight } = tagFilter(filters, values);
  const search: Search = {
    own: viewer.own,
    base: idsOf("base"),
    class: idsOf("class"),
    tag,
    isEveryTag,
    licence: idsOf("licence"),
    owner: idsOf("owner"),
    allows: bitsOf(filters.allows),
    rating: viewer.ratings.map((rating) => RATINGS.indexOf(rating)),
    match,
    slots,
    weight: { text: found[0]?.docs ?? 0, tag: weight, owner: docsOf("owner") },
  };
  return { viewer, search };
}

/** The ids of the tags and how many rows they have. Of tags that are all wanted the rarest stands first: it drives the query. */
function tagFilter({ tag: asked = [], tag_match }: Filters, values: readonly Value[]) {
  const found = values.filter(({ kind }) => kind === "tag").sort((a, b) => (a.docs ?? 0) - (b.docs ?? 0));
  const ids = found.map(({ id }) => id);
  const isEveryTag = tag_match === "all" && asked.length > 0;
  if (!isEveryTag) {
    const weight = found.reduce((sum, { docs }) => sum + (docs ?? 0), 0);
    return { tag: asked.length > 0 ? ids : null, isEveryTag, weight };
  }
  // No adapter has a tag that is unknown.
  const tag = ids.length < asked.length ? [] : ids;
  return { tag, isEveryTag, weight: tag.length > 0 ? (found[0]?.docs ?? 0) : 0 };
}

/** Values by name, with the number of listed adapters that have them where that is stored. */
function valuesSql(filters: Filters): SQL {
  const pairs = (["base", "class", "tag", "licence"] as const).flatMap((kind) =>
    (filters[kind] ?? []).map((value) => [kind, kind === "class" ? value.toLowerCase() : value]),
  );
  const docs = sql`(select sum(n.docs) from catalog_counts n
    where n.kind = v.kind and n.rating in (0, 1, 2) and n.value = v.id) as docs`;
  return sql`
    select v.id, v.kind, ${docs} from json_each(${JSON.stringify(pairs)}) j
    cross join catalog_values v on v.kind = j.value ->> 0 and v.value = j.value ->> 1
    union all
    select v.id, v.kind, ${docs} from json_each(${JSON.stringify(filters.owner ?? [])}) j
    cross join users u on u.handle = j.value cross join catalog_values v on v.kind = 'owner' and v.value = u.id`;
}

/** The same search with other words. */
export async function withWords(db: Db, search: Search, words: readonly string[]): Promise<Search> {
  const match = matchWords(words);
  if (match === null) return { ...search, match };
  const found = await db.get<{ docs: number }>(textCountSql(match, ownOf(search), GATHER_MAX + 1));
  return { ...search, match, weight: { ...search.weight, text: found?.docs ?? 0 } };
}
