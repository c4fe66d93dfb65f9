// Ratings that moderators set: an owner cannot choose a milder one.

import { and, desc, eq, sql } from "drizzle-orm";
import { RATINGS, type Rating } from "../../schema/contract/moderation.ts";
import { moderationActions } from "../../schema/tables.ts";
import type { Db } from "../db.ts";

/** The last rating that a moderator gave an adapter or a mix, unless an appeal reversed it; null where there is none. */
export async function ratingFloor(db: Db, targetId: string): Promise<Rating | null> {
  const { data, kind } = moderationActions;
  const last = await db
    .select({ data, kind })
    .from(moderationActions)
    .where(
      and(
        eq(moderationActions.targetId, targetId),
        sql`(${kind} = 'rate' or (${kind} = 'overturn' and json_extract(${data}, '$.did') = 'rate'))`,
      ),
    )
    .orderBy(desc(moderationActions.createdAt), desc(moderationActions.id))
    .limit(1)
    .get();
  const floor = last?.kind === "rate" ? last.data.rating : last?.data.floor;
  return RATINGS.find((rating) => rating === floor) ?? null;
}
