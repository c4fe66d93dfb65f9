// After a clock was set back, times written before lie too far in the future: a lease would expire, or a pause end, later by as much as
// the clock went back. Cron clamps those that lie further ahead than their limit.

import type { Db } from "../db.ts";
import { pauseMs, plainPauseMs } from "./backoff.ts";
import { LEASE_TTL_MS } from "./lease.ts";

/** Clocks of two machines differ a little: only what lies a whole term too far ahead is moved. */
const CLAMP_LEASES = `
UPDATE jobs SET lease_expires_at = ?1 + ?2 WHERE status = 'running' AND lease_expires_at > ?1 + 2 * ?2`;

/** To a new pause of the same length, so that a job which failed once does not wait as long as one that failed often. */
const CLAMP_PAUSES = `
UPDATE jobs SET not_before = ?1 + ${pauseMs("failures")} WHERE status = 'queued' AND not_before > 0
  AND not_before > ?1 + 2 * ${plainPauseMs("failures")}`;

export async function clampFutureTimes(db: Db, now: number): Promise<number> {
  const moved = await db.$client.batch([
    db.$client.prepare(CLAMP_LEASES).bind(now, LEASE_TTL_MS),
    db.$client.prepare(CLAMP_PAUSES).bind(now),
  ]);
  return moved.reduce((sum, { meta }) => sum + meta.changes, 0);
}
