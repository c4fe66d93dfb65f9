// Announces an output of a runner under its lease; the runner then PUTs it like any upload.

import type { z } from "zod";
import type { LeaseUpload } from "../../schema/contract/runner.ts";
import type { UploadRow } from "../../schema/tables.ts";
import type { Db } from "../db.ts";
import type { Refusal } from "../lib/refusal.ts";
import type { Caller } from "../rights/rights.ts";
import { blankUpload, insertUpload, storageFault, typeOf } from "../storage/uploads.ts";
import { LEASE_LOST, type RunOfCaller } from "./run.ts";

/**
 * The bytes belong to the job's owner, whichever runner made them. Outputs of operators' runners are bounded by the owner's daily credits;
 * those of an owner's own runner are not, so the storage quota is checked for these.
 */
export async function announceOutput(
  { db, caller, now }: { db: Db; caller: Caller; now: number },
  run: RunOfCaller,
  input: z.infer<typeof LeaseUpload>,
): Promise<UploadRow | Refusal> {
  const job = await db.$client
    .prepare("SELECT owner_id FROM jobs WHERE lease_id = ? AND status = 'running'")
    .bind(run.leaseId)
    .first<{ owner_id: UploadRow["ownerId"] }>();
  if (!job) return LEASE_LOST;
  const full =
    job.owner_id === caller.id ? await storageFault({ db, now }, caller.id, input.size_bytes) : null;
  if (full) return full;
  return insertUpload(db, {
    ...blankUpload(job.owner_id, now),
    leaseId: run.leaseId,
    name: input.name,
    kind: "output",
    contentType: typeOf(input.content_type, true),
    sizeBytes: input.size_bytes,
    sha256: input.sha256,
    announcedSha256: input.sha256,
    filename: input.name,
  });
}
