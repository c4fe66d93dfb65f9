// Limits writes per IP address and minute, before any key is looked up. Signed uploads and runners' calls are not counted here.

import { createMiddleware } from "hono/factory";
import type { App } from "../context.ts";
import { deny, Refusal } from "../lib/refusal.ts";

/** Equal to WRITE_LIMIT in wrangler.toml; a test compares them. */
export const WRITES_PER_WINDOW = 600;
/** QUERY is a search with a body: not a write, but it may cost as much. */
const COUNTED = ["POST", "PUT", "PATCH", "DELETE", "QUERY"];
/** Bytes are PUT to signed addresses, each of which was counted when it was asked for. */
const SIGNED = /^\/v1\/uploads\/[^/]+\/(content|parts)/;
const WINDOW_SECONDS = 60;
/** draft-ietf-httpapi-ratelimit-headers */
const POLICY = `"writes";q=${WRITES_PER_WINDOW};w=${WINDOW_SECONDS}`;

export const throttle = createMiddleware<App>(async (c, next) => {
  const address = c.req.header("cf-connecting-ip");
  // The platform always sets the header; without it there is no address to count.
  const isSigned = c.req.method === "PUT" && SIGNED.test(c.req.path);
  if (COUNTED.includes(c.req.method) && !isSigned && address !== undefined) {
    const { success } = await c.env.WRITE_LIMIT.limit({ key: address });
    if (!success) {
      c.set("throttled", true);
      deny(
        new Refusal("rate_limited", "Too many requests from this address.", [], {
          retryAfterSeconds: WINDOW_SECONDS,
        }),
      );
    }
  }
  await next();
});

/** Around `throttle`: states the limit, whatever the error body. The platform reports no remaining count, so it is known only when none is left. */
export const rateLimitHeaders = createMiddleware<App>(async (c, next) => {
  await next();
  c.res.headers.set("ratelimit-policy", POLICY);
  if (c.var.throttled) c.res.headers.set("ratelimit", `"writes";r=0;t=${WINDOW_SECONDS}`);
});
