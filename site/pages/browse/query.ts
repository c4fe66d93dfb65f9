// The catalog query in the address: what was searched can be linked and gone back to. Pure.

import { ADAPTER_SORTS, type AdapterSort, GRANTS } from "../../../schema/contract/search.ts";
import { type CatalogQuery, LISTS, type ListName } from "../../api-catalog.ts";

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

export const RATING_WORDS: Record<string, string> = {
  general: "For everybody",
  sensitive: "Sensitive",
  explicit: "Explicit",
};

/** Pages that were open, so that coming back finds the same length of list. */
export const PAGES_MAX = 10;

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
  const sort = ADAPTER_SORTS.find((known) => known === values.get("sort"));
  return sort ? withSort(query, sort) : query;
}

export function pagesOf(search: string): number {
  const pages = Number(new URLSearchParams(search).get("pages") ?? "1");
  return Number.isInteger(pages) && pages >= 1 ? Math.min(pages, PAGES_MAX) : 1;
}

export function searchOf(query: CatalogQuery, pages = 1): string {
  const values = new URLSearchParams();
  if (query.q) values.set("q", query.q);
  for (const name of LISTS) {
    const list = query[name];
    if (list && list.length > 0) values.set(name, list.join(","));
  }
  if (query.sort) values.set("sort", query.sort);
  if (pages > 1) values.set("pages", String(Math.min(pages, PAGES_MAX)));
  // These characters are safe in a query, and the address stays readable.
  const text = values.toString().replaceAll("%2F", "/").replaceAll("%2C", ",");
  return text ? `?${text}` : "";
}

/** The order that comes of itself is left out of the address. */
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

/** Adds a value to a list of the query, or takes it away. */
export function toggled(query: CatalogQuery, name: ListName, value: string): CatalogQuery {
  const { [name]: list = [], ...rest } = query;
  const left = list.includes(value) ? list.filter((one) => one !== value) : [...list, value];
  return left.length > 0 ? { ...rest, [name]: left } : rest;
}

export interface Chip {
  name: ListName;
  value: string;
  text: string;
}

/** What filters, one chip a value. What the list composes with has a place of its own. */
export function chipsOf(query: CatalogQuery): Chip[] {
  return LISTS.filter((name) => name !== "composes_with").flatMap((name) =>
    (query[name] ?? []).map((value) => ({ name, value, text: wordsOf(name, value) })),
  );
}

export function wordsOf(name: ListName, value: string): string {
  if (name === "tag") return `#${value}`;
  if (name === "owner") return `by ${value}`;
  if (name === "allows") return GRANT_WORDS[value as keyof typeof GRANT_WORDS] ?? value;
  if (name === "rating") return RATING_WORDS[value] ?? value;
  return value;
}

/** Where the named adapters are composed. */
export const composeUrl = (refs: readonly string[]) => `/compose/#${refs.map((ref) => `a=${ref}`).join("&")}`;
