// Sessions: the caller of a cookie, the list of sessions, and ending them.

import { and, desc, eq, gt } from "drizzle-orm";
import type { AccountSession } from "../../schema/contract/sign-in.ts";
import { sessions, users } from "../../schema/tables.ts";
import type { Db } from "../db.ts";
import type { Env } from "../env.ts";
import { type Refusal, refuse } from "../lib/refusal.ts";
import { type Caller, SESSION_SCOPES } from "../rights/rights.ts";
import { roleOf } from "../rights/roles.ts";
import { authFor } from "./auth.ts";
import { deviceOf } from "./device.ts";

export async function callerOfSession(
  env: Env,
  db: Db,
  origin: string,
  headers: Headers,
): Promise<Caller | null> {
  const found = await authFor(env, db, origin).api.getSession({ headers });
  if (!found) return null;
  const user = await db
    .select()
    .from(users)
    .where(eq(users.id, found.user.id as Caller["id"]))
    .get();
  if (!user || user.deletedAt !== null) return null;
  const { id, handle, name, email, emailVerified, suspendedAt, createdAt } = user;
  const role = roleOf(user, env.MODERATOR_EMAILS);
  const session = { id: found.session.id, createdAt: found.session.createdAt };
  const person = { id, handle, name, email, emailVerified, role, suspendedAt, createdAt, session };
  return {
    ...person,
    signedInBy: "session",
    scopes: SESSION_SCOPES,
    keyId: null,
    keyExpiresAt: null,
    pageKey: null,
  };
}

export async function listSessions(db: Db, caller: Caller, now: number): Promise<AccountSession[]> {
  const rows = await db
    .select()
    .from(sessions)
    .where(and(eq(sessions.userId, caller.id), gt(sessions.expiresAt, new Date(now))))
    .orderBy(desc(sessions.updatedAt), desc(sessions.id))
    .all();
  return rows.map((row) => ({
    id: row.id,
    device: deviceOf(row.userAgent),
    current: row.id === caller.session?.id,
    created_at: row.createdAt.toISOString(),
    last_seen_at: row.updatedAt.toISOString(),
    expires_at: row.expiresAt.toISOString(),
  }));
}

export async function endSession(db: Db, caller: Caller, id: string): Promise<Refusal | null> {
  const ended = await db
    .delete(sessions)
    .where(and(eq(sessions.id, id), eq(sessions.userId, caller.id)))
    .returning({ id: sessions.id });
  return ended.length > 0 ? null : refuse("not_found", "You have no such session.");
}

/** Signs out everywhere, this session included. API keys keep working: they are revoked one by one. */
export async function endAllSessions(db: Db, caller: Caller): Promise<void> {
  await db.delete(sessions).where(eq(sessions.userId, caller.id));
}
