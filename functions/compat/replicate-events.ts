// Maps Replicate's webhook events to ours and back.

import { REPLICATE_EVENTS } from "../../schema/contract/compat-replicate.ts";
import { FINAL_EVENTS } from "../../schema/contract/webhooks.ts";

type Event = (typeof REPLICATE_EVENTS)[number];

/** All pictures come with the end, so `output` is sent then. Lines of a log send no message. */
const MEANING: Record<Event, readonly string[]> = {
  start: ["*.running"],
  output: ["*.succeeded"],
  logs: [],
  completed: FINAL_EVENTS,
};

/** Without a filter all events are sent. */
export function webhookEvents(filter: readonly Event[] | null | undefined): string[] {
  return [...new Set((filter ?? REPLICATE_EVENTS).flatMap((event) => MEANING[event]))];
}

/** The filter that a job's events came from, as far as it can be reconstructed. */
export function eventsFilter(events: readonly string[]): Event[] {
  return REPLICATE_EVENTS.filter(
    (event) => MEANING[event].length > 0 && MEANING[event].every((each) => events.includes(each)),
  );
}
