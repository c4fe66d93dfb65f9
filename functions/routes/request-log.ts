// What every answer carries: an id to name it by, the limits that hold, and whether trying again has any sense.

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

/** A caller's own id is taken over, so that its log and ours can be laid side by side. */
export function requestIdOf(sent: string | undefined): string {
  return sent !== undefined && /^[A-Za-z0-9][A-Za-z0-9._:-]{7,127}$/.test(sent)
    ? sent
    : `req_${randomText(20)}`;
}

/** Never the query: signed addresses carry their right there. */
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

/** Around `identify`: what a publishable key was told is read by pages of its origins alone. Preflights carry no key and are open. */
export const allowKeyOrigins = createMiddleware<App>(async (c, next) => {
  await next();
  const origins = c.var.pageOrigins;
  if (!origins) return;
  const sender = c.req.header("origin");
  const isTheirs = sender !== undefined && origins.includes(sender);
  c.header("access-control-allow-origin", isTheirs ? sender : undefined);
  c.header("vary", "origin", { append: true });
});

export const requestLog = createMiddleware<App>(async (c, next) => {
  const requestId = requestIdOf(c.req.header("x-request-id"));
  c.set("requestId", requestId);
  await next();
  c.header("x-request-id", requestId);
  if (c.env.LOG_REQUESTS !== "false") logRequest(c);
  // Clients of OpenAI's API retry these by themselves. Where no time to come back is named, it would be in vain.
  if (RETRIED_BY_CLIENTS.includes(c.res.status) && !c.res.headers.has("x-should-retry")) {
    c.header("x-should-retry", String(c.res.headers.has("retry-after")));
  }
});
