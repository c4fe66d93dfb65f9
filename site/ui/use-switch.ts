// An optimistic toggle: shows the new state at once, reverts it if the API refuses.

import { useEffect, useRef, useState } from "preact/hooks";
import type { Reply } from "../api.ts";
import type { Failure } from "../failure.ts";

export interface Switch<T> {
  value: T;
  /** The answer to a click has not come yet. */
  busy: boolean;
  failure: Failure | null;
  flip: () => void;
  /** What the API holds, once it is known. A click that came before counts more. */
  load: (value: T) => void;
}

/** `guess` is the expected value after a click; `send` returns the true one. Clicks wait for the previous answer. */
export function useSwitch<T>(
  initial: T,
  guess: (before: T) => T,
  send: (next: T) => Promise<Reply<T>>,
): Switch<T> {
  const [value, setValue] = useState(initial);
  const [failure, setFailure] = useState<Failure | null>(null);
  const waiting = useRef(false);
  const [busy, setBusy] = useState(false);
  const gone = useRef(false);
  const clicked = useRef(false);
  useEffect(
    () => () => {
      gone.current = true;
    },
    [],
  );

  const flip = async () => {
    if (waiting.current) return;
    waiting.current = true;
    setBusy(true);
    clicked.current = true;
    const next = guess(value);
    setValue(next);
    setFailure(null);
    const reply = await send(next);
    waiting.current = false;
    if (gone.current) return;
    setBusy(false);
    setValue(reply.ok ? reply.value : value);
    if (!reply.ok) setFailure(reply.failure);
  };
  const load = (known: T) => {
    if (!clicked.current) setValue(known);
  };
  return { value, busy, failure, flip, load };
}
