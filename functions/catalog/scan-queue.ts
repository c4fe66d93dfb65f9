// The consumer of SCANS, and the sweep for lost messages: every version is scanned eventually.

import { and, eq, lt, sql } from "drizzle-orm";
import { drizzle } from "drizzle-orm/d1";
import type { Id } from "../../schema/contract/ids.ts";
import { versions } from "../../schema/tables.ts";
import type { Db } from "../db.ts";
import type { Env, ScanMessage } from "../env.ts";
import { readBases } from "./bases.ts";
import { scanVersion } from "./scan.ts";

const RETRY_SECONDS = 10;
/** A version without a result for so long gets another message. */
const LOST_AFTER_MS = 10 * 60_000;
const RESENT_AT_ONCE = 20;

/** Queues the scan of a new version. Where that fails, the sweep queues it. */
export async function orderScan(env: Env, versionId: Id<"ver">): Promise<void> {
  try {
    await env.SCANS.send({ versionId });
  } catch (error) {
    console.warn("A scan could not be ordered", versionId, error);
  }
}

/** Each message is acknowledged once its version has a result. Unexpected errors are retried with growing delays. */
export async function consumeScans(env: Env, batch: MessageBatch<ScanMessage>): Promise<void> {
  const db = drizzle(env.DB);
  await readBases(db, Date.now());
  for (const message of batch.messages) {
    try {
      await scanVersion(env, db, message.body.versionId, Date.now());
      message.ack();
    } catch (error) {
      console.error("A scan failed on our side", message.body.versionId, error);
      message.retry({ delaySeconds: RETRY_SECONDS * 2 ** Math.min(message.attempts - 1, 6) });
    }
  }
}

/** Cron: versions whose message was lost or gave up, and those that were made before scans existed. */
export async function resendScans(env: Env, db: Db, now: number): Promise<number> {
  const lost = await db
    .select({ versionId: versions.id })
    .from(versions)
    .where(
      and(
        eq(versions.scanState, sql`'pending'`),
        lt(versions.createdAt, now - LOST_AFTER_MS),
        sql`exists (select 1 from blobs where blobs.sha256 = ${versions.sha256})`,
      ),
    )
    .orderBy(sql`random()`)
    .limit(RESENT_AT_ONCE)
    .all();
  if (lost.length > 0) await env.SCANS.sendBatch(lost.map((body) => ({ body })));
  return lost.length;
}
