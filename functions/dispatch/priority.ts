// Priority: from the contract's value to the queue's columns and back. Pure.

import type { JobPriority } from "../../schema/contract/jobs.ts";
import type { JobRow } from "../../schema/tables.ts";

type Rank = Pick<JobRow, "priority" | "express">;

/**
 * `low` comes after everything else. `high` overtakes nobody: it has its own sequence of turns beside its owner's other jobs, as if they were a second
 * owner's. So it does not wait behind these, and its owner's share of the queue at most doubles; it costs double.
 */
const RANKS: Record<JobPriority, Rank> = {
  low: { priority: -1, express: false },
  normal: { priority: 0, express: false },
  high: { priority: 0, express: true },
};

export const rankOf = (priority: JobPriority = "normal"): Rank => RANKS[priority];

export const priorityOf = ({ priority, express }: Rank): JobPriority =>
  express ? "high" : priority < 0 ? "low" : "normal";
