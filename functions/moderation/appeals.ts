// Appeals: one appeal of the affected person against an action, and one decision of a moderator, who overturns or upholds it.

import { and, asc, desc, eq, sql } from "drizzle-orm";
import type { z } from "zod";
import type { Id } from "../../schema/contract/ids.ts";
import { APPEAL_WINDOW_DAYS } from "../../schema/contract/limits.ts";
import type { AppealCreate, AppealDecision, Decision, Rating } from "../../schema/contract/moderation.ts";
import type { AppealRow } from "../../schema/tables.ts";
import { type ActionRow, appeals, moderationActions } from "../../schema/tables.ts";
import type { Db } from "../db.ts";
import { DAY_MS } from "../lib/clock.ts";
import { pageOfRows, readCursor } from "../lib/cursor.ts";
import { newId } from "../lib/ids.ts";
import { Refusal, refuse } from "../lib/refusal.ts";
import { notificationRow } from "../notify/notifications.ts";
import { INVERSE, isAppealable, mayDecideAppeal, move } from "../policy/rules.ts";
import type { Caller } from "../rights/rights.ts";
import { actionsOn, CHANGED_SINCE, type Change, noteData, notOwn, writeAction } from "./actions.ts";
import { written } from "./effects.ts";
import { moderatorIds } from "./moderators.ts";
import { readTarget, type Target, type TargetKey } from "./targets.ts";

export type Case = { appeal: AppealRow; action: ActionRow };

export const appealUntil = (action: ActionRow) => action.createdAt + APPEAL_WINDOW_DAYS * DAY_MS;

export async function appeal(
  db: Db,
  caller: Caller,
  input: z.infer<typeof AppealCreate>,
  now: number,
): Promise<AppealRow | Refusal> {
  const action = await db
    .select()
    .from(moderationActions)
    .where(eq(moderationActions.id, input.action_id))
    .get();
  if (!action || action.subjectId !== caller.id || !isAppealable(action.kind)) {
    return refuse(
      "not_found",
      `Nothing that you may appeal against is called ${input.action_id}.`,
      "/action_id",
    );
  }
  if (now > appealUntil(action)) {
    return refuse("decision_made", `The ${APPEAL_WINDOW_DAYS} days for an appeal are over.`, "/action_id");
  }
  const row: AppealRow = {
    id: newId("apl", now),
    actionId: action.id,
    appellantId: caller.id,
    text: input.text,
    state: "pending",
    answer: "",
    decidedById: null,
    createdAt: now,
    decidedAt: null,
  };
  const inserted = await db.insert(appeals).values(row).onConflictDoNothing().returning();
  return inserted[0] ?? refuse("decision_made", "You have appealed against this already.", "/action_id");
}

type Query = { limit: number; cursor?: string | undefined; state?: AppealRow["state"] | undefined };
type Page<T> = { items: T[]; next_cursor: string | null };

export async function listOwnAppeals(
  db: Db,
  caller: Caller,
  query: Query,
): Promise<Page<AppealRow> | Refusal> {
  const after = readCursor(query.cursor, [0, ""]);
  if (after instanceof Refusal) return after;
  const rows = await db
    .select()
    .from(appeals)
    .where(
      and(
        eq(appeals.appellantId, caller.id),
        after ? sql`(${appeals.createdAt}, ${appeals.id}) < (${after[0]}, ${after[1]})` : undefined,
      ),
    )
    .orderBy(desc(appeals.createdAt), desc(appeals.id))
    .limit(query.limit + 1)
    .all();
  return pageOfRows(rows, query.limit, (row) => [row.createdAt, row.id]);
}

/** The oldest first. */
export async function listCases(db: Db, query: Query): Promise<Page<Case> | Refusal> {
  const after = readCursor(query.cursor, [0, ""]);
  if (after instanceof Refusal) return after;
  const rows = await db
    .select({ appeal: appeals, action: moderationActions })
    .from(appeals)
    .innerJoin(moderationActions, eq(moderationActions.id, appeals.actionId))
    .where(
      and(
        eq(appeals.state, query.state ?? "pending"),
        after ? sql`(${appeals.createdAt}, ${appeals.id}) > (${after[0]}, ${after[1]})` : undefined,
      ),
    )
    .orderBy(asc(appeals.createdAt), asc(appeals.id))
    .limit(query.limit + 1)
    .all();
  return pageOfRows(rows, query.limit, ({ appeal: row }) => [row.createdAt, row.id]);
}

export async function readCase(db: Db, id: Id<"apl">): Promise<Case | Refusal> {
  const found = await db
    .select({ appeal: appeals, action: moderationActions })
    .from(appeals)
    .innerJoin(moderationActions, eq(moderationActions.id, appeals.actionId))
    .where(eq(appeals.id, id))
    .get();
  return found ?? refuse("not_found", `There is no appeal ${id}.`);
}

/** Whether this moderator may decide. The author of the decision may only if no other of `all` can. */
export function mayDecide(all: readonly string[], moderator: Caller, { action }: Case): boolean {
  const others = all.filter((id) => id !== action.moderatorId && id !== action.subjectId);
  return mayDecideAppeal(moderator.id, action.moderatorId, action.subjectId, others.length);
}

/** Upholds the action, or undoes it by the same rules; either in one batch, once. */
export async function decideAppeal(
  {
    db,
    moderatorEmails,
    moderator,
    now,
  }: { db: Db; moderatorEmails: string | undefined; moderator: Caller; now: number },
  found: Case,
  input: z.infer<typeof AppealDecision>,
): Promise<Case | Refusal> {
  const { appeal: pending, action } = found;
  if (pending.state !== "pending") return refuse("decision_made", `This appeal was ${pending.state}.`);
  if (action.subjectId === moderator.id) return notOwn();
  if (!mayDecide(await moderatorIds(db, moderatorEmails), moderator, found)) {
    return refuse("not_granted", "You took this decision: another moderator answers the appeal against it.");
  }
  const target = await readTarget(db, { kind: action.targetKind, id: action.targetId } as TargetKey);
  if (target instanceof Refusal) return target;
  const undoing =
    input.decision === "overturn" ? await inverseOf(action, target) : { change: NOTHING, data: {} };
  if (undoing instanceof Refusal) return undoing;
  const row: ActionRow = {
    id: newId("act", now),
    moderatorId: moderator.id,
    kind: input.decision,
    targetKind: action.targetKind,
    targetId: action.targetId,
    subjectId: action.subjectId,
    ground: action.ground,
    reason: input.answer,
    data: { appeal_id: pending.id, action_id: action.id, ...undoing.data },
    createdAt: now,
  };
  const state = input.decision === "overturn" ? ("overturned" as const) : ("upheld" as const);
  const decided = { state, answer: input.answer, decidedById: moderator.id, decidedAt: now };
  const close = db
    .update(appeals)
    .set(decided)
    .where(and(eq(appeals.id, pending.id), written(row.id)));
  const note = {
    userId: pending.appellantId,
    kind: "appeal_decided" as const,
    actorId: null,
    targetId: action.targetId,
    data: {
      appeal_id: pending.id,
      action_id: action.id,
      decision: input.decision,
      ...noteData(target, row),
    },
  };
  const notification = notificationRow(db, note, now, written(row.id));
  const isPending = sql`exists (select 1 from appeals where id = ${pending.id} and state = 'pending')`;
  const seen = await actionsOn(db, target.id);
  const done = await writeAction({ db, now }, row, {
    target,
    seen,
    change: undoing.change,
    also: [close, notification],
    only: isPending,
  });
  return done instanceof Refusal ? CHANGED_SINCE : { action, appeal: { ...pending, ...decided } };
}

const NOTHING: Change = { decision: null, rating: null, purge: false };

/** What undoes an action now: nothing where it was undone already. */
async function inverseOf(
  action: ActionRow,
  target: Target,
): Promise<{ change: Change; data: ActionRow["data"] } | Refusal> {
  const inverse = INVERSE[action.kind as Decision];
  if (!inverse) throw new Error(`Nobody can have appealed against ${action.kind} ${action.id}`);
  const next = move(target.kind, target.state, inverse);
  if (next instanceof Refusal) {
    return next.code === "decision_made" ? { change: NOTHING, data: { did: null } } : next;
  }
  if (inverse !== "rate") return { change: { ...NOTHING, decision: inverse }, data: { did: inverse } };
  const { rating, rating_before, floor_before } = action.data;
  // A stricter rating that the owner set since then stays.
  const isAsLeft = target.rating === rating;
  const goal = (isAsLeft ? rating_before : target.rating) as Rating;
  return {
    change: { ...NOTHING, decision: "rate", rating: goal },
    data: { did: "rate", rating: goal, floor: floor_before ?? null },
  };
}
