// The order of the queue, in one place: which jobs wait, which comes first, and how many are ahead of a job. The lease, the positions that
// owners see and the estimates all use it; schema/tables/dispatch.ts has the indexes in the same order. Pure SQL.

/** In the queue: neither blocked by a training nor leased. A paused job keeps its position. */
const QUEUED = "status = 'queued' AND waits_for IS NULL";

/** May be leased now. Exactly the condition of the index jobs_waiting with its second column: only then does SQLite read it in its order. */
export const LEASABLE = `${QUEUED} AND not_before = 0`;

/** Among all owners: priority, then turn (start-time fair queueing, enqueue.ts), then age, which ids sort by. */
export const ORDER = "priority DESC, turn, id";

/** Within one owner's jobs fairness does not apply: high priority comes first. */
export const OWN_ORDER = "priority DESC, express DESC, turn, id";

/** SQL: the position of `job`, an alias or the table, in the queue of its base; 1 is next. */
export const positionOf = (job: string) => `1 + (SELECT count(*) FROM jobs ahead
    WHERE ahead.status = 'queued' AND ahead.waits_for IS NULL AND ahead.base_id = ${job}.base_id
      AND (-ahead.priority, ahead.turn, ahead.id) < (-${job}.priority, ${job}.turn, ${job}.id))`;
