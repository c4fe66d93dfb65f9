// Turns the session cookie or the API key of a request into its Caller. What a caller may do is in rights/rights.ts.

import { createMiddleware } from "hono/factory";
import type { App } from "../context.ts";
import { granted, Refusal, Refused, refuse } from "../lib/refusal.ts";
import type { Caller } from "../rights/rights.ts";
import { callerOfKey, isOurs } from "./keys.ts";
import { pageRequest } from "./page-keys.ts";
import { callerOfSession } from "./sessions.ts";

export const identify = createMiddleware<App>(async (c, next) => {
  const authorization = c.req.header("authorization");
  const cookie = c.req.header("cookie");
  let caller: Caller | null = null;
  if (authorization !== undefined) {
    const token = /^Bearer (\S+)$/i.exec(authorization)?.[1];
    if (!token) throw new Refused(refuse("key_invalid", "Send `Authorization: Bearer opx_...`."));
    caller = await callerOfKey(c.env, c.var.db, token, c.var.now);
    if (!caller && !isForeignKey(c.req.method, c.req.path, token))
      throw new Refused(refuse("key_invalid", "This API key is unknown, expired or revoked."));
    if (caller?.pageKey) {
      c.set("pageOrigins", caller.pageKey.origins);
      granted(pageRequest(caller.pageKey.origins, c.req.method, c.req.path, c.req.header("origin")));
    }
  } else if (cookie?.includes("better-auth.")) {
    caller = await callerOfSession(c.env, c.var.db, c.var.origin, c.req.raw.headers);
    if (caller && isForeignWrite(c.req.raw, c.var.origin)) throw new Refused(FOREIGN_WRITE);
  }
  c.set("caller", caller);
  // A publishable key can be read by anyone, so it sees public data only.
  c.set("viewer", caller?.scopes.includes("read") && !caller.pageKey ? caller : null);
  await next();
});

/** Clients of Civitai's API are redirected to a version's download and send their Civitai key along. */
const isForeignKey = (method: string, path: string, token: string): boolean =>
  (method === "GET" || method === "HEAD") && /^\/v1\/versions\/[^/]+\/download$/.test(path) && !isOurs(token);

export const FOREIGN_WRITE = new Refusal(
  "not_granted",
  "A page of another origin may not act with your session.",
);

/** The values of Sec-Fetch-Site (W3C Fetch Metadata, 2.4) of a request by our own page or by the address bar. */
const OWN_SITES = ["same-origin", "none"];

/**
 * Cookies travel with cross-site requests of old browsers. Who sent them is known from Origin, which some leave out, and by Sec-Fetch-Site,
 * which no page can set; a program that is no browser sends neither.
 */
export function isForeignWrite(request: Request, origin: string): boolean {
  if (request.method === "GET" || request.method === "HEAD") return false;
  const sender = request.headers.get("origin");
  const site = request.headers.get("sec-fetch-site");
  return (sender !== null && sender !== origin) || (site !== null && !OWN_SITES.includes(site));
}
