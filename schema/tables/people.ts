// People among themselves: likes, collections, follows, comments, notifications.

import { sql } from "drizzle-orm";
import { index, integer, primaryKey, sqliteTable, text, uniqueIndex } from "drizzle-orm/sqlite-core";
import { NOTIFICATION_KINDS } from "../contract/people.ts";
import { at, id, json } from "./columns.ts";

/**
 * `targetId` is an adapter (adp_), a mix (mix_) or a shared picture (pic_). Triggers of the migration keep their `likes` and
 * adapter_days.likes equal to these rows.
 */
export const likes = sqliteTable(
  "likes",
  {
    userId: id("user_id", "usr").notNull(),
    targetId: text("target_id").$type<`adp_${string}` | `mix_${string}` | `pic_${string}`>().notNull(),
    createdAt: at("created_at").notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.userId, t.targetId] }),
    index("likes_target").on(t.targetId, t.createdAt),
    index("likes_newest").on(t.userId, t.createdAt),
  ],
);

/** An orthogonal cast: where it has a base and a class, its owner's new drafts get slots there. */
export const collections = sqliteTable(
  "collections",
  {
    id: id("id", "col").primaryKey(),
    ownerId: id("owner_id", "usr").notNull(),
    name: text("name").notNull(),
    title: text("title").notNull(),
    description: text("description").notNull(),
    visibility: text("visibility", { enum: ["public", "unlisted", "private"] }).notNull(),
    baseId: text("base_id"),
    class: integer("class"),
    /** Triggers of the migration keep it equal to the rows of collection_items. */
    itemCount: integer("item_count").notNull().default(0),
    createdAt: at("created_at").notNull(),
    updatedAt: at("updated_at").notNull(),
  },
  (t) => [
    uniqueIndex("collections_owner_name").on(t.ownerId, t.name),
    index("collections_newest").on(t.createdAt, t.id),
    index("collections_updated").on(t.updatedAt, t.id),
    index("collections_class").on(t.baseId, t.class),
  ],
);

export const collectionItems = sqliteTable(
  "collection_items",
  {
    collectionId: id("collection_id", "col").notNull(),
    adapterId: id("adapter_id", "adp").notNull(),
    position: integer("position").notNull(),
    note: text("note").notNull().default(""),
    addedAt: at("added_at").notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.collectionId, t.adapterId] }),
    index("collection_items_adapter").on(t.adapterId),
    index("collection_items_order").on(t.collectionId, t.position),
  ],
);

export const follows = sqliteTable(
  "follows",
  {
    followerId: id("follower_id", "usr").notNull(),
    followedId: id("followed_id", "usr").notNull(),
    createdAt: at("created_at").notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.followerId, t.followedId] }),
    index("follows_followed").on(t.followedId, t.createdAt),
    index("follows_newest").on(t.followerId, t.createdAt),
  ],
);

/** Triggers of the migration keep adapters.comments and mixes.comments equal to the visible ones. */
export const comments = sqliteTable(
  "comments",
  {
    id: id("id", "cmt").primaryKey(),
    targetId: text("target_id").$type<`adp_${string}` | `mix_${string}`>().notNull(),
    authorId: id("author_id", "usr").notNull(),
    /** The comment it answers; answers go one level deep. */
    parentId: id("parent_id", "cmt"),
    body: text("body").notNull(),
    /** A deleted one keeps its row, without its text: its answers stand under it, and it counts against the bound of an hour. */
    state: text("state", { enum: ["visible", "hidden", "deleted"] }).notNull(),
    /** The target's owner where that is who hid it, and who alone may then show it again; null where a moderator did. */
    hiddenById: id("hidden_by_id", "usr"),
    createdAt: at("created_at").notNull(),
    editedAt: at("edited_at"),
  },
  (t) => [
    index("comments_target").on(t.targetId, t.parentId, t.createdAt, t.id),
    index("comments_author").on(t.authorId, t.createdAt),
    index("comments_parent").on(t.parentId, t.createdAt, t.id),
  ],
);

export const notifications = sqliteTable(
  "notifications",
  {
    id: id("id", "ntf").primaryKey(),
    userId: id("user_id", "usr").notNull(),
    kind: text("kind", { enum: NOTIFICATION_KINDS }).notNull(),
    actorId: id("actor_id", "usr"),
    targetId: text("target_id"),
    data: json<Record<string, string | number>>("data").notNull(),
    createdAt: at("created_at").notNull(),
    readAt: at("read_at"),
  },
  (t) => [
    index("notifications_user").on(t.userId, t.createdAt, t.id),
    index("notifications_target").on(t.targetId),
    index("notifications_unread").on(t.userId).where(sql`read_at is null`),
    index("notifications_read").on(t.readAt).where(sql`read_at is not null`),
    // Pictures that others share with one adapter are notified in one row a day until it is read.
    uniqueIndex("notifications_picture")
      .on(t.userId, t.targetId, sql`json_extract(data, '$.day')`)
      .where(sql`kind = 'picture_shared' and read_at is null`),
    // Likes of one target are notified in one row until it is read.
    uniqueIndex("notifications_like").on(t.userId, t.targetId).where(sql`kind = 'like' and read_at is null`),
  ],
);

/** Notifications that are to be sent as emails: the outbox of cron. Its rows are written by a trigger of the migration. */
export const emailsDue = sqliteTable(
  "emails_due",
  {
    notificationId: id("notification_id", "ntf").primaryKey(),
    dueAt: at("due_at").notNull(),
    /** How often sending has failed. */
    failures: integer("failures").notNull().default(0),
  },
  (t) => [index("emails_due_first").on(t.dueAt)],
);

export type CollectionRow = typeof collections.$inferSelect & { owner: string };
export type CommentRow = typeof comments.$inferSelect;
