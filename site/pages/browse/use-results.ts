// The results of a query of the catalog, as an endless list.

import { type CatalogQuery, catalog } from "../../api-catalog.ts";
import { usePages } from "../../ui/use-pages.ts";

export type Results = ReturnType<typeof useResults>;

export function useResults(query: CatalogQuery, firstPages: number) {
  const { last, ...pages } = usePages(
    JSON.stringify(query),
    (at, signal) => catalog.adapters(query, at, signal),
    firstPages,
  );
  /** The words that were searched in place of misspelt ones. */
  return { ...pages, corrected: last?.corrected ?? null };
}
