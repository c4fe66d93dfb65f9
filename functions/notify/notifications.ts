// Notifications in the app. A row is written in the batch of its cause, so that neither exists without the other.

import { type SQL, sql } from "drizzle-orm";
import type { Id } from "../../schema/contract/ids.ts";
import { FOLLOWERS_NOTIFIED_MAX } from "../../schema/contract/limits.ts";
import { notifications, type OwnedAdapter } from "../../schema/tables.ts";
import type { Db } from "../db.ts";
import { newId } from "../lib/ids.ts";

type Row = typeof notifications.$inferSelect;

export type Note = {
  /** Who is notified. */
  userId: Id<"usr">;
  kind: Row["kind"];
  /** Who did it; null where the service did. */
  actorId: Id<"usr"> | null;
  /** What it is about: an adapter, a mix, a collection or a report */
  targetId: string | null;
  /** What the page says beside the target's name, which is looked up when it is read. */
  data: Row["data"];
};

/**
 * The statement that notifies one person, for a `db.batch`. Nobody is notified of their own act, and a deleted account of nothing.
 * `when` is a condition read after the statements before it in the batch: `exists (...)` of the row that is the cause.
 */
export function notificationRow(db: Db, note: Note, now: number, when: SQL = sql`1`) {
  const { userId, kind, actorId, targetId, data } = note;
  return db.insert(notifications).select(
    sql`select ${newId("ntf", now)}, id, ${kind}, ${actorId}, ${targetId}, ${JSON.stringify(data)}, ${now}, null
      from users where id = ${userId} and deleted_at is null and id is not ${actorId} and ${when}`,
  );
}

/**
 * For the batch that publishes a version, after the adapter's own row: notifies the followers of an adapter that has just
 * become visible to all. One statement, bounded, and never twice for one adapter.
 */
export function publishedRows(db: Db, adapter: Pick<OwnedAdapter, "id" | "ownerId">, now: number) {
  return db.insert(notifications).select(
    sql`select 'ntf_' || lower(hex(randomblob(12))), follower_id, 'published', followed_id, ${adapter.id}, '{}', ${now}, null
      from follows where followed_id = ${adapter.ownerId}
      and exists (select 1 from adapters where id = ${adapter.id} and state = 'published'
        and visibility = 'public' and published_at = ${now})
      and not exists (select 1 from notifications where target_id = ${adapter.id} and kind = 'published')
      order by follows.created_at limit ${FOLLOWERS_NOTIFIED_MAX}`,
  );
}
