// People, adapters and mixes as lists show them.

import { and, eq, type SQL } from "drizzle-orm";
import type { PersonCard } from "../../schema/contract/people.ts";
import type { OwnedAdapter, OwnedMix } from "../../schema/tables.ts";
import { adapters, mixes, users } from "../../schema/tables.ts";
import type { Db } from "../db.ts";
import { inList } from "../lib/in-list.ts";
import { imageUrl } from "../storage/images.ts";

type PersonRow = Pick<typeof users.$inferSelect, "handle" | "name" | "avatarId">;

export const personColumns = { handle: users.handle, name: users.name, avatarId: users.avatarId };

export function personCard(row: PersonRow, origin: string): PersonCard {
  return {
    handle: row.handle,
    name: row.name,
    avatar_url: row.avatarId === null ? null : imageUrl(origin, row.avatarId),
  };
}

/** Adapters by id, restricted by `where`; in no order. */
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
