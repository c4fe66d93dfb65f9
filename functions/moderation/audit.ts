// The audit log as moderators read it, and what each person reads of it: the decisions about their own things.

import { and, desc, eq, type SQL, sql } from "drizzle-orm";
import type { ModerationAction, MyDecision, Rating } from "../../schema/contract/moderation.ts";
import type { ActionRow } from "../../schema/tables.ts";
import { type AppealRow, appeals, moderationActions, takedowns, users } from "../../schema/tables.ts";
import type { Db } from "../db.ts";
import { isoTime, isoTimeOrNull } from "../lib/clock.ts";
import { pageOfRows, readCursor } from "../lib/cursor.ts";
import { inList } from "../lib/in-list.ts";
import { Refusal } from "../lib/refusal.ts";
import { isAppealable } from "../policy/rules.ts";
import type { Caller } from "../rights/rights.ts";
import { appealUntil } from "./appeals.ts";
import { type Target, type TargetKey, targetsById } from "./targets.ts";

type Page<T> = { items: T[]; next_cursor: string | null };
type Query = { limit: number; cursor?: string | undefined };

export async function listActions(
  db: Db,
  query: Query & { target?: string | undefined; moderator?: string | undefined },
): Promise<Page<ActionRow> | Refusal> {
  const moderator = query.moderator
    ? sql`${moderationActions.moderatorId} = (select id from users where handle = ${query.moderator})`
    : undefined;
  const target = query.target ? eq(moderationActions.targetId, query.target) : undefined;
  return pageOfActions(db, and(moderator, target), query);
}

async function pageOfActions(
  db: Db,
  filter: SQL | undefined,
  query: Query,
): Promise<Page<ActionRow> | Refusal> {
  const after = readCursor(query.cursor, [0, ""]);
  if (after instanceof Refusal) return after;
  const { createdAt, id } = moderationActions;
  const rows = await db
    .select()
    .from(moderationActions)
    .where(and(filter, after ? sql`(${createdAt}, ${id}) < (${after[0]}, ${after[1]})` : undefined))
    .orderBy(desc(createdAt), desc(id))
    .limit(query.limit + 1)
    .all();
  return pageOfRows(rows, query.limit, (row) => [row.createdAt, row.id]);
}

export async function actionsJson(db: Db, rows: readonly ActionRow[]): Promise<ModerationAction[]> {
  const [targets, handles] = await Promise.all([
    targetsOf(db, rows),
    handlesOf(
      db,
      rows.flatMap(({ moderatorId, subjectId }) => [moderatorId, subjectId ?? []].flat()),
    ),
  ]);
  return rows.map((row) => ({
    id: row.id,
    kind: row.kind,
    target: namedTarget(row, targets),
    moderator: handles.get(row.moderatorId) ?? null,
    subject: (row.subjectId && handles.get(row.subjectId)) ?? null,
    ground: row.ground,
    reason: row.reason,
    data: row.data,
    created_at: isoTime(row.createdAt),
  }));
}

const targetsOf = (db: Db, rows: readonly ActionRow[]) =>
  targetsById(
    db,
    rows.flatMap(({ targetKind, targetId }): TargetKey[] =>
      targetKind === "term" ? [] : [{ kind: targetKind, id: targetId }],
    ),
  );

function namedTarget({ targetKind, targetId }: ActionRow, targets: ReadonlyMap<string, Target>) {
  const term = targetId.slice(targetId.indexOf(":") + 1);
  const label = targetKind === "term" ? term : (targets.get(targetId)?.label ?? targetId);
  return { kind: targetKind, id: targetId, label };
}

export async function handlesOf(db: Db, ids: readonly Caller["id"][]): Promise<Map<string, string>> {
  const rows = await db
    .select({ id: users.id, handle: users.handle })
    .from(users)
    .where(and(inList(users.id, [...new Set(ids)]), sql`${users.deletedAt} is null`))
    .all();
  return new Map(rows.map(({ id, handle }) => [id, handle]));
}

/** Actions on things of the caller; a dismissed report is not shown. */
export async function listMyDecisions(
  db: Db,
  caller: Caller,
  query: Query,
  now: number,
): Promise<Page<MyDecision> | Refusal> {
  const shown = and(eq(moderationActions.subjectId, caller.id), sql`${moderationActions.kind} <> 'dismiss'`);
  const page = await pageOfActions(db, shown, query);
  if (page instanceof Refusal) return page;
  const ids = page.items.map(({ id }) => id);
  const [targets, answers, taken] = await Promise.all([
    targetsOf(db, page.items),
    db.select().from(appeals).where(inList(appeals.actionId, ids)).all(),
    db.select().from(takedowns).where(inList(takedowns.actionId, ids)).all(),
  ]);
  const items = page.items.map((row): MyDecision => {
    const appeal = answers.find(({ actionId }) => actionId === row.id);
    const takedown = taken.find(({ actionId }) => actionId === row.id);
    const until = isAppealable(row.kind) ? appealUntil(row) : null;
    return {
      id: row.id,
      kind: row.kind,
      target: namedTarget(row, targets),
      ground: row.ground,
      reason: row.reason,
      rating: (row.data.rating as Rating | undefined) ?? null,
      created_at: isoTime(row.createdAt),
      appeal_until: isoTimeOrNull(until),
      may_appeal: until !== null && until >= now && !appeal,
      appeal: appeal ? appealJson(appeal) : null,
      purge_at: isoTimeOrNull(takedown?.purgeAt ?? null),
      purged_at: isoTimeOrNull(takedown?.purgedAt ?? null),
    };
  });
  return { ...page, items };
}

export const appealJson = (row: AppealRow) => ({
  id: row.id,
  action_id: row.actionId,
  state: row.state,
  text: row.text,
  answer: row.answer,
  created_at: isoTime(row.createdAt),
  decided_at: isoTimeOrNull(row.decidedAt),
});
