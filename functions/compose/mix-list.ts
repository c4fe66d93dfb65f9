// Lists of mixes: with the catalog's filters, and the forks of one mix. Keyset pages.

import { and, desc, eq, or, type SQL, sql } from "drizzle-orm";
import type { MIX_SORTS } from "../../schema/contract/mixes.ts";
import type { Rating } from "../../schema/contract/moderation.ts";
import type { OwnedMix } from "../../schema/tables.ts";
import { mixes, type pictures, users } from "../../schema/tables.ts";
import { byActive } from "../catalog/listed.ts";
import { matchExpression } from "../catalog/search-words.ts";
import type { Db } from "../db.ts";
import { pageOfRows, readCursor, type SortKey } from "../lib/cursor.ts";
import { inList } from "../lib/in-list.ts";
import { Refusal } from "../lib/refusal.ts";
import type { Caller } from "../rights/rights.ts";

export type MixQuery = {
  q?: string | undefined;
  base?: string | undefined;
  owner?: string | undefined;
  /** owner/name of an adapter that the mix holds, in any of its versions. */
  adapter?: string | undefined;
  rating?: Rating[] | undefined;
  sort: (typeof MIX_SORTS)[number];
  limit: number;
  cursor?: string | undefined;
};
type Page = { items: OwnedMix[]; next_cursor: string | null };

const ORDERS = { newest: mixes.createdAt, most_used: mixes.uses, most_liked: mixes.likes } as const;

export async function listMixes(db: Db, caller: Caller | null, query: MixQuery): Promise<Page | Refusal> {
  const filters: (SQL | undefined)[] = [
    visibleTo(caller, query.owner),
    ratedFor(mixes, caller, query.rating),
  ];
  if (query.base) filters.push(eq(mixes.baseId, query.base));
  if (query.owner) filters.push(eq(users.handle, query.owner));
  if (query.adapter) filters.push(holds(query.adapter));
  const match = matchExpression(query.q);
  if (match !== null) {
    filters.push(sql`${mixes.id} in (select mix_id from mixes_fts where mixes_fts match ${match})`);
  }
  return pageOfMixes(db, query, and(...filters));
}

/** Published mixes that were made from any version of this one. */
export async function listForks(
  db: Db,
  caller: Caller | null,
  mix: OwnedMix,
  query: Pick<MixQuery, "limit" | "cursor">,
): Promise<Page | Refusal> {
  const forked = sql`${mixes.id} <> ${mix.id} and ${mixes.id} in (
    select f.mix_id from compositions f join compositions v on v.id = f.forked_from_id
    where v.mix_id = ${mix.id} and f.mix_id is not null
  )`;
  const sort = "newest" as const;
  const rated = ratedFor(mixes, caller, undefined);
  return pageOfMixes(db, { ...query, sort }, and(visibleTo(caller, undefined), rated, forked));
}

export async function pageOfMixes(
  db: Db,
  query: Pick<MixQuery, "sort" | "limit" | "cursor">,
  where: SQL | undefined,
): Promise<Page | Refusal> {
  const column = ORDERS[query.sort];
  const after = readCursor(query.cursor, [0, ""]);
  if (after instanceof Refusal) return after;
  const rows = await db
    .select({ mix: mixes, owner: users.handle })
    .from(mixes)
    .innerJoin(users, eq(users.id, mixes.ownerId))
    .where(and(where, after ? sql`(${column}, ${mixes.id}) < (${after[0]}, ${after[1]})` : undefined))
    .orderBy(desc(column), desc(mixes.id))
    .limit(query.limit + 1)
    .all();
  const found = rows.map(({ mix, owner }) => ({ ...mix, owner }));
  return pageOfRows(found, query.limit, (row): SortKey => [keyOf(row, query.sort), row.id]);
}

function keyOf(row: OwnedMix, sort: MixQuery["sort"]): number {
  if (sort === "newest") return row.createdAt;
  return sort === "most_used" ? row.uses : row.likes;
}

/** Private, unlisted and withdrawn ones appear only where an owner asks for their own list. */
function visibleTo(caller: Caller | null, owner: string | undefined): SQL | undefined {
  const open = and(eq(mixes.state, "published"), eq(mixes.visibility, "public"), byActive(mixes.ownerId));
  if (!caller || caller.handle !== owner) return open;
  return or(open, eq(mixes.ownerId, caller.id));
}

/** The ratings asked for; by default general ones, those the caller chose to see, and the caller's own. */
export function ratedFor(
  { rating, ownerId }: typeof mixes | typeof pictures,
  caller: Caller | null,
  asked: Rating[] | undefined,
): SQL {
  if (asked) return inList(rating, asked);
  const id = caller?.id ?? "";
  return sql`(${rating} = 'general' or ${ownerId} = ${id} or ${rating} in (
    select value from users, json_each(users.shown_ratings) where users.id = ${id}
  ))`;
}

function holds(ref: string): SQL {
  const [owner = "", name = ""] = ref.split("/");
  return sql`${mixes.id} in (
    select c.mix_id from adapters a join users u on u.id = a.owner_id
    join composition_members m on m.adapter_id = a.id join compositions c on c.id = m.composition_id
    where u.handle = ${owner} and a.name = ${name}
  )`;
}
