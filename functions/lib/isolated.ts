// Work that stands alone: what fails for one is logged, and the others go on.

import { faultOf, logLine } from "./log.ts";

/** Acts on each in turn. `nameOf` says in the log which one failed. */
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
