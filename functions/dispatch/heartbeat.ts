// Heartbeats: keep a lease alive, carry progress to watchers, and carry back a request to cancel or to drain.

import type { z } from "zod";
import { PREVIEW_FRAME_MAX_BYTES } from "../../schema/contract/limits.ts";
import type { Heartbeat } from "../../schema/contract/runner.ts";
import type { Db } from "../db.ts";
import type { Env } from "../env.ts";
import { type Refusal, refuse } from "../lib/refusal.ts";
import { LEASE_TTL_MS } from "./lease.ts";
import { liveOf } from "./live.ts";
import { LEASE_LOST, type RunOfCaller } from "./run.ts";

/** The first eight bytes of a PNG, as far as they fill whole characters. */
const PNG_BASE64 = "iVBORw0KGg";

/** Guarded by the lease alone: an expired lease that was not yet swept has no other holder. */
const EXTEND = `
UPDATE jobs SET lease_expires_at = ?2, progress = coalesce(?3, progress)
WHERE lease_id = ?1 AND status = 'running'
RETURNING cancel_requested_at, (SELECT drain_requested_at FROM runners WHERE id = ?4) AS drain_requested_at`;

export async function heartbeat(
  { env, db, now }: { env: Env; db: Db; now: number },
  run: RunOfCaller,
  message: z.infer<typeof Heartbeat>,
): Promise<{ expiresAt: number; cancel: boolean; drain: boolean } | Refusal> {
  if (message.preview && (message.preview.length * 3) / 4 > PREVIEW_FRAME_MAX_BYTES + 2) {
    return refuse("body_too_large", `A preview has at most ${PREVIEW_FRAME_MAX_BYTES} bytes.`, "/preview");
  }
  if (message.preview && !message.preview.startsWith(PNG_BASE64)) {
    return refuse("image_invalid", "A preview is a PNG.", "/preview", "type_unknown");
  }
  const expiresAt = now + LEASE_TTL_MS;
  const progress = message.progress ? JSON.stringify(message.progress) : null;
  const row = await db.$client
    .prepare(EXTEND)
    .bind(run.leaseId, expiresAt, progress, run.runnerId)
    .first<{ cancel_requested_at: number | null; drain_requested_at: number | null }>();
  if (!row) return LEASE_LOST;
  if (message.progress) {
    const preview = message.preview ? `data:image/png;base64,${message.preview}` : null;
    await liveOf(env, run.jobId).publish({ name: "progress", data: { ...message.progress, preview } });
  }
  return { expiresAt, cancel: row.cancel_requested_at !== null, drain: row.drain_requested_at !== null };
}
