// Passwords: checking one, changing one, and what a reset revokes. better-auth hashes them (scrypt); only hashes are kept.

import { hashPassword, verifyPassword } from "better-auth/crypto";
import { and, eq, ne, sql } from "drizzle-orm";
import type { z } from "zod";
import { RECENT_SIGN_IN_SECONDS } from "../../schema/contract/limits.ts";
import type { PasswordChange } from "../../schema/contract/sign-in.ts";
import { apiKeys, credentials, passkeys, sessions, users, verifications } from "../../schema/tables.ts";
import type { Db } from "../db.ts";
import type { Env } from "../env.ts";
import { type Refusal, refuse } from "../lib/refusal.ts";
import type { Caller } from "../rights/rights.ts";
import { passwordFault } from "./common-passwords.ts";
import { mayGuess, TOO_MANY_GUESSES } from "./guesses.ts";

const PROVIDER = "credential";
const ofPassword = (userId: Caller["id"]) =>
  and(eq(credentials.userId, userId), eq(credentials.providerId, PROVIDER));

async function hashOf(db: Db, userId: Caller["id"]): Promise<string | null> {
  const row = await db
    .select({ password: credentials.password })
    .from(credentials)
    .where(ofPassword(userId))
    .get();
  return row?.password ?? null;
}

/**
 * The caller, if freshly authenticated: signed in within the hour, or with the password. A stolen session alone must not be enough to
 * take over or delete an account.
 */
export async function provenCaller(
  { env, db, caller, now }: { env: Env; db: Db; caller: Caller; now: number },
  password: string | undefined,
): Promise<Caller | Refusal> {
  if (password === undefined) {
    const isRecent =
      caller.session !== null && caller.session.createdAt.getTime() >= now - RECENT_SIGN_IN_SECONDS * 1000;
    return isRecent
      ? caller
      : refuse(
          "auth_required",
          "Your sign-in is older than an hour: send your password, or sign in again.",
          "/password",
        );
  }
  if (!(await mayGuess(env, caller.email))) return TOO_MANY_GUESSES;
  const hash = await hashOf(db, caller.id);
  const isRight = hash !== null && (await verifyPassword({ hash, password }));
  return isRight ? caller : refuse("not_granted", "This is not your password.", "/password");
}

/** Sets the password and signs out every other session, both or neither. */
export async function changePassword(
  { env, db, caller, now }: { env: Env; db: Db; caller: Caller; now: number },
  input: z.infer<typeof PasswordChange>,
): Promise<Refusal | null> {
  const { current_password: current, new_password: wanted } = input;
  const hash = await hashOf(db, caller.id);
  if (hash === null) {
    const proven = await provenCaller({ env, db, caller, now }, undefined);
    if (proven !== caller) return proven as Refusal;
  } else if (current === undefined) {
    return refuse("request_invalid", "Send your present password.", "/current_password");
  } else if (!(await mayGuess(env, caller.email))) {
    return TOO_MANY_GUESSES;
  } else if (!(await verifyPassword({ hash, password: current }))) {
    return refuse("not_granted", "This is not your password.", "/current_password");
  }
  const fault = passwordFault(wanted, caller);
  if (fault) return refuse("request_invalid", fault, "/new_password");
  const password = await hashPassword(wanted);
  const at = new Date(now);
  const row = { id: crypto.randomUUID(), userId: caller.id, accountId: caller.id, providerId: PROVIDER };
  await db.batch([
    hash === null
      ? db.insert(credentials).values({ ...row, password, createdAt: at, updatedAt: at })
      : db.update(credentials).set({ password, updatedAt: at }).where(ofPassword(caller.id)),
    db.delete(sessions).where(and(eq(sessions.userId, caller.id), ne(sessions.id, caller.session?.id ?? ""))),
    db.delete(verifications).where(sql`value = ${caller.id} and identifier like 'reset-password:%'`),
  ]);
  return null;
}

/**
 * After a reset: whoever followed the link owns the mailbox. Where the address had not been verified before, somebody else may have
 * signed up with it, so every other credential of the account is removed.
 */
export async function claimByReset(
  db: Db,
  userId: Caller["id"],
  wasVerified: boolean,
  now: number,
): Promise<void> {
  if (wasVerified) return;
  await db.batch([
    db.update(users).set({ emailVerified: true }).where(eq(users.id, userId)),
    db.delete(passkeys).where(eq(passkeys.userId, userId)),
    db.delete(credentials).where(and(eq(credentials.userId, userId), ne(credentials.providerId, PROVIDER))),
    db
      .update(apiKeys)
      .set({ revokedAt: now })
      .where(and(eq(apiKeys.ownerId, userId), sql`revoked_at is null`)),
  ]);
}
