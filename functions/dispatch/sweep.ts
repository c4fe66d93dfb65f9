// Requeues jobs with expired leases, ends pauses, and fails jobs that waited too long. Runs on every lease call and by cron; idempotent.

import { JOB_DEADLINE_HOURS, JOB_RUNS_MAX } from "../../schema/contract/limits.ts";
import type { Db } from "../db.ts";
import type { Env } from "../env.ts";
import { logLine } from "../lib/log.ts";
import { pauseMs } from "./backoff.ts";
import { ringBell, type Waiting } from "./bell.ts";
import { LEASE_PREFIX_CHARACTERS } from "./lease-sql.ts";
import { notifyAll, publishEnd } from "./publish.ts";

/**
 * 1 where the expired run counts as a failure of its job, 0 where its runner was given other jobs in the same call: any of them may be what
 * ended it. Each is leased alone next, so that it shows then. The leases of one call begin with the same nonce.
 */
const COUNTED = `iif(EXISTS (SELECT 1 FROM runs WHERE lease_id > substr(jobs.lease_id, 1, ${LEASE_PREFIX_CHARACTERS})
  AND lease_id < substr(jobs.lease_id, 1, ${LEASE_PREFIX_CHARACTERS}) || '~' AND lease_id <> jobs.lease_id), 0, 1)`;
const IS_LAST = `failures + ${COUNTED} >= ${JOB_RUNS_MAX}`;

/** A run that never reported counts as a failure where it was alone. A job with a cancel request ends canceled. */
const EXPIRE_JOBS = `
UPDATE jobs SET
  failures = failures + ${COUNTED},
  status = CASE
    WHEN cancel_requested_at IS NOT NULL THEN 'canceled'
    WHEN ${IS_LAST} THEN 'failed'
    ELSE 'queued' END,
  finished_at = CASE WHEN cancel_requested_at IS NOT NULL OR ${IS_LAST} THEN ?1 END,
  error = CASE WHEN cancel_requested_at IS NULL AND ${IS_LAST}
    THEN json_object('code', 'runs_exhausted', 'message', 'The job ran ${JOB_RUNS_MAX} times and no runner finished it.') END,
  not_before = CASE WHEN cancel_requested_at IS NULL AND NOT (${IS_LAST})
    THEN ?1 + ${pauseMs("failures + 1")} ELSE not_before END,
  lease_id = NULL, lease_expires_at = NULL, progress = NULL
WHERE status = 'running' AND lease_expires_at <= ?1
RETURNING id, status, base_id, owner_id, not_before`;

const EXPIRE_RUNS = `
UPDATE runs SET outcome = 'expired', finished_at = ?1
WHERE outcome IS NULL AND lease_id IN (SELECT lease_id FROM jobs WHERE status = 'running' AND lease_expires_at <= ?1)`;

const DEADLINE_MS = JOB_DEADLINE_HOURS * 3_600_000;
/** A limit, because each job is published to its watchers and a Worker's subrequests are limited; the next sweep continues. */
const OVERDUE_MAX = 100;

/** The deadline of a job that waited for a training begins when that is over. */
const OVERDUE = "status = 'queued' AND waits_for IS NULL AND coalesce(ready_at, created_at) <= ?2";

const FAIL_OVERDUE = `
UPDATE jobs SET status = 'failed', finished_at = ?1,
  error = json_object('code', 'deadline_passed', 'message', 'The job was not done within ${JOB_DEADLINE_HOURS} hours of its order.')
WHERE id IN (SELECT id FROM jobs WHERE ${OVERDUE} ORDER BY coalesce(ready_at, created_at) LIMIT ${OVERDUE_MAX})
RETURNING id, status, base_id, owner_id, not_before`;

/** The pause is over: from now on a lease finds the job by its index. */
const WAKE = `
UPDATE jobs SET not_before = 0 WHERE status = 'queued' AND not_before > 0 AND not_before <= ?1
RETURNING id, status, base_id, owner_id, not_before`;

/** A row where a sweep has anything to do. ?1 is now, ?2 `overdueSince` it. */
export const ANYTHING_DUE = `
SELECT 1 FROM jobs WHERE status = 'running' AND lease_expires_at <= ?1
UNION ALL SELECT 1 FROM jobs WHERE ${OVERDUE}
UNION ALL SELECT 1 FROM jobs WHERE status = 'queued' AND not_before > 0 AND not_before <= ?1 LIMIT 1`;

/** A job that has waited since then waits too long. */
export const overdueSince = (now: number) => now - DEADLINE_MS;

type Swept = Waiting & { id: string; status: "queued" | "failed" | "canceled" };

export async function sweep(env: Env, db: Db, now: number): Promise<Pick<Swept, "id" | "status">[]> {
  // A read first: most sweeps find nothing and should not take the write lock.
  const due = await db.$client.prepare(ANYTHING_DUE).bind(now, overdueSince(now)).first();
  return due ? sweepDue(env, db, now) : [];
}

/** For a caller that has asked already. */
export async function sweepDue(env: Env, db: Db, now: number): Promise<Pick<Swept, "id" | "status">[]> {
  // Overdue jobs first: a job that is requeued now is published as queued before a later sweep may publish it as failed.
  const [overdue, , expired, woken] = await db.$client.batch<Swept>([
    db.$client.prepare(FAIL_OVERDUE).bind(now, overdueSince(now)),
    db.$client.prepare(EXPIRE_RUNS).bind(now),
    db.$client.prepare(EXPIRE_JOBS).bind(now),
    db.$client.prepare(WAKE).bind(now),
  ]);
  log("deadline_passed", overdue?.results ?? []);
  log("lease_expired", expired?.results ?? []);
  const swept = [...(overdue?.results ?? []), ...(expired?.results ?? [])];
  await notifyAll(swept.map(({ id, status }) => publishEnd(env, id, status)));
  const ready = [...swept, ...(woken?.results ?? [])].filter(({ status }) => status === "queued");
  await ringBell(env, ready, now);
  return swept.map(({ id, status }) => ({ id, status }));
}

function log(event: string, jobs: readonly Swept[]): void {
  for (const { id, status } of jobs) logLine("warning", event, { job_id: id, job_status: status });
}
