// The query in the address bar: choices push history entries, and Back restores their query.

import { useEffect, useState } from "preact/hooks";
import type { CatalogQuery } from "../../api-catalog.ts";
import { queryOf, searchOf } from "./query.ts";

export function useAddress() {
  const [query, setQuery] = useState<CatalogQuery>(() => queryOf(location.search));
  useEffect(() => {
    const back = () => setQuery(queryOf(location.search));
    addEventListener("popstate", back);
    return () => removeEventListener("popstate", back);
  }, []);
  const go = (next: CatalogQuery, how: "push" | "replace" = "push") => {
    const address = location.pathname + searchOf(next);
    if (address === location.pathname + searchOf(query)) return;
    if (how === "push") history.pushState(null, "", address);
    else history.replaceState(null, "", address);
    setQuery(next);
  };
  return { query, go };
}
