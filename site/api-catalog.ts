// API calls of search: lists with every filter, facets, suggestions. Like api.ts, every call returns a Reply.

import { type AdapterQuery, call, type Schema } from "./api.ts";

export type { FacetName } from "../schema/contract/search.ts";
export type Facet = Schema<"Facet">;
export type FacetList = Schema<"FacetList">;
export type Suggestions = Schema<"Suggestions">;

/** Filters that take several values, sent comma separated. */
export const LISTS = [
  "base",
  "class",
  "tag",
  "licence",
  "allows",
  "owner",
  "rating",
  "composes_with",
] as const;
export type ListName = (typeof LISTS)[number];
export type CatalogQuery = { [name in ListName]?: readonly string[] } & {
  q?: string;
  sort?: AdapterQuery["sort"];
  tag_match?: AdapterQuery["tag_match"];
};

const values = ({ q, sort, tag_match, ...lists }: CatalogQuery) => ({
  ...(q !== undefined && { q }),
  ...(sort !== undefined && { sort }),
  ...(tag_match !== undefined && { tag_match }),
  ...Object.fromEntries(Object.entries(lists).map(([name, list]) => [name, list?.join(",")])),
});

const signalled = (signal?: AbortSignal) => (signal ? { signal } : {});

export const catalog = {
  adapters: (wanted: CatalogQuery, page: { limit: number; cursor?: string }, signal?: AbortSignal) =>
    call("get", "/v1/adapters", {
      params: { query: { ...values(wanted), ...page } },
      ...signalled(signal),
    }),
  facets: (
    { sort: _, ...wanted }: CatalogQuery,
    inside: { facet?: string; prefix?: string },
    signal?: AbortSignal,
  ) =>
    call("get", "/v1/adapters/facets", {
      params: { query: { ...values(wanted), ...inside } },
      ...signalled(signal),
    }),
  suggest: (q: string, signal?: AbortSignal) =>
    call("get", "/v1/suggest", { params: { query: { q } }, ...signalled(signal) }),
};
