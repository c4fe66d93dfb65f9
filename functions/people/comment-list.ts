// Threads of comments: the newest first, each with its newest replies, filtered by what the reader may see.

import { and, desc, eq, isNull, type SQL, sql } from "drizzle-orm";
import { COMMENT_EDIT_SECONDS, REPLIES_SHOWN } from "../../schema/contract/limits.ts";
import type { Comment, Reply } from "../../schema/contract/people.ts";
import type { CommentRow } from "../../schema/tables.ts";
import { comments, users } from "../../schema/tables.ts";
import type { Db } from "../db.ts";
import { isoTime, isoTimeOrNull } from "../lib/clock.ts";
import { pageOfRows, readCursor } from "../lib/cursor.ts";
import { inList } from "../lib/in-list.ts";
import { Refusal } from "../lib/refusal.ts";
import type { Caller } from "../rights/rights.ts";
import { personCard, personColumns } from "./cards.ts";

/** Who reads under which target. */
export type Reader = {
  caller: Caller | null;
  /** Owns the target, or is a moderator: reads what is hidden. */
  seesHidden: boolean;
  ownsTarget: boolean;
  origin: string;
  now: number;
};

type Written = CommentRow & { person: { handle: string; name: string; avatarId: `img_${string}` | null } };
type PageQuery = { limit: number; cursor?: string | undefined };

export function readerOf(
  caller: Caller | null,
  targetOwnerId: Caller["id"],
  { origin, now }: { origin: string; now: number },
): Reader {
  const ownsTarget = caller?.id === targetOwnerId;
  return { caller, ownsTarget, seesHidden: ownsTarget || caller?.role === "moderator", origin, now };
}

/** Of rows of `table` (comments or an alias of it): those whose text this reader may see. */
function readable(reader: Reader, table: SQL): SQL {
  const mine = sql`${table}.author_id = ${reader.caller?.id ?? ""}`;
  const hidden = reader.seesHidden ? sql`1` : mine;
  return sql`(${table}.state = 'visible' or (${table}.state = 'hidden' and ${hidden}))`;
}

const mayRead = (reader: Reader, row: CommentRow) =>
  row.state === "visible" ||
  (row.state === "hidden" && (reader.seesHidden || row.authorId === reader.caller?.id));

export async function threadsOf(
  db: Db,
  reader: Reader,
  targetId: CommentRow["targetId"],
  query: PageQuery,
): Promise<{ items: Comment[]; next_cursor: string | null } | Refusal> {
  // A deleted comment is shown as a placeholder only while it has visible replies.
  const answered = sql`exists (select 1 from comments as r where r.parent_id = ${comments.id}
    and ${readable(reader, sql`r`)})`;
  const where = and(
    eq(comments.targetId, targetId),
    isNull(comments.parentId),
    sql`(${readable(reader, sql`comments`)} or ${answered})`,
  );
  const page = await pageWhere(db, where, query);
  if (page instanceof Refusal) return page;
  return { items: await commentsJson(db, reader, page.items), next_cursor: page.next_cursor };
}

export async function repliesOf(
  db: Db,
  reader: Reader,
  parentId: CommentRow["id"],
  query: PageQuery,
): Promise<{ items: Reply[]; next_cursor: string | null } | Refusal> {
  const where = and(eq(comments.parentId, parentId), readable(reader, sql`comments`));
  const page = await pageWhere(db, where, query);
  if (page instanceof Refusal) return page;
  return { items: page.items.map((row) => replyJson(reader, row)), next_cursor: page.next_cursor };
}

/** One comment as it is shown in its list. */
export async function commentJson(db: Db, reader: Reader, id: CommentRow["id"]): Promise<Comment> {
  const page = await pageWhere(db, eq(comments.id, id), { limit: 1 });
  const [json] = page instanceof Refusal ? [] : await commentsJson(db, reader, page.items);
  if (!json) throw new Error(`Comment ${id} has no JSON`);
  return json;
}

async function pageWhere(db: Db, where: SQL | undefined, query: PageQuery) {
  const after = readCursor(query.cursor, [0, ""]);
  if (after instanceof Refusal) return after;
  const rows = await db
    .select({ row: comments, person: personColumns })
    .from(comments)
    .innerJoin(users, eq(users.id, comments.authorId))
    .where(
      and(
        where,
        after ? sql`(${comments.createdAt}, ${comments.id}) < (${after[0]}, ${after[1]})` : undefined,
      ),
    )
    .orderBy(desc(comments.createdAt), desc(comments.id))
    .limit(query.limit + 1)
    .all();
  const written = rows.map(({ row, person }): Written => ({ ...row, person }));
  return pageOfRows(written, query.limit, (row) => [row.createdAt, row.id]);
}

async function commentsJson(db: Db, reader: Reader, rows: readonly Written[]): Promise<Comment[]> {
  const ids = rows.map(({ id }) => id);
  const ranked = await db.all<{ id: CommentRow["id"]; parent_id: string; total: number }>(
    sql`select id, parent_id, total from (
        select id, parent_id, count(*) over (partition by parent_id) as total,
          row_number() over (partition by parent_id order by created_at desc, id desc) as place
        from comments where parent_id in (select value from json_each(${JSON.stringify(ids)}))
        and ${readable(reader, sql`comments`)}
      ) where place <= ${REPLIES_SHOWN}`,
  );
  const shown = await db
    .select({ row: comments, person: personColumns })
    .from(comments)
    .innerJoin(users, eq(users.id, comments.authorId))
    .where(
      inList(
        comments.id,
        ranked.map(({ id }) => id),
      ),
    )
    .orderBy(desc(comments.createdAt), desc(comments.id))
    .all();
  return rows.map((row) => ({
    ...replyJson(reader, row),
    replies: shown
      .filter((reply) => reply.row.parentId === row.id)
      .map((reply) => replyJson(reader, { ...reply.row, person: reply.person })),
    reply_count: ranked.find(({ parent_id }) => parent_id === row.id)?.total ?? 0,
  }));
}

function replyJson(reader: Reader, row: Written): Reply {
  return {
    id: row.id,
    author: personCard(row.person, reader.origin),
    parent_id: row.parentId,
    body: mayRead(reader, row) ? row.body : "",
    state: row.state,
    allowed: allowedActs(reader, row),
    created_at: isoTime(row.createdAt),
    edited_at: isoTimeOrNull(row.editedAt),
  };
}

/** What this reader may do with a comment; the routes decide the same. */
export function allowedActs(reader: Reader, row: CommentRow): Reply["allowed"] {
  const { caller, ownsTarget, now } = reader;
  if (!caller || row.state === "deleted") return [];
  const isMine = row.authorId === caller.id;
  const acts: Reply["allowed"] = [];
  if (row.state === "visible" && row.parentId === null) acts.push("reply");
  if (isMine && now < row.createdAt + COMMENT_EDIT_SECONDS * 1000) acts.push("edit");
  if (isMine) acts.push("delete");
  if (ownsTarget && !isMine && row.state === "visible") acts.push("hide");
  if (ownsTarget && row.state === "hidden" && row.hiddenById === caller.id) acts.push("unhide");
  return acts;
}
