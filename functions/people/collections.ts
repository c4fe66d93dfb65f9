// Collections: make, find, change, delete, list. Who may see one is decided here; what is in it, in collection-items.ts.

import { and, desc, eq, or, type SQL, sql } from "drizzle-orm";
import type { z } from "zod";
import type {
  COLLECTION_SORTS,
  Collection,
  CollectionCreate,
  CollectionPatch,
} from "../../schema/contract/collections.ts";
import { COLLECTIONS_PER_OWNER_MAX } from "../../schema/contract/limits.ts";
import type { CollectionRow, OwnedAdapter } from "../../schema/tables.ts";
import { adapters, collectionItems, collections, users, versions } from "../../schema/tables.ts";
import { baseOf } from "../catalog/bases.ts";
import { byActive, listed } from "../catalog/listed.ts";
import type { Db } from "../db.ts";
import { isoTime } from "../lib/clock.ts";
import { pageOfRows, readCursor } from "../lib/cursor.ts";
import { newId } from "../lib/ids.ts";
import { Refusal, refuse } from "../lib/refusal.ts";
import { blockedFault } from "../policy/blocklist.ts";
import type { Caller } from "../rights/rights.ts";
import { imageUrl } from "../storage/images.ts";

const COVERS_SHOWN = 4;

const wordsFault = (
  db: Db,
  words: { name?: string; title?: string | undefined; description?: string | undefined },
) =>
  blockedFault(db, "name", [
    { pointer: "/name", text: words.name?.replaceAll("-", " ") },
    { pointer: "/title", text: words.title },
    { pointer: "/description", text: words.description },
  ]);

export async function createCollection(
  db: Db,
  caller: Caller,
  input: z.infer<typeof CollectionCreate>,
  now: number,
): Promise<CollectionRow | Refusal> {
  const base = input.base === undefined ? null : baseOf(input.base);
  if (base instanceof Refusal) return base;
  const blocked = await wordsFault(db, input);
  if (blocked) return blocked;
  const row: Omit<CollectionRow, "owner"> = {
    id: newId("col", now),
    ownerId: caller.id,
    name: input.name,
    title: input.title,
    description: input.description,
    visibility: input.visibility,
    baseId: base?.id ?? null,
    class: null,
    itemCount: 0,
    createdAt: now,
    updatedAt: now,
  };
  const held = sql`(select count(*) from collections where owner_id = ${caller.id})`;
  const inserted = await db
    .insert(collections)
    .select(
      sql`select ${row.id}, ${row.ownerId}, ${row.name}, ${row.title}, ${row.description}, ${row.visibility},
        ${row.baseId}, null, 0, ${now}, ${now} where ${held} < ${COLLECTIONS_PER_OWNER_MAX}`,
    )
    .onConflictDoNothing()
    .returning({ id: collections.id });
  if (inserted.length > 0) return { ...row, owner: caller.handle };
  const same = await findCollection(db, caller, caller.handle, input.name);
  if (!(same instanceof Refusal)) {
    return refuse("name_taken", `You already have a collection named "${input.name}".`, "/name");
  }
  return refuse("quota_exceeded", `An account holds at most ${COLLECTIONS_PER_OWNER_MAX} collections.`);
}

/** Private ones are visible to their owner only; unlisted ones to whoever knows the address. */
export async function findCollection(
  db: Db,
  caller: Caller | null,
  owner: string,
  name: string,
): Promise<CollectionRow | Refusal> {
  const found = await db
    .select({ row: collections, owner: users.handle })
    .from(collections)
    .innerJoin(users, eq(users.id, collections.ownerId))
    .where(and(eq(users.handle, owner), eq(collections.name, name)))
    .get();
  const visible = found && (found.row.visibility !== "private" || found.row.ownerId === caller?.id);
  if (!visible) return refuse("not_found", `There is no collection ${owner}/${name}.`);
  return { ...found.row, owner: found.owner };
}

export async function findOwnCollection(
  db: Db,
  caller: Caller,
  owner: string,
  name: string,
): Promise<CollectionRow | Refusal> {
  const row = await findCollection(db, caller, owner, name);
  if (row instanceof Refusal || row.ownerId === caller.id) return row;
  return refuse("not_granted", `Only ${row.owner} may change the collection ${owner}/${name}.`);
}

export async function patchCollection(
  db: Db,
  row: CollectionRow,
  patch: z.infer<typeof CollectionPatch>,
  now: number,
): Promise<CollectionRow | Refusal> {
  const blocked = await wordsFault(db, patch);
  if (blocked) return blocked;
  const changed = {
    title: patch.title ?? row.title,
    description: patch.description ?? row.description,
    visibility: patch.visibility ?? row.visibility,
    updatedAt: now,
  };
  await db.update(collections).set(changed).where(eq(collections.id, row.id));
  return { ...row, ...changed };
}

/** The adapters in it stay; so do the slots that were reserved in its class. */
export async function deleteCollection(db: Db, row: CollectionRow): Promise<void> {
  await db.batch([
    db.delete(collectionItems).where(eq(collectionItems.collectionId, row.id)),
    db.delete(collections).where(eq(collections.id, row.id)),
  ]);
}

type CollectionQuery = {
  owner?: string | undefined;
  sort: (typeof COLLECTION_SORTS)[number];
  limit: number;
  cursor?: string | undefined;
};

/** Public ones, and to an owner who asks for their own all of them. With `adapter`: those that hold it. */
export async function listCollections(
  db: Db,
  caller: Caller | null,
  adapter: OwnedAdapter | null,
  query: CollectionQuery,
): Promise<{ items: CollectionRow[]; next_cursor: string | null } | Refusal> {
  const after = readCursor(query.cursor, [0, ""]);
  if (after instanceof Refusal) return after;
  const column = query.sort === "newest" ? collections.createdAt : collections.updatedAt;
  const open = and(eq(collections.visibility, "public"), byActive(collections.ownerId));
  const isOwn = caller !== null && caller.handle === query.owner;
  const filters: (SQL | undefined)[] = [isOwn ? or(open, eq(collections.ownerId, caller.id)) : open];
  if (query.owner) filters.push(eq(users.handle, query.owner));
  if (adapter) {
    filters.push(
      sql`${collections.id} in (select collection_id from collection_items where adapter_id = ${adapter.id})`,
    );
  }
  if (after) filters.push(sql`(${column}, ${collections.id}) < (${after[0]}, ${after[1]})`);
  const rows = await db
    .select({ row: collections, owner: users.handle })
    .from(collections)
    .innerJoin(users, eq(users.id, collections.ownerId))
    .where(and(...filters))
    .orderBy(desc(column), desc(collections.id))
    .limit(query.limit + 1)
    .all();
  const found = rows.map(({ row, owner }): CollectionRow => ({ ...row, owner }));
  return pageOfRows(found, query.limit, (row) => [
    query.sort === "newest" ? row.createdAt : row.updatedAt,
    row.id,
  ]);
}

export async function collectionsJson(
  db: Db,
  rows: readonly CollectionRow[],
  caller: Caller | null,
  origin: string,
): Promise<Collection[]> {
  const covers = await coversOf(db, rows, caller, origin);
  return rows.map((row) => ({
    id: row.id,
    ref: `${row.owner}/${row.name}`,
    owner: row.owner,
    name: row.name,
    title: row.title,
    description: row.description,
    visibility: row.visibility,
    base: row.baseId,
    class: row.class,
    item_count: row.itemCount,
    covers: covers.get(row.id) ?? [],
    created_at: isoTime(row.createdAt),
    updated_at: isoTime(row.updatedAt),
  }));
}

/** The first picture of the first adapters of each collection, as far as everybody is shown them by default. */
async function coversOf(
  db: Db,
  rows: readonly CollectionRow[],
  caller: Caller | null,
  origin: string,
): Promise<Map<string, string[]>> {
  const ids = JSON.stringify(rows.map(({ id }) => id));
  const found = await db.all<{ id: string; picture: `img_${string}` }>(
    sql`select id, picture from (
        select i.collection_id as id, i.position as position, (
          select json_extract(v.previews, '$[0]') from ${versions} as v where v.adapter_id = ${adapters.id}
          and v.state = 'published' and json_array_length(v.previews) > 0 order by v.number desc limit 1
        ) as picture, row_number() over (partition by i.collection_id order by i.position) as place
        from ${collectionItems} as i join ${adapters} on ${adapters.id} = i.adapter_id
        where i.collection_id in (select value from json_each(${ids})) and ${listed(adapters, caller)}
      ) where place <= ${COVERS_SHOWN} and picture is not null order by position`,
  );
  const covers = new Map<string, string[]>();
  for (const { id, picture } of found) covers.set(id, [...(covers.get(id) ?? []), imageUrl(origin, picture)]);
  return covers;
}
