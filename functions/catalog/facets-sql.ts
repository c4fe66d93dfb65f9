// The SQL of facet counts. Three queries answer all of them: one count over the facets that have few values, one over tags, one over owners;
// where only ratings filter, sums kept by triggers answer the last two. Pure.

import { type SQL, sql } from "drizzle-orm";
import { FACET_VALUES_SHOWN } from "../../schema/contract/limits.ts";
import {
  and,
  conditions,
  coveredBy,
  type Filter,
  fromCatalog,
  integers,
  type Search,
  wayOf,
} from "./search-sql.ts";

/** The facets with few values, as columns of catalog_cube. */
export const CUBE_FACETS = ["base", "class", "licence", "allows", "rating"] as const;
const CUBE = sql.raw(CUBE_FACETS.join(", "));

/** Only the cube's own facets filter: the sums are precomputed. */
const isPlain = ({ own, match, slots }: Search) => !own && match === null && slots === null;

/** Every combination of the cube's facets with its count, under all other filters. */
export function cubeSql(search: Search): SQL {
  if (isPlain(search) && !search.tag && !search.owner) {
    return sql`select ${CUBE}, docs from catalog_cube where rating in (0, 1, 2) and docs > 0`;
  }
  const way = facetWay(search, []);
  const { from, where } = fromCatalog(search, way, orderIndex(search));
  const parts = [...where, ...conditions(search, [...CUBE_FACETS, ...coveredBy(search, way)])];
  return sql`select ${CUBE}, count(*) as docs from ${from} where ${and(parts)} group by ${CUBE}`;
}

/** Facets need every row, so a filter that is set drives the query, however many rows it leaves. */
const facetWay = (search: Search, except: readonly Filter[]) =>
  wayOf(search, except, Number.POSITIVE_INFINITY);

/** Where no filter can drive the query: the rows of one base's slots, or all rows by owner. */
const orderIndex = (search: Search) => (search.slots ? "catalog_slot" : "catalog_owners");

/** Picks the most frequent values and the chosen ones out of (value, docs), by name and with the number of all. */
function mostFrequent(kind: "tag" | "owner", counts: SQL, chosen: readonly number[] | null): SQL {
  const first = sql`value in (${integers(chosen ?? [])})`;
  const name = kind === "tag" ? sql`v.value` : sql`(select u.handle from users u where u.id = v.value)`;
  return sql`select ${name} as name, p.docs, p.value_count from (
      select value, docs, count(*) over () as value_count from (${counts})
      order by ${first} desc, docs desc, value limit ${FACET_VALUES_SHOWN + (chosen?.length ?? 0)}
    ) p cross join catalog_values v on v.id = p.value`;
}

/** `within` is a subquery of the values that may be counted; null for all. */
export function tagsSql(search: Search, within: SQL | null): SQL {
  const { base, class: classes, licence, owner, allows } = search;
  // Tags that are all wanted narrow one another, so each is counted together with the chosen ones.
  const except = search.isEveryTag ? [] : (["tag"] as const);
  const plain = isPlain(search) && !owner && !search.isEveryTag;
  if (plain && !base && !classes && !licence && allows === 0) {
    return mostFrequent("tag", summedSql("tag", search.rating, within), search.tag);
  }
  const way = facetWay(search, except);
  // catalog_tags has the columns of catalog: aliased as `c`, the same conditions apply.
  const ofTags = [sql`c.listed = 1`, ...conditions({ ...search, match: null }, except)];
  const some = within ? [sql`c.tag in ${within}`] : [];
  if (plain) {
    const counts = sql`select c.tag as value, count(*) as docs from catalog_tags c
      where ${and([...ofTags, ...some])} group by c.tag`;
    return mostFrequent("tag", counts, search.tag);
  }
  if (way === "text" && !search.slots && !owner) {
    const docs = sql`(select rowid from adapters_fts where adapters_fts match ${search.match})`;
    const counts = sql`select c.tag as value, count(*) as docs from catalog_tags c indexed by catalog_tags_doc
      where c.doc in ${docs} and ${and([...ofTags, ...some])} group by c.tag`;
    return mostFrequent("tag", counts, search.tag);
  }
  const { from, where } = fromCatalog(search, way, orderIndex(search));
  const parts = [...where, ...conditions(search, [...except, ...coveredBy(search, way)])];
  if (within) parts.push(sql`t.tag in ${within}`);
  const counts = sql`select t.tag as value, count(*) as docs from ${from}
    cross join catalog_tags t indexed by catalog_tags_doc on t.doc = c.doc
    where ${and(parts)} group by t.tag`;
  return mostFrequent("tag", counts, search.tag);
}

export function ownersSql(search: Search, within: SQL | null): SQL {
  const { base, class: classes, licence, allows, tag } = search;
  if (isPlain(search) && !base && !classes && !licence && allows === 0 && !tag) {
    return mostFrequent("owner", summedSql("owner", search.rating, within), search.owner);
  }
  const way = facetWay(search, ["owner"]);
  const { from, where } = fromCatalog(search, way, orderIndex(search));
  const parts = [
    ...where,
    ...conditions(search, [...coveredBy(search, way), ...(search.own ? [] : ["owner" as const])]),
  ];
  if (within) parts.push(sql`c.owner in ${within}`);
  return mostFrequent(
    "owner",
    sql`select c.owner as value, count(*) as docs from ${from} where ${and(parts)} group by c.owner`,
    search.owner,
  );
}

function summedSql(kind: "tag" | "owner", rating: readonly number[], within: SQL | null): SQL {
  const some = within ? sql`and n.value in ${within}` : sql``;
  return sql`select n.value, sum(n.docs) as docs from catalog_counts n
    where n.kind = ${kind} and n.rating in (${integers(rating)}) and n.docs > 0 ${some} group by n.value`;
}

/** Of the base and the other filters: all rows but the named adapters, whatever they share with them. */
export function ofBaseSql(search: Search): SQL | null {
  if (!search.slots?.exact) return null;
  const any = { ...search, slots: { ...search.slots, exact: null } };
  const way = facetWay(any, []);
  const { from, where } = fromCatalog(any, way, orderIndex(any));
  const others = sql`c.slot not in (${integers(search.slots.members)})`;
  const parts = [...where, ...conditions(any, [...coveredBy(any, way)]), others];
  return sql`select count(*) as docs from ${from} where ${and(parts)}`;
}
