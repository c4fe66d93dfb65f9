// Shared pictures: what their owners made public of their generations.

import { sql } from "drizzle-orm";
import { index, integer, primaryKey, sqliteTable, text } from "drizzle-orm/sqlite-core";
import type { ResolvedMember } from "../contract/compositions.ts";
import { RATINGS } from "../contract/moderation.ts";
import { at, id, json } from "./columns.ts";

/** One row for each generated picture that was ever shared: sharing it again shows the same one. */
export const pictures = sqliteTable(
  "pictures",
  {
    id: id("id", "pic").primaryKey(),
    ownerId: id("owner_id", "usr").notNull(),
    /** A row of images of its own, over the same bytes: it stays where the generation's goes. Its recipe is shown. */
    imageId: id("image_id", "img").notNull().unique(),
    /** The picture of the generation. */
    sourceId: id("source_id", "img").notNull().unique(),
    /** Of its bytes: a removed one is known by them when it is generated again. Null where they were gone before this was kept. */
    sha256: text("sha256"),
    baseId: text("base_id").notNull(),
    members: json<ResolvedMember[]>("members").notNull(),
    state: text("state", { enum: ["published", "withdrawn", "removed"] }).notNull(),
    rating: text("rating", { enum: RATINGS }).notNull(),
    /** Triggers of the migration keep it equal to the rows of likes. */
    likes: integer("likes").notNull().default(0),
    createdAt: at("created_at").notNull(),
    updatedAt: at("updated_at").notNull(),
  },
  (t) => [
    index("pictures_newest").on(t.createdAt, t.id),
    index("pictures_liked").on(t.likes, t.id),
    index("pictures_owner").on(t.ownerId, t.createdAt, t.id),
    index("pictures_removed").on(t.sha256).where(sql`state = 'removed'`),
  ],
);

/** Which adapters are in a shared picture: what an adapter's page shows, and what hides the picture with them. */
export const pictureMembers = sqliteTable(
  "picture_members",
  {
    pictureId: id("picture_id", "pic").notNull(),
    adapterId: id("adapter_id", "adp").notNull(),
    versionId: id("version_id", "ver").notNull(),
    /** The notification of the adapter's owner that counts this picture: triggers of the migration write it. */
    notificationId: id("notification_id", "ntf"),
  },
  (t) => [
    primaryKey({ columns: [t.pictureId, t.versionId] }),
    index("picture_members_adapter").on(t.adapterId, t.pictureId),
  ],
);

export type PictureRow = typeof pictures.$inferSelect;
export type OwnedPicture = PictureRow & { owner: string };
