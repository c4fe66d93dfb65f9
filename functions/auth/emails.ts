// The email address of an account: sending the verification again, and changing it for another that is verified first.

import { createEmailVerificationToken } from "better-auth/api";
import { and, eq, gt, sql } from "drizzle-orm";
import { RESET_LINK_TTL_SECONDS, VERIFY_LINK_TTL_SECONDS } from "../../schema/contract/limits.ts";
import { users, verifications } from "../../schema/tables.ts";
import type { Db } from "../db.ts";
import type { Env } from "../env.ts";
import { randomText } from "../lib/ids.ts";
import { type Refusal, refuse } from "../lib/refusal.ts";
import { sha256Hex } from "../lib/sha256.ts";
import type { Caller } from "../rights/rights.ts";
import { verifyUrl } from "./auth.ts";
import { changeMessage, changeNotice, verificationMessage } from "./email-texts.ts";
import { countEmail, sendEmail, TOO_MANY_EMAILS } from "./mail.ts";

const TOKEN_CHARACTERS = 40;
const identifierOf = async (token: string) => `change-email:${await sha256Hex(token)}`;

type EmailChange = { user_id: Caller["id"]; from: string; to: string };

/** Sends the verification email of the sign-up again. */
export async function verifyAgain({
  env,
  db,
  caller,
  origin,
  now,
}: {
  env: Env;
  db: Db;
  caller: Caller;
  origin: string;
  now: number;
}): Promise<{ to: string } | Refusal> {
  if (caller.emailVerified) return refuse("decision_made", "Your address is verified already.");
  if (!(await countEmail(db, caller.id, now))) return TOO_MANY_EMAILS;
  const token = await createEmailVerificationToken(
    env.BETTER_AUTH_SECRET,
    caller.email,
    undefined,
    VERIFY_LINK_TTL_SECONDS,
    { userId: caller.id },
  );
  await sendEmail(env, verificationMessage(caller, verifyUrl(origin, token)));
  return { to: caller.email };
}

/**
 * Sends a link to the new address and a notice to the old one. An address that another account has gets no email; the reply is
 * the same, so that nobody learns who has an account.
 */
export async function askEmailChange(
  { env, db, caller, origin, now }: { env: Env; db: Db; caller: Caller; origin: string; now: number },
  requested: string,
): Promise<{ to: string } | Refusal> {
  const to = requested.toLowerCase();
  if (to === caller.email) return refuse("request_invalid", "This is your address already.", "/email");
  if (!(await countEmail(db, caller.id, now))) return TOO_MANY_EMAILS;
  const taken = await db.select({ id: users.id }).from(users).where(eq(users.email, to)).get();
  if (taken) return { to };
  const token = randomText(TOKEN_CHARACTERS);
  const change: EmailChange = { user_id: caller.id, from: caller.email, to };
  const at = new Date(now);
  await db.insert(verifications).values({
    id: crypto.randomUUID(),
    identifier: await identifierOf(token),
    value: JSON.stringify(change),
    expiresAt: new Date(now + RESET_LINK_TTL_SECONDS * 1000),
    createdAt: at,
    updatedAt: at,
  });
  await sendEmail(env, changeMessage(caller, to, `${origin}/account/?email_token=${token}`));
  if (caller.emailVerified) await sendEmail(env, changeNotice(caller, to, `${origin}/account/#security`));
  return { to };
}

const LINK_OVER = refuse(
  "not_found",
  "This link has expired or was used, or another account has the address now.",
  "/token",
);

/** Works once, for the account that asked, and only while its address is still the one it had then. */
export async function confirmEmailChange(
  db: Db,
  caller: Caller,
  token: string,
  now: number,
): Promise<{ email: string } | Refusal> {
  const mine = and(
    eq(verifications.identifier, await identifierOf(token)),
    gt(verifications.expiresAt, new Date(now)),
    sql`json_extract(value, '$.user_id') = ${caller.id}`,
  );
  const row = await db.select({ value: verifications.value }).from(verifications).where(mine).get();
  if (!row) return LINK_OVER;
  const { from, to } = JSON.parse(row.value) as EmailChange;
  const [changed] = await db.batch([
    db
      .update(users)
      .set({ email: to, emailVerified: true, updatedAt: new Date(now) })
      .where(
        and(
          eq(users.id, caller.id),
          eq(users.email, from),
          sql`not exists (select 1 from users as other where other.email = ${to})`,
        ),
      )
      .returning({ email: users.email }),
    // Links that were sent to the old address stop working with it.
    db
      .delete(verifications)
      .where(
        sql`case when json_valid(value) then json_extract(value, '$.user_id') end = ${caller.id} or (value = ${caller.id} and identifier like 'reset-password:%')`,
      ),
  ]);
  return changed[0] ?? LINK_OVER;
}
