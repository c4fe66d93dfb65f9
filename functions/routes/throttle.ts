// Writes per address and minute, counted before any key is looked up. Signed uploads and runners' calls are not counted here.

import { createMiddleware } from "hono/factory";
import type { App } from "../context.ts";
import { deny, Refusal } from "../lib/refusal.ts";

const WINDOW_SECONDS = 60;

export const throttle = createMiddleware<App>(async (c, next) => {
  const address = c.req.header("cf-connecting-ip");
  const isWrite = c.req.method === "POST" || c.req.method === "PATCH" || c.req.method === "DELETE";
  // The platform always sets the header; without it there is nobody to count.
  if (isWrite && address !== undefined) {
    const { success } = await c.env.WRITE_LIMIT.limit({ key: address });
    if (!success)
      deny(new Refusal("rate_limited", "Too many requests from this address.", [], WINDOW_SECONDS));
  }
  await next();
});
