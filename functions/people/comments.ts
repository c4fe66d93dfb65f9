// Comments on adapters and mixes: plain text, one level of replies, limited per hour. Hidden comments are not read here.

import { and, desc, eq, gt, sql } from "drizzle-orm";
import type { z } from "zod";
import { COMMENT_EDIT_SECONDS, COMMENTS_PER_HOUR_MAX, MENTIONS_MAX } from "../../schema/contract/limits.ts";
import type { CommentCreate } from "../../schema/contract/people.ts";
import type { CommentRow } from "../../schema/tables.ts";
import { adapters, comments, mixes, notifications } from "../../schema/tables.ts";
import type { Db } from "../db.ts";
import { HOUR_MS } from "../lib/clock.ts";
import { newId } from "../lib/ids.ts";
import { Refusal, refuse } from "../lib/refusal.ts";
import { notificationRow } from "../notify/notifications.ts";
import { blockedFault } from "../policy/blocklist.ts";
import type { Caller } from "../rights/rights.ts";
import type { Target } from "./targets.ts";

const MENTION = /(?<![\w@./-])@([a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?)(?![\w@-])/gi;

/** The handles that a text mentions, each once, in order. */
export function mentionsIn(text: string): string[] {
  const handles = [...text.matchAll(MENTION)].map(([, handle = ""]) => handle.toLowerCase());
  return [...new Set(handles)].slice(0, MENTIONS_MAX);
}

/** Writes a comment and notifies, in one batch: the author it replies to, the owner of the target, those mentioned; each once. */
export async function writeComment(
  { db, caller, now }: { db: Db; caller: Caller; now: number },
  target: Target,
  input: z.infer<typeof CommentCreate>,
): Promise<CommentRow | Refusal> {
  const blocked = await blockedFault(db, "name", [{ pointer: "/body", text: input.body }]);
  if (blocked) return blocked;
  const parent = input.parent_id === undefined ? null : await answered(db, target, input.parent_id);
  if (parent instanceof Refusal) return parent;
  const id = newId("cmt", now);
  const recent = sql`(select count(*) from comments where author_id = ${caller.id} and created_at > ${now - HOUR_MS})`;
  const written = sql`exists (select 1 from comments where id = ${id})`;
  const notified: Caller["id"][] = [caller.id];
  const notifyOnce = (userId: Caller["id"], kind: "comment" | "reply") => {
    const skip = notified.includes(userId);
    notified.push(userId);
    const note = { userId, kind, actorId: caller.id, targetId: target.id, data: { comment_id: id } };
    return skip ? [] : [notificationRow(db, note, now, written)];
  };
  await db.batch([
    db.insert(comments).select(
      sql`select ${id}, ${target.id}, ${caller.id}, ${parent?.id ?? null}, ${input.body}, 'visible', null, ${now}, null
        where ${recent} < ${COMMENTS_PER_HOUR_MAX}`,
    ),
    ...(parent ? notifyOnce(parent.authorId, "reply") : []),
    ...notifyOnce(target.ownerId, "comment"),
    mentionRows({ db, caller, now }, target, id, { handles: mentionsIn(input.body), notified }),
  ]);
  const row = await db.select().from(comments).where(eq(comments.id, id)).get();
  return row ?? tooMany(db, caller, now);
}

/** Those mentioned, except who is notified already. */
function mentionRows(
  { db, caller, now }: { db: Db; caller: Caller; now: number },
  target: Target,
  commentId: CommentRow["id"],
  { handles, notified }: { handles: readonly string[]; notified: readonly string[] },
) {
  return db.insert(notifications).select(
    sql`select 'ntf_' || lower(hex(randomblob(12))), id, 'mention', ${caller.id}, ${target.id},
      ${JSON.stringify({ comment_id: commentId })}, ${now}, null from users
      where handle in (select value from json_each(${JSON.stringify(handles)})) and deleted_at is null
      and id not in (select value from json_each(${JSON.stringify(notified)}))
      and exists (select 1 from comments where id = ${commentId})`,
  );
}

async function answered(db: Db, target: Target, parentId: CommentRow["id"]): Promise<CommentRow | Refusal> {
  const parent = await db.select().from(comments).where(eq(comments.id, parentId)).get();
  if (!parent || parent.targetId !== target.id || parent.state !== "visible") {
    return refuse("request_invalid", `There is no comment ${parentId} here to answer.`, "/parent_id");
  }
  if (parent.parentId !== null) {
    const detail = `This is an answer itself, and answers go one level deep. Answer ${parent.parentId}.`;
    return refuse("request_invalid", detail, "/parent_id");
  }
  return parent;
}

async function tooMany(db: Db, caller: Caller, now: number): Promise<Refusal> {
  const oldest = await db
    .select({ at: comments.createdAt })
    .from(comments)
    .where(and(eq(comments.authorId, caller.id), gt(comments.createdAt, now - HOUR_MS)))
    .orderBy(desc(comments.createdAt))
    .offset(COMMENTS_PER_HOUR_MAX - 1)
    .limit(1)
    .get();
  const seconds = Math.max(1, Math.ceil(((oldest?.at ?? now) + HOUR_MS - now) / 1000));
  const detail = `An account writes at most ${COMMENTS_PER_HOUR_MAX} comments an hour.`;
  return new Refusal("quota_exceeded", detail, [], { retryAfterSeconds: seconds });
}

/** A comment with the owner of its target. */
type Placed = { comment: CommentRow; targetOwnerId: Caller["id"] };

/** A comment in whatever state, under something that this caller may see. */
export async function findPlaced(
  db: Db,
  caller: Caller | null,
  id: CommentRow["id"],
): Promise<Placed | Refusal> {
  const found = await db
    .select({ comment: comments, adapter: adapters, mix: mixes })
    .from(comments)
    .leftJoin(adapters, sql`${adapters.id} = ${comments.targetId}`)
    .leftJoin(mixes, sql`${mixes.id} = ${comments.targetId}`)
    .where(eq(comments.id, id))
    .get();
  const under = found?.adapter ?? found?.mix;
  if (!found || !under) return noComment(id);
  const open = under.state === "published" && under.visibility !== "private";
  if (!open && under.ownerId !== caller?.id) return noComment(id);
  return { comment: found.comment, targetOwnerId: under.ownerId };
}

/** A comment that this caller may read: neither deleted nor hidden from them. */
export async function findComment(db: Db, caller: Caller, id: CommentRow["id"]): Promise<Placed | Refusal> {
  const placed = await findPlaced(db, caller, id);
  if (placed instanceof Refusal || placed.comment.state === "visible") return placed;
  const { comment, targetOwnerId } = placed;
  const isTheirs = comment.authorId === caller.id || targetOwnerId === caller.id;
  return comment.state === "hidden" && isTheirs ? placed : noComment(id);
}

const noComment = (id: CommentRow["id"]) => refuse("not_found", `There is no comment ${id}.`);

/** Changes the text, by its author and for a quarter of an hour only: replies refer to it. */
export async function editComment(
  { db, caller, now }: { db: Db; caller: Caller; now: number },
  { comment }: Placed,
  body: string,
): Promise<CommentRow | Refusal> {
  if (comment.authorId !== caller.id) return refuse("not_granted", "Only its author may change a comment.");
  if (now >= comment.createdAt + COMMENT_EDIT_SECONDS * 1000) {
    return refuse("not_granted", `A comment can be changed for ${COMMENT_EDIT_SECONDS / 60} minutes.`);
  }
  const blocked = await blockedFault(db, "name", [{ pointer: "/body", text: body }]);
  if (blocked) return blocked;
  const changed = { body, editedAt: now };
  await db
    .update(comments)
    .set(changed)
    .where(and(eq(comments.id, comment.id), sql`${comments.state} <> 'deleted'`));
  return { ...comment, ...changed };
}

export async function deleteComment(db: Db, caller: Caller, { comment }: Placed): Promise<Refusal | null> {
  if (comment.authorId !== caller.id) return refuse("not_granted", "Only its author may delete a comment.");
  await db
    .update(comments)
    .set({ state: "deleted", body: "", hiddenById: null })
    .where(eq(comments.id, comment.id));
  return null;
}

/** Hides a comment under one's own adapter or mix, or shows it again. What a moderator hid stays hidden. */
export async function hideComment(
  db: Db,
  caller: Caller,
  { comment, targetOwnerId }: Placed,
  hidden: boolean,
): Promise<CommentRow | Refusal> {
  if (targetOwnerId !== caller.id) {
    return refuse(
      "not_granted",
      "Only the owner of what it stands under, or a moderator, may hide a comment.",
    );
  }
  const before = hidden
    ? eq(comments.state, "visible")
    : and(eq(comments.state, "hidden"), eq(comments.hiddenById, caller.id));
  await db
    .update(comments)
    .set({ state: hidden ? "hidden" : "visible", hiddenById: hidden ? caller.id : null })
    .where(and(eq(comments.id, comment.id), before));
  const row = await db.select().from(comments).where(eq(comments.id, comment.id)).get();
  if (row && row.state === (hidden ? "hidden" : "visible")) return row;
  return refuse("not_granted", "A moderator hid this comment; you may not show it again.");
}
