// The Worker's entry: requests, queues, cron, Durable Object classes. No logic.

import { drizzle } from "drizzle-orm/d1";
import { app } from "./app.ts";
import type { ScanMessage } from "./catalog/scan-queue.ts";
import { consumeScans } from "./catalog/scan-queue.ts";
import { keepCatalog } from "./catalog/upkeep.ts";
import { drawNear } from "./dispatch/clock-back.ts";
import { sweep } from "./dispatch/sweep.ts";
import type { Env } from "./env.ts";
import { purgeDue } from "./moderation/takedown.ts";
import { purgeDeparted } from "./people/departed.ts";
import { forgetReadNotifications } from "./people/notification-list.ts";
import { forgetOldKeys } from "./routes/idempotent.ts";
import { forgetOldDeliveries } from "./webhooks/deliveries.ts";
import { type DeliveryMessage, queueOverdue, sendDeliveries } from "./webhooks/queue.ts";

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
  async scheduled(controller, env) {
    const db = drizzle(env.DB);
    await drawNear(db, controller.scheduledTime);
    await sweep(env, db, controller.scheduledTime);
    await purgeDue(env, db, controller.scheduledTime);
    await keepCatalog(env, db, controller.scheduledTime);
    await purgeDeparted(env, db, controller.scheduledTime);
    await forgetOldKeys(db, controller.scheduledTime);
    await forgetReadNotifications(db, controller.scheduledTime);
    await queueOverdue(env, db, controller.scheduledTime);
    await forgetOldDeliveries(db, controller.scheduledTime);
  },
} satisfies ExportedHandler<Env, ScanMessage | DeliveryMessage>;
