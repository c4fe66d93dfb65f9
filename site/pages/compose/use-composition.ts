// Slots and licences of the current members, fetched whenever the set of members changes. Where their boxes meet, crosstalk.tsx computes.

import { useEffect, useState } from "preact/hooks";
import { api, type Composition } from "../../api.ts";
import { aliasOf, calledBy, type Known, type Member } from "../../composition/form.ts";
import type { Failure } from "../../failure.ts";

const SETTLING_PAUSE_MS = 400;

export interface State {
  composition: Composition | null;
  failure: Failure | null;
  waiting: boolean;
}

export function useComposition(all: readonly Member[], known: Known): State {
  // What is still being trained meets nobody yet.
  const members = all.filter(({ training }) => training === undefined);
  const [state, setState] = useState<State>({ composition: null, failure: null, waiting: false });
  const refs = members.map((member) => member.ref).filter((ref) => known.adapters.has(ref));
  const key = refs.length === members.length ? refs.join(" ") : "";
  const base = known.base?.id;

  useEffect(() => {
    if (key === "" || !base) return setState({ composition: null, failure: null, waiting: false });
    const controller = new AbortController();
    setState((before) => ({ ...before, waiting: true }));
    const timer = setTimeout(async () => {
      const words = calledBy(members, known);
      const wanted = { base, members: refs.map((ref) => ({ ref, ...aliasOf({ ref }, words, known) })) };
      const reply = await api.compose(wanted, controller.signal);
      if (controller.signal.aborted) return;
      if (reply.ok) setState({ composition: reply.value, failure: null, waiting: false });
      else setState({ composition: null, failure: reply.failure, waiting: false });
    }, SETTLING_PAUSE_MS);
    return () => {
      clearTimeout(timer);
      controller.abort();
    };
  }, [key, base]);

  return state;
}
