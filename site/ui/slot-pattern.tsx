// The columns that slots own, as a picture: one row a group, one cell a column. Adapters that share no cell share no column.

import {
  composedSlots,
  radixOf,
  type SlotBase,
  slotColumns,
  slotDimensions,
} from "../../functions/lib/slot.ts";
import type { Base } from "../api.ts";

const CELL = 8;
const DOT = 6.5;

export interface SlotOwner {
  name: string;
  slot: number;
  /** Index of the member colour. */
  index: number;
}

export interface PatternBase extends SlotBase {
  rank: number;
}

/** The number and size of groups shown for the base: those of its narrowest layer, which has the fewest columns. */
export function patternOf(base: PatternBase): { n: number; rank: number; radix: number } {
  const widths = slotDimensions(base);
  return { n: Math.min(...widths), rank: base.rank, radix: radixOf(widths, base.rank) };
}

export function SlotPattern({ base, owners }: { base: PatternBase | Base; owners: readonly SlotOwner[] }) {
  const { n, rank, radix } = patternOf(base);
  const cells = new Map<number, SlotOwner[]>();
  // One owner is shown where it was trained; several are shown as a composition would place them, as far as it has room.
  const slots = owners.map(({ slot }) => slot);
  const placed = owners.length > 1 && owners.length <= radix ? composedSlots(base, slots) : slots;
  for (const [i, owner] of owners.entries()) {
    for (const column of slotColumns(placed[i] ?? owner.slot, n, rank, radix)) {
      cells.set(column, [...(cells.get(column) ?? []), owner]);
    }
  }
  const x = (column: number) => (column % radix) * CELL;
  const y = (column: number) => Math.floor(column / radix) * CELL;
  const shared = [...cells.values()].filter((those) => those.length > 1).length;
  const names = owners.map((owner) => owner.name).join(", ");
  const width = radix * CELL;
  const height = rank * CELL;
  return (
    <svg
      class="slot-pattern"
      viewBox={`-1 -1 ${width} ${height}`}
      role="img"
      aria-label={`Columns of ${names}: ${shared === 0 ? "none is shared" : `${shared} shared`}`}
    >
      <defs>
        <pattern id="slot-grid" width={CELL} height={CELL} patternUnits="userSpaceOnUse">
          <rect class="slot-empty" width={DOT} height={DOT} rx="1.2" />
        </pattern>
      </defs>
      <rect width={width} height={height} fill="url(#slot-grid)" />
      {[...cells].map(([column, those]) =>
        those.map((owner, i) => (
          <rect
            key={`${column}-${owner.slot}-${owner.index}`}
            class={`slot-cell cast-${owner.index % 6}`}
            x={x(column) + (i * DOT) / those.length}
            y={y(column)}
            width={DOT / those.length}
            height={DOT}
            rx={those.length > 1 ? 0 : 1.2}
          />
        )),
      )}
    </svg>
  );
}
