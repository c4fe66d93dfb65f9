// Previews for a version that was published without any, and the certificate of one that has none: one job of its owner, run when no other job
// waits. Settle stores its pictures and its findings with the version (dispatch/outputs.ts).

import { PREVIEWS_GENERATED } from "../../schema/contract/limits.ts";
import { promptFor } from "../../schema/contract/trigger-place.ts";
import type { JobRow } from "../../schema/tables.ts";
import { knownBase } from "../catalog/bases.ts";
import type { VersionWithAdapter } from "../catalog/versions.ts";
import type { Db } from "../db.ts";
import type { Env } from "../env.ts";
import { newId } from "../lib/ids.ts";
import { Refusal } from "../lib/refusal.ts";
import { composesFreely } from "../lib/slot.ts";
import type { Caller } from "../rights/rights.ts";
import { ringBell } from "./bell.ts";
import { jobInsert, waitingOf } from "./enqueue.ts";
import { orderGeneration } from "./order-generation.ts";

/** Behind everything that people wait for. */
const PRIORITY = -1;
/** Of the one picture of a job that is ordered for its certificate alone; it is not shown. */
const CERTIFYING_STEPS = 1;

const LINK = `UPDATE versions SET preview_job_id = ?1 WHERE id = ?2 AND EXISTS (SELECT 1 FROM jobs WHERE id = ?1)`;

/**
 * Orders them once: the job and its link are written together, and only while there is neither. The job counts in its owner's
 * queue; where that is full, or the base cannot generate, the version stays without previews and its owner may choose some. Returns the
 * id of the job that makes them, if there is one.
 */
export async function orderPreviews(
  { env, db, now }: { env: Env; db: Db; now: number },
  owner: Caller,
  { version, adapter }: VersionWithAdapter,
): Promise<JobRow["id"] | null> {
  const base = knownBase(version.baseId);
  const isBare = version.previews.length === 0;
  // A LoRA of another program changes what does not call it, and is marked so.
  const isUncertified = version.certificate === null && composesFreely(base) && version.foreign === null;
  const called = version.foreign && version.foreign.words === null ? adapter.classWord : version.trigger;
  if (version.previewJobId !== null || !(isBare || isUncertified)) return version.previewJobId;
  const job = await orderGeneration(db, owner, {
    adapters: [{ version_id: version.id }],
    prompt: promptFor(base.prompts.preview, called),
    negative_prompt: "",
    ...(isBare ? { count: PREVIEWS_GENERATED } : { count: 1, steps: CERTIFYING_STEPS }),
  });
  if (job instanceof Refusal) {
    console.warn(`No previews for ${version.id}: ${job.code}`);
    return null;
  }
  const id = newId("job", now);
  const [inserted] = await db.$client.batch([
    jobInsert({ db, now }, id, withCertificate({ ...job, priority: PRIORITY }, isUncertified), {
      ifUnordered: version.id,
    }),
    db.$client.prepare(LINK).bind(id, version.id),
  ]);
  if ((inserted?.meta.changes ?? 0) === 0) return null;
  await ringBell(env, [waitingOf(id, job)], now);
  return id;
}

const withCertificate = <J extends { spec: object }>(job: J, isUncertified: boolean): J =>
  isUncertified ? { ...job, spec: { ...job.spec, certify: true } } : job;
