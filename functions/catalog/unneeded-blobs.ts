// Bytes that nothing refers to any more: files that their owner deleted, and outputs of runs that ended without using them.

import type { Db } from "../db.ts";
import type { Env } from "../env.ts";
import { HOUR_MS } from "../lib/clock.ts";
import { blobKey, LIVE_INPUTS } from "../storage/blobs.ts";

/** Outputs of an ended run are kept for so long: its settle may be repeated. */
const LOST_AFTER_MS = HOUR_MS;
/** Older outputs were checked many times. */
const LOOKED_AT_MS = 48 * HOUR_MS;
const OUTPUTS_AT_ONCE = 500;

/**
 * SQL: something needs the blob of `upload`, other than the uploads of ?1 and outputs of runs that have ended. An output is kept by
 * the picture, the version or the unfinished training that it became.
 */
const IS_NEEDED = `(
  EXISTS (SELECT 1 FROM images WHERE sha256 = upload.sha256)
  OR EXISTS (SELECT 1 FROM versions WHERE sha256 = upload.sha256)
  OR EXISTS (
    SELECT 1 FROM uploads other LEFT JOIN runs ON runs.lease_id = other.lease_id
    WHERE other.sha256 = upload.sha256 AND other.stored_at IS NOT NULL
      AND other.id NOT IN (SELECT value FROM json_each(?1))
      AND (other.lease_id IS NULL OR runs.outcome IS NULL))
  OR EXISTS (
    SELECT 1 FROM runs JOIN jobs ON jobs.id = runs.job_id
    WHERE runs.lease_id = upload.lease_id AND jobs.checkpoint_sha256 = upload.sha256
      AND jobs.status IN ('queued', 'running', 'failed'))
  OR upload.sha256 IN (${LIVE_INPUTS})
)`;

const UNNEEDED = `
SELECT DISTINCT sha256 FROM uploads AS upload
WHERE id IN (SELECT value FROM json_each(?1)) AND NOT ${IS_NEEDED}`;

const LOST_OUTPUTS = `
SELECT upload.id FROM uploads AS upload JOIN runs ON runs.lease_id = upload.lease_id
WHERE upload.lease_id IS NOT NULL AND upload.created_at > ?2 AND runs.finished_at <= ?3 AND NOT ${IS_NEEDED}
ORDER BY upload.created_at LIMIT ${OUTPUTS_AT_ONCE}`;

/** Deletes these uploads, and their bytes where nothing else needs them. Bytes go before rows, so that an interruption loses track of none. */
export async function dropUploads(env: Env, db: Db, ids: readonly string[]): Promise<void> {
  const list = JSON.stringify(ids);
  const { results } = await db.$client.prepare(UNNEEDED).bind(list).all<{ sha256: string }>();
  const hashes = results.map(({ sha256 }) => sha256);
  if (hashes.length > 0) await env.BLOBS.delete(hashes.map(blobKey));
  await db.$client.batch([
    db.$client
      .prepare("DELETE FROM blobs WHERE sha256 IN (SELECT value FROM json_each(?))")
      .bind(JSON.stringify(hashes)),
    db.$client.prepare("DELETE FROM uploads WHERE id IN (SELECT value FROM json_each(?))").bind(list),
  ]);
}

/** Cron: outputs of leases that ended without using them. They would count against the owner's storage, who never saw them. */
export async function dropLostOutputs(env: Env, db: Db, now: number): Promise<number> {
  const { results } = await db.$client
    .prepare(LOST_OUTPUTS)
    .bind("[]", now - LOOKED_AT_MS, now - LOST_AFTER_MS)
    .all<{ id: string }>();
  const ids = results.map(({ id }) => id);
  if (ids.length > 0) await dropUploads(env, db, ids);
  return ids.length;
}
