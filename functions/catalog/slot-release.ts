// Releases slots of abandoned drafts (cron). A slot in which anything was ever published is never released.

import type { Db } from "../db.ts";

/** The condition in every statement, so that a concurrent publication or training wins. */
const EXPIRED = `
  expires_at <= ?1
  AND NOT EXISTS (SELECT 1 FROM versions v WHERE v.adapter_id = slots.adapter_id AND v.published_at IS NOT NULL)
  AND NOT EXISTS (
    SELECT 1 FROM jobs j
    WHERE j.owner_id = slots.owner_id AND j.adapter_id = slots.adapter_id AND j.status IN ('queued', 'running')
  )`;

export const RELEASE_REASON = "Its slot expired before it was published, and the file is bound to the slot.";

/**
 * The draft stays and may reserve another slot. Its versions are yanked, not deleted: their owner can still read them, but they
 * are bound to columns that another owner may get from now on.
 */
export async function releaseSlots(db: Db, now: number): Promise<number> {
  const due = await db.$client.prepare("SELECT 1 FROM slots WHERE expires_at <= ? LIMIT 1").bind(now).first();
  if (!due) return 0;
  const yank = `UPDATE versions SET state = 'yanked', yank_reason = ?2, yanked_at = ?1, yanked_by = 'owner'
    WHERE state = 'draft' AND adapter_id IN (SELECT adapter_id FROM slots WHERE ${EXPIRED})`;
  const release = `DELETE FROM slots WHERE ${EXPIRED} RETURNING id`;
  const [, released] = await db.$client.batch([
    db.$client.prepare(yank).bind(now, RELEASE_REASON),
    db.$client.prepare(release).bind(now),
  ]);
  return released?.results.length ?? 0;
}
