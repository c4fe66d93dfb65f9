// What is said of members that meet: LoRAs of other programs, one slot, one trigger. Pure.

import type { Base } from "../../schema/contract/bases.ts";
import type { ResolvedMember } from "../../schema/contract/compositions.ts";
import { sharedWhenComposed } from "../lib/slot.ts";

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
