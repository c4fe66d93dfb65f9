// The catalog list, page by page. A new query starts anew; "more" appends what the cursor names.

import { useEffect, useRef, useState } from "preact/hooks";
import { type Adapter, type AdapterQuery, api } from "../api.ts";
import type { Failure } from "./failure.ts";

export interface AdapterPages {
  items: readonly Adapter[];
  waiting: boolean;
  failure: Failure | null;
  more: (() => void) | null;
  again: () => void;
}

export function useAdapterPages(query: AdapterQuery): AdapterPages {
  const key = JSON.stringify(query);
  const [state, setState] = useState({ key: "", items: [] as Adapter[], cursor: null as string | null });
  const [waiting, setWaiting] = useState(true);
  const [failure, setFailure] = useState<Failure | null>(null);
  const controller = useRef(new AbortController());

  const load = async (cursor: string | null) => {
    controller.current.abort();
    const mine = new AbortController();
    controller.current = mine;
    setWaiting(true);
    setFailure(null);
    const reply = await api.adapters({ ...query, ...(cursor && { cursor }) }, mine.signal);
    if (mine.signal.aborted) return;
    setWaiting(false);
    if (!reply.ok) return setFailure(reply.failure);
    const { items, next_cursor } = reply.value;
    setState((before) => ({ key, items: cursor ? [...before.items, ...items] : items, cursor: next_cursor }));
  };

  useEffect(() => {
    load(null);
    return () => controller.current.abort();
  }, [key]);

  const { items, cursor } = state;
  return {
    items,
    waiting,
    failure,
    more: cursor ? () => load(cursor) : null,
    again: () => load(state.key === key ? cursor : null),
  };
}
