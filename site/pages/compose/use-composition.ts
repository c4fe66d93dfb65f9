// How the present members meet, asked of the API whenever the set of members changes. Strengths and boxes don't change the answer.

import { useEffect, useState } from "preact/hooks";
import { api, type Composition } from "../../api.ts";
import type { Failure } from "../../ui/failure.ts";
import type { Known, Member } from "./form.ts";

const SETTLING_PAUSE_MS = 400;

export interface Meeting {
  composition: Composition | null;
  failure: Failure | null;
  waiting: boolean;
}

export function useComposition(members: readonly Member[], known: Known): Meeting {
  const [meeting, setMeeting] = useState<Meeting>({ composition: null, failure: null, waiting: false });
  const refs = members.map((member) => member.ref).filter((ref) => known.adapters.has(ref));
  const key = refs.length === members.length ? refs.join(" ") : "";
  const base = known.base?.id;

  useEffect(() => {
    if (key === "" || !base) return setMeeting({ composition: null, failure: null, waiting: false });
    const controller = new AbortController();
    setMeeting((before) => ({ ...before, waiting: true }));
    const timer = setTimeout(async () => {
      const wanted = { base, members: key.split(" ").map((ref) => ({ ref })) };
      const reply = await api.compose(wanted, controller.signal);
      if (controller.signal.aborted) return;
      if (reply.ok) setMeeting({ composition: reply.value, failure: null, waiting: false });
      else setMeeting({ composition: null, failure: reply.failure, waiting: false });
    }, SETTLING_PAUSE_MS);
    return () => {
      clearTimeout(timer);
      controller.abort();
    };
  }, [key, base]);

  return meeting;
}
