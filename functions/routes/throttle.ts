// Writes per address and minute, counted before any key is looked up. Signed uploads and runners' calls are not counted here.

import { createMiddleware } from "hono/factory";
import type { App } from "../context.ts";
import { deny, Refusal } from "../lib/refusal.ts";

/** As WRITE_LIMIT in wrangler.toml says; a test compares them. */
export const WRITES_PER_WINDOW = 600;
/** QUERY is a search with a body: no write, but it may cost as much as one. */
const COUNTED = ["POST", "PATCH", "DELETE", "QUERY"];
const WINDOW_SECONDS = 60;
/** draft-ietf-httpapi-ratelimit-headers */
const POLICY = `"writes";q=${WRITES_PER_WINDOW};w=${WINDOW_SECONDS}`;

export const throttle = createMiddleware<App>(async (c, next) => {
  const address = c.req.header("cf-connecting-ip");
  // The platform always sets the header; without it there is nobody to count.
  if (COUNTED.includes(c.req.method) && address !== undefined) {
    const { success } = await c.env.WRITE_LIMIT.limit({ key: address });
    if (!success) {
      c.set("throttled", true);
      deny(new Refusal("rate_limited", "Too many requests from this address.", [], WINDOW_SECONDS));
    }
  }
  await next();
});

/** Around `throttle`: what the limit is, whatever shape the refusal has. How many are left is known only when none is: the platform does not say. */
export const rateLimitHeaders = createMiddleware<App>(async (c, next) => {
  await next();
  c.header("ratelimit-policy", POLICY);
  if (c.var.throttled) c.header("ratelimit", `"writes";r=0;t=${WINDOW_SECONDS}`);
});
