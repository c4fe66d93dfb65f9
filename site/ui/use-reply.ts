// A call and its three states, for components: waiting, value, failure. A newer call discards the answer of an older one.

import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import type { Account, Reply } from "../api.ts";
import type { Failure } from "../failure.ts";
import { loadAccount } from "./account.ts";

export interface Loaded<T> {
  value: T | null;
  /** The value of these inputs, null until it has come: what a page says is not there must be missing here. */
  arrived: T | null;
  failure: Failure | null;
  waiting: boolean;
  again: () => void;
}

interface State<T> {
  value: T | null;
  /** The inputs that the value belongs to. */
  of: readonly unknown[] | null;
  failure: Failure | null;
  waiting: boolean;
}

/** Runs `load` whenever one of `inputs` changes. The last value stays while a new one is loading. */
export function useReply<T>(
  load: (signal: AbortSignal) => Promise<Reply<T>>,
  inputs: readonly unknown[],
): Loaded<T> {
  const [state, setState] = useState<State<T>>({ value: null, of: null, failure: null, waiting: true });
  const [turn, setTurn] = useState(0);
  const latest = useRef(load);
  latest.current = load;

  useEffect(() => {
    const controller = new AbortController();
    setState((before) => ({ ...before, failure: null, waiting: true }));
    latest.current(controller.signal).then((reply) => {
      if (controller.signal.aborted) return;
      if (reply.ok) setState({ value: reply.value, of: inputs, failure: null, waiting: false });
      else setState((before) => ({ ...before, failure: reply.failure, waiting: false }));
    });
    return () => controller.abort();
  }, [...inputs, turn]);

  const { of, ...shown } = state;
  const arrived = of !== null && isSame(of, inputs) ? state.value : null;
  return { ...shown, arrived, again: useCallback(() => setTurn((n) => n + 1), []) };
}

/** As hooks compare their inputs. */
export const isSame = (a: readonly unknown[], b: readonly unknown[]): boolean =>
  a.length === b.length && a.every((each, i) => Object.is(each, b[i]));

/** undefined while unknown, also where no answer came (AccountFailure says so); null for a guest. */
export function useAccount(): Account | null | undefined {
  const [account, setAccount] = useState<Account | null | undefined>(undefined);
  useEffect(() => {
    loadAccount().then(setAccount);
  }, []);
  return account;
}
