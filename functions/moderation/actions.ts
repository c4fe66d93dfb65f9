// Decisions of moderators. One batch writes the action, applies its effects, closes the reports and notifies people: all of it or
// nothing. Two concurrent decisions yield one action, since each states how many actions it has seen.

import { eq, type SQL, sql } from "drizzle-orm";
import type { z } from "zod";
import { shortened } from "../../schema/contract/cut-text.ts";
import type { ActionCreate, Decision, Rating } from "../../schema/contract/moderation.ts";
import type { ActionRow } from "../../schema/tables.ts";
import { moderationActions, reports } from "../../schema/tables.ts";
import type { Db } from "../db.ts";
import { notifyAll, publishEnd } from "../dispatch/publish.ts";
import type { Env } from "../env.ts";
import { newId } from "../lib/ids.ts";
import { Refusal, refuse } from "../lib/refusal.ts";
import { batch, type Query } from "../lib/statement.ts";
import { notificationRow } from "../notify/notifications.ts";
import { ratingFloor } from "../policy/ratings.ts";
import { move } from "../policy/rules.ts";
import type { Caller } from "../rights/rights.ts";
import { effectsOf, failedJobs, written } from "./effects.ts";
import { moderatorIds } from "./moderators.ts";
import { closeReports } from "./reports.ts";
import { purge } from "./takedown.ts";
import { readTarget, type Target, unchanged } from "./targets.ts";

const REASON_IN_NOTE_CHARACTERS = 300;

export const CHANGED_SINCE = refuse(
  "decision_made",
  "It was changed or decided on meanwhile. Look at it again before you decide.",
);

export async function act(
  { env, db, moderator, now }: { env: Env; db: Db; moderator: Caller; now: number },
  input: z.infer<typeof ActionCreate>,
): Promise<ActionRow | Refusal> {
  const target = await readTarget(db, input.target, "/target/id");
  if (target instanceof Refusal) return target;
  if (target.ownerId === moderator.id) return notOwn();
  const next = move(target.kind, target.state, input.action);
  if (next instanceof Refusal) return next;
  const shielded = input.action === "suspend" ? await moderatorFault(db, target, env.MODERATOR_EMAILS) : null;
  if (shielded) return shielded;
  const seen = await actionsOn(db, target.id);
  if (input.actions_seen !== undefined && input.actions_seen !== seen) return CHANGED_SINCE;
  if (input.action === "dismiss" && (await pendingReports(db, target.id)) === 0) {
    return refuse("decision_made", "No report of it waits any more.", "/action");
  }
  const row: ActionRow = {
    id: newId("act", now),
    moderatorId: moderator.id,
    kind: input.action,
    targetKind: target.kind,
    targetId: target.id,
    subjectId: target.ownerId,
    ground: input.ground ?? null,
    reason: input.reason,
    data: await dataOf(db, target, input),
    createdAt: now,
  };
  const change = { decision: input.action, rating: input.rating ?? null, purge: input.purge ?? false };
  const notification = notificationRow(db, noteOf(row, target), now, written(row.id));
  const statements = [
    ...closeReports({ id: row.id, target, decision: input.action }, now),
    ...(input.action === "dismiss" ? [] : [notification]),
  ];
  const done = await writeAction({ db, now }, row, { target, seen, change, also: statements });
  if (done instanceof Refusal) return done;
  await notifyAll(done.ended.map((id) => publishEnd(env, id, "failed")));
  if (input.purge) await purge(env, db, target.id, now);
  return done.row;
}

export const notOwn = () =>
  refuse("not_granted", "This is yours or about you: another moderator decides on it.", "/target/id");

export type Change = { decision: Decision | null; rating: Rating | null; purge: boolean };

/**
 * Writes an action and its effects, if the target is as it was read and no other action has come between. `ended`: the jobs
 * that failed by it, whose watchers must be notified.
 */
export async function writeAction(
  { db, now }: { db: Db; now: number },
  row: ActionRow,
  {
    target,
    seen,
    change,
    also,
    only = sql`1`,
  }: { target: Target; seen: number; change: Change; also: readonly Query[]; only?: SQL | undefined },
): Promise<{ row: ActionRow; ended: string[] } | Refusal> {
  const { id, moderatorId, kind, targetKind, targetId, subjectId, ground, reason, data } = row;
  const insert = sql`
    insert into moderation_actions
      (id, moderator_id, kind, target_kind, target_id, subject_id, ground, reason, data, created_at)
    select ${id}, ${moderatorId}, ${kind}, ${targetKind}, ${targetId}, ${subjectId}, ${ground}, ${reason},
      ${JSON.stringify(data)}, ${now}
    where ${only} and ${unchanged(target)} and (select count(*) from moderation_actions where target_id = ${targetId}) = ${seen}`;
  const { decision } = change;
  const effects = decision ? effectsOf({ ...change, decision, actionId: id, target, reason }, now) : [];
  const ended = decision === "remove" ? [failedJobs(id, target, now)] : [];
  const results = await batch<{ id: string }>(db, [insert, ...ended, ...effects, ...also]);
  const kept = await db.select().from(moderationActions).where(eq(moderationActions.id, id)).get();
  if (!kept) return CHANGED_SINCE;
  const failed = ended.length > 0 ? (results[1]?.results ?? []) : [];
  return { row: kept, ended: failed.map((job) => job.id) };
}

export const actionsOn = (db: Db, targetId: string) =>
  db.$count(moderationActions, eq(moderationActions.targetId, targetId));

export const pendingReports = (db: Db, targetId: string) =>
  db.$count(reports, sql`target_id = ${targetId} and state = 'pending'`);

/** A moderator cannot suspend another one: the role is taken away first, by who assigns roles or in the settings. */
async function moderatorFault(
  db: Db,
  target: Target,
  moderatorEmails: string | undefined,
): Promise<Refusal | null> {
  if (!(await moderatorIds(db, moderatorEmails)).includes(target.id)) return null;
  return refuse(
    "version_state",
    `${target.label} is a moderator. Their role has to be taken first.`,
    "/action",
  );
}

async function dataOf(
  db: Db,
  target: Target,
  input: z.infer<typeof ActionCreate>,
): Promise<ActionRow["data"]> {
  if (input.action === "rate" && input.rating) {
    const floor = await ratingFloor(db, target.id);
    return { rating: input.rating, rating_before: target.rating, floor_before: floor };
  }
  return input.purge ? { purge: 1 } : {};
}

/** The data of an action's notification, since it may be read when the target is hidden. */
export const noteData = (target: Target, action: Pick<ActionRow, "reason">) => ({
  target_kind: target.kind,
  ...((target.kind === "adapter" || target.kind === "mix") && { ref: target.label }),
  reason: shortened(action.reason, REASON_IN_NOTE_CHARACTERS),
});

const noteOf = (row: ActionRow, target: Target) => ({
  userId: target.ownerId,
  kind: "moderation" as const,
  actorId: null,
  targetId: target.id,
  data: {
    action_id: row.id,
    action: row.kind,
    ...noteData(target, row),
    ...(typeof row.data.rating === "string" && { rating: row.data.rating }),
  },
});
