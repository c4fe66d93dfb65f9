// ETags of public lists, and who may keep what nobody signed in for.

import type { Context } from "hono";
import type { App } from "../context.ts";
import { sha256Hex } from "../lib/sha256.ts";

export const notModified = { description: "What the ETag in If-None-Match names is still the answer" };

/** A shared cache may keep public responses for a minute. */
const FOR_A_MINUTE = "public, max-age=0, s-maxage=60, stale-while-revalidate=60";
/** Every cache asks each time: what somebody took back is not shown again. */
export const ASKED_EACH_TIME = "public, no-cache";

export function setCacheHeaders(c: Context<App>, etag: string, forAll = FOR_A_MINUTE) {
  c.header("etag", etag);
  c.header("vary", "authorization, cookie", { append: true });
  c.header("cache-control", c.var.viewer ? "private, no-cache" : forAll);
}

/** Whether If-None-Match names it. */
export const isNamed = (c: Context<App>, etag: string) =>
  (c.req.header("if-none-match") ?? "").split(",").some((tag) => tag.trim() === etag || tag.trim() === "*");

/** For lists whose state no number counts. Weak: the JSON is equivalent, not identical byte by byte. */
export const etagOfJson = async (value: unknown) =>
  `W/"${(await sha256Hex(JSON.stringify(value))).slice(0, 32)}"`;
