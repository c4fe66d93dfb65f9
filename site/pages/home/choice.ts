// What the home page shows of a list. Pure: the same list gives the same choice.

import { type Covered, hasOwnCover } from "../../ui/cover-choice.ts";

const OF_AN_OWNER_MAX = 2;

/** In the list's order, at most two of an owner; where that leaves too few, the others follow. */
export function picksOf<T extends { owner: string }>(items: readonly T[], count: number): T[] {
  const seen = new Map<string, number>();
  const first: T[] = [];
  const rest: T[] = [];
  for (const item of items) {
    const already = seen.get(item.owner) ?? 0;
    seen.set(item.owner, already + 1);
    (already < OF_AN_OWNER_MAX ? first : rest).push(item);
  }
  return [...first, ...rest].slice(0, count);
}

/** Those with a picture of their own before those that show their members' portraits. */
export const withPicturesFirst = <T extends Covered>(items: readonly T[], count: number): T[] =>
  [...items.filter(hasOwnCover), ...items.filter((item) => !hasOwnCover(item))].slice(0, count);
