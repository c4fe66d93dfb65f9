// Tells a job's watchers that it left the runner: finished, or back in the queue.

import type { Env } from "../env.ts";
import { liveOf } from "./live.ts";

export async function publishEnd(
  env: Env,
  jobId: string,
  status: "queued" | "succeeded" | "failed" | "canceled",
): Promise<void> {
  const live = liveOf(env, jobId);
  await live.publish({ name: "status", data: { status, queue_position: null } });
  if (status !== "queued") await live.publish({ name: "done", data: { status } });
}
