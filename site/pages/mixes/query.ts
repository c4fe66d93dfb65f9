// The query of the list of mixes in the address, so that it can be linked and restored. Pure.

import type { MixQuery, MixSort } from "../../api-mixes.ts";

export const SORTS: readonly (readonly [MixSort, string])[] = [
  ["newest", "Newest"],
  ["most_used", "Most used"],
  ["most_liked", "Most liked"],
];

const FILTERS = ["q", "base", "owner", "adapter", "rating"] as const;
export type Filter = (typeof FILTERS)[number];

export function queryOf(search: string): MixQuery {
  const values = new URLSearchParams(search);
  const query: MixQuery = {};
  for (const filter of FILTERS) {
    const value = values.get(filter)?.trim();
    if (value) query[filter] = value;
  }
  const sort = SORTS.find(([name]) => name === values.get("sort"))?.[0];
  if (sort && sort !== "newest") query.sort = sort;
  return query;
}

export function searchOf(query: MixQuery): string {
  const values = new URLSearchParams();
  for (const filter of FILTERS) {
    const value = query[filter];
    if (value) values.set(filter, value);
  }
  if (query.sort && query.sort !== "newest") values.set("sort", query.sort);
  const text = values.toString();
  return text ? `?${text.replaceAll("%2F", "/")}` : "";
}

export function withFilter(query: MixQuery, filter: Filter, value: string | null): MixQuery {
  const { [filter]: _gone, ...rest } = query;
  return value ? { ...rest, [filter]: value } : rest;
}
