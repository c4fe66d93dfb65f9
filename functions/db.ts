// The database as every module takes it: Drizzle over D1, with the client beneath for statements that Drizzle cannot write.

import type { DrizzleD1Database } from "drizzle-orm/d1";
import type {
  SQLiteInsertBase,
  SQLiteInsertBuilder,
  SQLiteInsertValue,
  SQLiteTable,
} from "drizzle-orm/sqlite-core";

/** One row at a time: several, with a dozen values each, would not fit into a statement of D1. They go by lib/insert-rows.ts. */
type InsertOfOneRow<T extends SQLiteTable> = Omit<SQLiteInsertBuilder<T, "async", D1Result>, "values"> & {
  values(row: SQLiteInsertValue<T>): SQLiteInsertBase<T, "async", D1Result>;
};

export type Db = Omit<DrizzleD1Database, "insert"> & {
  insert<T extends SQLiteTable>(table: T): InsertOfOneRow<T>;
  $client: D1Database;
};
