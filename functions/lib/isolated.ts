// Runs the same work for several things, each isolated: a failure is logged and the next one is tried.

import { faultOf, logLine } from "./log.ts";

/** Runs one after another. `nameOf` names the one that failed in the log. */
export async function eachIsolated<T>(
  event: string,
  things: readonly T[],
  nameOf: (thing: T) => string,
  act: (thing: T) => Promise<unknown>,
): Promise<void> {
  for (const thing of things) {
    try {
      await act(thing);
    } catch (error) {
      logLine("error", event, { of: nameOf(thing), fault: faultOf(error) });
    }
  }
}
