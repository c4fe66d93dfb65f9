// A training's newest checkpoint: where the next run resumes if this one is lost.

import { CHECKPOINT_NAME } from "../../schema/contract/runner.ts";
import type { StoredUpload } from "../../schema/tables.ts";
import type { Db } from "../db.ts";

/** Fenced: a checkpoint that arrives after its lease is over does not replace that of the run that took over. */
export async function noteCheckpoint(db: Db, leaseId: string, upload: StoredUpload): Promise<void> {
  if (upload.name !== CHECKPOINT_NAME) return;
  await db.$client
    .prepare(
      "UPDATE jobs SET checkpoint_sha256 = ? WHERE lease_id = ? AND status = 'running' AND kind = 'train'",
    )
    .bind(upload.sha256, leaseId)
    .run();
}
