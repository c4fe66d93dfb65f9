// Puts expired leases back into the queue. Runs on every lease call and by cron; doing it twice changes nothing.

import { JOB_RUNS_MAX } from "../../schema/contract/limits.ts";
import type { Db } from "../context.ts";
import type { Env } from "../env.ts";
import { logLine } from "../lib/log.ts";
import { ringBell } from "./bell.ts";
import { publishEnd, tellAll } from "./publish.ts";

/** A run that never reported counts as a failure. Whoever asked to cancel has now been obeyed. */
const EXPIRE_JOBS = `
UPDATE jobs SET
  failures = failures + 1,
  status = CASE
    WHEN cancel_requested_at IS NOT NULL THEN 'canceled'
    WHEN failures + 1 >= ${JOB_RUNS_MAX} THEN 'failed'
    ELSE 'queued' END,
  finished_at = CASE WHEN cancel_requested_at IS NOT NULL OR failures + 1 >= ${JOB_RUNS_MAX} THEN ?1 END,
  error = CASE WHEN cancel_requested_at IS NULL AND failures + 1 >= ${JOB_RUNS_MAX}
    THEN json_object('code', 'runs_exhausted', 'message', 'The job ran ${JOB_RUNS_MAX} times and no runner finished it.') END,
  lease_id = NULL, lease_expires_at = NULL, progress = NULL
WHERE status = 'running' AND lease_expires_at <= ?1
RETURNING id, status`;

const EXPIRE_RUNS = `
UPDATE runs SET outcome = 'expired', finished_at = ?1
WHERE outcome IS NULL AND lease_id IN (SELECT lease_id FROM jobs WHERE status = 'running' AND lease_expires_at <= ?1)`;

export type Swept = { id: string; status: "queued" | "failed" | "canceled" };

export async function sweep(env: Env, db: Db, now: number): Promise<Swept[]> {
  // A read first: the usual sweep finds nothing and should not take the writer's turn.
  const expired = await db.$client
    .prepare("SELECT 1 FROM jobs WHERE status = 'running' AND lease_expires_at <= ? LIMIT 1")
    .bind(now)
    .first();
  if (!expired) return [];
  const [, jobs] = await db.$client.batch<Swept>([
    db.$client.prepare(EXPIRE_RUNS).bind(now),
    db.$client.prepare(EXPIRE_JOBS).bind(now),
  ]);
  const swept = jobs?.results ?? [];
  for (const { id, status } of swept) logLine("warning", "lease_expired", { job_id: id, job_status: status });
  await tellAll(swept.map(({ id, status }) => publishEnd(env, id, status)));
  if (swept.some(({ status }) => status === "queued")) await ringBell(env);
  return swept;
}
