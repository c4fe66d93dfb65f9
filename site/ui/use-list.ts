// A paged list that the page can also edit. Under a new key it is reloaded; the old items stay
// until the first page has arrived.

import { useEffect, useRef, useState } from "preact/hooks";
import type { Page, Reply } from "../api.ts";
import type { Failure } from "../failure.ts";

export interface List<T> {
  items: readonly T[];
  /** The list of this key has arrived and has nothing in it: only then may a page say so. */
  isEmpty: boolean;
  waiting: boolean;
  failure: Failure | null;
  more: (() => void) | null;
  again: () => void;
  change: (act: (before: readonly T[]) => readonly T[]) => void;
}

interface Stored<T> {
  /** The key of the list that `items` and `cursor` belong to. */
  key: string | null;
  items: readonly T[];
  cursor: string | null;
}

/** The last call and what became of it. */
interface Call {
  key: string | null;
  waiting: boolean;
  failure: Failure | null;
}

/** What a page may know of the list under `key`: a call of another key says nothing about it. Pure. */
export function viewOf<T>(
  key: string,
  stored: Stored<T>,
  call: Call,
): Pick<List<T>, "items" | "isEmpty" | "waiting" | "failure"> & { cursor: string | null } {
  const isCalled = call.key === key;
  const hasArrived = stored.key === key;
  const waiting = !isCalled || call.waiting;
  const failure = isCalled ? call.failure : null;
  return {
    items: stored.items,
    isEmpty: hasArrived && !waiting && failure === null && stored.items.length === 0,
    waiting,
    failure,
    cursor: hasArrived ? stored.cursor : null,
  };
}

export function useList<T>(key: string, load: (at: { cursor?: string }) => Promise<Reply<Page<T>>>): List<T> {
  const [stored, setStored] = useState<Stored<T>>({ key: null, items: [], cursor: null });
  const [call, setCall] = useState<Call>({ key: null, waiting: true, failure: null });
  const turn = useRef(0);

  const read = async (from: string | null) => {
    const mine = ++turn.current;
    setCall({ key, waiting: true, failure: null });
    const reply = await load(from === null ? {} : { cursor: from });
    if (mine !== turn.current) return;
    if (!reply.ok) return setCall({ key, waiting: false, failure: reply.failure });
    const { items, next_cursor: cursor } = reply.value;
    setStored((before) => ({ key, items: from === null ? items : [...before.items, ...items], cursor }));
    setCall({ key, waiting: false, failure: null });
  };
  useEffect(() => {
    read(null);
    return () => {
      turn.current++;
    };
  }, [key]);

  const { cursor, ...view } = viewOf(key, stored, call);
  return {
    ...view,
    more: cursor === null ? null : () => read(cursor),
    again: () => read(cursor),
    change: (act) => setStored((before) => ({ ...before, items: act(before.items) })),
  };
}
