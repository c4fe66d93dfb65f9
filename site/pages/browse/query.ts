// The catalog query in the address: what was searched can be linked and gone back to. Pure.

import type { AdapterQuery, AdapterSort } from "../../api.ts";

export const SORTS: readonly (readonly [AdapterSort, string])[] = [
  ["newest", "Newest"],
  ["most_used", "Most used"],
  ["name", "Name"],
];

const FILTERS = ["q", "base", "class", "tag", "owner"] as const;
export type Filter = (typeof FILTERS)[number];

export function queryOf(search: string): AdapterQuery {
  const values = new URLSearchParams(search);
  const query: AdapterQuery = {};
  for (const filter of FILTERS) {
    const value = values.get(filter)?.trim();
    if (value) query[filter] = value;
  }
  const sort = SORTS.find(([name]) => name === values.get("sort"))?.[0];
  if (sort && sort !== "newest") query.sort = sort;
  return query;
}

export function searchOf(query: AdapterQuery): string {
  const values = new URLSearchParams();
  for (const filter of FILTERS) {
    const value = query[filter];
    if (value) values.set(filter, value);
  }
  if (query.sort && query.sort !== "newest") values.set("sort", query.sort);
  const text = values.toString();
  return text ? `?${text}` : "";
}

export function withFilter(query: AdapterQuery, filter: Filter, value: string | null): AdapterQuery {
  const { [filter]: _gone, ...rest } = query;
  return value ? { ...rest, [filter]: value } : rest;
}

/** The words that entries carry, most frequent first, for filter chips. */
export function frequent(words: readonly string[], most: number): string[] {
  const counts = new Map<string, number>();
  for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1);
  return [...counts]
    .sort((a, b) => b[1] - a[1] || a[0].localeCompare(b[0]))
    .slice(0, most)
    .map(([word]) => word);
}
