// GET /v1/adapters, /v1/adapters/facets, /v1/suggest: finding adapters. Responses without a caller may be cached.

import { createRoute } from "@hono/zod-openapi";
import type { Context, TypedResponse } from "hono";
import { createMiddleware } from "hono/factory";
import {
  AdapterListQuery,
  AdapterPage,
  FacetList,
  FacetQuery,
  Suggestions,
  SuggestQuery,
} from "../../schema/contract/search.ts";
import { listedJson } from "../catalog/adapter-json.ts";
import { facetsOf } from "../catalog/facets.ts";
import { keepAnswer, keptAnswer } from "../catalog/kept-answers.ts";
import { searchAdapters } from "../catalog/search.ts";
import { questionHash, revisionOf, type Viewer, viewerOf } from "../catalog/search-query.ts";
import type { Filters } from "../catalog/search-sql.ts";
import { suggestionsOf } from "../catalog/suggest.ts";
import type { App } from "../context.ts";
import { granted } from "../lib/refusal.ts";
import { jsonReply, router } from "./app.ts";
import { isNamed, notModified, setCacheHeaders } from "./list-cache.ts";

const tags = ["adapters"];

/** The version of the responses' shape: increased when that changes, so that cached ones expire. */
const SHAPE = 1;

type Part = "listing" | "facets";

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
async function isKnown(c: Context<App>, of: Part, filters: Filters, more: unknown[]) {
  if (c.req.header("if-none-match") === undefined) return false;
  const viewer = await viewerOf(c.var.db, c.var.viewer, filters);
  const etag = await etagOf(c, viewer[of], { viewer, filters, more });
  setCacheHeaders(c, etag);
  return isNamed(c, etag);
}

/** Counts follow what is listed; those of what composes with an adapter also whether the caller may name that one. */
const countedBy = (c: Context<App>): Part =>
  c.req.query("composes_with") === undefined ? "facets" : "listing";

/** Before the query is read: what this isolate answered to the same address, where the catalog's revision is still that of the answer. */
const kept = (partOf: (c: Context<App>) => Part) =>
  createMiddleware<App>(async (c, next) => {
    const answer = c.var.viewer ? undefined : keptAnswer(c.req.url, c.var.now);
    if (!answer || answer.revision !== (await revisionOf(c.var.db))[partOf(c)]) return next();
    setCacheHeaders(c, answer.etag);
    return isNamed(c, answer.etag) ? c.body(null, 304) : c.body(answer.body, 200, JSON_TYPE);
  });

const JSON_TYPE = { "content-type": "application/json" };

/** What was read at a revision, and is sent to callers without an account until the revision changes. */
function reply<T extends object>(
  c: Context<App>,
  content: T,
  { revision, etag }: { revision: number; etag: string },
) {
  setCacheHeaders(c, etag);
  const body = new TextEncoder().encode(JSON.stringify(content)) as Uint8Array<ArrayBuffer>;
  if (!c.var.viewer) keepAnswer(c.req.url, { revision, etag, body, at: c.var.now });
  return c.newResponse(body, 200, JSON_TYPE) as Response & TypedResponse<T, 200, "json">;
}

const list = createRoute({
  method: "get",
  path: "/v1/adapters",
  summary: "Search the catalog",
  description:
    "Filters of one facet widen it (but `allows` and `tag_match=all`), filters of different facets narrow the list. Walking all pages shows every adapter that passes all the time and whose sort key does not move exactly once, at any page size.",
  tags,
  middleware: kept(() => "listing"),
  request: { query: AdapterListQuery },
  responses: { 200: jsonReply("A page of adapters", AdapterPage), 304: notModified },
});

const facets = createRoute({
  method: "get",
  path: "/v1/adapters/facets",
  summary: "Count the catalog by facet",
  tags,
  middleware: kept(countedBy),
  request: { query: FacetQuery },
  responses: { 200: jsonReply("The facets", FacetList), 304: notModified },
});

const suggest = createRoute({
  method: "get",
  path: "/v1/suggest",
  summary: "Suggest completions for a search",
  tags,
  middleware: kept(() => "listing"),
  request: { query: SuggestQuery },
  responses: { 200: jsonReply("Suggestions", Suggestions), 304: notModified },
});

export const catalog = router()
  .openapi(list, async (c) => {
    const { db, viewer: caller, origin } = c.var;
    const query = c.req.valid("query");
    const { limit, cursor, sort, ...filters } = query;
    const more = [limit, cursor, sort];
    if (await isKnown(c, "listing", filters, more)) return c.body(null, 304);
    const { viewer, ...page } = granted(await searchAdapters(db, caller, query));
    const revision = viewer.listing;
    const etag = await etagOf(c, revision, { viewer, filters, more });
    return reply(c, { ...page, items: listedJson(page.items, origin) }, { revision, etag });
  })
  .openapi(facets, async (c) => {
    const { db, viewer: caller } = c.var;
    const { facet, prefix, ...filters } = c.req.valid("query");
    const more = [facet, prefix];
    const part = countedBy(c);
    if (await isKnown(c, part, filters, more)) return c.body(null, 304);
    const { viewer, list: counted } = granted(await facetsOf(db, caller, c.req.valid("query")));
    const revision = viewer[part];
    const etag = await etagOf(c, revision, { viewer, filters, more });
    return reply(c, counted, { revision, etag });
  })
  .openapi(suggest, async (c) => {
    const { db, viewer: caller, origin } = c.var;
    const query = c.req.valid("query");
    if (await isKnown(c, "listing", query, [])) return c.body(null, 304);
    const viewer = await viewerOf(db, caller, query);
    const suggestions = granted(await suggestionsOf({ db, caller, viewer, origin }, query));
    const revision = viewer.listing;
    const etag = await etagOf(c, revision, { viewer, filters: query, more: [] });
    return reply(c, suggestions, { revision, etag });
  });
