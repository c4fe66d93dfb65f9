// Likes, follows, comments and notifications, as they travel.

import { z } from "zod";
import { Adapter } from "./adapters.ts";
import { AdapterRef, Handle, idOf, Timestamp } from "./ids.ts";
import { COMMENT_MAX_CHARACTERS, NOTIFICATIONS_MARKED_MAX, UNREAD_COUNTED_MAX } from "./limits.ts";
import { pageOf } from "./lists.ts";
import { Mix } from "./mixes.ts";
import { orNull } from "./nullable.ts";
import { SharedPicture } from "./pictures.ts";
import { message } from "./text.ts";

/** What can be liked. Comments are on adapters and mixes alone. */
export const LIKEABLE_KINDS = ["adapter", "mix", "picture"] as const;
export type LikeableKind = (typeof LIKEABLE_KINDS)[number];

export const NOTIFICATION_KINDS = [
  "like",
  "comment",
  "reply",
  "mention",
  "follow",
  "published", // somebody followed published something
  "picture_shared", // others shared pictures with an adapter of yours; data: count, and day (UTC)
  "remix", // a composition with an adapter of yours was published
  "fork",
  "collected",
  "report_decided",
  "moderation",
  "appeal_decided",
  "webhook_disabled",
  "training_ended", // data: training_id, and status: succeeded or failed
] as const;

export const PersonCard = z
  .object({ handle: Handle, name: z.string(), avatar_url: z.string().nullable() })
  .meta({ id: "PersonCard" });
export type PersonCard = z.infer<typeof PersonCard>;

export const Like = z
  .object({ liked: z.boolean().meta({ description: "Whether you like it" }), likes: z.int().nonnegative() })
  .meta({ id: "Like" });
export type Like = z.infer<typeof Like>;

export const Liked = z
  .object({ liked_at: Timestamp, adapter: orNull(Adapter), mix: orNull(Mix), picture: orNull(SharedPicture) })
  .meta({ id: "Liked", description: "Exactly one of adapter, mix and picture is there" });
export type Liked = z.infer<typeof Liked>;

export const Follow = z
  .object({
    following: z.boolean().meta({ description: "Whether you follow this person" }),
    followers: z.int().nonnegative(),
  })
  .meta({ id: "Follow" });
export type Follow = z.infer<typeof Follow>;

export const Follower = PersonCard.extend({ followed_at: Timestamp }).meta({ id: "Follower" });
export type Follower = z.infer<typeof Follower>;

export const CommentBody = message(COMMENT_MAX_CHARACTERS);

export const CommentCreate = z
  .strictObject({
    body: CommentBody.meta({ description: "Plain text; @handle notifies that person" }),
    parent_id: idOf("cmt")
      .optional()
      .meta({ description: "The comment that it answers; answers go one level deep" }),
  })
  .meta({ id: "CommentCreate" });

export const CommentPatch = z.strictObject({ body: CommentBody }).meta({ id: "CommentPatch" });

export const COMMENT_ACTS = ["reply", "edit", "delete", "hide", "unhide"] as const;

const comment = {
  id: idOf("cmt"),
  author: PersonCard,
  parent_id: idOf("cmt").nullable(),
  body: z.string().meta({ description: "Empty where it was deleted, or hidden from you" }),
  state: z.enum(["visible", "hidden", "deleted"]),
  allowed: z.array(z.enum(COMMENT_ACTS)).meta({ description: "What you may do with it" }),
  created_at: Timestamp,
  edited_at: Timestamp.nullable(),
};

export const Reply = z.object(comment).meta({ id: "Reply" });
export type Reply = z.infer<typeof Reply>;

export const Comment = Reply.extend({
  replies: z.array(Reply).meta({ description: "The newest few, newest first" }),
  reply_count: z.int().nonnegative(),
}).meta({ id: "Comment" });
export type Comment = z.infer<typeof Comment>;

export const Notification = z
  .object({
    id: idOf("ntf"),
    kind: z.enum(NOTIFICATION_KINDS),
    actor: orNull(PersonCard),
    target: z
      .object({
        kind: z.enum(LIKEABLE_KINDS),
        ref: z.union([AdapterRef, idOf("pic")]),
        title: z.string().meta({ description: "Of a shared picture the first words of its prompt" }),
      })
      .nullable()
      .meta({ description: "The adapter, mix or shared picture it is about, while you may see it" }),
    target_id: z.string().nullable(),
    excerpt: z.string().nullable().meta({ description: "Of the comment it is about, while that is visible" }),
    data: z.record(z.string(), z.union([z.string(), z.number()])),
    created_at: Timestamp,
    read_at: Timestamp.nullable(),
  })
  .meta({ id: "Notification" });
export type Notification = z.infer<typeof Notification>;

export const UnreadCount = z
  .object({ unread_count: z.int().meta({ description: `Counted up to ${UNREAD_COUNTED_MAX}` }) })
  .meta({ id: "UnreadCount" });
export const NotificationPage = pageOf(Notification)
  .extend(UnreadCount.shape)
  .meta({ id: "NotificationPage" });
export type NotificationPage = z.infer<typeof NotificationPage>;

export const NotificationsRead = z
  .strictObject({
    ids: z.array(idOf("ntf")).min(1).max(NOTIFICATIONS_MARKED_MAX).optional(),
    all: z.literal(true).optional(),
    before: Timestamp.optional().meta({ description: "With `all`: only what was there at that time" }),
  })
  .refine((input) => (input.ids === undefined) !== (input.all === undefined), {
    error: "needs exactly one of ids and all",
  })
  .refine((input) => input.before === undefined || input.all === true, {
    path: ["before"],
    error: "goes with all only",
  })
  .meta({ id: "NotificationsRead" });

export const UsedWith = z
  .object({
    adapter: Adapter,
    mixes: z.int().positive().meta({ description: "Published compositions with both" }),
  })
  .meta({ id: "UsedWith" });
export type UsedWith = z.infer<typeof UsedWith>;
