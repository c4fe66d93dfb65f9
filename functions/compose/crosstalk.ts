// Crosstalk of a composition, computed before anything is generated: columns that two slots share in a layer, where gates may overlap, and
// triggers that collide. Pure.

import type { Base } from "../../schema/contract/bases.ts";
import type { Composition, ResolvedMember } from "../../schema/contract/compositions.ts";
import { sharedInLayer, sharedWhenComposed } from "../lib/slot.ts";
import { gateOverlaps } from "./gate-overlap.ts";

export type Pair = Composition["crosstalk"]["pairs"][number];

/** Every pair once. Where layers differ in width, the layer with the most shared columns counts. */
export function crosstalkOf(base: Base, members: readonly ResolvedMember[]): Pair[] {
  const overlapOf = base.gate ? gateOverlaps(base, members) : () => null;
  return members.flatMap((a, i) =>
    members.slice(i + 1).map((b, next): Pair => {
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
const unbounded = (base: Base, a: ResolvedMember, b: ResolvedMember): Pair => ({
  a: a.version_id,
  b: b.version_id,
  shared_columns_per_layer: base.rank,
  rank: base.rank,
  gates_overlap: base.gate ? 1 : null,
  exact: false,
});

export function warningsOf(base: Base, members: readonly ResolvedMember[]): string[] {
  const foreign = members.filter((member) => member.foreign);
  return [...foreign.map(inexactWarning), ...pairWarnings(base, members)];
}

const inexactWarning = ({ ref, trigger, foreign }: ResolvedMember) =>
  foreign?.words
    ? `${ref} is a LoRA of another program, so no picture with it is exact. Where the prompt names ${trigger} it acts there alone, else on the whole picture.`
    : `${ref} is a LoRA of another program: it acts on the whole picture, and no picture with it is exact.`;

function pairWarnings(base: Base, members: readonly ResolvedMember[]): string[] {
  return members.flatMap((a, i) =>
    members.slice(i + 1).flatMap((b) => {
      const both = `${a.ref} and ${b.ref}`;
      if (a.slot !== null && b.slot !== null && sharedWhenComposed(base, a.slot, b.slot) === base.rank)
        return [`${both} live in one slot and will blend into each other.`];
      if (a.trigger === b.trigger) return [`${both} answer to the same trigger ${a.trigger}.`];
      return [];
    }),
  );
}
