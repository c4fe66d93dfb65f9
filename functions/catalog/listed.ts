// Which adapters and mixes a caller finds in lists, as conditions of SQL.

import { and, eq, or, type SQL, sql } from "drizzle-orm";
import type { SQLiteColumn } from "drizzle-orm/sqlite-core";
import type { adapters, mixes } from "../../schema/tables.ts";
import type { Caller } from "../rights/rights.ts";

/** The owner's account is not suspended. What a suspended account made is in its own lists only; its addresses still work. */
export const byActive = (ownerId: SQLiteColumn): SQL =>
  sql`not exists (select 1 from users as owner where owner.id = ${ownerId} and owner.suspended_at is not null)`;

/** Published, public, and of a rating that this caller is shown by default; the caller's own in any case. */
export function listed(table: typeof adapters | typeof mixes, caller: Caller | null): SQL | undefined {
  const shown = sql`(${table.rating} = 'general' or ${table.rating} in
    (select value from json_each((select shown_ratings from users where id = ${caller?.id ?? ""}))))`;
  const open = and(
    eq(table.state, "published"),
    eq(table.visibility, "public"),
    shown,
    byActive(table.ownerId),
  );
  return caller ? or(open, and(eq(table.state, "published"), eq(table.ownerId, caller.id))) : open;
}
