// GET /v1/adapters, /v1/adapters/facets, /v1/suggest: finding adapters. Responses without a caller may be cached.

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
import { questionHash, type Viewer, viewerOf } from "../catalog/search-query.ts";
import type { Filters } from "../catalog/search-sql.ts";
import { suggestionsOf } from "../catalog/suggest.ts";
import type { App } from "../context.ts";
import { granted } from "../lib/refusal.ts";
import { jsonReply, router } from "./app.ts";
import { isNamed, notModified, setCacheHeaders } from "./list-cache.ts";

const tags = ["adapters"];

const list = createRoute({
  method: "get",
  path: "/v1/adapters",
  summary: "Search the catalog",
  description:
    "Filters of one facet widen it (but `allows` and `tag_match=all`), filters of different facets narrow the list. Walking all pages shows every adapter that passes all the time and whose sort key does not move exactly once, at any page size.",
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
  summary: "Suggest completions for a search",
  tags,
  request: { query: SuggestQuery },
  responses: { 200: jsonReply("Suggestions", Suggestions), 304: notModified },
});

/** The version of the responses' shape: increased when that changes, so that cached ones expire. */
const SHAPE = 1;

/** Weak ETags: the JSON is equivalent, not identical byte by byte. */
async function etagOf(
  c: Context<App>,
  revision: number,
  { viewer, filters, more }: { viewer: Viewer; filters: Filters; more: unknown[] },
) {
  const hash = await questionHash(filters, viewer, [SHAPE, c.var.viewer?.id ?? "", c.var.origin, ...more]);
  return `W/"${revision}-${hash}"`;
}

/** Whether the caller's cached response is still valid, decided from the revision alone. */
async function isKnown(c: Context<App>, of: "listing" | "facets", filters: Filters, more: unknown[]) {
  if (c.req.header("if-none-match") === undefined) return false;
  const viewer = await viewerOf(c.var.db, c.var.viewer, filters);
  const etag = await etagOf(c, viewer[of], { viewer, filters, more });
  setCacheHeaders(c, etag);
  return isNamed(c, etag);
}

export const catalog = router()
  .openapi(list, async (c) => {
    const { db, viewer: caller, origin } = c.var;
    const query = c.req.valid("query");
    const { limit, cursor, sort, ...filters } = query;
    const more = [limit, cursor, sort];
    if (await isKnown(c, "listing", filters, more)) return c.body(null, 304);
    const { viewer, ...page } = granted(await searchAdapters(db, caller, query));
    const items = await adaptersJson(db, page.items, caller, origin);
    setCacheHeaders(c, await etagOf(c, viewer.listing, { viewer, filters, more }));
    return c.json({ ...page, items: items.map(({ versions: _, ...adapter }) => adapter) }, 200);
  })
  .openapi(facets, async (c) => {
    const { db, viewer: caller } = c.var;
    const { facet, prefix, ...filters } = c.req.valid("query");
    const more = [facet, prefix];
    if (await isKnown(c, "facets", filters, more)) return c.body(null, 304);
    const { viewer, list: counted } = granted(await facetsOf(db, caller, c.req.valid("query")));
    setCacheHeaders(c, await etagOf(c, viewer.facets, { viewer, filters, more }));
    return c.json(counted, 200);
  })
  .openapi(suggest, async (c) => {
    const { db, viewer: caller, origin } = c.var;
    const query = c.req.valid("query");
    if (await isKnown(c, "listing", query, [])) return c.body(null, 304);
    const viewer = await viewerOf(db, caller, query);
    const suggestions = granted(await suggestionsOf({ db, caller, viewer, origin }, query));
    setCacheHeaders(c, await etagOf(c, viewer.listing, { viewer, filters: query, more: [] }));
    return c.json(suggestions, 200);
  });
