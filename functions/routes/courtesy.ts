// What every answer carries: an id to name it by, the limits that hold, and whether trying again has any sense.

import { createMiddleware } from "hono/factory";
import type { App } from "../context.ts";
import { randomText } from "../lib/ids.ts";

/** Headers that a page of another origin may read. */
export const EXPOSED_HEADERS = [
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

export const courtesy = createMiddleware<App>(async (c, next) => {
  const requestId = `req_${randomText(20)}`;
  c.set("requestId", requestId);
  await next();
  c.header("x-request-id", requestId);
  // Clients of OpenAI's API retry these by themselves. Where no time to come back is named, it would be in vain.
  if (RETRIED_BY_CLIENTS.includes(c.res.status) && !c.res.headers.has("x-should-retry")) {
    c.header("x-should-retry", String(c.res.headers.has("retry-after")));
  }
});
