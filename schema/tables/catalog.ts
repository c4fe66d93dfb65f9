// The catalog: adapters, their tags, slots and versions, and compositions of them.

import { index, integer, primaryKey, real, sqliteTable, text, uniqueIndex } from "drizzle-orm/sqlite-core";
import type { Licence } from "../contract/adapters.ts";
import type { ResolvedMember } from "../contract/compositions.ts";
import type { Id } from "../contract/ids.ts";
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
