// Why moderators removed something: the reason on its tombstone.

import { eq, sql } from "drizzle-orm";
import type { ReportReason } from "../../schema/contract/moderation.ts";
import { moderationActions, takedowns } from "../../schema/tables.ts";
import type { Db } from "../db.ts";

type Removal = { reason: string; ground: ReportReason | null; at: number };

/** Why and when moderators removed an adapter or a mix; null where it was not removed, or where its owner withdrew it. */
export async function removalOf(db: Db, targetId: string): Promise<Removal | null> {
  const row = await db
    .select({
      reason: moderationActions.reason,
      ground: moderationActions.ground,
      at: moderationActions.createdAt,
    })
    .from(takedowns)
    .innerJoin(moderationActions, eq(moderationActions.id, takedowns.actionId))
    .where(sql`${takedowns.targetId} = ${targetId}`)
    .get();
  return row ?? null;
}
