// Deletes the bytes of deleted accounts: right after the deletion and, where that was interrupted or a job still reads them, by cron.
// A blob that somebody else uploaded too, or that a published version of somebody else uses, stays.

import type { Db } from "../db.ts";
import type { Env } from "../env.ts";
import { eachIsolated } from "../lib/isolated.ts";
import { blobKey, LIVE_INPUTS } from "../storage/blobs.ts";
import { dropParts } from "../storage/upload-parts.ts";

/** R2 deletes at most 1,000 objects in one call. */
const BLOBS_AT_ONCE = 1_000;
const PEOPLE_A_RUN = 5;

/** Every hash of bytes of ?1: uploads, generated pictures, published files. */
const MINE = `
  SELECT sha256 FROM uploads WHERE owner_id = ?1
  UNION SELECT sha256 FROM images WHERE owner_id = ?1
  UNION SELECT checkpoint_sha256 FROM jobs WHERE owner_id = ?1 AND checkpoint_sha256 IS NOT NULL
  UNION SELECT v.sha256 FROM versions v JOIN adapters a ON a.id = v.adapter_id WHERE a.owner_id = ?1`;

/** Queued and running jobs need their files. */
const LIVE = `${LIVE_INPUTS}
  UNION SELECT checkpoint_sha256 FROM jobs WHERE status IN ('queued', 'running') AND checkpoint_sha256 IS NOT NULL`;

const FREE = `
  SELECT mine.sha256 FROM (${MINE}) AS mine JOIN blobs ON blobs.sha256 = mine.sha256
  WHERE mine.sha256 NOT IN (${LIVE})
    AND NOT EXISTS (SELECT 1 FROM uploads WHERE sha256 = mine.sha256 AND owner_id <> ?1 AND stored_at IS NOT NULL)
    AND NOT EXISTS (SELECT 1 FROM images WHERE sha256 = mine.sha256 AND owner_id <> ?1)
    AND NOT EXISTS (SELECT 1 FROM versions v JOIN adapters a ON a.id = v.adapter_id WHERE v.sha256 = mine.sha256 AND a.owner_id <> ?1)
  LIMIT ${BLOBS_AT_ONCE}`;

const LEFT = `
  SELECT EXISTS (SELECT 1 FROM jobs WHERE owner_id = ?1) OR EXISTS (SELECT 1 FROM uploads WHERE owner_id = ?1)
    OR EXISTS (SELECT 1 FROM images WHERE owner_id = ?1)
    OR EXISTS (SELECT 1 FROM versions v JOIN adapters a ON a.id = v.adapter_id
      WHERE a.owner_id = ?1 AND v.sha256 IN (${LIVE})) AS any_left`;

/** Cron: continues with deleted accounts that still have bytes. */
export async function purgeDeletedAccounts(env: Env, db: Db, now: number): Promise<void> {
  const { results } = await db.$client
    .prepare(
      "SELECT id FROM users WHERE deleted_at IS NOT NULL AND purged_at IS NULL ORDER BY deleted_at LIMIT ?",
    )
    .bind(PEOPLE_A_RUN)
    .all<{ id: string }>();
  await eachIsolated(
    "purge_failed",
    results,
    ({ id }) => id,
    ({ id }) => purgePerson(env, db, id, now),
  );
}

/** Bytes go before the rows that lead to them, so that an interrupted purge finds them again. */
export async function purgePerson(env: Env, db: Db, userId: string, now: number): Promise<void> {
  const ask = (statement: string) => db.$client.prepare(statement).bind(userId);
  for (;;) {
    const { results } = await ask(FREE).all<{ sha256: string }>();
    if (results.length === 0) break;
    const hashes = results.map(({ sha256 }) => sha256);
    await env.BLOBS.delete(hashes.map(blobKey));
    await db.$client
      .prepare("DELETE FROM blobs WHERE sha256 IN (SELECT value FROM json_each(?))")
      .bind(JSON.stringify(hashes))
      .run();
  }
  const unfinished = await ask(
    "SELECT id, multipart_id FROM uploads WHERE owner_id = ?1 AND multipart_id IS NOT NULL",
  ).all<{ id: string; multipart_id: string }>();
  for (const { id, multipart_id } of unfinished.results) await dropParts(env, id, multipart_id);
  const [, , , , , , , left] = await db.$client.batch<{ any_left: number }>([
    ask(
      "DELETE FROM runs WHERE job_id IN (SELECT id FROM jobs WHERE owner_id = ?1 AND status NOT IN ('queued', 'running'))",
    ),
    ask("DELETE FROM jobs WHERE owner_id = ?1 AND status NOT IN ('queued', 'running')"),
    ask("DELETE FROM deliveries WHERE owner_id = ?1"),
    ask("DELETE FROM ledger WHERE owner_id = ?1"),
    ask("DELETE FROM upload_parts WHERE upload_id IN (SELECT id FROM uploads WHERE owner_id = ?1)"),
    ask(`DELETE FROM uploads WHERE owner_id = ?1 AND sha256 NOT IN (${LIVE})`),
    ask(`DELETE FROM images WHERE owner_id = ?1 AND sha256 NOT IN (${LIVE})`),
    ask(LEFT),
  ]);
  if (left?.results[0]?.any_left === 0) {
    await db.$client.prepare("UPDATE users SET purged_at = ? WHERE id = ?").bind(now, userId).run();
  }
}
