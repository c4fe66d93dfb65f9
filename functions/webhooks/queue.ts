// Consumes the Queue of deliveries: each is tried, and a failed one is retried later. D1 holds the state: a message that was lost is found
// by cron, and one that comes twice finds nothing to do.

import { drizzle } from "drizzle-orm/d1";
import type { DeliveryRow } from "../../schema/tables.ts";
import type { Db } from "../db.ts";
import type { DeliveryMessage, Env } from "../env.ts";
import { queueDeliveries } from "../outbox/outbox.ts";
import { deliver, sendingOptionsOf } from "./sending.ts";

const DUE_AT_ONCE = 500;
/** How long after its due time a delivery is queued again by cron. */
const LOST_AFTER_MS = 30_000;

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

/** A message that throws is retried by the Queue, and finally moved to the dead letter queue; its row is still found by cron. */
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
