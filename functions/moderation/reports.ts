// Reports of content. At most one is pending per reporter and target.

import { and, desc, eq, type SQL, sql } from "drizzle-orm";
import type { z } from "zod";
import { REPORTS_PER_DAY_MAX } from "../../schema/contract/limits.ts";
import type { Decision, Report, ReportCreate } from "../../schema/contract/moderation.ts";
import type { ReportRow } from "../../schema/tables.ts";
import { moderationActions, reports } from "../../schema/tables.ts";
import type { Db } from "../db.ts";
import { DAY_MS, isoTime, isoTimeOrNull } from "../lib/clock.ts";
import { pageOfRows, readCursor } from "../lib/cursor.ts";
import { newId } from "../lib/ids.ts";
import { Refusal, refuse } from "../lib/refusal.ts";
import { reportStateAfter } from "../policy/rules.ts";
import type { Caller } from "../rights/rights.ts";
import { readTarget, reportedTarget, type Target, targetCard, targetsById } from "./targets.ts";

/** `ntf_` and the time part of an id. */
const ID_TIME_CHARACTERS = 13;

/** One INSERT checks the daily limit and whether one is pending, so that two concurrent reports cannot both pass. */
const INSERT = `
INSERT OR IGNORE INTO reports (id, reporter_id, target_kind, target_id, reason, detail, state, created_at)
SELECT ?1, ?2, ?3, ?4, ?5, ?6, 'pending', ?7
WHERE (SELECT count(*) FROM reports WHERE reporter_id = ?2 AND created_at > ?8) < ${REPORTS_PER_DAY_MAX}`;

/** A second report of the same thing returns the first one while that is pending. */
export async function report(
  db: Db,
  caller: Caller,
  input: z.infer<typeof ReportCreate>,
  now: number,
): Promise<{ row: ReportRow; isNew: boolean } | Refusal> {
  const key = await reportedTarget(db, caller, input.target);
  if (key instanceof Refusal) return key;
  const target = await readTarget(db, key);
  if (target instanceof Refusal) return target;
  if (target.ownerId === caller.id) {
    return refuse("request_invalid", "This is yours; change or withdraw it yourself.", "/target");
  }
  const id = newId("rep", now);
  const written = await db.$client
    .prepare(INSERT)
    .bind(id, caller.id, key.kind, key.id, input.reason, input.detail, now, now - DAY_MS)
    .run();
  const row = await db
    .select()
    .from(reports)
    .where(and(eq(reports.reporterId, caller.id), eq(reports.targetId, key.id), eq(reports.state, "pending")))
    .get();
  if (row) return { row, isNew: written.meta.changes > 0 };
  const next = await db.get<{ at: number | null }>(
    sql`select min(created_at) as at from reports where reporter_id = ${caller.id} and created_at > ${now - DAY_MS}`,
  );
  const wait = Math.ceil(((next?.at ?? now) + DAY_MS - now) / 1000);
  const detail = `At most ${REPORTS_PER_DAY_MAX} reports a day. Name the worst first; one is enough for each thing.`;
  return new Refusal("quota_exceeded", detail, [], { retryAfterSeconds: wait });
}

export async function listReports(
  db: Db,
  caller: Caller,
  query: { limit: number; cursor?: string | undefined },
): Promise<{ items: ReportRow[]; next_cursor: string | null } | Refusal> {
  const after = readCursor(query.cursor, [0, ""]);
  if (after instanceof Refusal) return after;
  const rows = await db
    .select()
    .from(reports)
    .where(
      and(
        eq(reports.reporterId, caller.id),
        after ? sql`(${reports.createdAt}, ${reports.id}) < (${after[0]}, ${after[1]})` : undefined,
      ),
    )
    .orderBy(desc(reports.createdAt), desc(reports.id))
    .limit(query.limit + 1)
    .all();
  return pageOfRows(rows, query.limit, (row) => [row.createdAt, row.id]);
}

/** A reporter is notified of the decision, not the message to the owner. */
export async function reportsJson(db: Db, rows: readonly ReportRow[]): Promise<Report[]> {
  const targets = await targetsById(
    db,
    rows.map(({ targetKind, targetId }) => ({ kind: targetKind, id: targetId })),
  );
  const actionIds = JSON.stringify(rows.flatMap(({ actionId }) => actionId ?? []));
  const actions = await db
    .select({ id: moderationActions.id, kind: moderationActions.kind })
    .from(moderationActions)
    .where(sql`${moderationActions.id} in (select value from json_each(${actionIds}))`)
    .all();
  const outcomes = new Map(actions.map(({ id, kind }) => [id, kind as Decision]));
  return rows.flatMap((row) => {
    const target = targets.get(row.targetId);
    if (!target) return [];
    const { kind, id, label, place } = targetCard(target);
    // What was removed since is not shown through a report on it.
    const shown = isHidden(target) ? `A ${kind}` : label;
    return {
      id: row.id,
      target: { kind, id, label: shown, place },
      reason: row.reason,
      detail: row.detail,
      state: row.state,
      outcome: row.actionId && (outcomes.get(row.actionId) ?? null),
      created_at: isoTime(row.createdAt),
      decided_at: isoTimeOrNull(row.decidedAt),
    };
  });
}

/** Its label quotes it, and it is not public any more. */
const isHidden = ({ kind, state }: Target) =>
  (kind === "comment" && state !== "visible") || (kind === "picture" && state !== "published");

/**
 * The statements that close the reports of a target by an action and notify their authors; they do nothing unless the action
 * was written. Ids are made in SQL, since the number of reports is known only there.
 */
export function closeReports(action: { id: string; target: Target; decision: Decision }, now: number): SQL[] {
  const { id, target, decision } = action;
  const ref = target.kind === "adapter" || target.kind === "mix" ? { ref: target.label } : {};
  const data = JSON.stringify({ outcome: decision, target_kind: target.kind, ...ref });
  const time = newId("ntf", now).slice(0, ID_TIME_CHARACTERS);
  return [
    sql`
      update reports set state = ${reportStateAfter(decision)}, action_id = ${id}, decided_at = ${now}
      where target_id = ${target.id} and state = 'pending' and exists (select 1 from moderation_actions where id = ${id})`,
    sql`
      insert into notifications (id, user_id, kind, actor_id, target_id, data, created_at)
      select ${time} || substr(lower(hex(randomblob(8))), 1, 13), r.reporter_id, 'report_decided', null, r.target_id,
        json_set(${data}, '$.report_id', r.id), ${now}
      from reports r join users u on u.id = r.reporter_id and u.deleted_at is null
      where r.action_id = ${id}`,
  ];
}
