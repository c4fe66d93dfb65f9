// Crosstalk of a composition, computed from slots alone: columns that two slots share in a layer, and triggers that collide. Pure.

import type { Base } from "../../schema/contract/bases.ts";
import type { Composition, ResolvedMember } from "../../schema/contract/compositions.ts";
import { sharedWhenComposed } from "../lib/slot.ts";

export type Pair = Composition["crosstalk"]["pairs"][number];

/** Every pair once. Where layers differ in width, the layer with the most shared columns counts. */
export function crosstalkOf(base: Base, members: readonly ResolvedMember[]): Pair[] {
  return members.flatMap((a, i) =>
    members.slice(i + 1).map((b) => {
      const shared = sharedWhenComposed(base, a.slot, b.slot);
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

export function warningsOf(base: Base, members: readonly ResolvedMember[]): string[] {
  return members.flatMap((a, i) =>
    members.slice(i + 1).flatMap((b) => {
      const both = `${a.ref} and ${b.ref}`;
      if (sharedWhenComposed(base, a.slot, b.slot) === base.rank)
        return [`${both} live in one slot and will blend into each other.`];
      if (a.trigger === b.trigger) return [`${both} answer to the same trigger ${a.trigger}.`];
      return [];
    }),
  );
}
