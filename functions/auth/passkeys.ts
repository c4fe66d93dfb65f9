// Passkeys of an account: named, renamed, removed. The WebAuthn ceremonies are the plugin's (auth.ts).

import { getAuthenticatorName } from "@better-auth/passkey";
import { and, asc, eq } from "drizzle-orm";
import { PASSKEYS_PER_ACCOUNT_MAX } from "../../schema/contract/limits.ts";
import type { Passkey } from "../../schema/contract/sign-in.ts";
import { passkeys } from "../../schema/tables.ts";
import type { Db } from "../db.ts";
import { type Refusal, refuse } from "../lib/refusal.ts";
import type { Caller } from "../rights/rights.ts";
import { authRefusal } from "./refusals.ts";

type Row = typeof passkeys.$inferSelect;
type Made = { user: { id: string }; verification: { registrationInfo?: { aaguid: string } | undefined } };

/** Called by the plugin when a new passkey is verified: its first name, or the refusal where there are too many. */
export async function nameOfPasskey(db: Db, { user, verification }: Made): Promise<{ name: string }> {
  const held = await db.$count(passkeys, eq(passkeys.userId, user.id));
  if (held >= PASSKEYS_PER_ACCOUNT_MAX) {
    const detail = `An account holds at most ${PASSKEYS_PER_ACCOUNT_MAX} passkeys; remove one first.`;
    throw authRefusal(refuse("request_invalid", detail));
  }
  return { name: getAuthenticatorName(verification.registrationInfo?.aaguid) ?? "Passkey" };
}

const passkeyJson = (row: Row): Passkey => ({
  id: row.id,
  name: row.name ?? "Passkey",
  synced: row.backedUp,
  created_at: row.createdAt?.toISOString() ?? null,
});

const own = (caller: Caller, id: string) => and(eq(passkeys.id, id), eq(passkeys.userId, caller.id));
const NONE = refuse("not_found", "You have no such passkey.");

export async function listPasskeys(db: Db, caller: Caller): Promise<Passkey[]> {
  const rows = await db
    .select()
    .from(passkeys)
    .where(eq(passkeys.userId, caller.id))
    .orderBy(asc(passkeys.createdAt), asc(passkeys.id))
    .all();
  return rows.map(passkeyJson);
}

export async function renamePasskey(
  db: Db,
  caller: Caller,
  id: string,
  name: string,
): Promise<Passkey | Refusal> {
  const [row] = await db.update(passkeys).set({ name }).where(own(caller, id)).returning();
  return row ? passkeyJson(row) : NONE;
}

export async function removePasskey(db: Db, caller: Caller, id: string): Promise<Refusal | null> {
  const removed = await db.delete(passkeys).where(own(caller, id)).returning({ id: passkeys.id });
  return removed.length > 0 ? null : NONE;
}
