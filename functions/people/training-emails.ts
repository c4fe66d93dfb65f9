// Emails about trainings that have ended. A trigger writes what is due with the notification; cron sends it, once, and not to somebody
// who has read the notification, has stopped these emails or has not confirmed the address.

import { trainingMessage } from "../auth/email-texts.ts";
import { countEmail, sendEmail } from "../auth/mail.ts";
import type { Db } from "../db.ts";
import type { Env } from "../env.ts";
import { DAY_MS } from "../lib/clock.ts";
import { eachIsolated } from "../lib/isolated.ts";
import { parseOrigin } from "../lib/public-origin.ts";
import { signUrl } from "../lib/signing.ts";

/** A cron run sends at most this many; the next one continues. */
const SENT_A_RUN = 50;
const FAILURES_MAX = 3;
const RETRY_MS = 5 * 60_000;
const STOP_LINK_DAYS = 365;

/** Whoever takes a row is the only one to send it. One that is lost with its Worker is in the app still. */
const TAKE = `
DELETE FROM emails_due WHERE notification_id IN (SELECT notification_id FROM emails_due WHERE due_at <= ? ORDER BY due_at LIMIT ?)
RETURNING notification_id, failures`;
const READ = `
SELECT due.value ->> 'notification_id' AS notification_id, due.value ->> 'failures' AS failures, u.id AS user_id, u.name, u.email,
  jobs.id AS training_id, jobs.status, jobs.request ->> 'concept' AS concept
FROM json_each(?) AS due
JOIN notifications AS n ON n.id = due.value ->> 'notification_id'
JOIN users AS u ON u.id = n.user_id
JOIN jobs ON jobs.id = n.data ->> 'training_id'
WHERE n.read_at IS NULL AND u.training_emails AND u.email_verified AND u.deleted_at IS NULL`;
const PUT_BACK =
  "INSERT INTO emails_due (notification_id, due_at, failures) VALUES (?, ?, ?) ON CONFLICT DO NOTHING";

type Due = {
  notification_id: string;
  failures: number;
  user_id: `usr_${string}`;
  name: string;
  email: string;
  training_id: string;
  status: string;
  concept: string;
};

/** Cron. Links need PUBLIC_ORIGIN: without it the server serves its own machine only, and nobody is written to. */
export async function sendTrainingEmails(env: Env, db: Db, now: number): Promise<void> {
  const origin = parseOrigin(env.PUBLIC_ORIGIN ?? "");
  const taken = await db.$client.prepare(TAKE).bind(now, SENT_A_RUN).all();
  if (taken.results.length === 0 || origin === null) return;
  const due = await db.$client.prepare(READ).bind(JSON.stringify(taken.results)).all<Due>();
  await eachIsolated(
    "training_email_failed",
    due.results,
    ({ notification_id }) => notification_id,
    async (row) => {
      if (!(await countEmail(db, row.user_id, now, "training"))) return;
      try {
        await sendEmail(env, trainingMessage(row, await endOf(env, row, origin, now)));
      } catch (error) {
        const failures = row.failures + 1;
        if (failures < FAILURES_MAX)
          await db.$client
            .prepare(PUT_BACK)
            .bind(row.notification_id, now + RETRY_MS, failures)
            .run();
        throw error;
      }
    },
  );
}

async function endOf(env: Env, row: Due, origin: string, now: number) {
  const stopAddress = await signUrl(env.UPLOAD_SIGNING_SECRET, {
    method: "POST",
    origin,
    path: `/v1/training-emails/${row.user_id}/stop`,
    expiresAt: now + STOP_LINK_DAYS * DAY_MS,
  });
  const { search } = new URL(stopAddress);
  return {
    concept: row.concept,
    succeeded: row.status === "succeeded",
    page: `${origin}/publish/?training=${row.training_id}`,
    stopPage: `${origin}/account/emails/${search}&user=${row.user_id}`,
    stopAddress: origin.startsWith("https:") ? stopAddress : null,
  };
}

/** By the link of an email, which is signed: whoever holds it may stop these emails, and nothing else. */
export async function stopTrainingEmails(db: Db, userId: string): Promise<void> {
  await db.$client.prepare("UPDATE users SET training_emails = 0 WHERE id = ?").bind(userId).run();
}
