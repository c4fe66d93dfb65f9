// Which slot comes next: an owner's (or a collection's) exactly orthogonal class while it has room, then where the columns of what
// they have are shared least. Pure.

import type { Base } from "../../schema/contract/bases.ts";
import { classOf, slotColumns, slotDimensions } from "../lib/slot.ts";

type ClassLoad = { class: number; taken: number; mine: number };

/**
 * The class for an owner's next slot: where most of theirs are and there is room, else among the first q (any two of whose slots
 * share at most one column) the one where fewest columns are shared with theirs, of those the emptiest; else the emptiest of all.
 * Null if every slot is taken.
 */
export function chooseClass(
  loads: readonly ClassLoad[],
  radix: number,
  slotTotal: number,
  sharedIn: (candidate: number) => number = () => 0,
): number | null {
  const open = loads.filter((load) => load.taken < radix);
  const home = open.filter((load) => load.mine > 0).sort((a, b) => b.mine - a.mine || a.class - b.class)[0];
  if (home) return home.class;
  const takenOf = new Map(loads.map((load) => [load.class, load.taken]));
  const bestBelow = (end: number, sharedOf: (candidate: number) => number) => {
    let best: { class: number; shared: number; taken: number } | null = null;
    for (let candidate = 0; candidate < end; candidate++) {
      const taken = takenOf.get(candidate) ?? 0;
      if (taken >= radix) continue;
      const shared = sharedOf(candidate);
      if (best === null || shared < best.shared || (shared === best.shared && taken < best.taken)) {
        best = { class: candidate, shared, taken };
      }
    }
    return best?.class ?? null;
  };
  return bestBelow(radix, sharedIn) ?? bestBelow(Math.floor(slotTotal / radix), () => 0);
}

/** How many columns a slot shares with all of `owned` together, summed over the base's widths. */
export function sharingWith(base: Base, radix: number, owned: readonly number[]): (slot: number) => number {
  const widths = slotDimensions(base).map((n) => {
    const counts = new Map<number, number>();
    for (const slot of owned) {
      for (const column of slotColumns(slot, n, base.rank, radix)) {
        counts.set(column, (counts.get(column) ?? 0) + 1);
      }
    }
    return { n, counts };
  });
  return (slot) =>
    widths.reduce(
      (sum, { n, counts }) =>
        slotColumns(slot, n, base.rank, radix).reduce((all, column) => all + (counts.get(column) ?? 0), sum),
      0,
    );
}

/** The free slot of a class that shares fewest columns, the lowest of them; null if the class is full. */
export function freeSlotIn(
  chosen: number,
  radix: number,
  taken: ReadonlySet<number>,
  sharedOf: (slot: number) => number,
): { slot: number; shared: number } | null {
  let best: { slot: number; shared: number } | null = null;
  for (let slot = chosen * radix; classOf(slot, radix) === chosen; slot++) {
    if (taken.has(slot)) continue;
    const shared = sharedOf(slot);
    if (best === null || shared < best.shared) best = { slot, shared };
  }
  return best;
}
