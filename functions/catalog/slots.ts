// Allots slots: one row per base and slot, held by the unique index. One owner's adapters, or one collection's, share an exactly
// orthogonal class while it has room. A draft's slot expires (slot-release.ts); once a version is published in it, it never does.

import { and, between, eq, isNotNull, isNull, lt, type SQL, sql } from "drizzle-orm";
import type { Base } from "../../schema/contract/bases.ts";
import { SLOT_DRAFT_TTL_DAYS, SLOTS_PER_OWNER_MAX } from "../../schema/contract/limits.ts";
import type { AdapterRow, SlotRow } from "../../schema/tables.ts";
import { slots, versions } from "../../schema/tables.ts";
import type { Db } from "../db.ts";
import { newId } from "../lib/ids.ts";
import { Refusal, refuse } from "../lib/refusal.ts";
import { capacity, classOf } from "../lib/slot.ts";
import { radixOfBase } from "./bases.ts";
import { chooseClass, freeSlotIn, sharingWith } from "./slot-choice.ts";

export type SlotRequest = { slot?: number | undefined; class?: number | undefined };

/** Any two slots below capacity(q, 1) share at most one column; beyond that, up to capacity(q, 2), at most two. */
const SHARED_COLUMNS_MAX = 2;
/** Two reservations may race for one slot: the loser retries. Each round one succeeds, so few rounds are enough. */
const ROUNDS_MAX = 25;
export const DRAFT_TTL_MS = SLOT_DRAFT_TTL_DAYS * 24 * 3_600_000;

export const slotCount = (base: Base) => capacity(radixOfBase(base), SHARED_COLUMNS_MAX);

export async function slotOf(db: Db, adapterId: AdapterRow["id"]): Promise<SlotRow | undefined> {
  return db.select().from(slots).where(eq(slots.adapterId, adapterId)).get();
}

/** The statement that renews the expiry of a draft's slot while it is worked on. A published slot does not expire. */
export const keepSlot = (db: Db, adapterId: AdapterRow["id"], now: number, when?: SQL) =>
  db
    .update(slots)
    .set({ expiresAt: now + DRAFT_TTL_MS })
    .where(and(eq(slots.adapterId, adapterId), isNotNull(slots.expiresAt), when));

async function slotFault(db: Db, base: Base, ownerId: AdapterRow["ownerId"]): Promise<Refusal | null> {
  const held = await db.$count(slots, and(eq(slots.baseId, base.id), eq(slots.ownerId, ownerId)));
  if (held < SLOTS_PER_OWNER_MAX) return null;
  return refuse(
    "quota_exceeded",
    `An account holds at most ${SLOTS_PER_OWNER_MAX} slots of ${base.id}. Train new versions of the adapters you have.`,
  );
}

/** Whether it has versions that are LoRAs of another program. */
const isForeign = async (db: Db, adapterId: AdapterRow["id"]) =>
  (await db.$count(versions, and(eq(versions.adapterId, adapterId), isNull(versions.slot)))) > 0;

/** The adapter's slot; reserves one if it has none. A request for a certain slot or class is granted or refused; no other is put in its place. */
export async function reserveSlot(
  { db, now }: { db: Db; now: number },
  base: Base,
  adapter: AdapterRow,
  request: SlotRequest,
): Promise<SlotRow | Refusal> {
  if (await isForeign(db, adapter.id)) {
    const detail =
      "This adapter is a LoRA of another program, which has no slot. Take another name for one that is trained here.";
    return refuse("version_state", detail);
  }
  if (request.slot !== undefined && request.slot >= slotCount(base)) {
    return refuse("request_invalid", `Slots of ${base.id} go from 0 to ${slotCount(base) - 1}.`, "/slot");
  }
  for (let round = 0; round < ROUNDS_MAX; round++) {
    const held = await slotOf(db, adapter.id);
    if (held) return fits(base, held, request) ? held : otherSlotHeld(held.slot, request);
    const row = await draftSlot({ db, now }, base, adapter, request);
    if (row instanceof Refusal) return row;
    const won = await db.insert(slots).values(row).onConflictDoNothing().returning();
    if (won[0]) return won[0];
    const lost = request.slot !== undefined && !(await slotOf(db, adapter.id));
    if (lost) {
      const detail = `Slot ${request.slot} of ${base.id} belongs to another adapter. Leave \`slot\` out to get a free one.`;
      return refuse("slot_taken", detail, "/slot");
    }
  }
  throw new Error(`No slot of ${base.id} could be reserved in ${ROUNDS_MAX} rounds`);
}

/** Inserts the row of a slot that was free when it was read, for an adapter that has none. The unique index decides who gets it. */
export async function draftSlot(
  { db, now }: { db: Db; now: number },
  base: Base,
  adapter: Pick<AdapterRow, "id" | "ownerId">,
  request: SlotRequest,
): Promise<SlotRow | Refusal> {
  const fault = await slotFault(db, base, adapter.ownerId);
  if (fault) return fault;
  for (let round = 0; round < ROUNDS_MAX; round++) {
    const slot = await slotFor(db, base, adapter.ownerId, request);
    if (slot instanceof Refusal) return slot;
    if (slot === null) continue;
    return {
      id: newId("slt", now),
      baseId: base.id,
      slot,
      ownerId: adapter.ownerId,
      adapterId: adapter.id,
      reservedAt: now,
      expiresAt: now + DRAFT_TTL_MS,
    };
  }
  throw new Error(`No slot of ${base.id} could be chosen in ${ROUNDS_MAX} rounds`);
}

function fits(base: Base, held: SlotRow, request: SlotRequest): boolean {
  if (request.slot !== undefined) return request.slot === held.slot;
  return request.class === undefined || request.class === classOf(held.slot, radixOfBase(base));
}

const otherSlotHeld = (slot: number, request: SlotRequest) =>
  refuse(
    "slot_taken",
    `This adapter already owns slot ${slot}, and a slot is never exchanged.`,
    request.slot === undefined ? "/collection" : "/slot",
  );

/** Null where the class filled up in the meantime: retry. */
async function slotFor(
  db: Db,
  base: Base,
  ownerId: AdapterRow["ownerId"],
  request: SlotRequest,
): Promise<number | null | Refusal> {
  if (request.slot !== undefined) return request.slot;
  const radix = radixOfBase(base);
  const held = await db
    .select({ slot: slots.slot })
    .from(slots)
    .where(and(eq(slots.baseId, base.id), eq(slots.ownerId, ownerId)));
  const own = held.map(({ slot }) => slot);
  const sharedOf = sharingWith(base, radix, own);
  if (request.class !== undefined) {
    const taken = await slotsOfClass(db, base, radix, request.class);
    const free = freeSlotIn(request.class, radix, taken, sharedOf);
    const detail = `All ${radix} slots of class ${request.class} of ${base.id} are taken: no further adapter can be exactly orthogonal to them.`;
    return free?.slot ?? refuse("class_full", detail, "/collection");
  }
  const chosen = await nextClass(db, base, own, sharedOf);
  if (chosen === null) return refuse("slots_exhausted", `Every slot of ${base.id} is taken.`);
  return freeSlotIn(chosen, radix, await slotsOfClass(db, base, radix, chosen), sharedOf)?.slot ?? null;
}

/** The class for the next slot of a set, an owner's or a collection's, that holds the slots `own`. Null if every slot is taken. */
export async function nextClass(
  db: Db,
  base: Base,
  own: readonly number[],
  sharedOf: (slot: number) => number,
): Promise<number | null> {
  const radix = radixOfBase(base);
  const [loads, lowest] = await db.batch([
    db
      .select({ class: classOfRow(radix), taken: sql<number>`count(*)` })
      .from(slots)
      .where(eq(slots.baseId, base.id))
      .groupBy(sql`1`),
    db
      .select({ slot: slots.slot })
      .from(slots)
      .where(and(eq(slots.baseId, base.id), lt(slots.slot, capacity(radix, 1)))),
  ]);
  const mineOf = new Map<number, number>();
  for (const slot of own) mineOf.set(classOf(slot, radix), (mineOf.get(classOf(slot, radix)) ?? 0) + 1);
  const taken = new Set(lowest.map(({ slot }) => slot));
  const sharedIn = (candidate: number) =>
    freeSlotIn(candidate, radix, taken, sharedOf)?.shared ?? Number.POSITIVE_INFINITY;
  return chooseClass(
    loads.map((load) => ({ ...load, mine: mineOf.get(load.class) ?? 0 })),
    radix,
    slotCount(base),
    sharedIn,
  );
}

/** D1 binds every number as a real, and division of reals gives a fraction. */
const classOfRow = (radix: number) => sql<number>`${slots.slot} / cast(${radix} as integer)`;

async function slotsOfClass(db: Db, base: Base, radix: number, chosen: number): Promise<Set<number>> {
  const members = await db
    .select({ slot: slots.slot })
    .from(slots)
    .where(and(eq(slots.baseId, base.id), between(slots.slot, chosen * radix, (chosen + 1) * radix - 1)));
  return new Set(members.map(({ slot }) => slot));
}
