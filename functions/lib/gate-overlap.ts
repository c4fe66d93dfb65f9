// How far two members can affect each other on a base with gates: the positions at which both gates may be open. Computed from boxes alone,
// before anything is generated; the equations are those of gpu-runner/orthoplex/ortho/gate.py `reach_overlap`. Pure.

import type { Base } from "../../schema/contract/bases.ts";
import type { Region } from "../../schema/contract/compositions.ts";

type Boxed = { region: Region | null };

/**
 * For every two members the share of the smaller one's reach in which both may act, 0..1. A gate is 0 wherever a position
 * attends to none of its member's words, so 0 means that the two never act at one position, whatever is drawn.
 */
export function gateOverlaps(base: Base, members: readonly Boxed[]): (a: number, b: number) => number {
  const apart = keptApart(base, members);
  return (a, b) => {
    const [first, second] = [members[a]?.region ?? null, members[b]?.region ?? null];
    if (first && second) {
      const shared =
        along(first.x, first.width, second.x, second.width) *
        along(first.y, first.height, second.y, second.height);
      return shared / Math.min(first.width * first.height, second.width * second.height);
    }
    // Inside boxes positions attend to the words of these boxes' members, outside to those of members without one.
    if (first || second) return 0;
    return apart ? 0 : 1;
  };
}

/**
 * Whether members without a box have places of their own: the base draws persons side by side, and on every canvas with room for all
 * each box stays inside one place. Otherwise persons see one another, and only the picture decides where they stand.
 */
function keptApart({ sizes }: Base, members: readonly Boxed[]): boolean {
  const canvases = sizes.flatMap(({ people }) =>
    people !== undefined && people >= members.length ? [people] : [],
  );
  const boxes = members.flatMap(({ region }) => region ?? []);
  return (
    canvases.length > 0 &&
    canvases.every((people) =>
      boxes.every(({ x, width }) => Math.floor(x * people + EPSILON) + 1 >= (x + width) * people - EPSILON),
    )
  );
}

/** Sides of boxes are fractions such as 1/3, which no double holds. */
const EPSILON = 1e-6;

const along = (a: number, length: number, b: number, otherLength: number) =>
  Math.max(0, Math.min(a + length, b + otherLength) - Math.max(a, b));
