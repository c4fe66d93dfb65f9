// The operations overview, refreshed every ten seconds while the page is visible. The last value stays during a refresh.

import { useEffect, useState } from "preact/hooks";
import { type Operations, operations } from "../../api-operations.ts";
import { type Loaded, useReply } from "../../ui/use-reply.ts";

const REFRESH_MS = 10_000;

/** `turn` changes with every refresh, `now` is the time of it. */
export function useOverview(): Loaded<Operations> & { turn: number; now: number } {
  const [{ turn, now }, setReading] = useState({ turn: 0, now: Date.now() });
  useEffect(() => {
    const timer = setInterval(() => {
      if (!document.hidden) setReading((before) => ({ turn: before.turn + 1, now: Date.now() }));
    }, REFRESH_MS);
    return () => clearInterval(timer);
  }, []);
  return { ...useReply(() => operations.overview(), [turn]), turn, now };
}
