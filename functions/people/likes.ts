// Likes of adapters, mixes and shared pictures. Triggers (schema/current/people.sql) count them and notify the owner, so that nothing is counted twice.

import { and, desc, eq, or, sql } from "drizzle-orm";
import type { Like, Liked } from "../../schema/contract/people.ts";
import { adapters, likes, mixes, pictures } from "../../schema/tables.ts";
import { adaptersJson } from "../catalog/adapter-json.ts";
import { mixesJson } from "../compose/mix-json.ts";
import { picturesById, picturesJson } from "../compose/pictures.ts";
import type { Db } from "../db.ts";
import { isoTime } from "../lib/clock.ts";
import { pageOfRows, readCursor } from "../lib/cursor.ts";
import { Refusal } from "../lib/refusal.ts";
import { isOpenPicture } from "../policy/open-pictures.ts";
import type { Caller } from "../rights/rights.ts";
import { adaptersById, mixesById } from "./cards.ts";
import type { Likeable } from "./targets.ts";

type Target = Pick<Likeable, "id" | "kind">;
const TABLES = { adapter: adapters, mix: mixes, picture: pictures } as const;

const mine = (caller: Caller, target: Target) =>
  and(eq(likes.userId, caller.id), eq(likes.targetId, target.id));

export async function like(db: Db, caller: Caller, target: Target, now: number): Promise<Like> {
  const row = { userId: caller.id, targetId: target.id, createdAt: now };
  await db.insert(likes).values(row).onConflictDoNothing();
  return likeOf(db, caller, target);
}

export async function unlike(db: Db, caller: Caller, target: Target): Promise<Like> {
  await db.delete(likes).where(mine(caller, target));
  return likeOf(db, caller, target);
}

export async function likeOf(db: Db, caller: Caller | null, target: Target): Promise<Like> {
  const table = TABLES[target.kind];
  const found = await db
    .select({
      likes: table.likes,
      liked: sql<number>`exists (select 1 from likes where user_id = ${caller?.id ?? ""} and target_id = ${target.id})`,
    })
    .from(table)
    .where(sql`${table.id} = ${target.id}`)
    .get();
  return { liked: found?.liked === 1, likes: found?.likes ?? 0 };
}

/** What the caller likes, newest like first, as far as it can still be seen. */
export async function likedBy(
  db: Db,
  caller: Caller,
  query: { limit: number; cursor?: string | undefined },
  origin: string,
): Promise<{ items: Liked[]; next_cursor: string | null } | Refusal> {
  const after = readCursor(query.cursor, [0, ""]);
  if (after instanceof Refusal) return after;
  const visible = (table: typeof adapters | typeof mixes) => sql`exists (select 1 from ${table}
    where ${table.id} = ${likes.targetId} and ${table.state} = 'published'
    and (${table.visibility} <> 'private' or ${table.ownerId} = ${caller.id}))`;
  const visiblePicture = sql`exists (select 1 from ${pictures} where ${pictures.id} = ${likes.targetId}
    and (${isOpenPicture} or (${pictures.state} = 'published' and ${pictures.ownerId} = ${caller.id})))`;
  const rows = await db
    .select()
    .from(likes)
    .where(
      and(
        eq(likes.userId, caller.id),
        after ? sql`(${likes.createdAt}, ${likes.targetId}) < (${after[0]}, ${after[1]})` : undefined,
        or(visible(adapters), visible(mixes), visiblePicture),
      ),
    )
    .orderBy(desc(likes.createdAt), desc(likes.targetId))
    .limit(query.limit + 1)
    .all();
  const page = pageOfRows(rows, query.limit, (row) => [row.createdAt, row.targetId]);
  const ids = page.items.map(({ targetId }) => targetId);
  const [adapterRows, mixRows, pictureRows] = await Promise.all([
    adaptersById(db, ids),
    mixesById(db, ids),
    picturesById(db, ids),
  ]);
  const [adapterItems, mixItems, pictureItems] = await Promise.all([
    adaptersJson(db, adapterRows, caller, origin),
    mixesJson(db, mixRows, caller, origin),
    picturesJson(db, pictureRows, caller, origin),
  ]);
  const items = page.items.map(({ targetId, createdAt }) => ({
    liked_at: isoTime(createdAt),
    adapter: adapterItems.find(({ id }) => id === targetId) ?? null,
    mix: mixItems.find(({ id }) => id === targetId) ?? null,
    picture: pictureItems.find(({ id }) => id === targetId) ?? null,
  }));
  // The bytes of a picture may have been deleted by a decision about another of the same ones: it is in no list then.
  const shown = items.filter(({ adapter, mix, picture }) => adapter ?? mix ?? picture);
  return { items: shown, next_cursor: page.next_cursor };
}
