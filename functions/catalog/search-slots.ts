// Which slots of a base share no column with any of the given slots, in any layer: one byte a slot, for SQL to look up. Pure.

import type { Base } from "../../schema/contract/bases.ts";
import { composesFreely, digitsOf, fieldSize, slotDimensions } from "../lib/slot.ts";
import { radixOfBase } from "./bases.ts";
import { slotCount } from "./slots.ts";

/** D1 binds values up to 2 MB; a base with more slots than this would need another encoding of the set. */
export const SLOT_SET_MAX_BYTES = 1_000_000;

/** Byte i is 1 if slot i, composed with any of `slots`, shares no column with it. Reads as `substr(set, slot + 1, 1) = x'01'`. */
export function exactSlots(base: Base, slots: readonly number[]): Uint8Array<ArrayBuffer> {
  const radix = radixOfBase(base);
  const { rank } = base;
  const exact = new Uint8Array(slotCount(base)).fill(1);
  if (composesFreely(base)) {
    // All are exact together, in whatever slots they were trained, but none with itself.
    for (const slot of slots) exact[slot] = 0;
    return exact;
  }
  for (const q of new Set(slotDimensions(base).map((n) => fieldSize(n, rank)))) {
    // A slot's column in group x is its polynomial at x, modulo q: the columns taken there by any of `slots`.
    const taken = Array.from({ length: rank }, () => new Uint8Array(q));
    for (const slot of slots) {
      const digits = digitsOf(slot, radix, rank);
      taken.forEach((columns, x) => {
        columns[digits.reduceRight((value, digit) => (value * x + digit) % q, 0)] = 1;
      });
    }
    for (let slot = 0; slot < exact.length; slot++) {
      for (let x = 0; x < rank && exact[slot] === 1; x++) {
        let [value, power] = [0, 1];
        for (let rest = slot; rest > 0; rest = Math.floor(rest / radix)) {
          value = (value + (rest % radix) * power) % q;
          power = (power * x) % q;
        }
        if (taken[x]?.[value] === 1) exact[slot] = 0;
      }
    }
  }
  return exact;
}
