// The results of a query: as many pages as the address says, more by cursor. An adapter that moved between pages is shown once.

import { useEffect, useRef, useState } from "preact/hooks";
import type { Adapter } from "../../api.ts";
import { type CatalogQuery, catalog } from "../../api-catalog.ts";
import type { Failure } from "../../failure.ts";
import { viewOf } from "../../ui/use-list.ts";
import { PAGES_MAX } from "./query.ts";

const PAGE_SIZE = 24;
const REQUEST_MAX = 96;

interface State {
  key: string;
  items: readonly Adapter[];
  cursor: string | null;
  pages: number;
  corrected: string | null;
}

export interface Results extends Pick<State, "items" | "pages" | "corrected"> {
  /** The results of this query have arrived, and there are none. */
  isEmpty: boolean;
  waiting: boolean;
  failure: Failure | null;
  more: (() => void) | null;
  again: () => void;
}

const EMPTY: State = { key: "", items: [], cursor: null, pages: 0, corrected: null };

export function useResults(query: CatalogQuery, firstPages: number): Results {
  const key = JSON.stringify(query);
  const [state, setState] = useState<State>(EMPTY);
  const [call, setCall] = useState<{ key: string; waiting: boolean; failure: Failure | null }>({
    ...{ key, waiting: true, failure: null },
  });
  const controller = useRef(new AbortController());

  /** Reads from the cursor `from` until `pages` pages are loaded. */
  const load = async (from: State, pages: number) => {
    controller.current.abort();
    const mine = new AbortController();
    controller.current = mine;
    setCall({ key, waiting: true, failure: null });
    let at = from;
    do {
      const limit = Math.min(REQUEST_MAX, (pages - at.pages) * PAGE_SIZE);
      const page = { limit, ...(at.cursor && { cursor: at.cursor }) };
      const reply = await catalog.adapters(query, page, mine.signal);
      if (mine.signal.aborted) return;
      if (!reply.ok) {
        setCall({ key, waiting: false, failure: reply.failure });
        return;
      }
      const seen = new Set(at.items.map(({ id }) => id));
      at = {
        key,
        items: [...at.items, ...reply.value.items.filter(({ id }) => !seen.has(id))],
        cursor: reply.value.next_cursor,
        pages: at.pages + Math.ceil(limit / PAGE_SIZE),
        corrected: reply.value.corrected,
      };
      setState(at);
    } while (at.cursor && at.pages < pages);
    setCall({ key, waiting: false, failure: null });
  };

  useEffect(() => {
    load({ ...EMPTY, key }, Math.min(firstPages, PAGES_MAX));
    return () => controller.current.abort();
  }, [key]);

  const mine = state.key === key;
  const { cursor: _, ...view } = viewOf(key, state, call);
  return {
    ...view,
    pages: mine ? Math.max(1, state.pages) : firstPages,
    corrected: mine ? state.corrected : null,
    more: mine && state.cursor ? () => load(state, state.pages + 1) : null,
    again: () => load(mine ? state : { ...EMPTY, key }, (mine ? state.pages : 0) + 1),
  };
}
