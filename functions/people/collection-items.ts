// Items of a collection: adding, moving, removing, and listing those that the caller may see. Positions run from 0 without gaps.

import { and, asc, eq, exists, isNotNull, isNull, ne, or, type SQL, sql } from "drizzle-orm";
import type { z } from "zod";
import type { CollectionItem, CollectionItemPut, Exactness } from "../../schema/contract/collections.ts";
import { COLLECTION_ITEMS_MAX } from "../../schema/contract/limits.ts";
import type { CollectionRow } from "../../schema/tables.ts";
import {
  adapters,
  collectionItems,
  collections,
  type OwnedAdapter,
  slots,
  users,
  versions,
} from "../../schema/tables.ts";
import { adaptersJson } from "../catalog/adapter-json.ts";
import { refOf } from "../catalog/adapters.ts";
import { knownBase, radixOfBase } from "../catalog/bases.ts";
import { exactnessOf } from "../compose/exactness.ts";
import type { Db } from "../db.ts";
import { isoTime } from "../lib/clock.ts";
import { pageOfRows, readCursor } from "../lib/cursor.ts";
import { Refusal, refuse } from "../lib/refusal.ts";
import { notificationRow } from "../notify/notifications.ts";
import { blockedFault } from "../policy/blocklist.ts";
import type { Caller } from "../rights/rights.ts";

/** Adds an adapter, or changes its note and position. The first one sets the collection's base. */
export async function putItem(
  { db, caller, origin, now }: { db: Db; caller: Caller; origin: string; now: number },
  row: CollectionRow,
  adapter: OwnedAdapter,
  input: z.infer<typeof CollectionItemPut>,
): Promise<CollectionItem | Refusal> {
  const blocked = await blockedFault(db, "name", [{ pointer: "/note", text: input.note }]);
  if (blocked) return blocked;
  const here = sql`(select count(*) from collection_items where collection_id = ${row.id})`;
  const last = sql`(select coalesce(max(position) + 1, 0) from collection_items where collection_id = ${row.id})`;
  const fits = sql`exists (select 1 from collections where id = ${row.id} and base_id = ${adapter.baseId})`;
  const isNew = sql`exists (select 1 from collection_items
    where collection_id = ${row.id} and adapter_id = ${adapter.id} and added_at = ${now})`;
  const alreadyNotified = sql`exists (select 1 from notifications where target_id = ${adapter.id} and kind = 'collected'
    and user_id = ${adapter.ownerId} and json_extract(data, '$.collection') = ${`${row.owner}/${row.name}`})`;
  const note = {
    userId: adapter.ownerId,
    kind: "collected",
    actorId: caller.id,
    targetId: adapter.id,
    data: { collection: `${row.owner}/${row.name}`, title: row.title },
  } as const;
  await db.batch([
    db
      .update(collections)
      .set({ baseId: adapter.baseId })
      .where(and(eq(collections.id, row.id), isNull(collections.baseId))),
    db
      .insert(collectionItems)
      .select(
        sql`select ${row.id}, ${adapter.id}, ${last}, ${input.note ?? ""}, ${now}
          where ${here} < ${COLLECTION_ITEMS_MAX} and ${fits}`,
      )
      .onConflictDoNothing(),
    ...(input.note === undefined
      ? []
      : [db.update(collectionItems).set({ note: input.note }).where(itemOf(row, adapter))]),
    ...(input.position === undefined ? [] : [ordered(db, row, adapter, input.position)]),
    db
      .update(collections)
      .set({ updatedAt: now })
      .where(and(eq(collections.id, row.id), eq(collections.baseId, adapter.baseId))),
    // A private collection notifies nobody.
    ...(row.visibility === "public"
      ? [notificationRow(db, note, now, sql`${isNew} and not ${alreadyNotified}`)]
      : []),
  ]);
  const item = await db.select().from(collectionItems).where(itemOf(row, adapter)).get();
  if (item) return (await itemsJson(db, caller, [{ item, adapter }], origin))[0] ?? missing(row, adapter);
  const current = await db.select().from(collections).where(eq(collections.id, row.id)).get();
  if (!current) return refuse("not_found", `There is no collection ${row.owner}/${row.name}.`);
  if (current.baseId !== adapter.baseId) {
    const detail = `${row.owner}/${row.name} holds adapters of ${current.baseId}; ${refOf(adapter)} belongs to ${adapter.baseId}.`;
    return refuse("adapter_incompatible", detail);
  }
  return refuse("quota_exceeded", `A collection holds at most ${COLLECTION_ITEMS_MAX} adapters.`);
}

export async function takeOut(db: Db, row: CollectionRow, adapterId: OwnedAdapter["id"], now: number) {
  await db.batch([
    db
      .delete(collectionItems)
      .where(and(eq(collectionItems.collectionId, row.id), eq(collectionItems.adapterId, adapterId))),
    ordered(db, row),
    db.update(collections).set({ updatedAt: now }).where(eq(collections.id, row.id)),
  ]);
}

const itemOf = (row: CollectionRow, adapter: Pick<OwnedAdapter, "id">) =>
  and(eq(collectionItems.collectionId, row.id), eq(collectionItems.adapterId, adapter.id));

const missing = (row: CollectionRow, adapter: OwnedAdapter) =>
  refuse("not_found", `${refOf(adapter)} is not in ${row.owner}/${row.name}.`);

/** Numbers the items from 0; one of them may move to another position, and those in between shift. */
function ordered(db: Db, row: CollectionRow, moved?: Pick<OwnedAdapter, "id">, to = 0) {
  // Half a position beyond: moving up it comes before the item there, moving down after it.
  const key: SQL = moved
    ? sql`case when adapter_id <> ${moved.id} then place when place < ${to} then ${to} + 0.5 else ${to} - 0.5 end`
    : sql`place`;
  const placed = sql`(select adapter_id, row_number() over (order by ${key}, adapter_id) - 1 as n from
    (select adapter_id, row_number() over (order by position, adapter_id) - 1 as place
      from collection_items where collection_id = ${row.id})) as placed`;
  return db
    .update(collectionItems)
    .set({ position: sql`placed.n` })
    .from(placed)
    .where(
      and(eq(collectionItems.collectionId, row.id), sql`placed.adapter_id = ${collectionItems.adapterId}`),
    );
}

/**
 * The items that this caller may see: others' private and unpublished adapters are not even counted. Somebody else's unlisted adapter
 * is visible only to who added it and knows its address; a collection must not reveal it.
 */
const shownTo = (caller: Caller | null, row: CollectionRow): SQL | undefined =>
  or(
    and(
      ne(adapters.state, "draft"),
      ne(adapters.visibility, "private"),
      caller?.id === row.ownerId
        ? undefined
        : or(eq(adapters.visibility, "public"), eq(adapters.ownerId, row.ownerId)),
    ),
    eq(adapters.ownerId, caller?.id ?? "usr_"),
  );

export async function itemsOf(
  { db, caller, origin }: { db: Db; caller: Caller | null; origin: string },
  row: CollectionRow,
  query: { limit: number; cursor?: string | undefined },
): Promise<{ items: CollectionItem[]; next_cursor: string | null } | Refusal> {
  const after = readCursor(query.cursor, [0, ""]);
  if (after instanceof Refusal) return after;
  const rows = await db
    .select({ item: collectionItems, adapter: adapters, owner: users.handle })
    .from(collectionItems)
    .innerJoin(adapters, eq(adapters.id, collectionItems.adapterId))
    .innerJoin(users, eq(users.id, adapters.ownerId))
    .where(
      and(
        eq(collectionItems.collectionId, row.id),
        shownTo(caller, row),
        after
          ? sql`(${collectionItems.position}, ${collectionItems.adapterId}) > (${after[0]}, ${after[1]})`
          : undefined,
      ),
    )
    .orderBy(asc(collectionItems.position), asc(collectionItems.adapterId))
    .limit(query.limit + 1)
    .all();
  const found = rows.map(({ item, adapter, owner }) => ({ item, adapter: { ...adapter, owner } }));
  const page = pageOfRows(found, query.limit, ({ item }) => [item.position, item.adapterId]);
  return { items: await itemsJson(db, caller, page.items, origin), next_cursor: page.next_cursor };
}

type Found = { item: typeof collectionItems.$inferSelect; adapter: OwnedAdapter };

/** Withdrawn and removed ones keep a placeholder without their data. */
async function itemsJson(
  db: Db,
  caller: Caller | null,
  found: readonly Found[],
  origin: string,
): Promise<CollectionItem[]> {
  const isGone = ({ state }: OwnedAdapter) => state === "withdrawn" || state === "removed";
  const present = found.map(({ adapter }) => adapter).filter((adapter) => !isGone(adapter));
  const shown = new Map((await adaptersJson(db, present, caller, origin)).map((json) => [json.id, json]));
  return found.map(({ item, adapter }) => ({
    ref: refOf(adapter),
    position: item.position,
    note: item.note,
    added_at: isoTime(item.addedAt),
    state: adapter.state === "withdrawn" || adapter.state === "removed" ? adapter.state : "present",
    adapter: shown.get(adapter.id) ?? null,
  }));
}

/** Over all items that this caller may see and use, not only over a page. */
export async function exactnessOfCollection(
  db: Db,
  caller: Caller | null,
  row: CollectionRow,
): Promise<Exactness> {
  if (row.baseId === null) return { exact: true, classes: [], conflict_count: 0, conflicts: [] };
  const foreignVersions = db
    .select({ id: versions.id })
    .from(versions)
    .where(and(eq(versions.adapterId, adapters.id), isNull(versions.slot)));
  const rows = await db
    .select({ name: adapters.name, owner: users.handle, slot: slots.slot })
    .from(collectionItems)
    .innerJoin(adapters, eq(adapters.id, collectionItems.adapterId))
    .innerJoin(users, eq(users.id, adapters.ownerId))
    .leftJoin(slots, eq(slots.adapterId, adapters.id))
    .where(
      and(
        eq(collectionItems.collectionId, row.id),
        shownTo(caller, row),
        sql`${adapters.state} in ('draft', 'published')`,
        // A draft without a slot is no adapter yet; a LoRA of another program never has one.
        or(isNotNull(slots.slot), exists(foreignVersions)),
      ),
    )
    .orderBy(asc(collectionItems.position), asc(collectionItems.adapterId))
    .all();
  const base = knownBase(row.baseId);
  const found = exactnessOf(
    base,
    radixOfBase(base),
    rows.flatMap((one) => (one.slot === null ? [] : [{ ref: refOf(one), slot: one.slot }])),
  );
  return { ...found, exact: found.exact && rows.every(({ slot }) => slot !== null) };
}
