// The way from the outbox to the Queue and back: the ids of due deliveries go in, each is tried, and what failed comes back later.
// D1 holds the truth: a message that was lost is found by cron, one that came twice finds nothing to do.

import { drizzle } from "drizzle-orm/d1";
import type { Id } from "../../schema/contract/ids.ts";
import type { Db } from "../context.ts";
import type { Env } from "../env.ts";
import type { DeliveryRow } from "./deliveries.ts";
import { deliver, sendingOptionsOf } from "./sending.ts";

export type DeliveryMessage = { deliveryId: Id<"dlv"> };

/** Sent at once by the Queue's limits. */
const BATCH_MAX = 100;
const DUE_AT_ONCE = 500;
/** How long the Queue is trusted with what is due before cron sends it again. */
const LOST_AFTER_MS = 30_000;

/** Tells the Queue; what it does not hear, cron finds. */
export async function queueDeliveries(env: Env, ids: readonly DeliveryRow["id"][]): Promise<void> {
  try {
    for (let i = 0; i < ids.length; i += BATCH_MAX) {
      await env.WEBHOOKS.sendBatch(
        ids.slice(i, i + BATCH_MAX).map((deliveryId) => ({ body: { deliveryId } })),
      );
    }
  } catch (error) {
    console.error("Deliveries were not queued", error);
  }
}

const NEW_OF_JOBS = `
SELECT id FROM deliveries WHERE job_id IN (SELECT value FROM json_each(?)) AND state = 'pending' AND tries = 0`;

/** After jobs have changed: sends what their change left in the outbox. */
export async function notifyWebhooks(env: Env, jobIds: readonly string[]): Promise<void> {
  const found = await env.DB.prepare(NEW_OF_JOBS)
    .bind(JSON.stringify(jobIds))
    .all<{ id: DeliveryRow["id"] }>();
  await queueDeliveries(
    env,
    found.results.map(({ id }) => id),
  );
}

/** Cron: what is overdue, the longest first. */
export async function queueOverdue(env: Env, db: Db, now: number): Promise<void> {
  const found = await db.$client
    .prepare(
      "SELECT id FROM deliveries WHERE state = 'pending' AND next_attempt_at <= ? ORDER BY next_attempt_at LIMIT ?",
    )
    .bind(now - LOST_AFTER_MS, DUE_AT_ONCE)
    .all<{ id: DeliveryRow["id"] }>();
  await queueDeliveries(
    env,
    found.results.map(({ id }) => id),
  );
}

/** A message that throws is retried by the Queue, and at last lies in the dead letter queue; its row is still found by cron. */
export async function sendDeliveries(env: Env, batch: MessageBatch<DeliveryMessage>): Promise<void> {
  const db = drizzle(env.DB);
  await Promise.all(
    batch.messages.map(async (message) => {
      try {
        const row = await deliver(db, message.body.deliveryId, sendingOptionsOf(env), Date.now());
        if (row?.nextAttemptAt) {
          message.retry({ delaySeconds: Math.max(1, Math.ceil((row.nextAttemptAt - Date.now()) / 1000)) });
        } else message.ack();
      } catch (error) {
        console.error("A delivery was not tried", message.body.deliveryId, error);
        message.retry({ delaySeconds: 60 });
      }
    }),
  );
}
