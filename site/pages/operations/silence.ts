// When a runner counts as silent. Pure.

import { RUNNER_SEEN_SECONDS } from "../../../schema/contract/limits.ts";
import type { RunnerStanding } from "../../api-operations.ts";

/** One that holds a job works on it and asks for nothing meanwhile. */
export const isSilent = (runner: Pick<RunnerStanding, "holds" | "last_seen_at">, now: number): boolean =>
  runner.holds === 0 && now - Date.parse(runner.last_seen_at) > RUNNER_SEEN_SECONDS * 1000;
