// The Worker's entry: requests, queues, cron, Durable Object classes. No logic.

import { app } from "./app.ts";
import { consumeScans } from "./catalog/scan-queue.ts";
import { everyMinute } from "./cron.ts";
import type { DeliveryMessage, Env, ScanMessage } from "./env.ts";
import { sendDeliveries } from "./webhooks/queue.ts";

export { Bell } from "./dispatch/bell.ts";
export { JobLive } from "./dispatch/live.ts";

export default {
  fetch: app.fetch,
  queue(batch, env) {
    if (batch.queue === "orthoplex-webhooks") {
      return sendDeliveries(env, batch as MessageBatch<DeliveryMessage>);
    }
    return consumeScans(env, batch as MessageBatch<ScanMessage>);
  },
  scheduled: (controller, env) => everyMinute(env, controller.scheduledTime),
} satisfies ExportedHandler<Env, ScanMessage | DeliveryMessage>;
