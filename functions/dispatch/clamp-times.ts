// After a clock was set back: what was to end soon by the old one would now be waited for as long as the clock went back. No lease
// and no pause lies further ahead than its limit, so that what does is drawn near. Cron.

import type { Db } from "../db.ts";
import { pauseMs, plainPauseMs } from "./backoff.ts";
import { LEASE_TTL_MS } from "./lease.ts";

/** Clocks of two machines differ a little: only what is a whole term too far off is moved. */
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
