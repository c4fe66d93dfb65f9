// When a runner counts as silent. Pure.

import { RUNNER_SEEN_SECONDS } from "../../../schema/contract/limits.ts";
import type { RunnerStatus } from "../../api-operations.ts";

/** A runner that holds a job works on it and does not ask for work meanwhile. */
export const isSilent = (runner: Pick<RunnerStatus, "holds" | "last_seen_at">, now: number): boolean =>
  runner.holds === 0 && now - Date.parse(runner.last_seen_at) > RUNNER_SEEN_SECONDS * 1000;
