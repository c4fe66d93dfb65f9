// The number of adapters that a query finds, in words, as far as it is known. Pure.

import { countOf } from "../../ui/format.ts";
import type { Results } from "./use-results.ts";

/** `total` is the count of this very query, where it has come. */
export function countText(
  results: Pick<Results, "items" | "isEmpty" | "waiting" | "failure" | "more">,
  total: number | undefined,
): string {
  if (results.failure) return "";
  if (results.isEmpty) return "No adapters";
  if (total !== undefined) return countOf(total, "adapter");
  // All pages are here; the count was not needed, or failed.
  if (!results.waiting && results.more === null) return countOf(results.items.length, "adapter");
  return results.waiting ? "Loading" : "";
}
