// Who follows whom, and the publications of the people that somebody follows.

import { and, desc, eq, isNull, sql } from "drizzle-orm";
import { FOLLOWS_PER_ACCOUNT_MAX } from "../../schema/contract/limits.ts";
import type { Follow, Follower } from "../../schema/contract/people.ts";
import type { OwnedAdapter } from "../../schema/tables.ts";
import { adapters, follows, users } from "../../schema/tables.ts";
import { listed } from "../catalog/listed.ts";
import type { Db } from "../db.ts";
import { isoTime } from "../lib/clock.ts";
import { pageOfRows, readCursor } from "../lib/cursor.ts";
import { Refusal, refuse } from "../lib/refusal.ts";
import { notificationRow } from "../notify/notifications.ts";
import type { Caller } from "../rights/rights.ts";
import { personCard, personColumns } from "./cards.ts";

type Person = { id: Caller["id"]; handle: string };
type PageQuery = { limit: number; cursor?: string | undefined };

export async function findPerson(db: Db, handle: string): Promise<Person | Refusal> {
  const found = await db
    .select({ id: users.id, handle: users.handle })
    .from(users)
    .where(and(eq(users.handle, handle), isNull(users.deletedAt)))
    .get();
  return found ?? refuse("not_found", `There is nobody called ${handle}.`);
}

/** Idempotent; notifies the followed person once, however often somebody unfollows and follows again. */
export async function follow(db: Db, caller: Caller, person: Person, now: number): Promise<Follow | Refusal> {
  if (caller.id === person.id) return refuse("request_invalid", "Nobody can follow themselves.");
  const held = sql`(select count(*) from follows where follower_id = ${caller.id})`;
  const follows_ = sql`exists (select 1 from follows where follower_id = ${caller.id} and followed_id = ${person.id})`;
  const alreadyNotified = sql`exists (select 1 from notifications
    where user_id = ${person.id} and kind = 'follow' and target_id = ${caller.id})`;
  const note = {
    userId: person.id,
    kind: "follow",
    actorId: caller.id,
    targetId: caller.id,
    data: {},
  } as const;
  await db.batch([
    db
      .insert(follows)
      .select(sql`select ${caller.id}, ${person.id}, ${now} where ${held} < ${FOLLOWS_PER_ACCOUNT_MAX}`)
      .onConflictDoNothing(),
    notificationRow(db, note, now, sql`${follows_} and not ${alreadyNotified}`),
  ]);
  const state = await followOf(db, caller, person);
  if (state.following) return state;
  return refuse("quota_exceeded", `An account follows at most ${FOLLOWS_PER_ACCOUNT_MAX} people.`);
}

export async function unfollow(db: Db, caller: Caller, person: Person): Promise<Follow> {
  await db.delete(follows).where(and(eq(follows.followerId, caller.id), eq(follows.followedId, person.id)));
  return followOf(db, caller, person);
}

export async function followOf(db: Db, caller: Caller | null, person: Person): Promise<Follow> {
  const found = await db
    .select({
      followers: sql<number>`count(*)`,
      following: sql<number | null>`max(${follows.followerId} = ${caller?.id ?? ""})`,
    })
    .from(follows)
    .where(eq(follows.followedId, person.id))
    .get();
  return { followers: found?.followers ?? 0, following: found?.following === 1 };
}

/** Newest first: those who follow a person, or those a person follows. */
export async function followersOf(
  { db, origin }: { db: Db; origin: string },
  person: Person,
  side: "followers" | "following",
  query: PageQuery,
): Promise<{ items: Follower[]; next_cursor: string | null } | Refusal> {
  const after = readCursor(query.cursor, [0, ""]);
  if (after instanceof Refusal) return after;
  const [here, there] =
    side === "followers"
      ? [follows.followedId, follows.followerId]
      : [follows.followerId, follows.followedId];
  const rows = await db
    .select({ id: there, at: follows.createdAt, ...personColumns })
    .from(follows)
    .innerJoin(users, eq(users.id, there))
    .where(
      and(
        eq(here, person.id),
        isNull(users.deletedAt),
        after ? sql`(${follows.createdAt}, ${there}) < (${after[0]}, ${after[1]})` : undefined,
      ),
    )
    .orderBy(desc(follows.createdAt), desc(there))
    .limit(query.limit + 1)
    .all();
  const page = pageOfRows(rows, query.limit, (row) => [row.at, row.id]);
  const items = page.items.map((row) => ({ ...personCard(row, origin), followed_at: isoTime(row.at) }));
  return { items, next_cursor: page.next_cursor };
}

/** What those whom the caller follows have published, newest first. */
export async function feedOf(
  db: Db,
  caller: Caller,
  query: PageQuery,
): Promise<{ items: OwnedAdapter[]; next_cursor: string | null } | Refusal> {
  const after = readCursor(query.cursor, [0, ""]);
  if (after instanceof Refusal) return after;
  const rows = await db
    .select({ adapter: adapters, owner: users.handle })
    .from(adapters)
    .innerJoin(users, eq(users.id, adapters.ownerId))
    .where(
      and(
        sql`${adapters.ownerId} in (select followed_id from follows where follower_id = ${caller.id})`,
        listed(adapters, caller),
        after ? sql`(${adapters.publishedAt}, ${adapters.id}) < (${after[0]}, ${after[1]})` : undefined,
      ),
    )
    .orderBy(desc(adapters.publishedAt), desc(adapters.id))
    .limit(query.limit + 1)
    .all();
  const found = rows.map(({ adapter, owner }) => ({ ...adapter, owner }));
  return pageOfRows(found, query.limit, (row) => [row.publishedAt ?? 0, row.id]);
}
