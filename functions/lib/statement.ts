// Queries as D1 statements in one transaction. Drizzle's own batch cannot take `db.run(sql...)`: it binds no values there.

import type { SQL } from "drizzle-orm";
import type { Db } from "../context.ts";

/** SQL text, or what the query builder made. */
export type Query = SQL | { toSQL(): { sql: string; params: unknown[] } };

export function statement(db: Db, query: Query): D1PreparedStatement {
  const { sql: text, params } = "toSQL" in query ? query.toSQL() : db.run(query).getQuery();
  return db.$client.prepare(text).bind(...params);
}

/** Runs all of them or none, in their order. */
export const batch = <T = unknown>(db: Db, queries: readonly Query[]): Promise<D1Result<T>[]> =>
  db.$client.batch<T>(queries.map((query) => statement(db, query)));
