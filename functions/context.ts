// The context of every handler: bindings, the current time, the database, the caller.

import { drizzle } from "drizzle-orm/d1";
import { createMiddleware } from "hono/factory";
import type { Id } from "../schema/contract/ids.ts";
import type { Db } from "./db.ts";
import type { Env } from "./env.ts";
import type { LogFields } from "./lib/log.ts";
import type { Caller } from "./rights/rights.ts";

export type App = {
  Bindings: Env;
  Variables: {
    requestId: string;
    about: LogFields;
    now: number;
    origin: string;
    db: Db;
    caller: Caller | null;
    /** The caller as far as reading goes: null for a key without the scope `read`, which sees public data only. */
    viewer: Caller | null;
    /** Set where the key is a publishable one: the pages that may use it, and read the answer. */
    pageOrigins?: readonly string[];
    /** Set where the answer is a file of the site: it is not logged. */
    isSiteFile?: boolean;
    /** Set when the limit of writes was reached. */
    throttled?: boolean;
    /** Of a request with an Idempotency-Key: the job that it makes, or has made in an earlier attempt. */
    claimedJob?: ClaimedJob;
  };
};

export type ClaimedJob = { id: Id<"job">; exists: boolean };

/** One for each binding: it holds nothing of a request. */
const databases = new WeakMap<D1Database, Db>();
function dbOf(binding: D1Database): Db {
  const known = databases.get(binding) ?? drizzle(binding);
  databases.set(binding, known);
  return known;
}

/** Reads the clock once a request, so that every row it writes agrees on the time. */
export const begin = createMiddleware<App>(async (c, next) => {
  c.set("now", Date.now());
  c.set("db", dbOf(c.env.DB));
  c.set("caller", null);
  c.set("viewer", null);
  c.set("about", {});
  await next();
});
