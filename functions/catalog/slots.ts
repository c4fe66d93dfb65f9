// Allots slots: one row per base and slot, held by the unique index. One owner's adapters share an exactly orthogonal class while it has room.

import { and, eq, sql } from "drizzle-orm";
import type { Base } from "../../schema/contract/bases.ts";
import { SLOTS_PER_OWNER_MAX } from "../../schema/contract/limits.ts";
import { slots } from "../../schema/tables.ts";
import type { Db } from "../context.ts";
import { newId } from "../lib/ids.ts";
import { type Refusal, refuse } from "../lib/refusal.ts";
import { capacity, classOf } from "../lib/slot.ts";
import type { AdapterRow } from "./adapters.ts";
import { radixOfBase } from "./bases.ts";

export type SlotRow = typeof slots.$inferSelect;

/** Any two slots below capacity(q, 1) share at most one column; beyond that, up to capacity(q, 2), at most two. */
const SHARED_COLUMNS_MAX = 2;
/** Two reservations that race for one slot: the loser looks again. Each round somebody wins, so few rounds are enough. */
const ROUNDS_MAX = 25;

export const slotCount = (base: Base) => capacity(radixOfBase(base), SHARED_COLUMNS_MAX);

export async function slotOf(db: Db, adapterId: AdapterRow["id"]): Promise<SlotRow | undefined> {
  return db.select().from(slots).where(eq(slots.adapterId, adapterId)).get();
}

/** For an order that creates more than its slot: tells beforehand, so that a refusal leaves nothing behind. */
export async function slotFault(db: Db, base: Base, ownerId: AdapterRow["ownerId"]): Promise<Refusal | null> {
  const held = await db.$count(slots, and(eq(slots.baseId, base.id), eq(slots.ownerId, ownerId)));
  if (held < SLOTS_PER_OWNER_MAX) return null;
  return refuse(
    "quota_exceeded",
    `An account holds at most ${SLOTS_PER_OWNER_MAX} slots of ${base.id}. Teach new versions of the adapters you have.`,
  );
}

/** The adapter's slot; reserves one if it has none. A wish is granted or refused, never replaced. */
export async function reserveSlot(
  db: Db,
  base: Base,
  adapter: AdapterRow,
  wish: number | undefined,
  now: number,
): Promise<SlotRow | Refusal> {
  if (wish !== undefined && wish >= slotCount(base)) {
    return refuse("request_invalid", `Slots of ${base.id} go from 0 to ${slotCount(base) - 1}.`, "/slot");
  }
  for (let round = 0; round < ROUNDS_MAX; round++) {
    const held = await slotOf(db, adapter.id);
    if (held) return wish === undefined || wish === held.slot ? held : otherSlotHeld(held.slot);
    const fault = await slotFault(db, base, adapter.ownerId);
    if (fault) return fault;
    const slot = wish ?? (await nextSlot(db, base, adapter.ownerId));
    if (slot === null) return refuse("slots_exhausted", `Every slot of ${base.id} is taken.`);
    const row: SlotRow = {
      id: newId("slt", now),
      baseId: base.id,
      slot,
      ownerId: adapter.ownerId,
      adapterId: adapter.id,
      reservedAt: now,
      expiresAt: null,
    };
    const won = await db.insert(slots).values(row).onConflictDoNothing().returning();
    if (won[0]) return won[0];
    const lost = wish !== undefined && !(await slotOf(db, adapter.id));
    if (lost) {
      const detail = `Slot ${wish} of ${base.id} belongs to another adapter. Leave \`slot\` out to get a free one.`;
      return refuse("slot_taken", detail, "/slot");
    }
  }
  throw new Error(`No slot of ${base.id} could be reserved in ${ROUNDS_MAX} rounds`);
}

const otherSlotHeld = (slot: number) =>
  refuse("slot_taken", `This adapter already owns slot ${slot}, and a slot is never exchanged.`, "/slot");

async function nextSlot(db: Db, base: Base, ownerId: AdapterRow["ownerId"]): Promise<number | null> {
  const radix = radixOfBase(base);
  // D1 binds every number as a real, and a real would make this a fraction.
  const classOfRow = sql<number>`${slots.slot} / cast(${radix} as integer)`;
  const classes = await db
    .select({
      class: classOfRow,
      taken: sql<number>`count(*)`,
      mine: sql<number>`sum(${slots.ownerId} = ${ownerId})`,
    })
    .from(slots)
    .where(eq(slots.baseId, base.id))
    .groupBy(sql`1`)
    .all();
  const chosen = chooseClass(classes, radix, slotCount(base));
  if (chosen === null) return null;
  const members = await db
    .select({ slot: slots.slot })
    .from(slots)
    .where(and(eq(slots.baseId, base.id), eq(classOfRow, chosen)))
    .all();
  const taken = new Set(members.map(({ slot }) => slot));
  for (let slot = chosen * radix; classOf(slot, radix) === chosen; slot++) if (!taken.has(slot)) return slot;
  return null;
}

export type ClassLoad = { class: number; taken: number; mine: number };

/**
 * The class for an owner's next slot: where most of theirs are and there is room, else the emptiest class of the first q
 * (any two of whose slots share at most one column), else the emptiest of all. Null if every slot is taken.
 */
export function chooseClass(loads: readonly ClassLoad[], radix: number, slotTotal: number): number | null {
  const open = loads.filter((load) => load.taken < radix);
  const home = open.filter((load) => load.mine > 0).sort((a, b) => b.mine - a.mine || a.class - b.class)[0];
  if (home) return home.class;
  const takenOf = new Map(loads.map((load) => [load.class, load.taken]));
  const emptiestBelow = (end: number) => {
    let best: number | null = null;
    for (let candidate = 0; candidate < end; candidate++) {
      const taken = takenOf.get(candidate) ?? 0;
      if (taken < radix && (best === null || taken < (takenOf.get(best) ?? 0))) best = candidate;
    }
    return best;
  };
  return emptiestBelow(radix) ?? emptiestBelow(Math.floor(slotTotal / radix));
}
