// Something that is on or off at the edge and answers a press at once: shown as wished, put back if the edge refuses.

import { useEffect, useRef, useState } from "preact/hooks";
import type { Reply } from "../api.ts";
import type { Failure } from "./failure.ts";

export interface Switch<T> {
  value: T;
  failure: Failure | null;
  flip: () => void;
}

/** `guess` is what the value will be after a press; `send` brings the true one. Presses wait for the answer to the last. */
export function useSwitch<T>(
  initial: T,
  guess: (before: T) => T,
  send: (wished: T) => Promise<Reply<T>>,
): Switch<T> & { set: (value: T) => void } {
  const [value, setValue] = useState(initial);
  const [failure, setFailure] = useState<Failure | null>(null);
  const busy = useRef(false);
  const gone = useRef(false);
  useEffect(
    () => () => {
      gone.current = true;
    },
    [],
  );

  const flip = async () => {
    if (busy.current) return;
    busy.current = true;
    const wished = guess(value);
    setValue(wished);
    setFailure(null);
    const reply = await send(wished);
    busy.current = false;
    if (gone.current) return;
    setValue(reply.ok ? reply.value : value);
    if (!reply.ok) setFailure(reply.failure);
  };
  return { value, failure, flip, set: setValue };
}
