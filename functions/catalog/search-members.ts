// The filters on slots: adapters that compose exactly with given ones, single slots, and classes of slots.

import { eq, sql } from "drizzle-orm";
import { adapters, slots, users } from "../../schema/tables.ts";
import type { Db } from "../db.ts";
import { Refusal, refuse } from "../lib/refusal.ts";
import type { Caller } from "../rights/rights.ts";
import { maySee } from "./adapters.ts";
import { BASES, knownBase, radixOfBase } from "./bases.ts";
import { exactSlots } from "./search-slots.ts";
import type { Filters, SlotFilter } from "./search-sql.ts";

type SlotRequest = Pick<Filters, "composes_with" | "slot" | "slot_class" | "base">;

export async function slotFilterOf(
  db: Db,
  caller: Caller | null,
  request: SlotRequest,
): Promise<SlotFilter | null | Refusal> {
  const ranges = rangesOf(request);
  if (ranges instanceof Refusal) return ranges;
  const members = await membersOf(db, caller, request.composes_with ?? []);
  if (members instanceof Refusal) return members;
  if (ranges && members && ranges.baseId !== members.baseId) {
    return refuse("adapter_incompatible", `\`composes_with\` names adapters of ${members.baseId}.`, "?base");
  }
  const baseId = members?.baseId ?? ranges?.baseId;
  if (baseId === undefined) return null;
  const row = await db.get<{ id: number }>(
    sql`select id from catalog_values where kind = 'base' and value = ${baseId}`,
  );
  return {
    base: row?.id ?? -1,
    exact: members ? exactSlots(knownBase(baseId), members.slots).buffer : null,
    members: members?.slots ?? [],
    ranges: ranges?.ranges ?? null,
  };
}

/** Slots as ranges of integers. They are numbers of one base, so that one must be named. */
function rangesOf({ slot = [], slot_class, base }: SlotRequest) {
  if (slot.length === 0 && slot_class === undefined) return null;
  const only = BASES.find(({ id }) => base?.length === 1 && id === base[0]);
  if (!only) {
    const detail = `needs one base beside it: \`base\` is one of ${BASES.map(({ id }) => id).join(", ")}`;
    return refuse("request_invalid", detail, slot.length > 0 ? "?slot" : "?slot_class");
  }
  const radix = radixOfBase(only);
  const [first, last] =
    slot_class === undefined
      ? [0, Number.MAX_SAFE_INTEGER]
      : [slot_class * radix, slot_class * radix + radix - 1];
  const requested = slot.filter((one) => one >= first && one <= last);
  const ranges = slot.length === 0 ? [[first, last] as const] : requested.map((one) => [one, one] as const);
  return { baseId: only.id, ranges };
}

/** The slots of the named adapters, as this caller may see them. */
async function membersOf(
  db: Db,
  caller: Caller | null,
  refs: readonly string[],
): Promise<{ baseId: string; slots: number[] } | null | Refusal> {
  const pointer = "?composes_with";
  const names = refs.map((ref) => ref.replace(/:\d+$/, "").split("/"));
  if (names.length === 0) return null;
  const rows = await db
    .select({ adapter: adapters, owner: users.handle, slot: slots.slot })
    .from(sql`json_each(${JSON.stringify(names)}) j`)
    .innerJoin(users, sql`${users.handle} = j.value ->> 0`)
    .innerJoin(adapters, sql`${adapters.ownerId} = ${users.id} and ${adapters.name} = j.value ->> 1`)
    .leftJoin(slots, eq(slots.adapterId, adapters.id))
    .all();
  const found = [];
  for (const [i, [owner, name]] of names.entries()) {
    const row = rows.find((one) => one.owner === owner && one.adapter.name === name);
    if (!row || !maySee(row.adapter, caller)) {
      return refuse("adapter_unknown", `There is no adapter ${refs[i]}.`, pointer);
    }
    const usable = row.adapter.state === "published" || row.adapter.ownerId === caller?.id;
    if (row.slot === null || !usable) {
      return refuse("adapter_unready", `${refs[i]} has no slot that could be composed with.`, pointer);
    }
    found.push({ baseId: row.adapter.baseId, slot: row.slot });
  }
  const bases = [...new Set(found.map(({ baseId }) => baseId))];
  const [baseId] = bases;
  if (baseId === undefined || bases.length > 1) {
    return refuse("adapter_incompatible", `These are of different bases: ${bases.join(", ")}.`, pointer);
  }
  return { baseId, slots: found.map(({ slot }) => slot) };
}
