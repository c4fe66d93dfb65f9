// The query of the list of shared pictures in the address, with the pages that are open, so that it can be linked and restored. Pure.

import type { PictureQuery, PictureSort } from "../../api-pictures.ts";
import { PAGES_MAX } from "../../ui/open-pages.ts";

const FILTERS = ["adapter", "owner", "base", "rating"] as const;
export type Filter = (typeof FILTERS)[number];

export const SORTS: readonly (readonly [PictureSort, string])[] = [
  ["newest", "Newest"],
  ["most_liked", "Most liked"],
];

/** The filters in words. */
export const FILTER_WORDS: readonly (readonly [Filter, (value: string) => string])[] = [
  ["adapter", (value) => `with ${value}`],
  ["owner", (value) => `by ${value}`],
  ["base", (value) => `of ${value}`],
  ["rating", (value) => `rated ${value.replaceAll(",", " or ")}`],
];

export function queryOf(search: string): PictureQuery {
  const values = new URLSearchParams(search);
  const given = FILTERS.flatMap((filter) => {
    const value = values.get(filter)?.trim();
    return value ? [[filter, value] as const] : [];
  });
  const sort = SORTS.find(([name]) => name === values.get("sort"))?.[0];
  return withSort(Object.fromEntries(given), sort ?? "newest");
}

export function searchOf(query: PictureQuery, pages = 1): string {
  const values = new URLSearchParams();
  for (const filter of FILTERS) {
    const value = query[filter];
    if (value) values.set(filter, value);
  }
  if (query.sort) values.set("sort", query.sort);
  if (pages > 1) values.set("pages", String(Math.min(pages, PAGES_MAX)));
  const text = values.toString().replaceAll("%2F", "/").replaceAll("%2C", ",");
  return text && `?${text}`;
}

export function withFilter(query: PictureQuery, filter: Filter, value: string | null): PictureQuery {
  const { [filter]: _, ...rest } = query;
  return value ? { ...rest, [filter]: value } : rest;
}

/** The newest first is not said. */
export function withSort({ sort: _, ...query }: PictureQuery, sort: PictureSort): PictureQuery {
  return sort === "newest" ? query : { ...query, sort };
}
