// After a clock was set back: what was to end soon by the old one would now be waited for as long as the clock went back. No lease
// and no pause lies further ahead than its limit, so that what does is drawn near. Cron.

import { JOB_PAUSE_JITTER, JOB_PAUSE_MAX_SECONDS } from "../../schema/contract/limits.ts";
import type { Db } from "../context.ts";
import { LEASE_TTL_MS } from "./lease.ts";

const PAUSE_MAX_MS = JOB_PAUSE_MAX_SECONDS * (1 + JOB_PAUSE_JITTER) * 1000;

/** Clocks of two machines differ a little: only what is a whole term too far off is moved. */
const NEAR_LEASES = `
UPDATE jobs SET lease_expires_at = ?1 + ?2 WHERE status = 'running' AND lease_expires_at > ?1 + 2 * ?2`;

const NEAR_PAUSES = `
UPDATE jobs SET not_before = ?1 + ?2 WHERE status = 'queued' AND not_before > 0 AND not_before > ?1 + 2 * ?2`;

export async function drawNear(db: Db, now: number): Promise<number> {
  const moved = await db.$client.batch([
    db.$client.prepare(NEAR_LEASES).bind(now, LEASE_TTL_MS),
    db.$client.prepare(NEAR_PAUSES).bind(now, PAUSE_MAX_MS),
  ]);
  return moved.reduce((sum, { meta }) => sum + meta.changes, 0);
}
