// Places an order. The training that it waits for may end between the look at it and the order, which is then made anew.

import type { Db } from "../context.ts";
import type { Env } from "../env.ts";
import { Refusal } from "../lib/refusal.ts";
import { hasEnded } from "./await-training.ts";
import { enqueue, type JobRow, type NewJob } from "./enqueue.ts";

/** `id` as in enqueue. */
export async function place(
  env: Env,
  db: Db,
  order: () => Promise<NewJob | Refusal>,
  now: number,
  id?: JobRow["id"],
): Promise<JobRow["id"] | Refusal> {
  for (;;) {
    const job = await order();
    if (job instanceof Refusal) return job;
    const made = await enqueue(env, db, job, now, { id });
    if (!(made instanceof Refusal) || !job.waitsFor || !(await hasEnded(db, job.waitsFor))) return made;
  }
}
