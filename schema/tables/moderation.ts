// Moderation: reports, what was done about them and why, appeals, and blocked terms.

import { sql } from "drizzle-orm";
import { index, primaryKey, sqliteTable, text, uniqueIndex } from "drizzle-orm/sqlite-core";
import {
  ACTION_KINDS,
  AUDIT_KINDS,
  BLOCK_SCOPES,
  REPORT_REASONS,
  TARGET_KINDS,
} from "../contract/moderation.ts";
import { at, id, json } from "./columns.ts";

export const reports = sqliteTable(
  "reports",
  {
    id: id("id", "rep").primaryKey(),
    reporterId: id("reporter_id", "usr").notNull(),
    targetKind: text("target_kind", { enum: TARGET_KINDS }).notNull(),
    targetId: text("target_id").notNull(),
    reason: text("reason", { enum: REPORT_REASONS }).notNull(),
    detail: text("detail").notNull(),
    state: text("state", { enum: ["pending", "actioned", "dismissed"] }).notNull(),
    /** The action that answered it. */
    actionId: id("action_id", "act"),
    createdAt: at("created_at").notNull(),
    decidedAt: at("decided_at"),
  },
  (t) => [
    index("reports_queue").on(t.state, t.createdAt, t.id),
    index("reports_target").on(t.targetId, t.state),
    index("reports_reporter").on(t.reporterId, t.createdAt),
    index("reports_action").on(t.actionId),
    // Who reports a thing again while the first report waits has said nothing new.
    uniqueIndex("reports_pending").on(t.reporterId, t.targetId).where(sql`state = 'pending'`),
  ],
);

/** The audit log: rows are added and never changed; triggers of the migration refuse UPDATE and DELETE. */
export const moderationActions = sqliteTable(
  "moderation_actions",
  {
    id: id("id", "act").primaryKey(),
    moderatorId: id("moderator_id", "usr").notNull(),
    kind: text("kind", { enum: ACTION_KINDS }).notNull(),
    targetKind: text("target_kind", { enum: AUDIT_KINDS }).notNull(),
    targetId: text("target_id").notNull(),
    /** Whom it concerns, and who may appeal. */
    subjectId: id("subject_id", "usr"),
    ground: text("ground", { enum: REPORT_REASONS }),
    reason: text("reason").notNull(),
    data: json<Record<string, string | number | null>>("data").notNull(),
    createdAt: at("created_at").notNull(),
  },
  (t) => [
    index("moderation_actions_newest").on(t.createdAt, t.id),
    index("moderation_actions_target").on(t.targetId, t.createdAt),
    index("moderation_actions_subject").on(t.subjectId, t.createdAt),
    index("moderation_actions_moderator").on(t.moderatorId, t.createdAt),
  ],
);

/** What was removed and whether its bytes are still there. A restored one loses its row; the history is in the actions. */
export const takedowns = sqliteTable(
  "takedowns",
  {
    targetId: text("target_id").$type<`adp_${string}` | `mix_${string}` | `pic_${string}`>().primaryKey(),
    targetKind: text("target_kind", { enum: ["adapter", "mix", "picture"] }).notNull(),
    actionId: id("action_id", "act").notNull(),
    /** What it was before, and becomes again when it is restored. */
    stateBefore: text("state_before", { enum: ["draft", "published", "withdrawn"] }).notNull(),
    purgeAt: at("purge_at").notNull(),
    /** From here on it cannot be restored: bytes are being deleted. */
    purgeBeganAt: at("purge_began_at"),
    purgedAt: at("purged_at"),
  },
  (t) => [index("takedowns_due").on(t.purgeAt).where(sql`purged_at is null`)],
);

export const appeals = sqliteTable(
  "appeals",
  {
    id: id("id", "apl").primaryKey(),
    actionId: id("action_id", "act").notNull().unique(),
    appellantId: id("appellant_id", "usr").notNull(),
    text: text("text").notNull(),
    state: text("state", { enum: ["pending", "upheld", "overturned"] }).notNull(),
    answer: text("answer").notNull().default(""),
    decidedById: id("decided_by_id", "usr"),
    createdAt: at("created_at").notNull(),
    decidedAt: at("decided_at"),
  },
  (t) => [
    index("appeals_queue").on(t.state, t.createdAt, t.id),
    index("appeals_appellant").on(t.appellantId),
  ],
);

/** Words or phrases as blocklist.ts reads a text; matched on whole words. */
export const blockedTerms = sqliteTable(
  "blocked_terms",
  {
    scope: text("scope", { enum: BLOCK_SCOPES }).notNull(),
    term: text("term").notNull(),
    createdById: id("created_by_id", "usr").notNull(),
    createdAt: at("created_at").notNull(),
  },
  (t) => [primaryKey({ columns: [t.scope, t.term] })],
);

export type ActionRow = typeof moderationActions.$inferSelect;
export type AppealRow = typeof appeals.$inferSelect;
export type ReportRow = typeof reports.$inferSelect;
