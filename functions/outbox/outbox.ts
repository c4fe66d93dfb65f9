// The outbox: deliveries are rows of D1 that the transaction of a change wrote with it. This sends their ids to the Queue; cron finds
// deliveries whose message was lost (webhooks/queue.ts).

import type { DeliveryRow } from "../../schema/tables.ts";
import type { Env } from "../env.ts";

/** The Queue's limit of messages per batch. */
const BATCH_MAX = 100;

/** Never fails: a delivery that the Queue did not take is queued again by cron. */
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

/** After jobs have changed: queues the deliveries that their change wrote. */
export async function notifyWebhooks(env: Env, jobIds: readonly string[]): Promise<void> {
  const found = await env.DB.prepare(NEW_OF_JOBS)
    .bind(JSON.stringify(jobIds))
    .all<{ id: DeliveryRow["id"] }>();
  await queueDeliveries(
    env,
    found.results.map(({ id }) => id),
  );
}
