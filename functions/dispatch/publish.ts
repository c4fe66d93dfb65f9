// Notifies watchers and webhooks that a job left its runner: finished, or back in the queue.

import type { Env } from "../env.ts";
import { notifyWebhooks } from "../outbox/outbox.ts";
import { liveOf } from "./live.ts";

type EndStatus = "queued" | "succeeded" | "failed" | "canceled";

/** Waits for notifications whose failure must not fail the request, since D1 is written; failures are logged. */
export async function notifyAll(words: readonly Promise<void>[]): Promise<void> {
  for (const each of await Promise.allSettled(words)) {
    if (each.status === "rejected") console.error("Watchers were not notified", each.reason);
  }
}

export async function publishEnd(env: Env, jobId: string, status: EndStatus): Promise<void> {
  await notifyAll([notifyWebhooks(env, [jobId])]);
  if (status === "failed" || status === "canceled") await publishDependents(env, jobId);
  await publishLive(env, jobId, status);
}

/** Jobs that waited for a training and ended with it. There are at most GENERATIONS_AWAITING_MAX. */
export async function publishDependents(env: Env, trainingId: string): Promise<void> {
  const { results } = await env.DB.prepare("SELECT id FROM jobs WHERE waits_for = ? AND status = 'failed'")
    .bind(trainingId)
    .all<{ id: string }>();
  if (results.length === 0) return;
  const ids = results.map(({ id }) => id);
  await notifyAll([notifyWebhooks(env, ids), ...ids.map((id) => publishLive(env, id, "failed"))]);
}

async function publishLive(env: Env, jobId: string, status: EndStatus): Promise<void> {
  const live = liveOf(env, jobId);
  await live.publish({ name: "status", data: { status, queue_position: null } });
  if (status !== "queued") await live.publish({ name: "done", data: { status } });
}
