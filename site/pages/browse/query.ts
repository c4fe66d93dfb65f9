// The catalog query in the address, so that a search can be linked and restored by Back. Pure.

import {
  ADAPTER_SORTS,
  type AdapterSort,
  GRANTS,
  TAG_MATCHES,
  type TagMatch,
} from "../../../schema/contract/search-values.ts";
import { type CatalogQuery, LISTS, type ListName } from "../../api-catalog.ts";
import { PAGES_MAX } from "../../ui/open-pages.ts";

export const SORT_WORDS: Record<AdapterSort, string> = {
  relevance: "Best match",
  trending: "Trending",
  newest: "Newest",
  most_used: "Most used",
  most_liked: "Most liked",
  name: "Name",
};

export const GRANT_WORDS: Record<(typeof GRANTS)[number], string> = {
  commercial_use: "Commercial use",
  derivatives: "Changes to it",
  different_licence: "Any licence for changes",
  no_credit: "Use without credit",
};

export const RATING_LABELS: Record<string, string> = {
  general: "For everybody",
  sensitive: "Sensitive",
  explicit: "Explicit",
};

export const sortOf = ({ sort, q }: CatalogQuery): AdapterSort => sort ?? (q ? "relevance" : "newest");
export const sortsFor = ({ q }: CatalogQuery) => ADAPTER_SORTS.filter((sort) => sort !== "relevance" || q);

export function queryOf(search: string): CatalogQuery {
  const values = new URLSearchParams(search);
  const query: CatalogQuery = {};
  const q = values.get("q")?.trim();
  if (q) query.q = q;
  for (const name of LISTS) {
    const list = [...new Set(values.getAll(name).flatMap((text) => text.split(",")))]
      .map((text) => text.trim())
      .filter((text) => text !== "" && (name !== "allows" || GRANTS.some((grant) => grant === text)));
    if (list.length > 0) query[name] = list;
  }
  const match = TAG_MATCHES.find((known) => known === values.get("tag_match"));
  if (match && query.tag) query.tag_match = match;
  const sort = ADAPTER_SORTS.find((known) => known === values.get("sort"));
  return sort ? withSort(query, sort) : query;
}

export function searchOf(query: CatalogQuery, pages = 1): string {
  const values = new URLSearchParams();
  if (query.q) values.set("q", query.q);
  for (const name of LISTS) {
    const list = query[name];
    if (list && list.length > 0) values.set(name, list.join(","));
  }
  if (query.tag_match) values.set("tag_match", query.tag_match);
  if (query.sort) values.set("sort", query.sort);
  if (pages > 1) values.set("pages", String(Math.min(pages, PAGES_MAX)));
  // These characters are safe in a query; left unescaped, the address stays readable.
  const text = values.toString().replaceAll("%2F", "/").replaceAll("%2C", ",");
  return text ? `?${text}` : "";
}

/** The default sort order is left out of the address. */
export function withSort(query: CatalogQuery, sort: AdapterSort): CatalogQuery {
  const { sort: _, ...rest } = query;
  return sort === sortOf(rest) || (sort === "relevance" && !rest.q) ? rest : { ...rest, sort };
}

export function withWords(query: CatalogQuery, text: string): CatalogQuery {
  const { q: _, ...rest } = query;
  const q = text.trim();
  const asked = q ? { ...rest, q } : rest;
  return asked.sort ? withSort(asked, asked.sort) : asked;
}

/** Toggles a value in a list of the query. */
export function toggled(query: CatalogQuery, name: ListName, value: string): CatalogQuery {
  const { [name]: list = [], ...rest } = query;
  const left = list.includes(value) ? list.filter((one) => one !== value) : [...list, value];
  const next = left.length > 0 ? { ...rest, [name]: left } : rest;
  return name === "tag" ? withTagMatch(next, query.tag_match) : next;
}

/** Tags that are chosen here narrow one another, unless somebody switched that; one tag needs no word for it in the address. */
export function withTagMatch(
  { tag_match: _, ...query }: CatalogQuery,
  match: TagMatch = "all",
): CatalogQuery {
  const tags = query.tag?.length ?? 0;
  return tags > 1 || (tags === 1 && match === "any") ? { ...query, tag_match: match } : query;
}

/** As the API reads it; with a single tag the counts say what a second would leave. */
export const tagMatchOf = ({ tag = [], tag_match }: CatalogQuery): TagMatch =>
  tag_match ?? (tag.length > 1 ? "any" : "all");

export interface Chip {
  name: ListName;
  value: string;
  text: string;
}

/** One chip for each filter value; `composes_with` has a place of its own. */
export function chipsOf(query: CatalogQuery): Chip[] {
  return LISTS.filter((name) => name !== "composes_with").flatMap((name) =>
    (query[name] ?? []).map((value) => ({ name, value, text: chipText(name, value) })),
  );
}

function chipText(name: ListName, value: string): string {
  if (name === "tag") return `#${value}`;
  if (name === "owner") return `by ${value}`;
  if (name === "allows") return GRANT_WORDS[value as keyof typeof GRANT_WORDS] ?? value;
  if (name === "rating") return RATING_LABELS[value] ?? value;
  return value;
}

/** A link to /compose/ with the named adapters. */
export const composeUrl = (refs: readonly string[]) => `/compose/#${refs.map((ref) => `a=${ref}`).join("&")}`;
