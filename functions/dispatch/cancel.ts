// Cancel: a waiting job ends at once; a running one is asked to stop and ends with its run or its lease.

import type { JobRow, OwnedAdapter } from "../../schema/tables.ts";
import type { Db } from "../db.ts";
import type { Env } from "../env.ts";
import { type Refusal, refuse } from "../lib/refusal.ts";
import { publishEnd } from "./publish.ts";

const CANCEL = `
UPDATE jobs SET
  status = CASE status WHEN 'queued' THEN 'canceled' ELSE status END,
  finished_at = CASE status WHEN 'queued' THEN ?2 ELSE finished_at END,
  cancel_requested_at = coalesce(cancel_requested_at, ?2)
WHERE id = ?1 AND status IN ('queued', 'running')
RETURNING status`;

export async function cancel(
  env: Env,
  db: Db,
  job: Pick<JobRow, "id">,
  now: number,
): Promise<Refusal | null> {
  const row = await db.$client.prepare(CANCEL).bind(job.id, now).first<{ status: JobRow["status"] }>();
  if (!row) {
    const current = await db.$client
      .prepare("SELECT status FROM jobs WHERE id = ?")
      .bind(job.id)
      .first<{ status: JobRow["status"] }>();
    // Published again, since a first cancel may have been interrupted before it notified the watchers.
    if (current?.status === "canceled") {
      await publishEnd(env, job.id, "canceled");
      return null;
    }
    return refuse("job_finished", `The job has already ${current?.status ?? "ended"}.`);
  }
  if (row.status === "canceled") await publishEnd(env, job.id, "canceled");
  return null;
}

const TRAININGS_OF = `
SELECT id FROM jobs WHERE owner_id = ?1 AND status IN ('queued', 'running') AND kind = 'train' AND adapter_id = ?2`;

/** The trainings of an adapter that its owner took out of the catalog: what they would make could not be published. */
export async function cancelTrainingsOf(
  env: Env,
  db: Db,
  adapter: Pick<OwnedAdapter, "id" | "ownerId">,
  now: number,
): Promise<void> {
  const { results } = await db.$client
    .prepare(TRAININGS_OF)
    .bind(adapter.ownerId, adapter.id)
    .all<Pick<JobRow, "id">>();
  // One that ends meanwhile is refused as finished, which is as good.
  for (const job of results) await cancel(env, db, job, now);
}
