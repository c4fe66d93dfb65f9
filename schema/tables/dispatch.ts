// Dispatch: runners, the jobs they lease, and every run of a job.

import { sql } from "drizzle-orm";
import { index, integer, primaryKey, sqliteTable, text } from "drizzle-orm/sqlite-core";
import type { JobErrorCode } from "../contract/codes.ts";
import type { ResolvedMember } from "../contract/compositions.ts";
import type { Generation, JobStatus, Progress, Training } from "../contract/jobs.ts";
import type { SampleSpec, TrainSpec } from "../contract/runner.ts";
import { at, flag, id, json } from "./columns.ts";
import type { JobWebhookRow } from "./webhooks.ts";

/** A member whose version a training still has to make: version and recommended strength come with its end (dispatch/dependents.ts). */
export type AwaitedMember = Pick<ResolvedMember, "ref" | "trigger" | "slot" | "region"> & {
  version_id: null;
  strength: number | null;
};
type Awaiting<T extends { adapters: unknown[] }> = Omit<T, "adapters"> & {
  adapters: (T["adapters"][number] | AwaitedMember)[];
};
/** A generation's request and spec as rows hold them: while its job is blocked, one member is awaited. */
export type StoredGenerationRequest = Awaiting<Generation["request"]>;
export type StoredSampleSpec = Awaiting<SampleSpec>;

export const runners = sqliteTable(
  "runners",
  {
    id: id("id", "rnr").primaryKey(),
    ownerId: id("owner_id", "usr").notNull(),
    name: text("name").notNull(),
    version: text("version").notNull(),
    device: text("device").notNull(),
    dtype: text("dtype").notNull(),
    memoryBytes: integer("memory_bytes").notNull(),
    bases: json<string[]>("bases").notNull(),
    registeredAt: at("registered_at").notNull(),
    lastSeenAt: at("last_seen_at").notNull(),
    /** It is asked to take no more jobs, to finish what it holds and to leave. */
    drainRequestedAt: at("drain_requested_at"),
    deregisteredAt: at("deregistered_at"),
  },
  (t) => [
    index("runners_owner").on(t.ownerId),
    index("runners_seen").on(t.lastSeenAt, t.id).where(sql`deregistered_at is null`),
  ],
);

export type StoredInput = { name: string; sha256: string; size_bytes: number; content_type: string };

/** `destination` is where a training of Replicate's API leaves its adapter. */
export type Asked = {
  model: string;
  version: string | null;
  input: Record<string, unknown>;
  destination?: string;
};

export const jobs = sqliteTable(
  "jobs",
  {
    id: id("id", "job").primaryKey(),
    ownerId: id("owner_id", "usr").notNull(),
    kind: text("kind", { enum: ["sample", "train"] }).notNull(),
    baseId: text("base_id").notNull(),
    /** Jobs of one base, kind and shape can run as one batch: the picture size for samples. */
    shape: text("shape").notNull(),
    status: text("status").$type<JobStatus>().notNull(),
    priority: integer("priority").notNull().default(0),
    /** Its turns are counted apart from those of its owner's other jobs: dispatch/priority.ts. */
    express: flag("express").notNull().default(false),
    /** Start-time fair queueing: an owner's jobs take consecutive turns, so 1,000 of one do not starve another's one. */
    turn: integer("turn").notNull(),
    request: json<StoredGenerationRequest | Training["request"]>("request").notNull(),
    spec: json<StoredSampleSpec | TrainSpec>("spec").notNull(),
    inputs: json<StoredInput[]>("inputs").notNull(),
    adapterId: id("adapter_id", "adp"),
    cancelRequestedAt: at("cancel_requested_at"),
    leaseId: id("lease_id", "lse").unique(),
    leaseExpiresAt: at("lease_expires_at"),
    /** Runs started, and those of them that failed. Released runs count in the first only. */
    attempts: integer("attempts").notNull().default(0),
    failures: integer("failures").notNull().default(0),
    /** After a failed run it pauses until then; 0 otherwise. */
    notBefore: at("not_before").notNull().default(0),
    checkpointSha256: text("checkpoint_sha256"),
    progress: json<Progress>("progress"),
    warnings: json<string[]>("warnings").notNull().default(sql`'[]'`),
    error: json<{ code: JobErrorCode; message: string }>("error"),
    metrics: json<Record<string, unknown>>("metrics").notNull().default(sql`'{}'`),
    versionId: id("version_id", "ver"),
    /** The request of a compatible API's client as it was sent; answers repeat it. */
    asked: json<Asked>("asked"),
    /** SHA-256 of the request as it came; a client's automatic retry finds its job by it. */
    requestSha256: text("request_sha256"),
    /** The webhook of this one job, beside the endpoints of its owner. */
    webhook: json<JobWebhookRow>("webhook"),
    /** The job that replays it, ordered by an operator. */
    replayedAs: id("replayed_as", "job"),
    /** The training whose version it needs: until that ends it is in no queue. Stays set where the training made none. */
    waitsFor: id("waits_for", "job"),
    readyAt: at("ready_at"),
    /** In credits, charged with the order. 0 for what the service ordered. */
    cost: integer("cost").notNull().default(0),
    createdAt: at("created_at").notNull(),
    startedAt: at("started_at"),
    finishedAt: at("finished_at"),
  },
  (t) => [
    index("jobs_waiting")
      .on(t.baseId, t.notBefore, t.shape, sql`${t.priority} desc`, t.turn, t.id)
      .where(sql`status = 'queued' and waits_for is null`),
    index("jobs_paused").on(t.notBefore).where(sql`status = 'queued' and not_before > 0`),
    index("jobs_age")
      .on(sql`coalesce(${t.readyAt}, ${t.createdAt})`)
      .where(sql`status = 'queued' and waits_for is null`),
    index("jobs_failed").on(t.finishedAt, t.id).where(sql`status = 'failed'`),
    index("jobs_queue")
      .on(sql`${t.priority} desc`, t.turn, t.id)
      .where(sql`status = 'queued' and waits_for is null`),
    index("jobs_queued_owner")
      .on(t.ownerId, sql`${t.priority} desc`, sql`${t.express} desc`, t.turn, t.id)
      .where(sql`status in ('queued', 'running')`),
    index("jobs_dependents").on(t.waitsFor).where(sql`waits_for is not null`),
    index("jobs_leased").on(t.leaseExpiresAt).where(sql`status = 'running'`),
    index("jobs_owner").on(t.ownerId, t.kind, t.createdAt, t.id),
    index("jobs_request").on(t.ownerId, t.requestSha256, t.createdAt).where(sql`request_sha256 is not null`),
    index("jobs_finished").on(t.baseId, t.kind, t.finishedAt).where(sql`status = 'succeeded'`),
  ],
);

export const RUN_OUTCOMES = ["succeeded", "failed", "canceled", "released", "expired"] as const;

export const runs = sqliteTable(
  "runs",
  {
    id: id("id", "run").primaryKey(),
    jobId: id("job_id", "job").notNull(),
    leaseId: id("lease_id", "lse").notNull().unique(),
    runnerId: id("runner_id", "rnr").notNull(),
    attempt: integer("attempt").notNull(),
    outcome: text("outcome", { enum: RUN_OUTCOMES }),
    /** The reply to settle or release, so that a repeated one gets the same. */
    settledStatus: text("settled_status", { enum: ["queued", "succeeded", "failed", "canceled"] }),
    error: json<{ code: string; message: string }>("error"),
    startedAt: at("started_at").notNull(),
    finishedAt: at("finished_at"),
  },
  (t) => [index("runs_job").on(t.jobId, t.attempt)],
);

/** Waiting times and runs since the beginning, by outcome and length: what /metrics serves. Written by triggers of the migration. */
export const dispatchCounts = sqliteTable(
  "dispatch_counts",
  {
    metric: text("metric", { enum: ["wait", "run"] }).notNull(),
    baseId: text("base_id").notNull(),
    kind: text("kind", { enum: ["sample", "train"] }).notNull(),
    /** Of a run; empty for a waiting time. */
    outcome: text("outcome").notNull(),
    /** It took at most 2^bucket seconds; the last bucket has the rest. */
    bucket: integer("bucket").notNull(),
    count: integer("count").notNull(),
    sumMs: integer("sum_ms").notNull(),
  },
  (t) => [primaryKey({ columns: [t.metric, t.baseId, t.kind, t.outcome, t.bucket] })],
);

export type JobRow = typeof jobs.$inferSelect;
export type RunnerRow = typeof runners.$inferSelect;
