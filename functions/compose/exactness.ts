// How orthogonal a set of adapters is, computed from their slots: which pairs share columns, and which classes the slots are in. Pure.

import type { Base } from "../../schema/contract/bases.ts";
import type { Exactness } from "../../schema/contract/collections.ts";
import { CONFLICTS_SHOWN_MAX } from "../../schema/contract/limits.ts";
import { classOf, composesFreely, slotColumns, slotDimensions } from "../lib/slot.ts";

type Slotted = { ref: string; slot: number };

/**
 * Every pair is compared, columns are computed once per slot: 500 adapters are 125,000 comparisons of `rank` numbers. Where
 * a composition deals slots anew, or gates keep its members apart (`composesFreely`), every choice of members is exact.
 */
export function exactnessOf(base: Base, radix: number, members: readonly Slotted[]): Exactness {
  const widths = slotDimensions(base);
  const columns = members.map(({ slot }) => widths.map((n) => slotColumns(slot, n, base.rank, radix)));
  const classes = [...new Set(members.map(({ slot }) => classOf(slot, radix)))].sort((a, b) => a - b);
  const conflicts: Exactness["conflicts"] = [];
  for (const [i, a] of composesFreely(base) ? [] : members.entries()) {
    for (let j = i + 1; j < members.length; j++) {
      const b = members[j];
      const shared_columns = mostShared(columns[i] ?? [], columns[j] ?? []);
      if (b && shared_columns > 0) conflicts.push({ a: a.ref, b: b.ref, shared_columns });
    }
  }
  return {
    exact: conflicts.length === 0,
    classes,
    conflict_count: conflicts.length,
    conflicts: conflicts.sort((x, y) => y.shared_columns - x.shared_columns).slice(0, CONFLICTS_SHOWN_MAX),
  };
}

/** As in crosstalk.ts: of the layers' widths the one with the most shared columns counts. */
function mostShared(a: readonly number[][], b: readonly number[][]): number {
  let most = 0;
  for (const [width, own] of a.entries()) {
    const other = b[width];
    let shared = 0;
    for (const [group, column] of own.entries()) if (column === other?.[group]) shared++;
    most = Math.max(most, shared);
  }
  return most;
}
