// What operators see and do: the state of queues and runners, failed jobs and replaying one. Reads only live rows.

import type { z } from "zod";
import type { Id } from "../../schema/contract/ids.ts";
import { RUNNER_SEEN_SECONDS } from "../../schema/contract/limits.ts";
import type {
  FailedJob,
  Operations,
  QueueStanding,
  ReplayedJob,
  RunnerStanding,
} from "../../schema/contract/operations.ts";
import type { Db } from "../db.ts";
import type { Env } from "../env.ts";
import { DAY_MS, isoTime, isoTimeOrNull } from "../lib/clock.ts";
import { pageOfRows, readCursor } from "../lib/cursor.ts";
import { newId } from "../lib/ids.ts";
import { Refusal, refuse } from "../lib/refusal.ts";
import { notifyWebhooks } from "../outbox/outbox.ts";
import { ringBell, type Waiting, wakeRunner } from "./bell.ts";
import { nextTurn } from "./enqueue.ts";
import { notifyAll } from "./publish.ts";

const QUEUES = `
SELECT base_id, kind, sum(status = 'queued' AND waits_for IS NULL) AS queued,
  min(CASE WHEN status = 'queued' AND waits_for IS NULL THEN coalesce(ready_at, created_at) END) AS oldest,
  sum(status = 'running') AS running
FROM jobs WHERE status IN ('queued', 'running') GROUP BY base_id, kind ORDER BY base_id, kind`;

export const SEEN_RUNNERS = `
SELECT id FROM runners WHERE deregistered_at IS NULL AND last_seen_at > ?
UNION SELECT runs.runner_id FROM jobs JOIN runs ON runs.lease_id = jobs.lease_id
  WHERE jobs.status = 'running' AND jobs.lease_expires_at > 0`;

type QueueRow = {
  base_id: string;
  kind: QueueStanding["kind"];
  queued: number;
  oldest: number | null;
  running: number;
};

export async function operationsJson(db: Db, now: number): Promise<Operations> {
  const d1 = db.$client;
  const [queues, numbers] = await d1.batch([
    d1.prepare(QUEUES),
    d1
      .prepare(
        `SELECT (SELECT count(*) FROM (${SEEN_RUNNERS})) AS runners,
          (SELECT count(*) FROM jobs WHERE status = 'failed' AND finished_at > ?) AS failed,
          (SELECT count(*) FROM deliveries WHERE state = 'pending') AS pending,
          (SELECT min(next_attempt_at) FROM deliveries WHERE state = 'pending') AS next`,
      )
      .bind(now - RUNNER_SEEN_SECONDS * 1000, now - DAY_MS),
  ]);
  const [row] = (numbers?.results ?? []) as {
    runners: number;
    failed: number;
    pending: number;
    next: number | null;
  }[];
  return {
    queues: ((queues?.results ?? []) as QueueRow[]).map((queue) => ({
      base: queue.base_id,
      kind: queue.kind,
      queued: queue.queued,
      oldest_queued_at: isoTimeOrNull(queue.oldest),
      running: queue.running,
    })),
    runners: row?.runners ?? 0,
    failed_last_day: row?.failed ?? 0,
    webhooks: {
      pending: row?.pending ?? 0,
      overdue_seconds: Math.max(0, Math.round((now - (row?.next ?? now)) / 1000)),
    },
  };
}

type Query = { limit: number; cursor?: string | undefined };
type RunnerRow = {
  id: Id<"rnr">;
  owner: string;
  name: string;
  version: string;
  device: string;
  dtype: string;
  memory_bytes: number;
  bases: string;
  registered_at: number;
  last_seen_at: number;
  drain_requested_at: number | null;
  holds: number;
};

const RUNNERS = `
SELECT r.id, users.handle AS owner, r.name, r.version, r.device, r.dtype, r.memory_bytes, r.bases, r.registered_at,
  r.last_seen_at, r.drain_requested_at, (SELECT count(*) FROM jobs JOIN runs ON runs.lease_id = jobs.lease_id
    WHERE jobs.status = 'running' AND jobs.lease_expires_at > 0 AND runs.runner_id = r.id) AS holds
FROM runners r JOIN users ON users.id = r.owner_id
WHERE r.deregistered_at IS NULL`;

/** Registered runners, the last seen first. */
export async function listRunners(db: Db, query: Query) {
  const after = readCursor(query.cursor, [0, ""]);
  if (after instanceof Refusal) return after;
  const found = await db.$client
    .prepare(
      `${RUNNERS} AND (?1 IS NULL OR (r.last_seen_at, r.id) < (?1, ?2))
       ORDER BY r.last_seen_at DESC, r.id DESC LIMIT ?3`,
    )
    .bind(after?.[0] ?? null, after?.[1] ?? null, query.limit + 1)
    .all<RunnerRow>();
  const page = pageOfRows(found.results, query.limit, (row) => [row.last_seen_at, row.id]);
  return { ...page, items: page.items.map(runnerJson) };
}

const runnerJson = (row: RunnerRow): RunnerStanding => ({
  ...row,
  bases: JSON.parse(row.bases) as string[],
  registered_at: isoTime(row.registered_at),
  last_seen_at: isoTime(row.last_seen_at),
  drain_requested_at: isoTimeOrNull(row.drain_requested_at),
});

const DRAIN =
  "UPDATE runners SET drain_requested_at = coalesce(drain_requested_at, ?2) WHERE id = ?1 AND deregistered_at IS NULL";
const RESUME = "UPDATE runners SET drain_requested_at = NULL WHERE id = ?1 AND deregistered_at IS NULL";

/** From now on it gets no job. A runner that waits in a long poll is woken, so that it learns of this and leaves. */
export async function drainRunner(
  env: Env,
  db: Db,
  id: Id<"rnr">,
  now: number,
): Promise<RunnerStanding | Refusal> {
  await db.$client.prepare(DRAIN).bind(id, now).run();
  await wakeRunner(env, id);
  return runnerStanding(db, id);
}

/** Undoes the request to drain, as long as the runner has not left. */
export async function resumeRunner(db: Db, id: Id<"rnr">): Promise<RunnerStanding | Refusal> {
  await db.$client.prepare(RESUME).bind(id).run();
  return runnerStanding(db, id);
}

async function runnerStanding(db: Db, id: Id<"rnr">): Promise<RunnerStanding | Refusal> {
  const row = await db.$client.prepare(`${RUNNERS} AND r.id = ?`).bind(id).first<RunnerRow>();
  return row ? runnerJson(row) : refuse("not_found", `There is no runner ${id}, or it has left.`);
}

type FailedRow = {
  id: Id<"job">;
  owner: string;
  kind: FailedJob["kind"];
  base: string;
  error: string | null;
  attempts: number;
  created_at: number;
  finished_at: number;
  replayed_as: Id<"job"> | null;
};

/** The newest first. */
export async function listFailures(db: Db, query: Query) {
  const after = readCursor(query.cursor, [0, ""]);
  if (after instanceof Refusal) return after;
  const found = await db.$client
    .prepare(
      `SELECT j.id, users.handle AS owner, j.kind, j.base_id AS base, j.error, j.attempts, j.created_at, j.finished_at, j.replayed_as
       FROM jobs j JOIN users ON users.id = j.owner_id
       WHERE j.status = 'failed' AND (?1 IS NULL OR (j.finished_at, j.id) < (?1, ?2))
       ORDER BY j.finished_at DESC, j.id DESC LIMIT ?3`,
    )
    .bind(after?.[0] ?? null, after?.[1] ?? null, query.limit + 1)
    .all<FailedRow>();
  const page = pageOfRows(found.results, query.limit, (row) => [row.finished_at, row.id]);
  return { ...page, items: page.items.map(failedJson) };
}

const failedJson = (row: FailedRow): FailedJob => ({
  ...row,
  error: row.error === null ? null : (JSON.parse(row.error) as FailedJob["error"]),
  created_at: isoTime(row.created_at),
  finished_at: isoTime(row.finished_at),
});

/** The adapter of a job, trained or generated with, that moderators removed: it cannot be used any more. */
const REMOVED = `
SELECT users.handle || '/' || adapters.name AS ref FROM adapters JOIN users ON users.id = adapters.owner_id
WHERE adapters.state = 'removed' AND (
  adapters.id = (SELECT adapter_id FROM jobs WHERE id = ?1)
  OR adapters.id IN (
    SELECT versions.adapter_id FROM jobs, json_each(jobs.spec, '$.adapters') AS member
    JOIN versions ON versions.id = json_extract(member.value, '$.version_id') WHERE jobs.id = ?1))
LIMIT 1`;

/**
 * A job ends once: the failed job stays failed, and a new job of its owner repeats the work, in its owner's next turn. Its owner did not
 * ask for it, so no quota is checked.
 */
const REPLAY = `
INSERT INTO jobs (id, owner_id, kind, base_id, shape, status, priority, express, turn, request, spec, inputs, adapter_id, created_at, asked, webhook,
  checkpoint_sha256)
SELECT ?2, owner_id, kind, base_id, shape, 'queued', priority, express,
  ${nextTurn("failed.owner_id", "failed.priority", "failed.express")},
  request, spec, inputs, adapter_id, ?3, asked, webhook, checkpoint_sha256
FROM jobs AS failed WHERE id = ?1 AND status = 'failed' AND replayed_as IS NULL AND waits_for IS NULL
  AND NOT EXISTS (${REMOVED})`;

const MARK = `
UPDATE jobs SET replayed_as = ?2
WHERE id = ?1 AND status = 'failed' AND replayed_as IS NULL AND EXISTS (SELECT 1 FROM jobs WHERE id = ?2)`;

/** Repeating the call returns the same job. */
export async function replayJob(
  env: Env,
  db: Db,
  id: Id<"job">,
  now: number,
): Promise<z.infer<typeof ReplayedJob> | Refusal> {
  const fresh = newId("job", now);
  await db.$client.batch([
    db.$client.prepare(REPLAY).bind(id, fresh, now),
    db.$client.prepare(MARK).bind(id, fresh),
  ]);
  const row = await db.$client
    .prepare(
      "SELECT status, replayed_as, waits_for, base_id, owner_id, 0 AS not_before FROM jobs WHERE id = ?",
    )
    .bind(id)
    .first<Waiting & { status: string; replayed_as: Id<"job"> | null; waits_for: Id<"job"> | null }>();
  if (!row) return refuse("not_found", `There is no job ${id}.`);
  if (row.replayed_as === null && row.status === "failed") return notAgain(db, id, row.waits_for);
  if (row.replayed_as === null) {
    return refuse("job_finished", `Only a job that has failed is done again; this one is ${row.status}.`);
  }
  if (row.replayed_as === fresh)
    await notifyAll([ringBell(env, [{ ...row, id: fresh }], now), notifyWebhooks(env, [fresh])]);
  return { job_id: row.replayed_as };
}

/** Why a failed job is not replayed. */
async function notAgain(db: Db, id: Id<"job">, waitsFor: Id<"job"> | null): Promise<Refusal> {
  if (waitsFor !== null) {
    return refuse("job_finished", `It waited for ${waitsFor}, which made no version to draw with.`);
  }
  const removed = await db.$client.prepare(REMOVED).bind(id).first<string>("ref");
  return refuse("adapter_removed", `${removed ?? "What it draws with"} was removed by the moderators.`);
}
