// The consumer of SCANS, and the sweep for messages that got lost: a version is scanned at some time, whatever happens to its message.

import { and, eq, lt, sql } from "drizzle-orm";
import { drizzle } from "drizzle-orm/d1";
import type { Id } from "../../schema/contract/ids.ts";
import { versions } from "../../schema/tables.ts";
import type { Db } from "../db.ts";
import type { Env, ScanMessage } from "../env.ts";
import { scanVersion } from "./scan.ts";

const RETRY_SECONDS = 10;
/** A message that has not been heard of for so long is sent again. */
const LOST_AFTER_MS = 10 * 60_000;
const RESENT_AT_ONCE = 20;

/** Tells the scanner of a new version. A message that cannot be sent is sent by the sweep. */
export async function orderScan(env: Env, versionId: Id<"ver">): Promise<void> {
  try {
    await env.SCANS.send({ versionId });
  } catch (error) {
    console.warn("A scan could not be ordered", versionId, error);
  }
}

/** Each message is acknowledged once its version is judged, for better or worse. What failed on our side comes again, later and later. */
export async function consumeScans(env: Env, batch: MessageBatch<ScanMessage>): Promise<void> {
  const db = drizzle(env.DB);
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

/** Cron: versions whose message was lost or gave up, and those from before there were scans. */
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
