// Webhooks: endpoints, the secret of addresses that a job brings along, and the outbox. Triggers of the migration write a delivery
// in the transaction of the job's change, so that neither exists without the other.

import { sql } from "drizzle-orm";
import { index, integer, sqliteTable, text } from "drizzle-orm/sqlite-core";
import type { JobStatus } from "../contract/jobs.ts";
import { DELIVERY_STATES, type DeliveryAttempt, DISABLED_REASONS } from "../contract/webhooks.ts";
import { at, id, json } from "./columns.ts";

/** How a message is written; webhooks/bodies.ts has a writer for each. */
export const WEBHOOK_SHAPES = ["native", "replicate"] as const;

/** What a job brings along: `jobs.webhook`. */
export type JobWebhookRow = {
  url: string;
  events: string[];
  shape: (typeof WEBHOOK_SHAPES)[number];
  /** Of the addresses in the message: there is no request when it is sent. */
  origin: string;
};

const secrets = {
  secret: text("secret").notNull(),
  /** Signs too until `old_secret_until`. */
  oldSecret: text("old_secret"),
  oldSecretUntil: at("old_secret_until"),
};

export const webhooks = sqliteTable(
  "webhooks",
  {
    id: id("id", "whk").primaryKey(),
    ownerId: id("owner_id", "usr").notNull(),
    url: text("url").notNull(),
    description: text("description").notNull(),
    events: json<string[]>("events").notNull(),
    origin: text("origin").notNull(),
    ...secrets,
    /** Null while it is enabled. */
    disabledReason: text("disabled_reason", { enum: DISABLED_REASONS }),
    failures: integer("failures").notNull().default(0),
    failingSince: at("failing_since"),
    createdAt: at("created_at").notNull(),
    updatedAt: at("updated_at").notNull(),
  },
  (t) => [index("webhooks_owner").on(t.ownerId, t.createdAt, t.id)],
);

/** Signs what goes to addresses that jobs bring along. */
export const webhookSecrets = sqliteTable("webhook_secrets", {
  ownerId: id("owner_id", "usr").primaryKey(),
  ...secrets,
});

export const deliveries = sqliteTable(
  "deliveries",
  {
    /** The order of events; the id begins with it. */
    seq: integer("seq").primaryKey(),
    id: id("id", "dlv").notNull().unique(),
    ownerId: id("owner_id", "usr").notNull(),
    webhookId: id("webhook_id", "whk"),
    jobId: id("job_id", "job"),
    type: text("type").notNull(),
    /** The status of the job in the message. */
    status: text("status").$type<JobStatus>(),
    url: text("url").notNull(),
    shape: text("shape", { enum: WEBHOOK_SHAPES }).notNull(),
    origin: text("origin").notNull(),
    state: text("state", { enum: DELIVERY_STATES }).notNull(),
    /** Written by the first attempt, so that all of them send the same bytes. */
    body: text("body"),
    attempts: json<DeliveryAttempt[]>("attempts").notNull().default(sql`'[]'`),
    /** Attempts since it was made or replayed. */
    tries: integer("tries").notNull().default(0),
    nextAttemptAt: at("next_attempt_at"),
    createdAt: at("created_at").notNull(),
    finishedAt: at("finished_at"),
  },
  (t) => [
    index("deliveries_owner").on(t.ownerId, t.seq),
    index("deliveries_webhook").on(t.webhookId, t.seq),
    index("deliveries_job").on(t.jobId, t.seq),
    index("deliveries_due").on(t.nextAttemptAt).where(sql`state = 'pending'`),
    index("deliveries_age").on(t.createdAt),
  ],
);

export type WebhookRow = typeof webhooks.$inferSelect;
export type DeliveryRow = typeof deliveries.$inferSelect;
