// An owner's credits: how many are used today, whether an order fits, and refunds of jobs.

import { CREDITS_PER_DAY, CREDITS_PER_DAY_UNVERIFIED } from "../../schema/contract/limits.ts";
import type { JobRow } from "../../schema/tables.ts";
import { dayOf } from "../catalog/trends.ts";
import type { Db } from "../db.ts";
import { DAY_MS } from "../lib/clock.ts";
import { Refusal } from "../lib/refusal.ts";

/** SQL: what `owner` has used on `day`. */
export const usedOn = (owner: string, day: string) =>
  `coalesce((SELECT used FROM allowances WHERE owner_id = ${owner} AND day = ${day}), 0)`;

/** SQL: what `owner` may use on a day. An address is verified once, by its link; until then accounts are had for nothing. */
export const allowanceOf = (owner: string) =>
  `(SELECT iif(email_verified, ${CREDITS_PER_DAY}, ${CREDITS_PER_DAY_UNVERIFIED}) FROM users WHERE id = ${owner})`;

export type Credits = { used: number; left: number; perDay: number; renewAt: number };

export async function creditsOf(db: Db, ownerId: JobRow["ownerId"], now: number): Promise<Credits> {
  const row = await db.$client
    .prepare(`SELECT ${usedOn("?1", "?2")} AS used, ${allowanceOf("?1")} AS per_day`)
    .bind(ownerId, dayOf(now))
    .first<{ used: number; per_day: number | null }>();
  const { used, per_day } = row ?? { used: 0, per_day: null };
  const perDay = per_day ?? CREDITS_PER_DAY_UNVERIFIED;
  return { used, left: Math.max(0, perDay - used), perDay, renewAt: (dayOf(now) + 1) * DAY_MS };
}

/** Why an order that costs so much is refused; null if it is not. */
export async function creditFault(
  db: Db,
  ownerId: JobRow["ownerId"],
  cost: number,
  now: number,
): Promise<Refusal | null> {
  const { left, perDay, renewAt } = await creditsOf(db, ownerId, now);
  if (cost <= left) return null;
  const more =
    perDay < CREDITS_PER_DAY ? ` With a verified email address it is ${CREDITS_PER_DAY} a day.` : "";
  const detail = `This costs ${cost} credits; of today's ${perDay} you have ${left} left. The next day's come at 00:00 UTC.${more}`;
  return new Refusal("quota_exceeded", detail, [], {
    retryAfterSeconds: Math.ceil((renewAt - now) / 1000),
  });
}

const REFUNDS = `
SELECT job_id, credits FROM ledger WHERE kind = 'refund' AND job_id IN (SELECT value FROM json_each(?))`;

/** Refunded credits by job. */
export async function refundsOf(db: Db, rows: readonly JobRow[]): Promise<Map<string, number>> {
  const ids = rows.filter(({ cost, finishedAt }) => cost > 0 && finishedAt !== null).map(({ id }) => id);
  if (ids.length === 0) return new Map();
  const found = await db.$client
    .prepare(REFUNDS)
    .bind(JSON.stringify(ids))
    .all<{ job_id: string; credits: number }>();
  return new Map(found.results.map(({ job_id, credits }) => [job_id, credits]));
}
