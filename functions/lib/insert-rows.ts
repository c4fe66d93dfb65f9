// Every write of several rows. D1 binds at most 100 values to a statement, and a row has a dozen: a list is bound as one JSON text,
// whatever its length. `Db["insert"]` (db.ts) takes a single row, so that no other way compiles.

import { getTableColumns, type SQL, sql } from "drizzle-orm";
import type { SQLiteTable } from "drizzle-orm/sqlite-core";
import type { Db } from "../db.ts";

/**
 * The statement that inserts `rows`, whole rows without defaults, in their order, if `when` holds at that moment. Columns hold text,
 * numbers or null: JSON has no bytes.
 */
export function insertRows<T extends SQLiteTable>(
  db: Db,
  table: T,
  rows: readonly T["$inferSelect"][],
  when: SQL = sql`1`,
) {
  const columns = Object.entries(getTableColumns(table));
  const packed = rows.map((row) =>
    columns.map(([name, column]) => {
      const value = (row as Record<string, unknown>)[name] ?? null;
      return value === null ? null : column.mapToDriverValue(value);
    }),
  );
  const values = columns.map((_, i) => sql.raw(`value ->> '$[${i}]'`));
  const source = sql`json_each(${JSON.stringify(packed)})`;
  return db.insert(table).select(sql`select ${sql.join(values, sql`, `)} from ${source} where ${when}`);
}
