// The queue position of a waiting job and its expected end, estimated from the durations of recent jobs of its kind.

import type { Id } from "../../schema/contract/ids.ts";
import type { Progress } from "../../schema/contract/jobs.ts";
import { positionOf } from "./queue-order.ts";

/** Of the base and kind of a job: queue position, running jobs, and the mean duration of the last twenty. */
const OUTLOOK = `
WITH job AS (SELECT * FROM jobs WHERE id = ?1 AND status = 'queued')
SELECT job.waits_for,
  ${positionOf("job")} AS place,
  (SELECT count(*) FROM jobs running WHERE running.status = 'running' AND running.base_id = job.base_id
    AND running.lease_expires_at IS NOT NULL) AS running,
  (SELECT avg(ms) FROM (
    SELECT max(0, finished_at - started_at) AS ms FROM jobs done
    WHERE done.status = 'succeeded' AND done.base_id = job.base_id AND done.kind = job.kind
    ORDER BY finished_at DESC LIMIT 20)) AS mean_ms,
  max(0, job.not_before - ?2) AS pause_ms
FROM job`;

export type Outlook = { queue_position: number | null; eta_seconds: number | null };
type Facts = { place: number; running: number; mean_ms: number | null; pause_ms: number };

/** Null once the job has left the queue. While it waits for a training there is no estimate. */
export async function outlookOf(db: D1Database, jobId: Id<"job">, now: number): Promise<Outlook | null> {
  const facts = await db.prepare(OUTLOOK).bind(jobId, now).first<Facts & { waits_for: string | null }>();
  if (facts?.waits_for) return { queue_position: null, eta_seconds: null };
  return facts && { queue_position: facts.place, eta_seconds: waitingSeconds(facts) };
}

/** Seconds until the job has run: position / running jobs rounds of mean duration, at least one after its pause. Null without measurements. */
export function waitingSeconds({ place, running, mean_ms, pause_ms }: Facts): number | null {
  if (mean_ms === null) return null;
  const rounds = Math.ceil(place / Math.max(1, running)) + (running > 0 ? 0.5 : 0);
  return Math.ceil(Math.max(rounds * mean_ms, pause_ms + mean_ms) / 1000);
}

/** Remaining seconds of a run, extrapolated from its first report. Null while there is only one. */
export function runningSeconds(
  first: { progress: Progress; at: number },
  now: { progress: Progress; at: number },
): number | null {
  const steps = now.progress.step - first.progress.step;
  if (steps <= 0 || now.at <= first.at) return null;
  const left = Math.max(0, now.progress.total - now.progress.step);
  return Math.ceil((left * (now.at - first.at)) / steps / 1000);
}
