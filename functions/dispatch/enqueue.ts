// Writes a job into the queue. One INSERT decides the quotas and the job's turn, so that two concurrent orders cannot both exceed a quota.

import { and, eq, type SQL, sql } from "drizzle-orm";
import { GENERATIONS_AWAITING_MAX, QUEUED_JOBS_PER_OWNER_MAX } from "../../schema/contract/limits.ts";
import type { SampleSpec, TrainSpec } from "../../schema/contract/runner.ts";
import type { JobRow } from "../../schema/tables.ts";
import { jobs } from "../../schema/tables.ts";
import { dayOf } from "../catalog/trends.ts";
import type { Db } from "../db.ts";
import type { Env } from "../env.ts";
import { newId } from "../lib/ids.ts";
import { namedStatement } from "../lib/named-sql.ts";
import { Refusal } from "../lib/refusal.ts";
import { type Query, statement } from "../lib/statement.ts";
import { notifyWebhooks } from "../outbox/outbox.ts";
import { ringBell, type Waiting } from "./bell.ts";
import { generationCredits, trainingCredits } from "./cost.ts";
import { allowanceOf, creditFault, usedOn } from "./credits.ts";
import { priorityOf } from "./priority.ts";
import { notifyAll } from "./publish.ts";

export type NewJob = Pick<
  JobRow,
  "ownerId" | "kind" | "baseId" | "shape" | "request" | "spec" | "inputs" | "adapterId"
> &
  Partial<Pick<JobRow, "priority" | "express" | "waitsFor" | "asked" | "requestSha256" | "webhook">> & {
    /** What is created with the job, in its transaction: each statement holds only if `isMade`. */
    alongside?: (isMade: SQL) => Query[];
    /** Undoes what was stored for the order in advance where no job was made. */
    abandon?: () => Promise<void>;
  };

const RETRY_AFTER_SECONDS = 30;

/**
 * `turn` is start-time fair queueing (Goyal, Vin, Cheng 1996): an owner's job comes one turn after their last active one, and
 * never before the queue's present turn. Jobs are leased by priority, turn, age: with n owners waiting each gets every nth.
 * Every priority has its own turns, and in it the jobs of an owner that are express have theirs.
 */
export const nextTurn = (owner: string, priority: string, express: string) => `max(
    coalesce((
      SELECT max(turn) + 1 FROM jobs
      WHERE owner_id = ${owner} AND status IN ('queued', 'running') AND priority = ${priority} AND express = ${express}
    ), 0),
    coalesce(
      (SELECT turn FROM jobs WHERE status = 'queued' AND waits_for IS NULL AND priority = ${priority} ORDER BY turn, id LIMIT 1),
      (SELECT max(turn) FROM jobs WHERE status = 'running' AND priority = ${priority}),
      0
    )
  )`;

const INSERT = `
INSERT INTO jobs (id, owner_id, kind, base_id, shape, status, priority, express, turn, request, spec, inputs, adapter_id, created_at,
  asked, request_sha256, webhook, waits_for, cost)
SELECT :id, :owner, :kind, :base, :shape, 'queued', :priority, :express,
  iif(:waits_for IS NULL, ${nextTurn(":owner", ":priority", ":express")}, 0),
  :request, :spec, :inputs, :adapter, :now, :asked, :request_sha256, :webhook, :waits_for, :cost
WHERE (SELECT count(*) FROM jobs WHERE owner_id = :owner AND status IN ('queued', 'running')) < ${QUEUED_JOBS_PER_OWNER_MAX}
  AND (:cost = 0 OR ${usedOn(":owner", ":day")} + :cost <= ${allowanceOf(":owner")})
  AND (:waits_for IS NULL OR (
    EXISTS (SELECT 1 FROM jobs WHERE id = :waits_for AND kind = 'train' AND owner_id = :owner AND status IN ('queued', 'running'))
    AND (SELECT count(*) FROM jobs WHERE waits_for = :waits_for AND status = 'queued') < ${GENERATIONS_AWAITING_MAX}
  ))
  AND NOT EXISTS (SELECT 1 FROM jobs WHERE id = :id)`;

const fullQueue = () =>
  new Refusal(
    "quota_exceeded",
    `At most ${QUEUED_JOBS_PER_OWNER_MAX} of your jobs may wait or run at once. Wait for one to end, or cancel one.`,
    [],
    { retryAfterSeconds: RETRY_AFTER_SECONDS },
  );

const MANY_WAIT = new Refusal(
  "quota_exceeded",
  `At most ${GENERATIONS_AWAITING_MAX} generations may wait for one training.`,
  [],
  { retryAfterSeconds: RETRY_AFTER_SECONDS },
);

/** For an order that creates more than its job: checks the quotas in advance, so that a refusal leaves nothing behind. */
export async function orderFault(
  db: Db,
  ownerId: JobRow["ownerId"],
  cost: number,
  now: number,
): Promise<Refusal | null> {
  const active = await db.$count(jobs, and(eq(jobs.ownerId, ownerId), sql`status in ('queued', 'running')`));
  return active < QUEUED_JOBS_PER_OWNER_MAX ? creditFault(db, ownerId, cost, now) : fullQueue();
}

/** For orders that may be repeated: of two with one `id` the first makes the job and the other finds it. */
type Again = {
  id?: JobRow["id"] | undefined;
  /** Refused where a job of the same request was made after that time: the caller looks for it. */
  unlessSince?: number | undefined;
};

export async function enqueue(
  { env, db, now }: { env: Env; db: Db; now: number },
  job: NewJob,
  { id = newId("job", now), unlessSince }: Again = {},
): Promise<JobRow["id"] | Refusal> {
  const [written] = await db.$client.batch([
    jobInsert({ db, now }, id, job, { unlessSince }),
    ...(job.alongside?.(isMade(id, job)) ?? []).map((query) => statement(db, query)),
  ]);
  if (written?.meta.changes === 0 && (await db.$count(jobs, eq(jobs.id, id))) === 0) {
    return (await orderFault(db, job.ownerId, costOf(job), now)) ?? MANY_WAIT;
  }
  const ready = job.waitsFor ? [] : [waitingOf(id, job)];
  await Promise.all([ringBell(env, ready, now), notifyAll([notifyWebhooks(env, [id])])]);
  return id;
}

/** A new job as the bell wants it: ready at once. */
export const waitingOf = (id: string, { baseId, ownerId }: Pick<NewJob, "baseId" | "ownerId">): Waiting => ({
  id,
  base_id: baseId,
  owner_id: ownerId,
  not_before: 0,
});

/** This very order's job is there, and not one that an earlier attempt with the same id has made: requests name rows of their own. */
const isMade = (id: JobRow["id"], job: NewJob) =>
  sql`exists (select 1 from jobs where id = ${id} and request = ${JSON.stringify(job.request)})`;

/** The cost of an order before it is placed. */
export function costOf(job: NewJob): number {
  const priority = priorityOf({ priority: job.priority ?? 0, express: job.express ?? false });
  return job.kind === "sample"
    ? generationCredits(job.spec as SampleSpec, priority)
    : trainingCredits(job.spec as TrainSpec, priority);
}

/**
 * The statement that queues a job, for a batch. `ifUnordered` makes it depend on a version that has no order for previews or a certificate yet; that
 * job is the service's order and costs nothing. Never both conditions.
 */
export function jobInsert(
  { db, now }: { db: Db; now: number },
  id: JobRow["id"],
  job: NewJob,
  more: { ifUnordered?: string | undefined; unlessSince?: number | undefined } = {},
): D1PreparedStatement {
  const values = {
    id,
    owner: job.ownerId,
    kind: job.kind,
    base: job.baseId,
    shape: job.shape,
    priority: job.priority ?? 0,
    express: job.express ? 1 : 0,
    request: JSON.stringify(job.request),
    spec: JSON.stringify(job.spec),
    inputs: JSON.stringify(job.inputs),
    adapter: job.adapterId,
    now,
    asked: job.asked ? JSON.stringify(job.asked) : null,
    request_sha256: job.requestSha256 ?? null,
    webhook: job.webhook ? JSON.stringify(job.webhook) : null,
    waits_for: job.waitsFor ?? null,
    cost: more.ifUnordered === undefined ? costOf(job) : 0,
    day: dayOf(now),
  };
  const prepare = (condition: string, given: Record<string, unknown> = {}) =>
    namedStatement(db.$client, `${INSERT}${condition}`, { ...values, ...given });
  if (more.ifUnordered !== undefined) return prepare(IF_UNORDERED, { version: more.ifUnordered });
  return more.unlessSince === undefined ? prepare("") : prepare(UNLESS_SINCE, { since: more.unlessSince });
}

/** A published version that lacks previews or a certificate, and has no order for them. */
const IF_UNORDERED = `
  AND EXISTS (SELECT 1 FROM versions WHERE id = :version AND state = 'published' AND preview_job_id IS NULL
    AND (previews = '[]' OR certificate IS NULL))`;

/** Decided by the INSERT itself: two of one request in one instant make one job. */
const UNLESS_SINCE = `
  AND NOT EXISTS (SELECT 1 FROM jobs WHERE owner_id = :owner AND request_sha256 = :request_sha256 AND created_at > :since)`;
