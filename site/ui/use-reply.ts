// A call and its three states, for components: waiting, value, failure. A newer call discards the answer of an older one.

import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import type { Account, Reply } from "../api.ts";
import { loadAccount } from "./account.ts";
import type { Failure } from "./failure.ts";

export interface Loaded<T> {
  value: T | null;
  failure: Failure | null;
  waiting: boolean;
  again: () => void;
}

/** Runs `load` whenever one of `inputs` changes. The last value stays while a new one is loading. */
export function useReply<T>(
  load: (signal: AbortSignal) => Promise<Reply<T>>,
  inputs: readonly unknown[],
): Loaded<T> {
  const [state, setState] = useState<Omit<Loaded<T>, "again">>({ value: null, failure: null, waiting: true });
  const [turn, setTurn] = useState(0);
  const latest = useRef(load);
  latest.current = load;

  useEffect(() => {
    const controller = new AbortController();
    setState((before) => ({ ...before, failure: null, waiting: true }));
    latest.current(controller.signal).then((reply) => {
      if (controller.signal.aborted) return;
      if (reply.ok) setState({ value: reply.value, failure: null, waiting: false });
      else setState((before) => ({ ...before, failure: reply.failure, waiting: false }));
    });
    return () => controller.abort();
  }, [...inputs, turn]);

  return { ...state, again: useCallback(() => setTurn((n) => n + 1), []) };
}

/** undefined while unknown, null for a guest. */
export function useAccount(): Account | null | undefined {
  const [account, setAccount] = useState<Account | null | undefined>(undefined);
  useEffect(() => {
    loadAccount().then(setAccount);
  }, []);
  return account;
}
