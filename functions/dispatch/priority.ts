// Priority: the word that callers send, and what it is in the queue. Pure.

import type { JobPriority } from "../../schema/contract/jobs.ts";
import type { JobRow } from "../../schema/tables.ts";

type Rank = Pick<JobRow, "priority" | "express">;

/**
 * `low` comes after everything else. `high` passes nobody: it has a row of turns of its own beside its owner's other jobs, as if a second
 * owner had come. So it does not wait behind these, and its owner's share of the queue doubles at most; it costs double, too.
 */
const RANKS: Record<JobPriority, Rank> = {
  low: { priority: -1, express: false },
  normal: { priority: 0, express: false },
  high: { priority: 0, express: true },
};

export const rankOf = (priority: JobPriority = "normal"): Rank => RANKS[priority];

export const priorityOf = ({ priority, express }: Rank): JobPriority =>
  express ? "high" : priority < 0 ? "low" : "normal";
