// Sends emails by the MAIL binding where MAIL_FROM is set, and otherwise to the log; limited per account and hour.

import { EMAILS_PER_HOUR_MAX } from "../../schema/contract/limits.ts";
import type { users } from "../../schema/tables.ts";
import type { Db } from "../db.ts";
import type { Env } from "../env.ts";
import { Refusal } from "../lib/refusal.ts";
import type { EmailMessage } from "./email-texts.ts";

const WINDOW_SECONDS = 3_600;
const SENDER = "Orthoplex";

export async function sendEmail(env: Env, { to, subject, text, headers = {} }: EmailMessage): Promise<void> {
  if (env.MAIL && env.MAIL_FROM) {
    await env.MAIL.send({ from: { name: SENDER, email: env.MAIL_FROM }, to, subject, text, headers });
  } else {
    console.log(`Email to ${to}\nSubject: ${subject}\n\n${text}`);
  }
}

const DELETE_EXPIRED = "DELETE FROM verifications WHERE identifier = ? AND expires_at <= ?";
const COUNT_IN = `
INSERT INTO verifications (id, identifier, value, expires_at, created_at, updated_at)
SELECT ?3, ?1, '', ?4, ?2, ?2 WHERE (SELECT count(*) FROM verifications WHERE identifier = ?1) < ?5`;

/** Account: what somebody asks for at the moment. The others must not use up these. */
type EmailKind = "account" | "training";
const counterOf = (kind: EmailKind, userId: string) =>
  kind === "account" ? `emails:${userId}` : `emails:${kind}:${userId}`;

/** Counts an email if the account may have another this hour. One statement, so that two at once cannot both be the last. */
export async function countEmail(
  db: Db,
  userId: (typeof users.$inferSelect)["id"],
  now: number,
  kind: EmailKind = "account",
): Promise<boolean> {
  const counter = counterOf(kind, userId);
  const [, taken] = await db.$client.batch([
    db.$client.prepare(DELETE_EXPIRED).bind(counter, now),
    db.$client
      .prepare(COUNT_IN)
      .bind(counter, now, crypto.randomUUID(), now + WINDOW_SECONDS * 1000, EMAILS_PER_HOUR_MAX),
  ]);
  return (taken?.meta.changes ?? 0) > 0;
}

export const TOO_MANY_EMAILS = new Refusal(
  "rate_limited",
  `An account is sent at most ${EMAILS_PER_HOUR_MAX} emails an hour. Look in your spam folder, or try again later.`,
  [],
  { retryAfterSeconds: WINDOW_SECONDS },
);
