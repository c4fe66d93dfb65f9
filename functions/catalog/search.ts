// The catalog list: filters, full text, three orders, keyset pages. Shows what is published and public, and to an owner all of theirs.

import { and, asc, desc, eq, or, type SQL, sql } from "drizzle-orm";
import type { ADAPTER_SORTS } from "../../schema/contract/adapters.ts";
import { adapters, users } from "../../schema/tables.ts";
import type { Caller } from "../auth/caller.ts";
import type { Db } from "../context.ts";
import { pageOfRows, readCursor, type SortKey } from "../lib/cursor.ts";
import { Refusal } from "../lib/refusal.ts";
import type { OwnedAdapter } from "./adapters.ts";

export type CatalogQuery = {
  q?: string | undefined;
  base?: string | undefined;
  tag?: string | undefined;
  class?: string | undefined;
  owner?: string | undefined;
  sort: (typeof ADAPTER_SORTS)[number];
  limit: number;
  cursor?: string | undefined;
};

const ORDERS = {
  newest: { column: adapters.createdAt, direction: desc, shape: [0, ""] },
  most_used: { column: adapters.uses, direction: desc, shape: [0, ""] },
  name: { column: adapters.name, direction: asc, shape: ["", ""] },
} as const;

export async function searchAdapters(
  db: Db,
  caller: Caller | null,
  query: CatalogQuery,
): Promise<{ items: OwnedAdapter[]; next_cursor: string | null } | Refusal> {
  const order = ORDERS[query.sort];
  const after = readCursor(query.cursor, [...order.shape]);
  if (after instanceof Refusal) return after;

  const filters: (SQL | undefined)[] = [visibleTo(caller, query.owner)];
  if (query.base) filters.push(eq(adapters.baseId, query.base));
  if (query.class) filters.push(eq(adapters.classWord, query.class));
  if (query.owner) filters.push(eq(users.handle, query.owner));
  if (query.tag) {
    filters.push(sql`${adapters.id} in (select adapter_id from adapter_tags where tag = ${query.tag})`);
  }
  const match = matchExpression(query.q);
  if (match !== null) {
    filters.push(
      sql`${adapters.id} in (select adapter_id from adapters_fts where adapters_fts match ${match})`,
    );
  }
  if (after) {
    const sign = order.direction === desc ? sql`<` : sql`>`;
    filters.push(sql`(${order.column}, ${adapters.id}) ${sign} (${after[0]}, ${after[1]})`);
  }

  const rows = await db
    .select({ adapter: adapters, owner: users.handle })
    .from(adapters)
    .innerJoin(users, eq(users.id, adapters.ownerId))
    .where(and(...filters))
    .orderBy(order.direction(order.column), order.direction(adapters.id))
    .limit(query.limit + 1)
    .all();
  const found = rows.map(({ adapter, owner }) => ({ ...adapter, owner }));
  return pageOfRows(found, query.limit, (row): SortKey => [keyOf(row, query.sort), row.id]);
}

function keyOf(row: OwnedAdapter, sort: CatalogQuery["sort"]): string | number {
  if (sort === "newest") return row.createdAt;
  return sort === "most_used" ? row.uses : row.name;
}

/** Private entries and drafts appear only where an owner asks for their own list. */
function visibleTo(caller: Caller | null, owner: string | undefined): SQL | undefined {
  const open = and(eq(adapters.state, "published"), eq(adapters.visibility, "public"));
  if (!caller || caller.handle !== owner) return open;
  return or(open, eq(adapters.ownerId, caller.id));
}

/** Words as FTS5 prefix terms, all of them required. Quoting keeps its operators out of reach. Null if there is no word. */
export function matchExpression(text: string | undefined): string | null {
  const words = text?.match(/[\p{L}\p{N}]+/gu) ?? [];
  return words.length === 0 ? null : words.map((word) => `"${word}"*`).join(" ");
}
