// Tells a job's watchers that it left the runner: finished, or back in the queue.

import type { Env } from "../env.ts";
import { tellWebhooks } from "../webhooks/queue.ts";
import { liveOf } from "./live.ts";

/** Waits for words to watchers whose loss must not undo what D1 holds; what was not heard is logged. */
export async function tellAll(words: readonly Promise<void>[]): Promise<void> {
  for (const each of await Promise.allSettled(words)) {
    if (each.status === "rejected") console.error("Watchers were not told", each.reason);
  }
}

export async function publishEnd(
  env: Env,
  jobId: string,
  status: "queued" | "succeeded" | "failed" | "canceled",
): Promise<void> {
  await tellAll([tellWebhooks(env, [jobId])]);
  const live = liveOf(env, jobId);
  await live.publish({ name: "status", data: { status, queue_position: null } });
  if (status !== "queued") await live.publish({ name: "done", data: { status } });
}
