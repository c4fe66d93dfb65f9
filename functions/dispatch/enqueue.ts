// Writes a job into the queue. One INSERT decides the quota and the job's turn, so that two at once cannot both slip through.

import { and, eq, sql } from "drizzle-orm";
import { QUEUED_JOBS_PER_OWNER_MAX } from "../../schema/contract/limits.ts";
import { jobs } from "../../schema/tables.ts";
import type { Db } from "../context.ts";
import type { Env } from "../env.ts";
import { newId } from "../lib/ids.ts";
import { Refusal } from "../lib/refusal.ts";
import { tellWebhooks } from "../webhooks/queue.ts";
import { ringBell } from "./bell.ts";
import { tellAll } from "./publish.ts";

export type JobRow = typeof jobs.$inferSelect;
export type NewJob = Pick<
  JobRow,
  "ownerId" | "kind" | "baseId" | "shape" | "request" | "spec" | "inputs" | "adapterId"
> &
  Partial<Pick<JobRow, "asked" | "requestSha256" | "webhook">>;

const RETRY_AFTER_SECONDS = 30;

/**
 * `turn` is start-time fair queueing (Goyal, Vin, Cheng 1996): an owner's job comes one turn after their last active one, and
 * never before the turn that the queue is at. Jobs are leased by priority, turn, age: with n owners waiting each gets every nth.
 */
const INSERT = `
INSERT INTO jobs (id, owner_id, kind, base_id, shape, status, priority, turn, request, spec, inputs, adapter_id, created_at,
  asked, request_sha256, webhook)
SELECT ?1, ?2, ?3, ?4, ?5, 'queued', ?14,
  max(
    coalesce((SELECT max(turn) + 1 FROM jobs WHERE owner_id = ?2 AND status IN ('queued', 'running') AND priority = ?14), 0),
    coalesce(
      (SELECT turn FROM jobs WHERE status = 'queued' ORDER BY priority DESC, turn, id LIMIT 1),
      (SELECT max(turn) FROM jobs WHERE status = 'running'),
      0
    )
  ),
  ?6, ?7, ?8, ?9, ?10, ?12, ?13, ?15
WHERE (SELECT count(*) FROM jobs WHERE owner_id = ?2 AND status IN ('queued', 'running')) < ?11`;

const fullQueue = () =>
  new Refusal(
    "quota_exceeded",
    `At most ${QUEUED_JOBS_PER_OWNER_MAX} of your jobs may wait or run at once. Wait for one to end, or cancel one.`,
    [],
    RETRY_AFTER_SECONDS,
  );

/** For an order that creates more than its job: tells beforehand, so that a refusal leaves nothing behind. */
export async function queueFault(db: Db, ownerId: JobRow["ownerId"]): Promise<Refusal | null> {
  const active = await db.$count(jobs, and(eq(jobs.ownerId, ownerId), sql`status in ('queued', 'running')`));
  return active < QUEUED_JOBS_PER_OWNER_MAX ? null : fullQueue();
}

/** With `unlessSince`, also refused where a job of the same request was made after that time: the caller looks for it. */
export async function enqueue(
  env: Env,
  db: Db,
  job: NewJob,
  now: number,
  unlessSince?: number,
): Promise<JobRow["id"] | Refusal> {
  const id = newId("job", now);
  const written = await jobInsert(db, id, job, now, unlessSince === undefined ? {} : { unlessSince }).run();
  if (written.meta.changes === 0) return fullQueue();
  await Promise.all([ringBell(env), tellAll([tellWebhooks(env, [id])])]);
  return id;
}

/**
 * The statement that queues a job, for a batch. Of two `priority`, the higher is leased first. `ifBare` makes it depend on a version,
 * `unlessSince` on there being no job of the same request after that time; never both.
 */
export function jobInsert(
  db: Db,
  id: JobRow["id"],
  job: NewJob,
  now: number,
  more: { priority?: number; ifBare?: string; unlessSince?: number } = {},
): D1PreparedStatement {
  const values = [
    id,
    job.ownerId,
    job.kind,
    job.baseId,
    job.shape,
    JSON.stringify(job.request),
    JSON.stringify(job.spec),
    JSON.stringify(job.inputs),
    job.adapterId,
    now,
    QUEUED_JOBS_PER_OWNER_MAX,
    job.asked ? JSON.stringify(job.asked) : null,
    job.requestSha256 ?? null,
    more.priority ?? 0,
    job.webhook ? JSON.stringify(job.webhook) : null,
  ];
  const prepare = (condition: string, ...given: unknown[]) =>
    db.$client.prepare(`${INSERT}${condition}`).bind(...values, ...given);
  if (more.ifBare !== undefined) return prepare(IF_BARE, more.ifBare);
  return more.unlessSince === undefined ? prepare("") : prepare(UNLESS_SINCE, more.unlessSince);
}

/** A published version without previews, for which none have been ordered. */
const IF_BARE = `
  AND EXISTS (SELECT 1 FROM versions WHERE id = ?16 AND state = 'published' AND previews = '[]' AND preview_job_id IS NULL)`;

/** Decided by the INSERT itself: two of one request in one instant make one job. */
const UNLESS_SINCE = `
  AND NOT EXISTS (SELECT 1 FROM jobs WHERE owner_id = ?2 AND request_sha256 = ?13 AND created_at > ?16)`;
