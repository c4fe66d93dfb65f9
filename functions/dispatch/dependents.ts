// Jobs that wait for a training: one statement of its settle queues them with the version that was made, or fails them where that may not
// be used. Every other end of a training fails them by a trigger (schema/current/dispatch.sql) in the same transaction. So an order and an
// end that race are serialized, and no job waits for a training that is over.

import type { Id } from "../../schema/contract/ids.ts";
import type { Db } from "../db.ts";
import type { Waiting } from "./bell.ts";
import { nextTurn } from "./enqueue.ts";
import { HOLDS_LEASE, type RunOfCaller } from "./run.ts";

/** The index of the awaited member among the adapters of a request or spec. */
const AWAITED = (json: string) =>
  `(SELECT '$.adapters[' || key || ']' FROM json_each(w.${json}, '$.adapters') WHERE value ->> 'version_id' IS NULL)`;

/** ?3 is the version. Waiting jobs take the next turns of their owner, in the order in which they were placed. */
const READY = `
UPDATE jobs SET
  waits_for = iif(made.gone, waits_for, NULL),
  status = iif(made.gone, 'failed', 'queued'),
  finished_at = iif(made.gone, ?4, NULL),
  error = iif(made.gone, json_object('code', 'dependency_failed', 'message', made.ref || ' was withdrawn or removed.'), NULL),
  ready_at = ?4,
  turn = made.turn,
  request = json_set(request, in_request || '.version_id', made.version_id, in_request || '.ref', made.ref,
    in_request || '.slot', made.slot,
    in_request || '.strength', coalesce(request ->> (in_request || '.strength'), made.strength)),
  spec = json_set(spec, in_spec || '.version_id', made.version_id, in_spec || '.ref', made.ref,
    in_spec || '.slot', made.slot,
    in_spec || '.strength', coalesce(spec ->> (in_spec || '.strength'), made.strength), in_spec || '.input', made.file),
  inputs = json_insert(inputs, '$[#]', json_object(
    'name', made.file, 'sha256', made.sha256, 'size_bytes', made.size_bytes, 'content_type', 'application/octet-stream'))
FROM (
  SELECT w.id AS job_id, ${AWAITED("request")} AS in_request, ${AWAITED("spec")} AS in_spec,
    v.id AS version_id, v.id || '.safetensors' AS file, users.handle || '/' || adapters.name || ':' || v.number AS ref,
    v.slot, v.strength, v.sha256, v.size_bytes, adapters.state IN ('withdrawn', 'removed') AS gone,
    row_number() OVER (PARTITION BY w.priority, w.express ORDER BY w.id) - 1
      + ${nextTurn("w.owner_id", "w.priority", "w.express")} AS turn
  FROM jobs AS w, versions AS v JOIN adapters ON adapters.id = v.adapter_id JOIN users ON users.id = adapters.owner_id
  WHERE w.waits_for = ?1 AND w.status = 'queued' AND v.id = ?3
) AS made
WHERE jobs.id = made.job_id AND ${HOLDS_LEASE}`;

/** Runs after the version's row is written, while the lease is valid. */
export const readyDependents = (
  db: Db,
  run: RunOfCaller,
  versionId: Id<"ver">,
  now: number,
): D1PreparedStatement => db.$client.prepare(READY).bind(run.jobId, run.leaseId, versionId, now);

/** What the settle of that moment has made ready. */
export async function readiedAt(db: Db, ownerId: string, now: number): Promise<Waiting[]> {
  const { results } = await db.$client
    .prepare(
      "SELECT id, base_id, owner_id, not_before FROM jobs WHERE owner_id = ? AND status = 'queued' AND waits_for IS NULL AND ready_at = ?",
    )
    .bind(ownerId, now)
    .all<Waiting>();
  return results;
}
