// An endless list: as many pages as the address says, more by cursor. What moved between pages is shown once.

import { useEffect, useRef, useState } from "preact/hooks";
import type { Page, Reply } from "../api.ts";
import type { Failure } from "../failure.ts";
import { PAGES_MAX } from "./open-pages.ts";
import { viewOf } from "./use-list.ts";

const PAGE_SIZE = 24;
const REQUEST_MAX = 96;

type Item<P extends Page<unknown>> = P["items"][number];

interface State<P extends Page<unknown>> {
  key: string;
  items: readonly Item<P>[];
  cursor: string | null;
  pages: number;
  /** The answer that was read last. */
  last: P | null;
}

export interface Pages<P extends Page<unknown>> extends Pick<State<P>, "items" | "pages" | "last"> {
  /** The results of this query have arrived, and there are none. */
  isEmpty: boolean;
  waiting: boolean;
  failure: Failure | null;
  more: (() => void) | null;
  again: () => void;
}

type Load<P> = (at: { limit: number; cursor?: string }, signal: AbortSignal) => Promise<Reply<P>>;

export function usePages<P extends Page<{ id: string }>>(
  key: string,
  load: Load<P>,
  firstPages: number,
): Pages<P> {
  const empty: State<P> = { key: "", items: [], cursor: null, pages: 0, last: null };
  const [state, setState] = useState<State<P>>(empty);
  const [call, setCall] = useState<{ key: string; waiting: boolean; failure: Failure | null }>({
    ...{ key, waiting: true, failure: null },
  });
  const controller = useRef(new AbortController());

  /** Reads from the cursor of `from` until `pages` pages are loaded. */
  const read = async (from: State<P>, pages: number) => {
    controller.current.abort();
    const mine = new AbortController();
    controller.current = mine;
    setCall({ key, waiting: true, failure: null });
    let at = from;
    do {
      const limit = Math.min(REQUEST_MAX, (pages - at.pages) * PAGE_SIZE);
      const reply = await load({ limit, ...(at.cursor && { cursor: at.cursor }) }, mine.signal);
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
        last: reply.value,
      };
      setState(at);
    } while (at.cursor && at.pages < pages);
    setCall({ key, waiting: false, failure: null });
  };

  useEffect(() => {
    read({ ...empty, key }, Math.min(firstPages, PAGES_MAX));
    return () => controller.current.abort();
  }, [key]);

  const mine = state.key === key;
  const { cursor: _, ...view } = viewOf<Item<P>>(key, state, call);
  return {
    ...view,
    pages: mine ? Math.max(1, state.pages) : firstPages,
    last: mine ? state.last : null,
    more: mine && state.cursor ? () => read(state, state.pages + 1) : null,
    again: () => read(mine ? state : { ...empty, key }, (mine ? state.pages : 0) + 1),
  };
}
