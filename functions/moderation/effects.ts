// The effects of a decision on its target: statements for the batch that writes the action. Each does nothing unless the action was written.

import { type SQL, sql } from "drizzle-orm";
import { TAKEDOWN_GRACE_DAYS } from "../../schema/contract/limits.ts";
import type { Decision, Rating } from "../../schema/contract/moderation.ts";
import { DAY_MS } from "../lib/clock.ts";
import type { Target } from "./targets.ts";

export type Effect = {
  actionId: string;
  decision: Decision;
  target: Target;
  reason: string;
  rating: Rating | null;
  /** Delete the files at once. */
  purge: boolean;
};

export const written = (actionId: string): SQL =>
  sql`exists (select 1 from moderation_actions where id = ${actionId})`;

export function effectsOf(effect: Effect, now: number): SQL[] {
  const { decision, target, actionId } = effect;
  const here = sql`where id = ${target.id} and ${written(actionId)}`;
  switch (decision) {
    case "remove":
      return removal(effect, now);
    case "restore":
      return restoration(effect, now);
    case "rate":
      return [sql`update ${table(target)} set rating = ${effect.rating}, updated_at = ${now} ${here}`];
    case "hide":
      return [sql`update comments set state = 'hidden', hidden_by_id = null ${here}`];
    case "unhide":
      return [sql`update comments set state = 'visible' ${here}`];
    case "suspend":
      return [sql`update users set suspended_at = ${now} ${here}`];
    case "unsuspend":
      return [sql`update users set suspended_at = null ${here}`];
    case "dismiss":
      return [];
  }
}

const TABLES: Partial<Record<Target["kind"], string>> = {
  adapter: "adapters",
  mix: "mixes",
  picture: "pictures",
};

function table({ kind }: Target): SQL {
  const name = TABLES[kind];
  if (!name) throw new Error(`Nothing of kind ${kind} is removed or rated`);
  return sql.raw(name);
}

/** Hidden at once; the bytes stay until the time to appeal is over. Its slot is never reused. */
function removal({ actionId, target, reason, purge }: Effect, now: number): SQL[] {
  const so = written(actionId);
  const purgeAt = purge ? now : now + TAKEDOWN_GRACE_DAYS * DAY_MS;
  return [
    sql`insert into takedowns (target_id, target_kind, action_id, state_before, purge_at)
        select ${target.id}, ${target.kind}, ${actionId}, ${target.state}, ${purgeAt} where ${so}`,
    sql`update ${table(target)} set state = 'removed', updated_at = ${now} where id = ${target.id} and ${so}`,
    sql`update versions set state = 'yanked', yank_reason = ${reason}, yanked_at = ${now}, yanked_by = 'moderators'
        where adapter_id = ${target.id} and state = 'published' and ${so}`,
    sql`update slots set expires_at = null where adapter_id = ${target.id} and ${so}`,
    sql`update jobs set cancel_requested_at = coalesce(cancel_requested_at, ${now})
        where status = 'running' and ${usesOf(target)} and ${so}`,
  ];
}

/** Waiting jobs that need what was removed fail with a reason; running ones are asked to stop. Returns the ids of the former. */
export function failedJobs(actionId: string, target: Target, now: number): SQL {
  const error = JSON.stringify({
    code: "input_invalid",
    message: `${target.label} was removed by a moderator.`,
  });
  return sql`update jobs set status = 'failed', finished_at = ${now}, error = ${error}
    where status = 'queued' and ${usesOf(target)} and ${written(actionId)} returning id`;
}

/** Jobs that generate with the target or train it. */
function usesOf({ kind, id }: Target): SQL {
  if (kind === "mix") {
    return sql`json_extract(request, '$.composition_id') in (select id from compositions where mix_id = ${id})`;
  }
  // Nothing is generated with a picture.
  if (kind === "picture") return sql`0`;
  return sql`(adapter_id = ${id} or exists (
    select 1 from json_each(jobs.spec, '$.adapters') member
    join versions on versions.id = json_extract(member.value, '$.version_id') where versions.adapter_id = ${id}))`;
}

/** Restores the former state. Only versions that moderators yanked return: an owner's own yank stays. */
function restoration({ actionId, target }: Effect, now: number): SQL[] {
  const so = written(actionId);
  return [
    sql`update ${table(target)} set updated_at = ${now},
          state = (select state_before from takedowns where target_id = ${target.id})
        where id = ${target.id} and ${so}`,
    sql`update versions set state = 'published', yank_reason = null, yanked_at = null, yanked_by = null
        where adapter_id = ${target.id} and state = 'yanked' and yanked_by = 'moderators' and ${so}`,
    sql`delete from takedowns where target_id = ${target.id} and ${so}`,
  ];
}
