// Invariants of jobs once everything has finished, whatever failed before: each rule is SQL that selects the rows which violate it. The
// simulation in workerd and `npm run x -- chaos` check the same rules, each against its own database.

type Rule = {
  rule: string;
  /** Returns rows of `subject` and `found`; none where the rule holds. */
  sql: string;
  /** The rule is checked only where this table exists. */
  table?: string;
};
export type Violation = { rule: string; subject: string; found: string };

const ENDED = "('succeeded', 'failed', 'canceled')";
/** Condition on a delivery `d`. */
const IS_END = `substr(d.type, instr(d.type, '.') + 1) IN ${ENDED}`;
/** Condition on a job `j`: ordered by the service, for previews or a certificate. */
export const IS_PREVIEW = "EXISTS (SELECT 1 FROM versions WHERE preview_job_id = j.id)";
/** Condition on a job `j`: ordered by an owner for the page of their own adapter, as a strength guide is. */
const IS_FOR_PAGE = "j.request ->> 'preview_of' IS NOT NULL";

const RULES: readonly Rule[] = [
  {
    rule: "every job has ended",
    sql: "SELECT id AS subject, status || ' after ' || attempts || ' runs' AS found FROM jobs WHERE status NOT IN ('succeeded', 'failed', 'canceled')",
  },
  {
    rule: "an ended job has its end time, an error where it failed, and no lease",
    sql: `SELECT id AS subject, json_object('status', status, 'finished_at', finished_at, 'lease_id', lease_id, 'error', error) AS found FROM jobs
      WHERE status IN ${ENDED} AND (finished_at IS NULL OR lease_id IS NOT NULL OR lease_expires_at IS NOT NULL
        OR (status = 'failed') <> (error IS NOT NULL))`,
  },
  {
    rule: "a job is canceled only if its owner requested it",
    sql: "SELECT id AS subject, status AS found FROM jobs WHERE status = 'canceled' AND cancel_requested_at IS NULL",
  },
  {
    rule: "every run of a job is counted and has ended",
    sql: `SELECT j.id AS subject, json_object('attempts', j.attempts, 'runs', count(r.id), 'numbers', count(DISTINCT r.attempt),
        'last', max(r.attempt), 'open', coalesce(sum(r.id IS NOT NULL AND r.outcome IS NULL), 0)) AS found
      FROM jobs j LEFT JOIN runs r ON r.job_id = j.id GROUP BY j.id
      HAVING j.attempts <> count(r.id) OR count(DISTINCT r.attempt) <> count(r.id) OR coalesce(max(r.attempt), 0) <> j.attempts
        OR coalesce(sum(r.id IS NOT NULL AND r.outcome IS NULL), 0) > 0`,
  },
  {
    rule: "a job's failures are its runs that failed, and those that expired alone",
    sql: `SELECT j.id AS subject, json_object('failures', j.failures, 'runs', (
        SELECT group_concat(coalesce(outcome, 'open')) FROM runs WHERE job_id = j.id)) AS found
      FROM jobs j WHERE j.failures <> (SELECT count(*) FROM runs r WHERE job_id = j.id AND (outcome = 'failed' OR (outcome = 'expired'
        AND NOT EXISTS (SELECT 1 FROM runs o WHERE o.lease_id > substr(r.lease_id, 1, 14)
          AND o.lease_id < substr(r.lease_id, 1, 14) || '~' AND o.lease_id <> r.lease_id))))`,
  },
  {
    rule: "a succeeded job has one succeeded run, its last; any other job has none",
    sql: `SELECT j.id AS subject, json_object('status', j.status, 'attempts', j.attempts, 'succeeded', (
        SELECT json_group_array(attempt) FROM runs WHERE job_id = j.id AND outcome = 'succeeded')) AS found
      FROM jobs j WHERE j.status IN ${ENDED} AND (SELECT json_group_array(attempt) FROM runs WHERE job_id = j.id AND outcome = 'succeeded')
        <> CASE j.status WHEN 'succeeded' THEN json_array(j.attempts) ELSE '[]' END`,
  },
  {
    rule: "at most one run was answered that it ended the job, with the job's final status",
    sql: `SELECT j.id AS subject, json_object('status', j.status, 'answered', json_group_array(r.settled_status)) AS found
      FROM jobs j JOIN runs r ON r.job_id = j.id AND r.settled_status IN ${ENDED} GROUP BY j.id
      HAVING count(*) > 1 OR max(r.settled_status) <> j.status`,
  },
  {
    rule: "a succeeded generation has each requested picture once; any other has none",
    sql: `SELECT j.id AS subject, json_object('status', j.status, 'ordered', j.request ->> 'count', 'pictures', (
        SELECT json_group_array(position) FROM images WHERE job_id = j.id)) AS found
      FROM jobs j WHERE j.kind = 'sample' AND (
        (SELECT count(*) FROM images WHERE job_id = j.id) <> iif(j.status = 'succeeded', j.request ->> 'count', 0)
        OR (SELECT count(DISTINCT position) FROM images WHERE job_id = j.id) <> iif(j.status = 'succeeded', j.request ->> 'count', 0)
        OR coalesce((SELECT max(position) + 1 FROM images WHERE job_id = j.id), 0) <> iif(j.status = 'succeeded', j.request ->> 'count', 0))`,
  },
  {
    rule: "a picture belongs to its job's owner and was uploaded under the lease of the succeeded run",
    sql: `SELECT i.id AS subject, json_object('job', i.job_id, 'owner', i.owner_id, 'sha256', i.sha256) AS found
      FROM images i LEFT JOIN jobs j ON j.id = i.job_id
      WHERE i.job_id IS NOT NULL AND (j.id IS NULL OR j.owner_id <> i.owner_id OR NOT EXISTS (
        SELECT 1 FROM runs r JOIN uploads u ON u.lease_id = r.lease_id
        WHERE r.job_id = j.id AND r.outcome = 'succeeded' AND u.sha256 = i.sha256 AND u.stored_at IS NOT NULL))`,
  },
  {
    rule: "every row that names an object has it in R2",
    sql: `SELECT id AS subject, sha256 AS found FROM (
        SELECT id, sha256 FROM images UNION ALL SELECT id, sha256 FROM versions UNION ALL
        SELECT id, sha256 FROM uploads WHERE stored_at IS NOT NULL)
      WHERE sha256 NOT IN (SELECT sha256 FROM blobs)`,
  },
  {
    rule: "no orphaned objects: what was uploaded under a lease is referenced or deleted",
    sql: `SELECT sha256 AS subject, 'nothing needs this blob' AS found FROM blobs
      WHERE sha256 NOT IN (SELECT sha256 FROM images UNION SELECT sha256 FROM versions
        UNION SELECT sha256 FROM uploads WHERE lease_id IS NULL AND stored_at IS NOT NULL
        UNION SELECT checkpoint_sha256 FROM jobs WHERE checkpoint_sha256 IS NOT NULL AND status = 'failed')`,
  },
  {
    rule: "every webhook address is notified of a job's end once, and of nothing after it",
    sql: `SELECT j.id AS subject, json_object('status', j.status, 'to', coalesce(d.webhook_id, d.url), 'notified', json_group_array(d.type)) AS found
      FROM jobs j JOIN (SELECT * FROM deliveries ORDER BY seq) d ON d.job_id = j.id GROUP BY j.id, coalesce(d.webhook_id, d.url)
      HAVING sum(${IS_END}) <> 1 OR max(d.seq) <> max(iif(${IS_END}, d.seq, 0))
        OR max(iif(${IS_END}, d.status, NULL)) <> j.status`,
  },
  {
    rule: "every webhook that asked for a job's end was notified",
    sql: `SELECT j.id AS subject, w.url AS found FROM jobs j JOIN webhooks w ON w.owner_id = j.owner_id AND w.created_at <= j.created_at
      WHERE w.disabled_reason IS NULL AND NOT EXISTS (SELECT 1 FROM deliveries WHERE job_id = j.id AND webhook_id = w.id)
      UNION ALL SELECT j.id, j.webhook ->> 'url' FROM jobs j WHERE j.webhook IS NOT NULL
        AND NOT EXISTS (SELECT 1 FROM deliveries WHERE job_id = j.id AND webhook_id IS NULL)`,
  },
  {
    rule: "a use is counted once for each succeeded generation, but those for the adapter's own page",
    sql: `WITH used AS (
        SELECT v.adapter_id, count(DISTINCT j.id) AS n FROM jobs j, json_each(j.spec, '$.adapters') member
        JOIN versions v ON v.id = member.value ->> 'version_id'
        WHERE j.kind = 'sample' AND j.status = 'succeeded' AND NOT ${IS_PREVIEW} AND NOT ${IS_FOR_PAGE} GROUP BY v.adapter_id)
      SELECT a.id AS subject, json_object('uses', a.uses, 'by day', (SELECT sum(uses) FROM adapter_days WHERE adapter_id = a.id),
        'generations', coalesce(used.n, 0)) AS found
      FROM adapters a LEFT JOIN used ON used.adapter_id = a.id
      WHERE a.uses <> coalesce(used.n, 0)
        OR coalesce((SELECT sum(uses) FROM adapter_days WHERE adapter_id = a.id), 0) <> coalesce(used.n, 0)`,
  },
  {
    rule: "the counts of /metrics agree with the runs",
    sql: `SELECT metric AS subject, json_object('counted', counted, 'runs', runs) AS found FROM (
        SELECT 'run' AS metric, (SELECT coalesce(sum(count), 0) FROM dispatch_counts WHERE metric = 'run') AS counted,
          (SELECT count(*) FROM runs WHERE outcome IS NOT NULL) AS runs
        UNION ALL SELECT 'wait', (SELECT coalesce(sum(count), 0) FROM dispatch_counts WHERE metric = 'wait'),
          (SELECT count(*) FROM runs WHERE attempt = 1))
      WHERE counted <> runs`,
  },
  {
    rule: "a job is charged what it costs, once, to its owner, and nothing else is",
    table: "ledger",
    sql: `SELECT coalesce(j.id, l.job_id) AS subject, json_object('cost', j.cost, 'charged', l.credits, 'to', l.owner_id) AS found
      FROM (SELECT * FROM jobs WHERE cost > 0) j FULL JOIN (SELECT * FROM ledger WHERE kind = 'charge') l ON l.job_id = j.id
      WHERE j.id IS NULL OR l.job_id IS NULL OR l.credits <> j.cost OR l.owner_id <> j.owner_id`,
  },
  {
    rule: "a job that succeeded on another account's runner keeps its charge; one that failed through no fault of its owner is refunded in full, once",
    table: "ledger",
    sql: `SELECT j.id AS subject, json_object('status', j.status, 'error', j.error, 'cost', j.cost, 'refunded', l.credits) AS found
      FROM jobs j LEFT JOIN ledger l ON l.job_id = j.id AND l.kind = 'refund'
      WHERE j.cost > 0 AND (coalesce(l.credits, 0) NOT BETWEEN 0 AND j.cost
        OR (j.status = 'succeeded' AND l.credits > 0 AND NOT EXISTS (
          SELECT 1 FROM runs r JOIN runners m ON m.id = r.runner_id WHERE r.job_id = j.id AND m.owner_id = j.owner_id))
        OR (j.status = 'failed' AND j.error ->> 'code' NOT IN ('prompt_invalid', 'input_invalid') AND coalesce(l.credits, 0) <> j.cost))`,
  },
  {
    rule: "an owner's use of the daily allowance equals the sum of the ledger",
    table: "allowances",
    // A charge made before midnight while the clock was set back is counted on the following day.
    sql: `SELECT a.owner_id AS subject, json_object('used', a.used, 'ledger', sum(iif(l.kind = 'charge', l.credits, -l.credits))) AS found
      FROM allowances a JOIN ledger l ON l.owner_id = a.owner_id GROUP BY a.owner_id
      HAVING count(DISTINCT l.day) = 1 AND a.used <> sum(iif(l.kind = 'charge', l.credits, -l.credits))`,
  },
];

/** Checks every rule. `all` runs one statement. */
export async function violationsOf(
  all: (sql: string) => Promise<Record<string, unknown>[]>,
): Promise<Violation[]> {
  const found: Violation[] = [];
  for (const { rule, sql, table } of RULES) {
    if (table !== undefined) {
      const exists = await all(`SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = '${table}'`);
      if (exists.length === 0) continue;
    }
    for (const row of await all(sql)) {
      found.push({ rule, subject: String(row.subject), found: String(row.found) });
    }
  }
  return found;
}

/** Objects without a row, and rows without an object. */
export function strayObjects(objects: readonly string[], rows: readonly string[]): Violation[] {
  const rule = "every object in R2 has its row, and every row its object";
  const [kept, known] = [new Set(objects), new Set(rows)];
  return [
    ...objects
      .filter((key) => !known.has(key))
      .map((subject) => ({ rule, subject, found: "an object without a row" })),
    ...rows
      .filter((key) => !kept.has(key))
      .map((subject) => ({ rule, subject, found: "a row without an object" })),
  ];
}
