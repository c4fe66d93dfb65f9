// Several hand-written queries in one round trip. Drizzle's own batch takes built queries only: raw ones reach it unprepared.

import type { SQL } from "drizzle-orm";
import { SQLiteAsyncDialect } from "drizzle-orm/sqlite-core";
import type { Db } from "../context.ts";

const dialect = new SQLiteAsyncDialect();

/** Rows of each query, in order. `Rows` says what a row of each holds. */
export async function askAll<Rows extends readonly unknown[]>(
  db: Db,
  queries: { [K in keyof Rows]: SQL },
): Promise<{ [K in keyof Rows]: Rows[K][] }> {
  const statements = (queries as readonly SQL[]).map((query) => {
    const { sql, params } = dialect.sqlToQuery(query);
    return db.$client.prepare(sql).bind(...params);
  });
  const replies = statements.length === 0 ? [] : await db.$client.batch(statements);
  return replies.map(({ results }) => results) as { [K in keyof Rows]: Rows[K][] };
}
