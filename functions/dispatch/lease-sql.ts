// The SQL of a lease: which jobs a runner gets. Its reads are bounded by the runner's bases, their shapes and the batch, never by how
// much waits behind; a test counts them at two depths.

import { WARM_LOOKED_AT_MAX } from "../../schema/contract/limits.ts";
import { LEASABLE, ORDER, OWN_ORDER } from "./queue-order.ts";

const WAITING = `jobs INDEXED BY jobs_waiting WHERE ${LEASABLE}`;
const ownOf = (owner: string) => `jobs INDEXED BY jobs_queued_owner
  WHERE owner_id = ${owner} AND status IN ('queued', 'running') AND ${LEASABLE}`;
const OWN = ownOf("?2");
/** So many jobs beyond the batch (?6) are considered. */
const WINDOW = `?6 + ${WARM_LOOKED_AT_MAX}`;

/**
 * Among jobs of equal priority and turn, 1 for one that would wait for a download at this runner (?8 are the files it has). Only
 * a job's first WARM_WAIT_SECONDS: after them it competes by age again, so that newcomers with warm files cannot starve it.
 */
const COLD = `(coalesce(ready_at, created_at) > ?9 AND kind = 'sample' AND EXISTS (
    SELECT 1 FROM json_each(jobs.inputs)
    WHERE value ->> 'sha256' NOT IN (SELECT value FROM json_each(?8))))`;

/** A lane is one base and shape, and with it one kind: what runs as one batch. They are few, each found by one index seek. */
const LANES = `
lanes(base_id, shape) AS (
  SELECT value, (SELECT min(shape) FROM ${WAITING} AND base_id = value) FROM json_each(?1)
  UNION ALL
  SELECT base_id, (SELECT min(shape) FROM ${WAITING} AND base_id = lanes.base_id AND shape > lanes.shape)
  FROM lanes WHERE shape IS NOT NULL
),
top AS MATERIALIZED (
  SELECT priority, turn FROM jobs WHERE id IN (
    SELECT (SELECT id FROM ${WAITING} AND base_id = lanes.base_id AND shape = lanes.shape ORDER BY ${ORDER} LIMIT 1)
    FROM lanes WHERE shape IS NOT NULL
  )
  ORDER BY priority DESC, turn LIMIT 1
)`;

/** Of the jobs with the lowest turn the first warm one; of each lane only the oldest are considered. */
const HEAD_OF_ALL = `
${LANES},
head AS MATERIALIZED (
  SELECT id, attempts, kind, base_id, shape FROM jobs WHERE id IN (
    SELECT equal.value FROM lanes, json_each((
      SELECT json_group_array(id) FROM (
        SELECT id FROM ${WAITING} AND base_id = lanes.base_id AND shape = lanes.shape
          AND priority = (SELECT priority FROM top) AND turn = (SELECT turn FROM top)
        ORDER BY id LIMIT ${WARM_LOOKED_AT_MAX}))) AS equal
    WHERE lanes.shape IS NOT NULL
  )
  ORDER BY ${COLD}, id LIMIT 1
)`;

/** An owner's jobs have a turn each: there is nothing to choose between. There is no other owner to be fair to, so high priority comes first. */
const HEAD_OF_OWN = `
head AS MATERIALIZED (
  SELECT id, attempts, kind, base_id, shape FROM ${OWN} AND base_id IN (SELECT value FROM json_each(?1)) ORDER BY ${OWN_ORDER} LIMIT 1
)`;

/**
 * The head of the queue that this runner may serve, and with it all jobs that run as one batch. SQLite has one writer and
 * the whole choice is inside the UPDATE, so two calls can never get the same job. A training comes alone, and so does a job that was
 * leased before: it may be what ended that run, and then no other job may end with it.
 */
const leaseSql = (head: string, rows: string, order: string) => `
WITH RECURSIVE ${head}
UPDATE jobs SET
  status = 'running', lease_id = 'lse_' || ?3 || substr(id, 5), lease_expires_at = ?4,
  attempts = attempts + 1, started_at = coalesce(started_at, ?5), progress = NULL
WHERE EXISTS (SELECT 1 FROM runners WHERE id = ?7 AND deregistered_at IS NULL AND drain_requested_at IS NULL) AND id IN (
  SELECT id FROM (
    SELECT id, attempts, priority, express, turn, ${COLD} AS cold FROM ${rows}
      AND base_id = (SELECT base_id FROM head) AND shape = (SELECT shape FROM head) AND kind = (SELECT kind FROM head)
    ORDER BY ${order} LIMIT ${WINDOW}
  )
  WHERE iif((SELECT attempts FROM head) > 0, id = (SELECT id FROM head), attempts = 0)
  ORDER BY ${order.replace(", id", ", cold, id")}
  LIMIT coalesce((SELECT CASE kind WHEN 'train' THEN 1 ELSE ?6 END FROM head), 0)
)
RETURNING id, kind, base_id, lease_id, attempts, spec, inputs, checkpoint_sha256`;

/** Lease and run ids are this nonce and the job's own part, so that the second statement finds the rows of the first. */
export const NONCE_CHARACTERS = 10;
/** `lse_` and the nonce: what the leases of one call have in common. */
export const LEASE_PREFIX_CHARACTERS = 4 + NONCE_CHARACTERS;

export type Serves = "everybody" | "owner";

/**
 * Whether a runner's lease would find a job: the same rows that LEASE chooses from. `bases` is SQL for the list that is asked for, of which
 * the runner's own count; it stands in a statement on its row.
 */
export const waitsSql = (serves: Serves, bases: string) => `EXISTS (
  SELECT 1 FROM ${serves === "owner" ? ownOf("runners.owner_id") : WAITING}
    AND base_id IN (SELECT value FROM json_each(${bases}) INTERSECT SELECT value FROM json_each(runners.bases)))`;

/** ?1 bases, ?2 owner of the runner, ?3 nonce, ?4 end of the lease, ?5 now, ?6 batch, ?7 runner, ?8 its files, ?9 since when a job is new. */
export const LEASE: Record<Serves, string> = {
  everybody: leaseSql(HEAD_OF_ALL, WAITING, ORDER),
  owner: leaseSql(HEAD_OF_OWN, OWN, OWN_ORDER),
};
