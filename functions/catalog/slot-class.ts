// The class of a collection: an orthogonal cast has one class of slots of one base, chosen when its first slot is reserved.

import { and, eq, isNull } from "drizzle-orm";
import type { Base } from "../../schema/contract/bases.ts";
import { adapters, collectionItems, collections, slots } from "../../schema/tables.ts";
import type { Db } from "../db.ts";
import { type Refusal, refuse } from "../lib/refusal.ts";
import type { Caller } from "../rights/rights.ts";
import { radixOfBase } from "./bases.ts";
import { sharingWith } from "./slot-choice.ts";
import { nextClass } from "./slots.ts";

const POINTER = "/collection";

/** The class of a caller's own collection, by id or owner/name; set now if it has none: that of its adapters where there is room. */
export async function classOfCollection(
  { db, caller, now }: { db: Db; caller: Caller; now: number },
  base: Base,
  request: string,
): Promise<number | Refusal> {
  const found = await findOwn(db, caller, request);
  if (!found) return refuse("request_invalid", `You have no collection ${request}.`, POINTER);
  if (found.baseId !== null && found.baseId !== base.id) {
    const detail = `${request} is a cast of ${found.baseId}; adapters of ${base.id} cannot be orthogonal to it.`;
    return refuse("adapter_incompatible", detail, POINTER);
  }
  if (found.class !== null) return found.class;
  const held = await db
    .select({ slot: slots.slot })
    .from(collectionItems)
    .innerJoin(adapters, eq(adapters.id, collectionItems.adapterId))
    .innerJoin(slots, eq(slots.adapterId, adapters.id))
    .where(and(eq(collectionItems.collectionId, found.id), eq(slots.baseId, base.id)));
  const own = held.map(({ slot }) => slot);
  const chosen = await nextClass(db, base, own, sharingWith(base, radixOfBase(base), own));
  if (chosen === null) return refuse("slots_exhausted", `Every slot of ${base.id} is taken.`);
  // Of two concurrent requests the first one's choice is stored, and both read it.
  await db
    .update(collections)
    .set({ baseId: base.id, class: chosen, updatedAt: now })
    .where(and(eq(collections.id, found.id), isNull(collections.class)));
  const current = await findOwn(db, caller, request);
  if (current?.baseId === base.id && current.class !== null) return current.class;
  return refuse("request_invalid", `${request} was changed at this moment. Try again.`, POINTER);
}

async function findOwn(db: Db, caller: Caller, request: string) {
  const [owner, name] = request.split("/");
  if (name !== undefined && owner !== caller.handle) return undefined;
  const named =
    name === undefined ? eq(collections.id, request as `col_${string}`) : eq(collections.name, name);
  return db
    .select()
    .from(collections)
    .where(and(eq(collections.ownerId, caller.id), named))
    .get();
}
