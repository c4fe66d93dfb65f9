// For every request: checks that it came to this server's own address, and serves the pages of the site, which are files. A page under another
// host redirects to its own address; everything else under another host is refused.

import { createMiddleware } from "hono/factory";
import type { App } from "../context.ts";
import { publicOrigin } from "../lib/public-origin.ts";
import { granted, Refusal } from "../lib/refusal.ts";

/** What the Worker answers itself; every other path is a file of the built site. */
const OURS = /^\/(v1|runner|auth|openai|replicate|api|metrics|mcp|m|a)(\/|$)/;
/** The same as hono's secureHeaders sends with the API. */
export const HSTS = "max-age=15552000; includeSubDomains";

const isPage = (method: string) => method === "GET" || method === "HEAD";

/** Sets the origin that every address is made with. */
export const publicHost = createMiddleware<App>(async (c, next) => {
  const url = new URL(c.req.url);
  const origin = publicOrigin(c.env.PUBLIC_ORIGIN, url);
  const isShown = !OURS.test(url.pathname) || /^\/[ma]\//.test(url.pathname);
  if (origin instanceof Refusal && c.env.PUBLIC_ORIGIN && isPage(c.req.method) && isShown) {
    return c.redirect(`${c.env.PUBLIC_ORIGIN}${url.pathname}${url.search}`, 308);
  }
  c.set("origin", granted(origin));
  await next();
});

/** The site's files, with the headers of site/public/_headers. What is not there is not remembered: the next build may bring it. */
export const siteFiles = createMiddleware<App>(async (c, next) => {
  if (!isPage(c.req.method) || OURS.test(c.req.path)) return next();
  c.set("isSiteFile", true);
  const file = await c.env.ASSETS.fetch(c.req.raw);
  const response = new Response(file.body, file);
  response.headers.set("strict-transport-security", HSTS);
  if (!file.ok && file.status !== 304) response.headers.set("cache-control", "no-store");
  return response;
});

/** Answers of the API are not cacheable unless their route allows it, because they include keys, secrets and sessions. */
export const privateByDefault = createMiddleware<App>(async (c, next) => {
  await next();
  if (!c.res.headers.has("cache-control")) c.res.headers.set("cache-control", "no-store");
});
