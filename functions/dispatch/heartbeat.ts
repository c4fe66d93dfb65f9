// Heartbeats: keep a lease alive, carry progress to watchers, and carry back a request to cancel or to drain.

import type { z } from "zod";
import type { Id } from "../../schema/contract/ids.ts";
import { PREVIEW_FRAME_MAX_BYTES, TRAINING_FRAMES_KEPT } from "../../schema/contract/limits.ts";
import type { Heartbeat } from "../../schema/contract/runner.ts";
import type { Db } from "../db.ts";
import type { Env } from "../env.ts";
import { type Refusal, refuse } from "../lib/refusal.ts";
import type { Caller } from "../rights/rights.ts";
import { LEASE_TTL_MS } from "./lease.ts";
import { liveOf } from "./live.ts";
import { LEASE_LOST } from "./run.ts";

/** The first eight bytes of a PNG, as far as they fill whole characters. */
const PNG_BASE64 = "iVBORw0KGg";

const RUNNER = "runs JOIN runners ON runners.id = runs.runner_id WHERE runs.lease_id = ?1";

/**
 * Guarded by the lease and its runner's owner alone: an expired lease that was not yet swept has no other holder. One statement, since most
 * calls of a runner are heartbeats.
 */
const EXTEND = `
UPDATE jobs SET lease_expires_at = ?2, progress = coalesce(?3, progress)
WHERE lease_id = ?1 AND status = 'running' AND (SELECT runners.owner_id FROM ${RUNNER}) = ?4
RETURNING id AS job_id, kind, cancel_requested_at, (SELECT runner_id FROM runs WHERE lease_id = ?1) AS runner_id,
  (SELECT drain_requested_at FROM ${RUNNER}) AS drain_requested_at`;

type Extended = {
  job_id: Id<"job">;
  kind: "sample" | "train";
  runner_id: Id<"rnr">;
  cancel_requested_at: number | null;
  drain_requested_at: number | null;
};
type Kept = {
  jobId: Id<"job">;
  runnerId: Id<"rnr">;
  expiresAt: number;
  cancel: boolean;
  drain: boolean;
};

export async function heartbeat(
  { env, db, caller, now }: { env: Env; db: Db; caller: Caller; now: number },
  leaseId: Id<"lse">,
  message: z.infer<typeof Heartbeat>,
): Promise<Kept | Refusal> {
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
    .bind(leaseId, expiresAt, progress, caller.id)
    .first<Extended>();
  if (!row) return LEASE_LOST;
  if (message.progress) {
    const preview = message.preview ? `data:image/png;base64,${message.preview}` : null;
    await liveOf(env, row.job_id).publish(
      { name: "progress", data: { ...message.progress, preview } },
      // Frames of a training are compared afterwards; those of a picture become the picture.
      row.kind === "train" ? TRAINING_FRAMES_KEPT : 1,
    );
  }
  return {
    jobId: row.job_id,
    runnerId: row.runner_id,
    expiresAt,
    cancel: row.cancel_requested_at !== null,
    drain: row.drain_requested_at !== null,
  };
}
