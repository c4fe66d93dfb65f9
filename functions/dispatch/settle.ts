// Settle: the one guarded act that ends a run. Repeated by the same lease it gets the same reply; by any other it is refused.

import type { Id } from "../../schema/contract/ids.ts";
import type { Settle } from "../../schema/contract/runner.ts";
import { orderScan } from "../catalog/scan-queue.ts";
import type { Db } from "../db.ts";
import type { Env } from "../env.ts";
import { Refusal } from "../lib/refusal.ts";
import { pauseMs } from "./backoff.ts";
import { ringBell, type Waiting } from "./bell.ts";
import { readiedAt } from "./dependents.ts";
import { eventOf, LIFE, stateOf } from "./lifecycle.ts";
import { prepareResult } from "./outputs.ts";
import { publishDependents, publishEnd } from "./publish.ts";
import { HOLDS_LEASE, LEASE_LOST, type RunOfCaller, type SettledStatus } from "./run.ts";

const END_RUN = `
UPDATE runs SET outcome = ?3, settled_status = ?4, error = ?5, finished_at = ?6
WHERE lease_id = ?2 AND outcome IS NULL AND ${HOLDS_LEASE}`;

const END_JOB = `
UPDATE jobs SET
  status = ?3, failures = failures + ?4, error = ?5, finished_at = CASE WHEN ?3 = 'queued' THEN NULL ELSE ?6 END,
  warnings = ?7, metrics = ?8, version_id = ?9,
  not_before = CASE WHEN ?3 = 'queued' AND ?4 = 1 THEN ?6 + ${pauseMs("failures + 1")} ELSE not_before END,
  lease_id = NULL, lease_expires_at = NULL, progress = CASE WHEN ?3 = 'queued' THEN NULL ELSE progress END
WHERE id = ?1 AND lease_id = ?2 AND status = 'running'
RETURNING id, base_id, owner_id, not_before`;

type JobState = { cancel_requested_at: number | null; failures: number };

export async function settle(
  { env, db, now }: { env: Env; db: Db; now: number },
  run: RunOfCaller,
  report: Settle,
): Promise<SettledStatus | Refusal> {
  if (run.outcome === "released") return LEASE_LOST;
  if (run.settledStatus) {
    // The first settle may have been interrupted before it notified the watchers, who would wait forever.
    if (run.settledStatus !== "queued") await publishEnd(env, run.jobId, run.settledStatus);
    return run.settledStatus;
  }
  const job = await db.$client
    .prepare("SELECT cancel_requested_at, failures FROM jobs WHERE lease_id = ? AND status = 'running'")
    .bind(run.leaseId)
    .first<JobState>();
  if (!job) return LEASE_LOST;

  const status = statusAfter(report, job);
  const result = await prepareResult({ env, db, now }, run, report, status);
  if (result instanceof Refusal) return result;
  const runError = report.error ? JSON.stringify(report.error) : null;
  const statements = [
    ...result.statements,
    db.$client.prepare(END_RUN).bind(run.jobId, run.leaseId, report.outcome, status, runError, now),
    db.$client
      .prepare(END_JOB)
      .bind(
        run.jobId,
        run.leaseId,
        status,
        report.outcome === "failed" ? 1 : 0,
        status === "failed"
          ? JSON.stringify({ code: report.error?.code, message: report.error?.message })
          : null,
        now,
        JSON.stringify(report.warnings),
        JSON.stringify(report.metrics),
        result.versionId,
      ),
  ];
  const ended = (await db.$client.batch<Waiting>(statements)).at(-1)?.results[0];
  if (!ended) return answerOfWinner(db, run);
  if (result.versionId) await orderScan(env, result.versionId);
  await publishEnd(env, run.jobId, status);
  if (result.versionId) await publishDependents(env, run.jobId);
  if (status === "queued") await ringBell(env, [ended], now);
  if (result.versionId) await ringBell(env, await readiedAt(db, ended.owner_id, now), now);
  return status;
}

/** The state of a job after its settled run, by the table of lifecycle.ts. Pure. */
export function statusAfter(report: Settle, job: JobState): SettledStatus {
  const state = stateOf({ status: "running", cancelRequested: job.cancel_requested_at !== null });
  const step = LIFE[state][eventOf(report, job.failures)];
  if (!step || step.to === "running" || step.to === "canceling" || step.to === "blocked") {
    throw new Error("A settle ends its run");
  }
  return step.to;
}

/** Two settles of one lease raced and this was the second: it gets the first one's reply. After a release there is no reply. */
async function answerOfWinner(db: Db, run: RunOfCaller): Promise<SettledStatus | Refusal> {
  const row = await db.$client
    .prepare("SELECT settled_status FROM runs WHERE lease_id = ? AND outcome <> 'released'")
    .bind(run.leaseId)
    .first<{ settled_status: SettledStatus | null }>();
  return row?.settled_status ?? LEASE_LOST;
}

const RELEASE_RUN = `
UPDATE runs SET outcome = 'released', error = ?3, finished_at = ?4,
  settled_status = (SELECT CASE WHEN cancel_requested_at IS NULL THEN 'queued' ELSE 'canceled' END FROM jobs WHERE id = ?1)
WHERE lease_id = ?2 AND outcome IS NULL AND ${HOLDS_LEASE}`;

const RELEASE_JOB = `
UPDATE jobs SET
  status = CASE WHEN cancel_requested_at IS NULL THEN 'queued' ELSE 'canceled' END,
  finished_at = CASE WHEN cancel_requested_at IS NULL THEN NULL ELSE ?3 END,
  lease_id = NULL, lease_expires_at = NULL, progress = NULL
WHERE id = ?1 AND lease_id = ?2 AND status = 'running'
RETURNING id, status, base_id, owner_id, not_before`;

/** Gives the job back: the run does not count as a failure. */
export async function release(
  { env, db, now }: { env: Env; db: Db; now: number },
  run: RunOfCaller,
  reason: string,
): Promise<"queued" | "canceled" | Refusal> {
  if (run.outcome === "released" && run.settledStatus === "canceled") {
    await publishEnd(env, run.jobId, "canceled");
    return "canceled";
  }
  if (run.outcome === "released") return "queued";
  const [, released] = await db.$client.batch<Waiting & { id: Id<"job">; status: "queued" | "canceled" }>([
    db.$client
      .prepare(RELEASE_RUN)
      .bind(run.jobId, run.leaseId, JSON.stringify({ code: "released", message: reason }), now),
    db.$client.prepare(RELEASE_JOB).bind(run.jobId, run.leaseId, now),
  ]);
  const row = released?.results[0];
  if (!row) return LEASE_LOST;
  await publishEnd(env, row.id, row.status);
  if (row.status === "queued") await ringBell(env, [row], now);
  return row.status;
}
