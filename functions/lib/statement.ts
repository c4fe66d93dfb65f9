// Queries as D1 statements in one transaction. Drizzle's own batch cannot take `db.run(sql...)`: it binds no values there.

import type { SQL } from "drizzle-orm";
import type { Db } from "../db.ts";

/** SQL text, or what the query builder made. */
export type Query = SQL | { toSQL(): { sql: string; params: unknown[] } };

export function statement(db: Db, query: Query): D1PreparedStatement {
  const { sql: text, params } = "toSQL" in query ? query.toSQL() : db.run(query).getQuery();
  return db.$client.prepare(text).bind(...params);
}

/** Runs all of them or none, in order. */
export const batch = <T = unknown>(db: Db, queries: readonly Query[]): Promise<D1Result<T>[]> =>
  db.$client.batch<T>(queries.map((query) => statement(db, query)));

/** Rows of each query, in order, in one round trip. `Rows` says what a row of each holds. */
export async function askAll<Rows extends readonly unknown[]>(
  db: Db,
  queries: { [K in keyof Rows]: SQL },
): Promise<{ [K in keyof Rows]: Rows[K][] }> {
  const asked = queries as readonly SQL[];
  const replies = asked.length === 0 ? [] : await batch(db, asked);
  return replies.map(({ results }) => results) as { [K in keyof Rows]: Rows[K][] };
}
