// What a composition will do, told from integers alone: columns that two slots share in a layer, and triggers that collide. Pure.

import type { Base } from "../../schema/contract/bases.ts";
import type { Composition, ResolvedMember } from "../../schema/contract/compositions.ts";
import { sharedColumns, slotDimensions } from "../lib/slot.ts";

export type Pair = Composition["crosstalk"]["pairs"][number];

/** Every pair once. Where layers differ in width, the layer that shares most speaks for the pair. */
export function crosstalkOf(base: Base, radix: number, members: readonly ResolvedMember[]): Pair[] {
  const widths = slotDimensions(base);
  return members.flatMap((a, i) =>
    members.slice(i + 1).map((b) => {
      const shared = Math.max(...widths.map((n) => sharedColumns(a.slot, b.slot, n, base.rank, radix)));
      return {
        a: a.version_id,
        b: b.version_id,
        shared_columns_per_layer: shared,
        rank: base.rank,
        exact: shared === 0,
      };
    }),
  );
}

export function warningsOf(members: readonly ResolvedMember[]): string[] {
  return members.flatMap((a, i) =>
    members.slice(i + 1).flatMap((b) => {
      const both = `${a.ref} and ${b.ref}`;
      if (a.slot === b.slot) return [`${both} live in one slot and will blend into each other.`];
      if (a.trigger === b.trigger) return [`${both} answer to the same trigger ${a.trigger}.`];
      return [];
    }),
  );
}
