// Runners: machines that register, lease jobs and leave. A runner belongs to the account whose key it carries.

import { and, eq, isNull } from "drizzle-orm";
import type { z } from "zod";
import { RUNNER_IDLE_DAYS, RUNNERS_PER_OWNER_MAX } from "../../schema/contract/limits.ts";
import type { RunnerRegister } from "../../schema/contract/runner.ts";
import type { RunnerRow } from "../../schema/tables.ts";
import { runners } from "../../schema/tables.ts";
import type { Db } from "../db.ts";
import { DAY_MS, HOUR_MS } from "../lib/clock.ts";
import { newId } from "../lib/ids.ts";
import { Refusal, refuse } from "../lib/refusal.ts";
import type { Caller } from "../rights/rights.ts";

export async function register(
  db: Db,
  caller: Caller,
  facts: z.infer<typeof RunnerRegister>,
  now: number,
): Promise<RunnerRow["id"] | Refusal> {
  const { name, version, device, dtype, bases } = facts;
  const id = newId("rnr", now);
  const written = await db.$client
    .prepare(REGISTER)
    .bind(
      ...[id, caller.id, name, version, device, dtype, facts.memory_bytes, JSON.stringify(bases), now],
      ...[now - HOUR_MS, RUNNERS_PER_OWNER_MAX],
    )
    .run();
  return written.meta.changes > 0 ? id : MANY_RUNNERS;
}

/** One statement, so that two at once cannot both be the last. */
const REGISTER = `
INSERT INTO runners (id, owner_id, name, version, device, dtype, memory_bytes, bases, registered_at, last_seen_at)
SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?9 WHERE (
  SELECT count(*) FROM runners
  WHERE owner_id = ?2 AND (registered_at > ?10 OR (deregistered_at IS NULL AND last_seen_at > ?10))) < ?11`;

const MANY_RUNNERS = new Refusal(
  "quota_exceeded",
  `An account has at most ${RUNNERS_PER_OWNER_MAX} runners, those counted that it registered within the last hour.`,
  [],
  { retryAfterSeconds: HOUR_MS / 1000 },
);

/** Cron: what registered, did nothing and was not heard of for a day leaves no row. */
export async function deleteIdleRunners(db: Db, now: number): Promise<void> {
  await db.$client
    .prepare(
      `DELETE FROM runners WHERE last_seen_at < ?1 AND registered_at < ?1
       AND NOT EXISTS (SELECT 1 FROM runs WHERE runner_id = runners.id)`,
    )
    .bind(now - RUNNER_IDLE_DAYS * DAY_MS)
    .run();
}

/** A deregistered runner registers again under a new id: the old one stays with its runs. */
export async function findRunner(
  db: Db,
  caller: Caller,
  id: RunnerRow["id"],
  now: number,
): Promise<RunnerRow | Refusal> {
  const row = await db
    .update(runners)
    .set({ lastSeenAt: now })
    .where(and(eq(runners.id, id), eq(runners.ownerId, caller.id), isNull(runners.deregisteredAt)))
    .returning()
    .get();
  return row ?? noRunner(id);
}

export const noRunner = (id: RunnerRow["id"]): Refusal =>
  refuse("not_found", `You have no runner ${id}. Register again.`, "/runner_id");

export async function deregister(db: Db, runner: RunnerRow, now: number): Promise<void> {
  await db.update(runners).set({ deregisteredAt: now }).where(eq(runners.id, runner.id));
}
