// What every handler finds in its context: bindings, the clock's reading, the database, the caller.

import { type DrizzleD1Database, drizzle } from "drizzle-orm/d1";
import type {
  SQLiteInsertBase,
  SQLiteInsertBuilder,
  SQLiteInsertValue,
  SQLiteTable,
} from "drizzle-orm/sqlite-core";
import { createMiddleware } from "hono/factory";
import type { Id } from "../schema/contract/ids.ts";
import type { Caller } from "./auth/caller.ts";
import type { Env } from "./env.ts";
import type { LogFields } from "./lib/log.ts";

/** One row at a time: several, with a dozen values each, would not fit into a statement of D1. They go by lib/insert-rows.ts. */
type InsertOfOneRow<T extends SQLiteTable> = Omit<SQLiteInsertBuilder<T, "async", D1Result>, "values"> & {
  values(row: SQLiteInsertValue<T>): SQLiteInsertBase<T, "async", D1Result>;
};

export type Db = Omit<DrizzleD1Database, "insert"> & {
  insert<T extends SQLiteTable>(table: T): InsertOfOneRow<T>;
  $client: D1Database;
};

export type App = {
  Bindings: Env;
  Variables: {
    requestId: string;
    about: LogFields;
    now: number;
    origin: string;
    db: Db;
    caller: Caller | null;
    /** The caller as far as reading goes: null for a key without the scope `read`, which sees what everybody sees. */
    viewer: Caller | null;
    /** Set where the key is a publishable one: the pages that may use it, and read the answer. */
    pageOrigins?: readonly string[];
    /** Set when the limit of writes was met. */
    throttled?: boolean;
    /** Of a request with an Idempotency-Key: the job that it makes, or has made in an earlier attempt. */
    claimedJob?: ClaimedJob;
  };
};

export type ClaimedJob = { id: Id<"job">; exists: boolean };

/** Reads the clock once a request, so that every row it writes agrees on the time. */
export const begin = createMiddleware<App>(async (c, next) => {
  c.set("now", Date.now());
  c.set("origin", new URL(c.req.url).origin);
  c.set("db", drizzle(c.env.DB));
  c.set("caller", null);
  c.set("viewer", null);
  c.set("about", {});
  await next();
});
