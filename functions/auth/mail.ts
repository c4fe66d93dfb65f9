// Letters go out by the MAIL binding where MAIL_FROM is set, and else to the log. So many an hour for one account.

import { LETTERS_PER_HOUR_MAX } from "../../schema/contract/limits.ts";
import type { users } from "../../schema/tables.ts";
import type { Db } from "../context.ts";
import type { Env } from "../env.ts";
import { Refusal } from "../lib/refusal.ts";
import type { Letter } from "./letters.ts";

const WINDOW_SECONDS = 3_600;
const SENDER = "Orthoplex";

export async function sendLetter(env: Env, { to, subject, text }: Letter): Promise<void> {
  if (env.MAIL && env.MAIL_FROM) {
    await env.MAIL.send({ from: { name: SENDER, email: env.MAIL_FROM }, to, subject, text });
  } else {
    console.log(`Letter to ${to}\nSubject: ${subject}\n\n${text}`);
  }
}

const FORGET = "DELETE FROM verifications WHERE identifier = ? AND expires_at <= ?";
const COUNT_IN = `
INSERT INTO verifications (id, identifier, value, expires_at, created_at, updated_at)
SELECT ?3, ?1, '', ?4, ?2, ?2 WHERE (SELECT count(*) FROM verifications WHERE identifier = ?1) < ?5`;

/** Counts a letter in if the hour still has room. One statement, so that two at once cannot both be the last. */
export async function takeLetter(
  db: Db,
  userId: (typeof users.$inferSelect)["id"],
  now: number,
): Promise<boolean> {
  const [, taken] = await db.$client.batch([
    db.$client.prepare(FORGET).bind(`letters:${userId}`, now),
    db.$client
      .prepare(COUNT_IN)
      .bind(`letters:${userId}`, now, crypto.randomUUID(), now + WINDOW_SECONDS * 1000, LETTERS_PER_HOUR_MAX),
  ]);
  return (taken?.meta.changes ?? 0) > 0;
}

export const TOO_MANY_LETTERS = new Refusal(
  "rate_limited",
  `An account is sent at most ${LETTERS_PER_HOUR_MAX} letters an hour. Look among the unwanted mail, or try again later.`,
  [],
  WINDOW_SECONDS,
);
