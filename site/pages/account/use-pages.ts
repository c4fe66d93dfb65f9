// A list of one's own, page by page.

import { useEffect, useState } from "preact/hooks";
import type { Page, Reply } from "../../api.ts";
import type { Failure } from "../../ui/failure.ts";

export interface Pages<T> {
  items: readonly T[];
  waiting: boolean;
  failure: Failure | null;
  more: (() => void) | null;
  again: () => void;
}

export function usePages<T>(load: (cursor: string | null) => Promise<Reply<Page<T>>>): Pages<T> {
  const [items, setItems] = useState<readonly T[]>([]);
  const [cursor, setCursor] = useState<string | null>(null);
  const [waiting, setWaiting] = useState(true);
  const [failure, setFailure] = useState<Failure | null>(null);

  const read = async (from: string | null) => {
    setWaiting(true);
    setFailure(null);
    const reply = await load(from);
    setWaiting(false);
    if (!reply.ok) return setFailure(reply.failure);
    setItems((before) => (from ? [...before, ...reply.value.items] : reply.value.items));
    setCursor(reply.value.next_cursor);
  };
  useEffect(() => {
    read(null);
  }, []);
  return {
    items,
    waiting,
    failure,
    more: cursor ? () => read(cursor) : null,
    again: () => read(null),
  };
}
