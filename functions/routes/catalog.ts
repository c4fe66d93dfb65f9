// GET /v1/adapters, /v1/adapters/facets, /v1/suggest: finding adapters. Answers to nobody in particular may be kept by caches.

import { createRoute } from "@hono/zod-openapi";
import type { Context } from "hono";
import {
  AdapterListQuery,
  AdapterPage,
  FacetList,
  FacetQuery,
  Suggestions,
  SuggestQuery,
} from "../../schema/contract/search.ts";
import { adaptersJson } from "../catalog/adapter-json.ts";
import { facetsOf } from "../catalog/facets.ts";
import { searchAdapters } from "../catalog/search.ts";
import { questionHash, viewerOf } from "../catalog/search-query.ts";
import { suggestionsOf } from "../catalog/suggest.ts";
import type { App } from "../context.ts";
import { granted } from "../lib/refusal.ts";
import { jsonReply, router } from "./app.ts";

const tags = ["adapters"];
const notModified = { description: "What the ETag in If-None-Match names is still the answer" };

const list = createRoute({
  method: "get",
  path: "/v1/adapters",
  summary: "Search the catalog",
  description:
    "Filters of one facet widen it, filters of different facets narrow the list. Walking all pages shows every adapter that passes all the time and whose sort key does not move exactly once, at any page size.",
  tags,
  request: { query: AdapterListQuery },
  responses: { 200: jsonReply("A page of adapters", AdapterPage), 304: notModified },
});

const facets = createRoute({
  method: "get",
  path: "/v1/adapters/facets",
  summary: "Count the catalog by facet",
  tags,
  request: { query: FacetQuery },
  responses: { 200: jsonReply("The facets", FacetList), 304: notModified },
});

const suggest = createRoute({
  method: "get",
  path: "/v1/suggest",
  summary: "What a search box offers while somebody types",
  tags,
  request: { query: SuggestQuery },
  responses: { 200: jsonReply("Suggestions", Suggestions), 304: notModified },
});

/** Counts up with the shape of these answers, which a cached one must not outlive. */
const SHAPE = 1;

/** Weak: JSON that means the same. A shared cache may keep what everybody is shown for a minute, a browser asks each time. */
function isFresh(c: Context<App>, revision: number, hash: string): boolean {
  const etag = `W/"${revision}-${hash}"`;
  c.header("etag", etag);
  c.header("vary", "authorization, cookie", { append: true });
  c.header(
    "cache-control",
    c.var.caller ? "private, no-cache" : "public, max-age=0, s-maxage=60, stale-while-revalidate=60",
  );
  const known = c.req.header("if-none-match");
  return known?.split(",").some((tag) => tag.trim() === etag || tag.trim() === "*") ?? false;
}

const more = (c: Context<App>, ...parts: unknown[]) => [
  SHAPE,
  c.var.caller?.id ?? "",
  c.var.origin,
  ...parts,
];

export const catalog = router()
  .openapi(list, async (c) => {
    const { db, caller, origin } = c.var;
    const query = c.req.valid("query");
    const viewer = await viewerOf(db, caller, query);
    const { limit, cursor, sort, ...filters } = query;
    if (isFresh(c, viewer.listing, await questionHash(filters, viewer, more(c, limit, cursor, sort)))) {
      return c.body(null, 304);
    }
    const page = granted(await searchAdapters(db, caller, viewer, query));
    const items = await adaptersJson(db, page.items, caller, origin);
    return c.json({ ...page, items: items.map(({ versions: _, ...adapter }) => adapter) }, 200);
  })
  .openapi(facets, async (c) => {
    const { db, caller } = c.var;
    const query = c.req.valid("query");
    const viewer = await viewerOf(db, caller, query);
    const { facet, prefix, ...filters } = query;
    if (isFresh(c, viewer.facets, await questionHash(filters, viewer, more(c, facet, prefix)))) {
      return c.body(null, 304);
    }
    return c.json(granted(await facetsOf(db, caller, viewer, query)), 200);
  })
  .openapi(suggest, async (c) => {
    const { db, caller, origin } = c.var;
    const query = c.req.valid("query");
    const viewer = await viewerOf(db, caller, { rating: query.rating });
    if (isFresh(c, viewer.listing, await questionHash(query, viewer, more(c)))) return c.body(null, 304);
    return c.json(granted(await suggestionsOf(db, caller, viewer, query.q, origin)), 200);
  });
