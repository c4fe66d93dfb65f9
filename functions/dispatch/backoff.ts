// Backoff: how long a job pauses after a bad run, so that what is broken for a minute does not use up its runs in a second.

import { JOB_PAUSE_JITTER, JOB_PAUSE_MAX_SECONDS, JOB_PAUSE_SECONDS } from "../../schema/contract/limits.ts";

/** Beyond it a shift would overflow; the pause has long been at its longest. */
const DOUBLINGS_MAX = 30;

/** SQL of a pause in milliseconds, without chance. `failures` is SQL that counts the bad runs, the one that has just ended among them. */
export const plainPauseMs = (failures: string) =>
  `(1000 * min(${JOB_PAUSE_MAX_SECONDS}, ${JOB_PAUSE_SECONDS} * (1 << min(${DOUBLINGS_MAX}, ${failures}))))`;

/** The same with chance, which is SQLite's, a row at a time: jobs that one dead runner held do not all come back in one moment. */
export const pauseMs = (failures: string) =>
  `CAST(${plainPauseMs(failures)} * (1 + ${JOB_PAUSE_JITTER} * (random() / 9223372036854775808.0)) AS INTEGER)`;
