// Reading one's notifications: the list, the unread count, marking as read, and deleting old read ones.

import { and, desc, eq, isNotNull, isNull, lt, lte, type SQL, sql } from "drizzle-orm";
import type { z } from "zod";
import { excerptOf } from "../../schema/contract/cut-text.ts";
import { READ_NOTIFICATION_DAYS, UNREAD_COUNTED_MAX } from "../../schema/contract/limits.ts";
import type { Notification, NotificationsRead } from "../../schema/contract/people.ts";
import { comments, notifications, users } from "../../schema/tables.ts";
import { picturesById } from "../compose/pictures.ts";
import type { Db } from "../db.ts";
import { DAY_MS, isoTime, isoTimeOrNull } from "../lib/clock.ts";
import { pageOfRows, readCursor } from "../lib/cursor.ts";
import { inList } from "../lib/in-list.ts";
import { Refusal } from "../lib/refusal.ts";
import type { Caller } from "../rights/rights.ts";
import { imagesById } from "../storage/images.ts";
import { adaptersById, mixesById, personCard, personColumns } from "./cards.ts";
import type { TargetKind } from "./targets.ts";

type Row = typeof notifications.$inferSelect;
type Target = NonNullable<Notification["target"]>;

const EXCERPT_CHARACTERS = 140;
/** A cron run deletes at most this many; the next one continues. */
const DELETED_A_RUN = 5_000;

export async function notificationsOf(
  db: Db,
  caller: Caller,
  query: { unread?: "true" | undefined; limit: number; cursor?: string | undefined },
  origin: string,
): Promise<{ items: Notification[]; next_cursor: string | null; unread_count: number } | Refusal> {
  const after = readCursor(query.cursor, [0, ""]);
  if (after instanceof Refusal) return after;
  const [rows, unread_count] = await Promise.all([
    db
      .select({ row: notifications, actor: personColumns, actorLeft: users.deletedAt })
      .from(notifications)
      .leftJoin(users, eq(users.id, notifications.actorId))
      .where(
        and(
          eq(notifications.userId, caller.id),
          query.unread ? isNull(notifications.readAt) : undefined,
          after
            ? sql`(${notifications.createdAt}, ${notifications.id}) < (${after[0]}, ${after[1]})`
            : undefined,
        ),
      )
      .orderBy(desc(notifications.createdAt), desc(notifications.id))
      .limit(query.limit + 1)
      .all(),
    unreadCount(db, caller),
  ]);
  const page = pageOfRows(rows, query.limit, ({ row }) => [row.createdAt, row.id]);
  const shown = page.items.map(({ row }) => row);
  const targets = await targetsOf(db, caller, shown);
  // Text about something that has become private is left out, too.
  const excerpts = await excerptsOf(
    db,
    shown.filter(({ targetId }) => targetId !== null && targets.has(targetId)),
  );
  const items = page.items.map(({ row, actor, actorLeft }) => ({
    id: row.id,
    kind: row.kind,
    actor: actor && actorLeft === null ? personCard(actor, origin) : null,
    target: targets.get(row.targetId ?? "") ?? null,
    target_id: row.targetId,
    excerpt: excerpts.get(String(row.data.comment_id)) ?? null,
    data: row.data,
    created_at: isoTime(row.createdAt),
    read_at: isoTimeOrNull(row.readAt),
  }));
  return { items, next_cursor: page.next_cursor, unread_count };
}

/** Names are looked up when they are read: what has become private since is left out. */
async function targetsOf(db: Db, caller: Caller, rows: readonly Row[]): Promise<Map<string, Target>> {
  const ids = rows.flatMap(({ targetId }) => targetId ?? []);
  const [adapterRows, mixRows, pictureTargets] = await Promise.all([
    adaptersById(db, ids),
    mixesById(db, ids),
    picturesOf(db, caller, ids),
  ]);
  const of = (
    kind: TargetKind,
    found: readonly ((typeof adapterRows)[number] | (typeof mixRows)[number])[],
  ) =>
    found
      .filter(
        (row) => row.ownerId === caller.id || (row.state === "published" && row.visibility !== "private"),
      )
      .map((row): [string, Target] => [row.id, { kind, ref: `${row.owner}/${row.name}`, title: row.title }]);
  return new Map([...of("adapter", adapterRows), ...of("mix", mixRows), ...pictureTargets]);
}

/** Of one whose bytes were deleted there is no page. */
async function picturesOf(db: Db, caller: Caller, ids: readonly string[]): Promise<[string, Target][]> {
  const visible = (await picturesById(db, ids)).filter(
    ({ ownerId, listed }) => listed || ownerId === caller.id,
  );
  const images = await imagesById(
    db,
    visible.map(({ imageId }) => imageId),
  );
  return visible.flatMap(({ id, imageId }): [string, Target][] => {
    const image = images.get(imageId);
    if (!image) return [];
    const prompt = typeof image.recipe?.prompt === "string" ? image.recipe.prompt : "";
    const title = excerptOf(prompt, EXCERPT_CHARACTERS) || "a picture without words";
    return [[id, { kind: "picture", ref: id, title }]];
  });
}

async function excerptsOf(db: Db, rows: readonly Row[]): Promise<Map<string, string>> {
  const ids = rows.flatMap(({ data }) => (typeof data.comment_id === "string" ? data.comment_id : []));
  if (ids.length === 0) return new Map();
  const found = await db
    .select({ id: comments.id, body: comments.body })
    .from(comments)
    .where(and(inList(comments.id, ids), eq(comments.state, "visible")))
    .all();
  return new Map(found.map(({ id, body }): [string, string] => [id, excerptOf(body, EXCERPT_CHARACTERS)]));
}

async function unreadCount(db: Db, caller: Caller): Promise<number> {
  const counted = db
    .select({ id: notifications.id })
    .from(notifications)
    .where(and(eq(notifications.userId, caller.id), isNull(notifications.readAt)))
    .limit(UNREAD_COUNTED_MAX);
  const found = await db.get<{ n: number }>(sql`select count(*) as n from ${counted}`);
  return found?.n ?? 0;
}

/** Marks some or all as read, and returns the new unread count. Others' ids change nothing. */
export async function markRead(
  db: Db,
  caller: Caller,
  input: z.infer<typeof NotificationsRead>,
  now: number,
): Promise<number> {
  const which: SQL =
    input.ids === undefined
      ? lte(notifications.createdAt, input.before === undefined ? now : Date.parse(input.before))
      : inList(notifications.id, input.ids);
  await db
    .update(notifications)
    .set({ readAt: now })
    .where(and(eq(notifications.userId, caller.id), isNull(notifications.readAt), which));
  return unreadCount(db, caller);
}

/** Cron: deletes notifications a fixed time after they were read. */
export async function deleteExpiredNotifications(db: Db, now: number): Promise<void> {
  const old = db
    .select({ id: notifications.id })
    .from(notifications)
    .where(
      and(isNotNull(notifications.readAt), lt(notifications.readAt, now - READ_NOTIFICATION_DAYS * DAY_MS)),
    )
    .limit(DELETED_A_RUN);
  await db.delete(notifications).where(sql`${notifications.id} in ${old}`);
}
