// A paged list that the page can also edit. Under a new key it is reloaded; the old items stay
// until the first page has arrived.

import { useEffect, useRef, useState } from "preact/hooks";
import type { Page, Reply } from "../api.ts";
import type { Failure } from "./failure.ts";

export interface List<T> {
  items: readonly T[];
  waiting: boolean;
  failure: Failure | null;
  more: (() => void) | null;
  again: () => void;
  change: (act: (before: readonly T[]) => readonly T[]) => void;
}

interface State<T> {
  /** The key of the list that `items` and `cursor` belong to. */
  key: string | null;
  items: readonly T[];
  cursor: string | null;
}

export function useList<T>(key: string, load: (at: { cursor?: string }) => Promise<Reply<Page<T>>>): List<T> {
  const [state, setState] = useState<State<T>>({ key: null, items: [], cursor: null });
  const [waiting, setWaiting] = useState(true);
  const [failure, setFailure] = useState<Failure | null>(null);
  const turn = useRef(0);

  const read = async (from: string | null) => {
    const mine = ++turn.current;
    setWaiting(true);
    setFailure(null);
    const reply = await load(from === null ? {} : { cursor: from });
    if (mine !== turn.current) return;
    setWaiting(false);
    if (!reply.ok) return setFailure(reply.failure);
    const { items, next_cursor: cursor } = reply.value;
    setState((before) => ({ key, items: from === null ? items : [...before.items, ...items], cursor }));
  };
  useEffect(() => {
    read(null);
    return () => {
      turn.current++;
    };
  }, [key]);

  const cursor = state.key === key ? state.cursor : null;
  return {
    items: state.items,
    waiting,
    failure,
    more: cursor === null ? null : () => read(cursor),
    again: () => read(cursor),
    change: (act) => setState((before) => ({ ...before, items: act(before.items) })),
  };
}
