// Places an order: its job and all that is created with it, or nothing. The training that it waits for may end between the check and
// the insert, and a slot or a name may be taken in the meantime; then the order is evaluated again.

import type { JobRow } from "../../schema/tables.ts";
import type { Db } from "../db.ts";
import type { Env } from "../env.ts";
import { Refusal } from "../lib/refusal.ts";
import { hasTrainingEnded } from "./await-training.ts";
import { enqueue, type NewJob } from "./enqueue.ts";

/** In each round another order got the slot or the name, so few rounds are enough. */
const ROUNDS_MAX = 25;

/** `id` as in enqueue. */
export async function place(
  { env, db, now }: { env: Env; db: Db; now: number },
  order: () => Promise<NewJob | Refusal>,
  id?: JobRow["id"],
): Promise<JobRow["id"] | Refusal> {
  for (let round = 1; ; round++) {
    const job = await order();
    if (job instanceof Refusal) return job;
    const made = await attempt({ env, db, now }, job, id, round < ROUNDS_MAX);
    if (made !== "raced") return made;
  }
}

async function attempt(
  { env, db, now }: { env: Env; db: Db; now: number },
  job: NewJob,
  id: JobRow["id"] | undefined,
  again: boolean,
): Promise<JobRow["id"] | Refusal | "raced"> {
  let made: JobRow["id"] | Refusal | null = null;
  try {
    made = await enqueue({ env, db, now }, job, { id });
    const waited = made instanceof Refusal ? job.waitsFor : undefined;
    return waited && (await hasTrainingEnded(db, waited)) ? "raced" : made;
  } catch (error) {
    if (again && isTaken(error)) return "raced";
    throw error;
  } finally {
    if (made === null || made instanceof Refusal) await job.abandon?.();
  }
}

/** A unique index refused the slot or the name that was free when it was read. */
const isTaken = (error: unknown) =>
  error instanceof Error && /UNIQUE constraint failed: (?:slots|adapters)\./.test(error.message);
