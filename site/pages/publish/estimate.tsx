// What a training will cost and probably take, before it starts.

import { TRAINING_STEP_CREDITS } from "../../../schema/contract/limits.ts";
import { type Account, api, type Base, type Training } from "../../api.ts";
import { countOf, durationOf } from "../../ui/format.ts";
import { useReply } from "../../ui/use-reply.ts";

const COMPARED = 5;

/** Seconds for this many steps, at the pace of recent trainings. Null if there are none. */
export function secondsFor(steps: number, done: readonly Training[]): number | null {
  const paces = done.flatMap(({ started_at, finished_at, request }) =>
    started_at && finished_at
      ? [(Date.parse(finished_at) - Date.parse(started_at)) / 1000 / request.steps]
      : [],
  );
  if (paces.length === 0) return null;
  return (paces.reduce((sum, pace) => sum + pace, 0) / paces.length) * steps;
}

export function Estimate({ base, account, steps }: { base: Base; account: Account; steps: number }) {
  const done = useReply(() => api.trainings({ status: "succeeded", limit: COMPARED }), []);
  const credits = steps * TRAINING_STEP_CREDITS;
  const seconds = secondsFor(steps, done.value?.items ?? []);
  const { credits_left: left } = account.usage;
  return (
    <p class="quiet start-line">
      {`${steps} steps on ${base.title}: ${countOf(credits, "credit")} of the ${left.toLocaleString("en")} that you have left today`}
      {seconds === null
        ? ". How long it takes depends on the runner; minutes on two processor cores. "
        : `, about ${durationOf(seconds)} as your last ones took, and the wait before it. `}
      A free slot is reserved first, so that what is learned stays out of everyone else's way.
    </p>
  );
}
