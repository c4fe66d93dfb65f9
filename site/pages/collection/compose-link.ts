// A link to /compose/ with the adapters of a collection. Pure.

import { COMPOSITION_MEMBERS_MAX, STRENGTH_DEFAULT } from "../../../schema/contract/limits.ts";
import type { CollectionItem } from "../../api-people.ts";

/** Only as many as one composition takes: the first that are available. */
export function composeLink(items: readonly CollectionItem[]): { url: string; count: number; left: number } {
  const usable = items.filter(({ adapter }) => adapter?.state === "published" && adapter.latest_version);
  const taken = usable.slice(0, COMPOSITION_MEMBERS_MAX);
  const members = taken.map(
    ({ ref, adapter }) => `a=${ref}*${adapter?.latest_version?.strength ?? STRENGTH_DEFAULT}`,
  );
  return { url: `/compose/#${members.join("&")}`, count: taken.length, left: usable.length - taken.length };
}
