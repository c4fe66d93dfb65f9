// Backoff: how long a job pauses after a failed run, so that a fault that lasts a minute does not use up its runs in a second.

import { JOB_PAUSE_JITTER, JOB_PAUSE_MAX_SECONDS, JOB_PAUSE_SECONDS } from "../../schema/contract/limits.ts";

/** A larger shift would overflow; the pause has reached its maximum long before. */
const DOUBLINGS_MAX = 30;

/** SQL of a pause in milliseconds, without jitter. `failures` is SQL that counts the failed runs, including the one that has just ended. */
export const plainPauseMs = (failures: string) =>
  `(1000 * min(${JOB_PAUSE_MAX_SECONDS}, ${JOB_PAUSE_SECONDS} * (1 << min(${DOUBLINGS_MAX}, ${failures}))))`;

/** The same with jitter, random per row in SQLite, so that the jobs of one dead runner are not all retried at once. */
export const pauseMs = (failures: string) =>
  `CAST(${plainPauseMs(failures)} * (1 + ${JOB_PAUSE_JITTER} * (random() / 9223372036854775808.0)) AS INTEGER)`;
