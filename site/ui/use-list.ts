// A list that is read page by page, and changed in place by what is done on the page. A new key starts it anew.

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

export function useList<T>(key: string, load: (at: { cursor?: string }) => Promise<Reply<Page<T>>>): List<T> {
  const [items, setItems] = useState<readonly T[]>([]);
  const [cursor, setCursor] = useState<string | null>(null);
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
    setItems((before) => (from === null ? reply.value.items : [...before, ...reply.value.items]));
    setCursor(reply.value.next_cursor);
  };
  useEffect(() => {
    setItems([]);
    setCursor(null);
    read(null);
    return () => {
      turn.current++;
    };
  }, [key]);

  return {
    items,
    waiting,
    failure,
    more: cursor === null ? null : () => read(cursor),
    again: () => read(items.length === 0 ? null : cursor),
    change: setItems,
  };
}
