// Scheduled work, every minute or less often. Steps are isolated: where one fails, the others run, and it runs again at its next minute.

import { drizzle } from "drizzle-orm/d1";
import { deleteExpiredDownloaders } from "./catalog/downloads.ts";
import { resendScans } from "./catalog/scan-queue.ts";
import { releaseSlots } from "./catalog/slot-release.ts";
import { updateTrends } from "./catalog/trends.ts";
import { dropLostOutputs } from "./catalog/unneeded-blobs.ts";
import type { Db } from "./db.ts";
import { clampFutureTimes } from "./dispatch/clamp-times.ts";
import { deleteIdleRunners } from "./dispatch/runners.ts";
import { sweep } from "./dispatch/sweep.ts";
import type { Env } from "./env.ts";
import { eachIsolated } from "./lib/isolated.ts";
import { purgeDue } from "./moderation/takedown.ts";
import { purgeDeletedAccounts } from "./people/deleted-accounts.ts";
import { deleteExpiredNotifications } from "./people/notification-list.ts";
import { sendTrainingEmails } from "./people/training-emails.ts";
import { deleteExpiredIdempotencyKeys } from "./routes/idempotent.ts";
import { dropWaitingPictures } from "./storage/image-storing.ts";
import { dropUnfinishedParts } from "./storage/upload-parts.ts";
import { deleteExpiredDeliveries } from "./webhooks/deliveries.ts";
import { queueOverdue } from "./webhooks/queue.ts";

type Step = { name: string; everyMinutes: number; act: (env: Env, db: Db, now: number) => Promise<unknown> };

const STEPS: readonly Step[] = [
  { name: "clamp_future_times", everyMinutes: 1, act: (_, db, now) => clampFutureTimes(db, now) },
  { name: "sweep", everyMinutes: 1, act: sweep },
  { name: "purge_taken_down", everyMinutes: 1, act: purgeDue },
  { name: "release_slots", everyMinutes: 1, act: (_, db, now) => releaseSlots(db, now) },
  { name: "drop_unfinished_parts", everyMinutes: 1, act: dropUnfinishedParts },
  { name: "drop_waiting_pictures", everyMinutes: 60, act: (env, _, now) => dropWaitingPictures(env, now) },
  { name: "purge_deleted_accounts", everyMinutes: 1, act: purgeDeletedAccounts },
  {
    name: "delete_expired_idempotency_keys",
    everyMinutes: 1,
    act: (_, db, now) => deleteExpiredIdempotencyKeys(db, now),
  },
  {
    name: "delete_expired_notifications",
    everyMinutes: 1,
    act: (_, db, now) => deleteExpiredNotifications(db, now),
  },
  { name: "send_training_emails", everyMinutes: 1, act: sendTrainingEmails },
  { name: "queue_overdue_webhooks", everyMinutes: 1, act: queueOverdue },
  {
    name: "delete_expired_deliveries",
    everyMinutes: 1,
    act: (_, db, now) => deleteExpiredDeliveries(db, now),
  },
  { name: "resend_scans", everyMinutes: 10, act: resendScans },
  { name: "update_trends", everyMinutes: 10, act: (_, db, now) => updateTrends(db, now) },
  {
    name: "delete_expired_downloaders",
    everyMinutes: 10,
    act: (_, db, now) => deleteExpiredDownloaders(db, now),
  },
  { name: "delete_idle_runners", everyMinutes: 60, act: (_, db, now) => deleteIdleRunners(db, now) },
  { name: "drop_lost_outputs", everyMinutes: 60, act: dropLostOutputs },
];

export async function everyMinute(env: Env, now: number): Promise<void> {
  const db = drizzle(env.DB);
  const minute = Math.floor(now / 60_000);
  const due = STEPS.filter(({ everyMinutes }) => minute % everyMinutes === 0);
  await eachIsolated(
    "cron_step_failed",
    due,
    ({ name }) => name,
    ({ act }) => act(env, db, now),
  );
}
