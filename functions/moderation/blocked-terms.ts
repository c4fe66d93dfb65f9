// The list of blocked terms, for moderators; blocklist.ts looks them up. Every change is in the audit log.

import { and, asc, eq, sql } from "drizzle-orm";
import type { z } from "zod";
import { lengthOf } from "../../schema/contract/cut-text.ts";
import {
  BLOCKED_TERM_MAX_CHARACTERS,
  BLOCKED_TERM_MAX_WORDS,
  BLOCKED_TERMS_MAX,
} from "../../schema/contract/limits.ts";
import type { BlockedTerm, BlockedTermCreate } from "../../schema/contract/moderation.ts";
import { blockedTerms, users } from "../../schema/tables.ts";
import type { Db } from "../db.ts";
import { isoTime } from "../lib/clock.ts";
import { pageOfRows, readCursor } from "../lib/cursor.ts";
import { newId } from "../lib/ids.ts";
import { Refusal, refuse } from "../lib/refusal.ts";
import { batch } from "../lib/statement.ts";
import { type BlockScope, termOf } from "../policy/blocklist.ts";
import type { Caller } from "../rights/rights.ts";
import { written } from "./effects.ts";

type Page = { items: BlockedTerm[]; next_cursor: string | null };
type Query = { limit: number; cursor?: string | undefined; scope: BlockScope };

const shown = { term: blockedTerms, by: users.handle, left: users.deletedAt };
type Row = { term: typeof blockedTerms.$inferSelect; by: string | null; left: number | null };

const termJson = ({ term, by, left }: Row): BlockedTerm => ({
  scope: term.scope,
  term: term.term,
  created_by: left === null ? by : null,
  created_at: isoTime(term.createdAt),
});

export async function listTerms(db: Db, query: Query): Promise<Page | Refusal> {
  const after = readCursor(query.cursor, [""]);
  if (after instanceof Refusal) return after;
  const rows = await db
    .select(shown)
    .from(blockedTerms)
    .leftJoin(users, eq(users.id, blockedTerms.createdById))
    .where(
      and(eq(blockedTerms.scope, query.scope), after ? sql`${blockedTerms.term} > ${after[0]}` : undefined),
    )
    .orderBy(asc(blockedTerms.term))
    .limit(query.limit + 1)
    .all();
  const page = pageOfRows(rows, query.limit, ({ term }) => [term.term]);
  return { ...page, items: page.items.map(termJson) };
}

/** The term as it is stored, or why it is refused. */
function checkedTerm(text: string): string | Refusal {
  const term = termOf(text);
  if (term === "")
    return refuse("request_invalid", "A term needs an alphabetic character or a digit.", "/term");
  if (term.split(" ").length > BLOCKED_TERM_MAX_WORDS) {
    return refuse("request_invalid", `A term has at most ${BLOCKED_TERM_MAX_WORDS} words.`, "/term");
  }
  return lengthOf(term) <= BLOCKED_TERM_MAX_CHARACTERS
    ? term
    : refuse("request_invalid", `A term has at most ${BLOCKED_TERM_MAX_CHARACTERS} characters.`, "/term");
}

export async function blockTerm(
  db: Db,
  moderator: Caller,
  input: z.infer<typeof BlockedTermCreate>,
  now: number,
): Promise<{ term: BlockedTerm; isNew: boolean } | Refusal> {
  const term = checkedTerm(input.term);
  if (term instanceof Refusal) return term;
  const id = newId("act", now);
  const [inserted] = await batch(db, [
    sql`
      insert into moderation_actions (id, moderator_id, kind, target_kind, target_id, reason, data, created_at)
      select ${id}, ${moderator.id}, 'block_term', 'term', ${`${input.scope}:${term}`}, ${input.reason}, '{}', ${now}
      where not exists (select 1 from blocked_terms where scope = ${input.scope} and term = ${term})
        and (select count(*) from blocked_terms where scope = ${input.scope}) < ${BLOCKED_TERMS_MAX}`,
    sql`
      insert into blocked_terms (scope, term, created_by_id, created_at)
      select ${input.scope}, ${term}, ${moderator.id}, ${now} where ${written(id)}`,
  ]);
  const kept = await readTerm(db, input.scope, term);
  if (kept) return { term: kept, isNew: (inserted?.meta.changes ?? 0) > 0 };
  return refuse("quota_exceeded", `The list holds at most ${BLOCKED_TERMS_MAX} terms of one scope.`);
}

async function readTerm(db: Db, scope: BlockScope, term: string): Promise<BlockedTerm | undefined> {
  const row = await db
    .select(shown)
    .from(blockedTerms)
    .leftJoin(users, eq(users.id, blockedTerms.createdById))
    .where(and(eq(blockedTerms.scope, scope), eq(blockedTerms.term, term)))
    .get();
  return row && termJson(row);
}

export async function unblockTerm(
  { db, moderator, now }: { db: Db; moderator: Caller; now: number },
  scope: BlockScope,
  text: string,
): Promise<Refusal | null> {
  const term = termOf(text);
  const id = newId("act", now);
  const [inserted] = await batch(db, [
    sql`
      insert into moderation_actions (id, moderator_id, kind, target_kind, target_id, reason, data, created_at)
      select ${id}, ${moderator.id}, 'unblock_term', 'term', ${`${scope}:${term}`}, '', '{}', ${now}
      where exists (select 1 from blocked_terms where scope = ${scope} and term = ${term})`,
    sql`delete from blocked_terms where scope = ${scope} and term = ${term} and ${written(id)}`,
  ]);
  return (inserted?.meta.changes ?? 0) > 0 ? null : refuse("not_found", "This term is not on the list.");
}
