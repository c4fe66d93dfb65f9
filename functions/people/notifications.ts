// Notifications in the app. A row is written in the batch of its cause, so that neither exists without the other.

import { type SQL, sql } from "drizzle-orm";
import type { Id } from "../../schema/contract/ids.ts";
import { notifications } from "../../schema/tables.ts";
import type { Db } from "../context.ts";
import { newId } from "../lib/ids.ts";

type Row = typeof notifications.$inferSelect;

export type Note = {
  /** Who is told. */
  userId: Id<"usr">;
  kind: Row["kind"];
  /** Who did it; null where the house did. */
  actorId: Id<"usr"> | null;
  /** What it is about: an adapter, a mix, a collection, a report... */
  targetId: string | null;
  /** What the page says beside the target's name, which is looked up when it is read. */
  data: Row["data"];
};

/**
 * The statement that tells one person, for a `db.batch`. Nobody is told of what they did themselves, nor is who has left.
 * `when` is a condition read after the statements before it in the batch: `exists (...)` of the row that is the cause.
 */
export function notificationRow(db: Db, note: Note, now: number, when: SQL = sql`1`) {
  const { userId, kind, actorId, targetId, data } = note;
  return db.insert(notifications).select(
    sql`select ${newId("ntf", now)}, id, ${kind}, ${actorId}, ${targetId}, ${JSON.stringify(data)}, ${now}, null
      from users where id = ${userId} and deleted_at is null and id is not ${actorId} and ${when}`,
  );
}
