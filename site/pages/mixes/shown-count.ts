// How many mixes a list shows, in words. Pure.

import type { List } from "../../ui/use-list.ts";

/** Nothing where the list failed: what it has is not known then. */
export function shownCount(list: Pick<List<unknown>, "items" | "waiting" | "failure" | "more">): string {
  if (list.failure) return "";
  if (list.waiting) return "Loading";
  const count = list.items.length;
  return `${count} ${count === 1 ? "mix" : "mixes"}${list.more ? ", and more" : ""}`;
}
