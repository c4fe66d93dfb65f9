// People, adapters and mixes where they are only listed, and who finds them in a list.

import { and, eq, or, type SQL, sql } from "drizzle-orm";
import type { SQLiteColumn } from "drizzle-orm/sqlite-core";
import type { PersonCard } from "../../schema/contract/people.ts";
import { adapters, mixes, users } from "../../schema/tables.ts";
import type { Caller } from "../auth/caller.ts";
import type { OwnedAdapter } from "../catalog/adapters.ts";
import { imageUrl } from "../catalog/images.ts";
import type { OwnedMix } from "../compose/mixes.ts";
import type { Db } from "../context.ts";
import { inList } from "../lib/in-list.ts";

type PersonRow = Pick<typeof users.$inferSelect, "handle" | "name" | "avatarId">;

export const personColumns = { handle: users.handle, name: users.name, avatarId: users.avatarId };

export function personCard(row: PersonRow, origin: string): PersonCard {
  return {
    handle: row.handle,
    name: row.name,
    avatar_url: row.avatarId === null ? null : imageUrl(origin, row.avatarId),
  };
}

/** What a suspended account has made is in no list but its own; whoever knows the address finds it still. */
export const byActive = (ownerId: SQLiteColumn): SQL =>
  sql`not exists (select 1 from users as owner where owner.id = ${ownerId} and owner.suspended_at is not null)`;

/** Published, public, and of a rating that this caller is shown without asking; one's own in any case. */
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

/** Adapters by id, as far as `where` lets them through; in no order. */
export async function adaptersById(db: Db, ids: readonly string[], where?: SQL): Promise<OwnedAdapter[]> {
  const rows = await db
    .select({ adapter: adapters, owner: users.handle })
    .from(adapters)
    .innerJoin(users, eq(users.id, adapters.ownerId))
    .where(and(inList(adapters.id, ids), where))
    .all();
  return rows.map(({ adapter, owner }) => ({ ...adapter, owner }));
}

export async function mixesById(db: Db, ids: readonly string[], where?: SQL): Promise<OwnedMix[]> {
  const rows = await db
    .select({ mix: mixes, owner: users.handle })
    .from(mixes)
    .innerJoin(users, eq(users.id, mixes.ownerId))
    .where(and(inList(mixes.id, ids), where))
    .all();
  return rows.map(({ mix, owner }) => ({ ...mix, owner }));
}
