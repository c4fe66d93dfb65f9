// The catalog: adapters, their tags, slots and versions, and compositions of them: saved sets, and mixes, which are published ones.

import { sql } from "drizzle-orm";
import { index, integer, primaryKey, real, sqliteTable, text, uniqueIndex } from "drizzle-orm/sqlite-core";
import type { Licence } from "../contract/adapters.ts";
import type { ResolvedMember } from "../contract/compositions.ts";
import type { Foreign } from "../contract/foreign.ts";
import type { Id } from "../contract/ids.ts";
import { RATINGS } from "../contract/moderation.ts";
import { REMOVERS } from "../contract/problem.ts";
import { type Certificate, SCAN_STATES, type ScanReport, type SelfCheck } from "../contract/scans.ts";
import { at, id, json } from "./columns.ts";

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
    state: text("state", { enum: ["draft", "published", "withdrawn", "removed"] }).notNull(),
    rating: text("rating", { enum: RATINGS }).notNull().default("general"),
    credits: text("credits").notNull(),
    /** Counters, kept beside the rows that they count so that a list needs no joins. */
    uses: integer("uses").notNull().default(0),
    downloads: integer("downloads").notNull().default(0),
    likes: integer("likes").notNull().default(0),
    comments: integer("comments").notNull().default(0),
    remixes: integer("remixes").notNull().default(0),
    withdrawnAt: at("withdrawn_at"),
    withdrawReason: text("withdraw_reason").notNull().default(""),
    /** Uses, likes and downloads of the last days, older ones weighing less; written by cron. */
    trend: real("trend").notNull().default(0),
    createdAt: at("created_at").notNull(),
    updatedAt: at("updated_at").notNull(),
    publishedAt: at("published_at"),
  },
  (t) => [uniqueIndex("adapters_owner_name").on(t.ownerId, t.name)],
);

/** Uses, downloads and likes of an adapter by day (days since 1970, UTC): what trends and statistics are made of. */
export const adapterDays = sqliteTable(
  "adapter_days",
  {
    adapterId: id("adapter_id", "adp").notNull(),
    day: integer("day").notNull(),
    uses: integer("uses").notNull().default(0),
    downloads: integer("downloads").notNull().default(0),
    likes: integer("likes").notNull().default(0),
  },
  (t) => [primaryKey({ columns: [t.adapterId, t.day] }), index("adapter_days_day").on(t.day)],
);

/** Who downloaded what on a day, so that one caller counts once; cron drops it two days later. `who` is a keyed hash. */
export const adapterDownloads = sqliteTable(
  "adapter_downloads",
  {
    day: integer("day").notNull(),
    adapterId: id("adapter_id", "adp").notNull(),
    who: text("who").notNull(),
  },
  (t) => [primaryKey({ columns: [t.day, t.adapterId, t.who] })],
);

/** How often two adapters were used in one job, once from each side. */
export const adapterPairs = sqliteTable(
  "adapter_pairs",
  {
    adapterId: id("adapter_id", "adp").notNull(),
    otherId: id("other_id", "adp").notNull(),
    uses: integer("uses").notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.adapterId, t.otherId] }),
    index("adapter_pairs_most").on(t.adapterId, t.uses),
  ],
);

/**
 * A slot is reserved with a draft and released when the draft expires. Once a version is published in it, it stays forever:
 * withdrawing the adapter does not free it, and nobody else ever gets it.
 */
export const slots = sqliteTable(
  "slots",
  {
    id: id("id", "slt").primaryKey(),
    baseId: text("base_id").notNull(),
    slot: integer("slot").notNull(),
    ownerId: id("owner_id", "usr").notNull(),
    adapterId: id("adapter_id", "adp").notNull().unique(),
    reservedAt: at("reserved_at").notNull(),
    /** When a draft loses it; null once a version was published. */
    expiresAt: at("expires_at"),
  },
  (t) => [
    uniqueIndex("slots_base_slot").on(t.baseId, t.slot),
    index("slots_owner").on(t.baseId, t.ownerId),
    index("slots_expiry").on(t.expiresAt),
  ],
);

export const versions = sqliteTable(
  "versions",
  {
    id: id("id", "ver").primaryKey(),
    adapterId: id("adapter_id", "adp").notNull(),
    number: integer("number").notNull(),
    baseId: text("base_id").notNull(),
    /** Null for a LoRA of another program, of which `foreign` says what is known. */
    slot: integer("slot"),
    foreign: json<Foreign>("foreign_facts"),
    state: text("state", { enum: ["draft", "published", "yanked"] }).notNull(),
    trigger: text("trigger_word").notNull(),
    strength: real("strength").notNull(),
    changelog: text("changelog").notNull(),
    supersedesId: id("supersedes_id", "ver"),
    yankReason: text("yank_reason"),
    yankedAt: at("yanked_at"),
    yankedBy: text("yanked_by", { enum: REMOVERS }),
    /** SHA-256 of the tensors without the header: another header, the same adapter. */
    tensorsSha256: text("tensors_sha256"),
    scanState: text("scan_state", { enum: SCAN_STATES }).notNull().default("pending"),
    scan: json<ScanReport>("scan"),
    scannedAt: at("scanned_at"),
    certificate: json<Certificate>("certificate"),
    selfCheck: json<SelfCheck>("self_check"),
    /** The job that makes previews for a version published without any. */
    previewJobId: id("preview_job_id", "job"),
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
    index("versions_tensors_sha256").on(t.tensorsSha256),
    index("versions_preview_job").on(t.previewJobId),
    index("versions_unscanned").on(t.createdAt).where(sql`scan_state = 'pending'`),
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
    /** Set when it was published: which mix it is a version of, and its number there. */
    mixId: id("mix_id", "mix"),
    number: integer("number"),
    changelog: text("changelog").notNull().default(""),
    forkedFromId: id("forked_from_id", "cmp"),
    createdAt: at("created_at").notNull(),
    publishedAt: at("published_at"),
  },
  (t) => [
    index("compositions_owner").on(t.ownerId, t.createdAt),
    uniqueIndex("compositions_mix_number").on(t.mixId, t.number),
    index("compositions_forks").on(t.forkedFromId),
  ],
);

/** Who is in a published composition: what an adapter's page lists as made from it. */
export const compositionMembers = sqliteTable(
  "composition_members",
  {
    compositionId: id("composition_id", "cmp").notNull(),
    adapterId: id("adapter_id", "adp").notNull(),
    versionId: id("version_id", "ver").notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.compositionId, t.versionId] }),
    index("composition_members_adapter").on(t.adapterId, t.compositionId),
  ],
);

/** A published composition: owner/name with numbered versions, each a row of compositions. */
export const mixes = sqliteTable(
  "mixes",
  {
    id: id("id", "mix").primaryKey(),
    ownerId: id("owner_id", "usr").notNull(),
    name: text("name").notNull(),
    title: text("title").notNull(),
    description: text("description").notNull(),
    baseId: text("base_id").notNull(),
    visibility: text("visibility", { enum: ["public", "unlisted", "private"] }).notNull(),
    state: text("state", { enum: ["published", "withdrawn", "removed"] }).notNull(),
    rating: text("rating", { enum: RATINGS }).notNull().default("general"),
    coverId: id("cover_id", "img"),
    uses: integer("uses").notNull().default(0),
    likes: integer("likes").notNull().default(0),
    comments: integer("comments").notNull().default(0),
    forks: integer("forks").notNull().default(0),
    createdAt: at("created_at").notNull(),
    updatedAt: at("updated_at").notNull(),
  },
  (t) => [
    uniqueIndex("mixes_owner_name").on(t.ownerId, t.name),
    index("mixes_newest").on(t.createdAt, t.id),
    index("mixes_most_used").on(t.uses, t.id),
    index("mixes_most_liked").on(t.likes, t.id),
    index("mixes_cover").on(t.coverId),
  ],
);

export type VersionRow = typeof versions.$inferSelect;
export type AdapterRow = typeof adapters.$inferSelect;
export type OwnedAdapter = AdapterRow & { owner: string };
export type SlotRow = typeof slots.$inferSelect;
export type CompositionRow = typeof compositions.$inferSelect;
export type MixRow = typeof mixes.$inferSelect;
export type OwnedMix = MixRow & { owner: string };
/** A composition that was published: it has its mix and its number for good. */
export type MixVersionRow = CompositionRow & { mixId: MixRow["id"]; number: number; publishedAt: number };
