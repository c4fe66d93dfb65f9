// Orders a generation. The training that it waits for may end between the look at it and the order, which is then made anew.

import type { Caller } from "../auth/caller.ts";
import type { Db } from "../context.ts";
import type { Env } from "../env.ts";
import { Refusal } from "../lib/refusal.ts";
import { hasEnded } from "./await-training.ts";
import { enqueue, type JobRow, type NewJob } from "./enqueue.ts";
import { type GenerationWish, orderGeneration } from "./order-generation.ts";

export async function generate(
  env: Env,
  db: Db,
  caller: Caller,
  wish: GenerationWish,
  more: Pick<NewJob, "webhook">,
  now: number,
): Promise<JobRow["id"] | Refusal> {
  for (;;) {
    const job = await orderGeneration(db, caller, wish);
    if (job instanceof Refusal) return job;
    const id = await enqueue(env, db, { ...job, ...more }, now);
    const isRefused = id instanceof Refusal;
    if (!isRefused || !job.waitsFor || !(await hasEnded(db, job.waitsFor))) return id;
  }
}
