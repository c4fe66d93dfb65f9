// API calls of search: lists with every filter, facets, suggestions. Like api.ts, every call returns a Reply.

import type * as contract from "../schema/contract/index.ts";
import { type Adapter, call, type Page, query } from "./api.ts";

export type FacetName = contract.FacetName;
export type Facet = contract.Facet;
export type FacetList = contract.FacetList;
export type Suggestions = contract.Suggestions;
export type AdapterPage = Page<Adapter> & { corrected: string | null };

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
  sort?: contract.AdapterSort;
};

const values = ({ q, sort, ...lists }: CatalogQuery) => ({
  q,
  sort,
  ...Object.fromEntries(Object.entries(lists).map(([name, list]) => [name, list?.join(",")])),
});

export const catalog = {
  adapters: (wanted: CatalogQuery, page: { limit: number; cursor?: string }, signal?: AbortSignal) =>
    call<AdapterPage>("GET", `/v1/adapters${query({ ...values(wanted), ...page })}`, undefined, signal),
  facets: (
    { sort: _, ...wanted }: CatalogQuery,
    inside: { facet?: string; prefix?: string },
    signal?: AbortSignal,
  ) =>
    call<FacetList>(
      "GET",
      `/v1/adapters/facets${query({ ...values(wanted), ...inside })}`,
      undefined,
      signal,
    ),
  suggest: (q: string, signal?: AbortSignal) =>
    call<Suggestions>("GET", `/v1/suggest${query({ q })}`, undefined, signal),
};
