// Every D1 table. SQL is snake_case, TypeScript camelCase, and this file is the only place that maps one to the other.
// Times are milliseconds since 1970 in UTC; JSON columns hold what their $type says. FTS lives in a hand-written migration.

import { sql } from "drizzle-orm";
import { index, integer, primaryKey, real, sqliteTable, text, uniqueIndex } from "drizzle-orm/sqlite-core";
import type { Scope } from "./contract/account.ts";
import type { Licence } from "./contract/adapters.ts";
import type { JobErrorCode } from "./contract/codes.ts";
import type { ResolvedMember } from "./contract/compositions.ts";
import type { Id, IdKind } from "./contract/ids.ts";
import type { Generation, JobStatus, Progress, Training } from "./contract/jobs.ts";
import type { SampleSpec, TrainSpec } from "./contract/runner.ts";

const id = <K extends IdKind>(name: string, _kind: K) => text(name).$type<Id<K>>();
const at = (name: string) => integer(name);
const json = <T>(name: string) => text(name, { mode: "json" }).$type<T>();
const flag = (name: string) => integer(name, { mode: "boolean" });
const moment = (name: string) => integer(name, { mode: "timestamp_ms" });

// ── Accounts: the four tables better-auth owns, plus our keys ──────────────────────────────────────────────────────────

export const users = sqliteTable("users", {
  id: id("id", "usr").primaryKey(),
  handle: text("handle").notNull().unique(),
  name: text("name").notNull(),
  email: text("email").notNull().unique(),
  emailVerified: flag("email_verified").notNull().default(false),
  image: text("image"),
  createdAt: moment("created_at").notNull(),
  updatedAt: moment("updated_at").notNull(),
});

export const sessions = sqliteTable(
  "sessions",
  {
    id: text("id").primaryKey(),
    userId: text("user_id").notNull(),
    token: text("token").notNull().unique(),
    expiresAt: moment("expires_at").notNull(),
    ipAddress: text("ip_address"),
    userAgent: text("user_agent"),
    createdAt: moment("created_at").notNull(),
    updatedAt: moment("updated_at").notNull(),
  },
  (t) => [index("sessions_user").on(t.userId)],
);

export const credentials = sqliteTable(
  "credentials",
  {
    id: text("id").primaryKey(),
    userId: text("user_id").notNull(),
    accountId: text("account_id").notNull(),
    providerId: text("provider_id").notNull(),
    accessToken: text("access_token"),
    refreshToken: text("refresh_token"),
    idToken: text("id_token"),
    accessTokenExpiresAt: moment("access_token_expires_at"),
    refreshTokenExpiresAt: moment("refresh_token_expires_at"),
    scope: text("scope"),
    password: text("password"),
    createdAt: moment("created_at").notNull(),
    updatedAt: moment("updated_at").notNull(),
  },
  (t) => [index("credentials_user").on(t.userId)],
);

export const verifications = sqliteTable(
  "verifications",
  {
    id: text("id").primaryKey(),
    identifier: text("identifier").notNull(),
    value: text("value").notNull(),
    expiresAt: moment("expires_at").notNull(),
    createdAt: moment("created_at").notNull(),
    updatedAt: moment("updated_at").notNull(),
  },
  (t) => [index("verifications_identifier").on(t.identifier)],
);

export const apiKeys = sqliteTable(
  "api_keys",
  {
    id: id("id", "key").primaryKey(),
    ownerId: id("owner_id", "usr").notNull(),
    name: text("name").notNull(),
    prefix: text("prefix").notNull(),
    sha256: text("sha256").notNull().unique(),
    scopes: json<Scope[]>("scopes").notNull(),
    createdAt: at("created_at").notNull(),
    expiresAt: at("expires_at"),
    lastUsedAt: at("last_used_at"),
    revokedAt: at("revoked_at"),
  },
  (t) => [index("api_keys_owner").on(t.ownerId, t.createdAt)],
);

/** Answers of creating POSTs, kept a day. `status` is null while the first request is still running. */
export const idempotency = sqliteTable(
  "idempotency",
  {
    ownerId: id("owner_id", "usr").notNull(),
    key: text("key").notNull(),
    requestSha256: text("request_sha256").notNull(),
    status: integer("status"),
    location: text("location"),
    body: text("body"),
    createdAt: at("created_at").notNull(),
  },
  (t) => [primaryKey({ columns: [t.ownerId, t.key] }), index("idempotency_age").on(t.createdAt)],
);

// ── Bytes ──────────────────────────────────────────────────────────────────────────────────────────────────────────────

/** One row for every object in R2; the object's key is `blobs/<sha256>`. */
export const blobs = sqliteTable("blobs", {
  sha256: text("sha256").primaryKey(),
  sizeBytes: integer("size_bytes").notNull(),
  contentType: text("content_type").notNull(),
  createdAt: at("created_at").notNull(),
});

export const uploads = sqliteTable(
  "uploads",
  {
    id: id("id", "upl").primaryKey(),
    ownerId: id("owner_id", "usr").notNull(),
    /** Set for what a runner sends: the lease it belongs to and the output's name. */
    leaseId: id("lease_id", "lse"),
    name: text("name"),
    kind: text("kind", { enum: ["adapter", "training_image", "preview", "output"] }).notNull(),
    contentType: text("content_type").notNull(),
    sizeBytes: integer("size_bytes").notNull(),
    sha256: text("sha256").notNull(),
    filename: text("filename").notNull(),
    width: integer("width"),
    height: integer("height"),
    createdAt: at("created_at").notNull(),
    expiresAt: at("expires_at").notNull(),
    storedAt: at("stored_at"),
  },
  (t) => [index("uploads_owner").on(t.ownerId, t.sha256), index("uploads_lease").on(t.leaseId, t.name)],
);

export const images = sqliteTable(
  "images",
  {
    id: id("id", "img").primaryKey(),
    ownerId: id("owner_id", "usr").notNull(),
    sha256: text("sha256").notNull(),
    contentType: text("content_type").notNull(),
    width: integer("width").notNull(),
    height: integer("height").notNull(),
    role: text("role", { enum: ["generation", "sample", "preview", "training"] }).notNull(),
    jobId: id("job_id", "job"),
    position: integer("position").notNull().default(0),
    seed: integer("seed"),
    recipe: json<Record<string, unknown>>("recipe"),
    createdAt: at("created_at").notNull(),
  },
  (t) => [
    index("images_job").on(t.jobId, t.role, t.position),
    index("images_owner").on(t.ownerId, t.createdAt),
  ],
);

// ── Catalog ────────────────────────────────────────────────────────────────────────────────────────────────────────────

export const adapters = sqliteTable(
  "adapters",
  {
    id: id("id", "adp").primaryKey(),
    ownerId: id("owner_id", "usr").notNull(),
    name: text("name").notNull(),
    title: text("title").notNull(),
    description: text("description").notNull(),
    baseId: text("base_id").notNull(),
    concept: text("concept").notNull(),
    classWord: text("class_word").notNull(),
    tags: json<string[]>("tags").notNull(),
    licence: json<Licence>("licence").notNull(),
    visibility: text("visibility", { enum: ["public", "unlisted", "private"] }).notNull(),
    state: text("state", { enum: ["draft", "published", "withdrawn"] }).notNull(),
    credits: text("credits").notNull(),
    uses: integer("uses").notNull().default(0),
    createdAt: at("created_at").notNull(),
    updatedAt: at("updated_at").notNull(),
    publishedAt: at("published_at"),
  },
  (t) => [
    uniqueIndex("adapters_owner_name").on(t.ownerId, t.name),
    index("adapters_newest").on(t.createdAt, t.id),
    index("adapters_most_used").on(t.uses, t.id),
    index("adapters_name").on(t.name, t.id),
  ],
);

/** Triggers of the migration keep it equal to adapters.tags. */
export const adapterTags = sqliteTable(
  "adapter_tags",
  { tag: text("tag").notNull(), adapterId: id("adapter_id", "adp").notNull() },
  (t) => [primaryKey({ columns: [t.tag, t.adapterId] }), index("adapter_tags_adapter").on(t.adapterId)],
);

/** A slot is allotted once and for ever: published versions live in it, so withdrawing an adapter does not free it. */
export const slots = sqliteTable(
  "slots",
  {
    id: id("id", "slt").primaryKey(),
    baseId: text("base_id").notNull(),
    slot: integer("slot").notNull(),
    ownerId: id("owner_id", "usr").notNull(),
    adapterId: id("adapter_id", "adp").notNull().unique(),
    reservedAt: at("reserved_at").notNull(),
  },
  (t) => [uniqueIndex("slots_base_slot").on(t.baseId, t.slot), index("slots_owner").on(t.baseId, t.ownerId)],
);

export const versions = sqliteTable(
  "versions",
  {
    id: id("id", "ver").primaryKey(),
    adapterId: id("adapter_id", "adp").notNull(),
    number: integer("number").notNull(),
    baseId: text("base_id").notNull(),
    slot: integer("slot").notNull(),
    state: text("state", { enum: ["draft", "published", "yanked"] }).notNull(),
    trigger: text("trigger_word").notNull(),
    strength: real("strength").notNull(),
    changelog: text("changelog").notNull(),
    previews: json<Id<"img">[]>("previews").notNull(),
    sha256: text("sha256").notNull(),
    sizeBytes: integer("size_bytes").notNull(),
    metadata: json<Record<string, string>>("metadata").notNull(),
    jobId: id("job_id", "job"),
    createdAt: at("created_at").notNull(),
    publishedAt: at("published_at"),
  },
  (t) => [
    uniqueIndex("versions_adapter_number").on(t.adapterId, t.number),
    index("versions_sha256").on(t.sha256),
  ],
);

export const compositions = sqliteTable(
  "compositions",
  {
    id: id("id", "cmp").primaryKey(),
    ownerId: id("owner_id", "usr").notNull(),
    baseId: text("base_id").notNull(),
    title: text("title").notNull(),
    prompt: text("prompt").notNull(),
    members: json<ResolvedMember[]>("members").notNull(),
    createdAt: at("created_at").notNull(),
  },
  (t) => [index("compositions_owner").on(t.ownerId, t.createdAt)],
);

// ── Dispatch ───────────────────────────────────────────────────────────────────────────────────────────────────────────

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
    deregisteredAt: at("deregistered_at"),
  },
  (t) => [index("runners_owner").on(t.ownerId)],
);

export type StoredInput = { name: string; sha256: string; size_bytes: number; content_type: string };

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
    /** Start-time fair queueing: an owner's jobs take consecutive turns, so 1,000 of one do not starve another's one. */
    turn: integer("turn").notNull(),
    request: json<Generation["request"] | Training["request"]>("request").notNull(),
    spec: json<SampleSpec | TrainSpec>("spec").notNull(),
    inputs: json<StoredInput[]>("inputs").notNull(),
    adapterId: id("adapter_id", "adp"),
    cancelRequestedAt: at("cancel_requested_at"),
    leaseId: id("lease_id", "lse").unique(),
    leaseExpiresAt: at("lease_expires_at"),
    /** Runs started, and those of them that ended badly. Released runs count in the first only. */
    attempts: integer("attempts").notNull().default(0),
    failures: integer("failures").notNull().default(0),
    checkpointSha256: text("checkpoint_sha256"),
    progress: json<Progress>("progress"),
    warnings: json<string[]>("warnings").notNull().default(sql`'[]'`),
    error: json<{ code: JobErrorCode; message: string }>("error"),
    metrics: json<Record<string, unknown>>("metrics").notNull().default(sql`'{}'`),
    versionId: id("version_id", "ver"),
    createdAt: at("created_at").notNull(),
    startedAt: at("started_at"),
    finishedAt: at("finished_at"),
  },
  (t) => [
    index("jobs_queue").on(sql`${t.priority} desc`, t.turn, t.id).where(sql`status = 'queued'`),
    index("jobs_queued_owner").on(t.ownerId, t.turn).where(sql`status in ('queued', 'running')`),
    index("jobs_leased").on(t.leaseExpiresAt).where(sql`status = 'running'`),
    index("jobs_owner").on(t.ownerId, t.kind, t.createdAt, t.id),
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
    /** What settle answered, so that a repeated settle gets the same answer. */
    settledStatus: text("settled_status", { enum: ["queued", "succeeded", "failed", "canceled"] }),
    error: json<{ code: string; message: string }>("error"),
    startedAt: at("started_at").notNull(),
    finishedAt: at("finished_at"),
  },
  (t) => [index("runs_job").on(t.jobId, t.attempt)],
);
