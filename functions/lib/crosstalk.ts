// Crosstalk of a composition, computed before anything is generated: columns that two slots share in a layer, and where gates may overlap. The
// Worker answers with it, and the compose page computes it anew while boxes are moved. Pure.

import type { Base } from "../../schema/contract/bases.ts";
import type { Composition, ResolvedMember } from "../../schema/contract/compositions.ts";
import { gateOverlaps } from "./gate-overlap.ts";
import { sharedInLayer, sharedWhenComposed } from "./slot.ts";

type Placed<Id> = { version_id: Id } & Pick<ResolvedMember, "slot" | "region">;
type Pair<Id> = { a: Id; b: Id } & Omit<Composition["crosstalk"]["pairs"][number], "a" | "b">;

/** Every pair once. Where layers differ in width, the layer with the most shared columns counts. */
export function crosstalkOf<Id extends string>(base: Base, members: readonly Placed<Id>[]): Pair<Id>[] {
  const overlapOf = base.gate ? gateOverlaps(base, members) : () => null;
  return members.flatMap((a, i) =>
    members.slice(i + 1).map((b, next): Pair<Id> => {
      if (a.slot === null || b.slot === null) return unbounded(base, a, b);
      const gates_overlap = overlapOf(i, i + 1 + next);
      // Residuals of members whose gates may be open at one position stay in the slots of their training.
      const meets = gates_overlap !== null && gates_overlap > 0;
      const shared = meets ? sharedInLayer(base, a.slot, b.slot) : sharedWhenComposed(base, a.slot, b.slot);
      return {
        a: a.version_id,
        b: b.version_id,
        shared_columns_per_layer: shared,
        rank: base.rank,
        gates_overlap,
        exact: shared === 0 && !meets,
      };
    }),
  );
}

/** With a LoRA of another program: no slot and no gate that it was trained with keeps the two apart. */
const unbounded = <Id>(base: Base, a: Placed<Id>, b: Placed<Id>): Pair<Id> => ({
  a: a.version_id,
  b: b.version_id,
  shared_columns_per_layer: base.rank,
  rank: base.rank,
  gates_overlap: base.gate ? 1 : null,
  exact: false,
});
