// The bases this edge knows: schema/bases/*.json, bundled. A new base is a new file and one line here.

import { BUNDLED_BASES } from "../../schema/bases/index.ts";
import { type Base, BaseDescription } from "../../schema/contract/bases.ts";
import { type Refusal, refuse } from "../lib/refusal.ts";
import { radixOf, slotDimensions } from "../lib/slot.ts";

export const BASES: readonly Base[] = BUNDLED_BASES.map((description) => BaseDescription.parse(description));

export function baseOf(id: string, pointer = "/base"): Base | Refusal {
  const base = BASES.find((known) => known.id === id);
  const known = BASES.map(({ id }) => id).join(", ");
  return base ?? refuse("base_unknown", `There is no base "${id.slice(0, 64)}". Known: ${known}.`, pointer);
}

/** For ids from our own rows: an unknown one is an unexpected error. */
export function knownBase(id: string): Base {
  const base = BASES.find((known) => known.id === id);
  if (!base) throw new Error(`A row names the base ${id}, which is not bundled`);
  return base;
}

export function radixOfBase(base: Base): number {
  return radixOf(slotDimensions(base), base.rank);
}
