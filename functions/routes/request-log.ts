// Around every request: its id, its line in the log, retry advice for clients, and CORS for publishable keys.

import type { Context } from "hono";
import { createMiddleware } from "hono/factory";
import type { App } from "../context.ts";
import { randomText } from "../lib/ids.ts";
import { logLine } from "../lib/log.ts";

/** Headers that a page of another origin may read. */
export const EXPOSED_HEADERS = [
  "accept-ranges",
  "content-disposition",
  "content-length",
  "content-range",
  "etag",
  "idempotent-replayed",
  "location",
  "preference-applied",
  "ratelimit",
  "ratelimit-policy",
  "retry-after",
  "x-request-id",
  "x-should-retry",
];

const RETRIED_BY_CLIENTS = [408, 409, 429];

/** A caller's own request id is used, so that its log and ours can be correlated. */
function requestIdOf(sent: string | undefined): string {
  return sent !== undefined && /^[A-Za-z0-9][A-Za-z0-9._:-]{7,127}$/.test(sent)
    ? sent
    : `req_${randomText(20)}`;
}

/** Never logs the query: signed URLs have their signature there. */
function logRequest(c: Context<App>): void {
  const { status } = c.res;
  logLine(status >= 500 ? "error" : "info", "request", {
    request_id: c.var.requestId,
    method: c.req.method,
    path: c.req.path,
    status,
    duration_ms: Date.now() - c.var.now,
    caller_id: c.var.caller?.id,
    ...c.var.about,
  });
}

/** Around `identify`: responses to a publishable key are readable by pages of its origins only. Preflights carry no key and are allowed. */
export const allowKeyOrigins = createMiddleware<App>(async (c, next) => {
  await next();
  const origins = c.var.pageOrigins;
  if (!origins) return;
  const sender = c.req.header("origin");
  const isTheirs = sender !== undefined && origins.includes(sender);
  const { headers } = c.res;
  if (isTheirs) headers.set("access-control-allow-origin", sender);
  else headers.delete("access-control-allow-origin");
  headers.append("vary", "origin");
});

export const requestLog = createMiddleware<App>(async (c, next) => {
  const requestId = requestIdOf(c.req.header("x-request-id"));
  c.set("requestId", requestId);
  await next();
  // Not by c.header, which makes the finished response anew for each header; so in the other middleware.
  c.res.headers.set("x-request-id", requestId);
  if (c.env.LOG_REQUESTS !== "false" && !c.var.isSiteFile) logRequest(c);
  // OpenAI's clients retry these statuses automatically; without a Retry-After they should not.
  if (RETRIED_BY_CLIENTS.includes(c.res.status) && !c.res.headers.has("x-should-retry")) {
    c.res.headers.set("x-should-retry", String(c.res.headers.has("retry-after")));
  }
});
