// A clock that runs faster than the machine's, for tests of what waits for seconds: tests, Worker and Durable Objects share one isolate, so all
// of them read this clock and are woken by it.

import { vi } from "vitest";

/** Until `vi.restoreAllMocks()`: `Date.now()` advances `times` as fast from now on, and timers and time limits end as much earlier. */
export function runFaster(times: number): void {
  const { now } = Date;
  const { setTimeout: wait } = globalThis;
  const limit = AbortSignal.timeout.bind(AbortSignal);
  const began = now();
  vi.spyOn(Date, "now").mockImplementation(() => Math.floor(began + (now() - began) * times));
  const faster = (act: () => void, milliseconds = 0) => wait(act, milliseconds / times);
  vi.spyOn(globalThis, "setTimeout").mockImplementation(faster as typeof setTimeout);
  vi.spyOn(AbortSignal, "timeout").mockImplementation((milliseconds) => limit(milliseconds / times));
}
