// Whether adapters share columns when they are composed, from their bases and slots alone. Pure.

import { sharedWhenComposed } from "../../../functions/lib/slot.ts";
import type { Adapter, Base } from "../../api.ts";

type Placed = Pick<Adapter, "title" | "base" | "slot">;

/** `text` says with whom it is not exact, and why. */
export function meetingOf(
  base: Base,
  adapter: Placed,
  others: readonly Placed[],
): { isExact: boolean; text: string } {
  const foreign = others.filter((other) => other.base !== adapter.base);
  const meets = others.filter(
    ({ base: of, slot }) =>
      of === adapter.base &&
      (slot === null || adapter.slot === null || sharedWhenComposed(base, adapter.slot, slot) > 0),
  );
  const namesOf = (list: readonly Placed[]) => list.map(({ title }) => title).join(", ");
  const texts = [
    foreign.length > 0 &&
      `For another base than ${namesOf(foreign)} of your composition: one picture cannot hold both.`,
    meets.length > 0 && `Not exact with ${namesOf(meets)} of your composition: Compose shows how they meet.`,
  ].filter((text) => text !== false);
  return { isExact: texts.length === 0, text: texts.join(" ") };
}
