// API keys: `opx_`, of a publishable one `opk_`, and 200 random bits, shown once, kept as SHA-256. A plain hash is enough, for there is nothing to guess.

import { and, desc, eq, gt, isNull, or } from "drizzle-orm";
import type { z } from "zod";
import type { KeyCreate, Scope } from "../../schema/contract/account.ts";
import { API_KEYS_PER_OWNER_MAX } from "../../schema/contract/limits.ts";
import { apiKeys, users } from "../../schema/tables.ts";
import type { Db } from "../context.ts";
import type { Env } from "../env.ts";
import { DAY_MS } from "../lib/clock.ts";
import { newId, randomText } from "../lib/ids.ts";
import { type Refusal, refuse } from "../lib/refusal.ts";
import { sha256Hex } from "../lib/sha256.ts";
import type { Caller } from "./caller.ts";
import { roleOf } from "./roles.ts";

const SECRET_CHARACTERS = 40;
const PREFIX_CHARACTERS = 8;
/** How stale `last_used_at` may be: a write for every request would cost more than it tells. */
const LAST_USED_STEP_MS = 60_000;

export type KeyRow = typeof apiKeys.$inferSelect;

export async function callerOfKey(env: Env, db: Db, secret: string, now: number): Promise<Caller | null> {
  const row = await db
    .select()
    .from(apiKeys)
    .innerJoin(users, eq(users.id, apiKeys.ownerId))
    .where(
      and(
        eq(apiKeys.sha256, await sha256Hex(secret)),
        isNull(apiKeys.revokedAt),
        isNull(users.deletedAt),
        or(isNull(apiKeys.expiresAt), gt(apiKeys.expiresAt, now)),
      ),
    )
    .get();
  if (!row) return null;
  if ((row.api_keys.lastUsedAt ?? 0) < now - LAST_USED_STEP_MS) {
    await db.update(apiKeys).set({ lastUsedAt: now }).where(eq(apiKeys.id, row.api_keys.id));
  }
  const { id, handle, name, email, emailVerified, suspendedAt, createdAt } = row.users;
  const { scopes, expiresAt: keyExpiresAt } = row.api_keys;
  const role = roleOf(row.users, env.MODERATOR_EMAILS);
  const person = { id, handle, name, email, emailVerified, role, suspendedAt, createdAt, session: null };
  const { id: keyId, origins } = row.api_keys;
  const pageKey = origins === null ? null : { id: keyId, origins };
  return { ...person, signedInBy: "key", scopes, keyExpiresAt, pageKey };
}

/** A key can grant no more than its maker holds, nor for longer; only a session may hand out the runner scope it does not hold itself. */
export async function createKey(
  db: Db,
  caller: Caller,
  wish: z.infer<typeof KeyCreate>,
  now: number,
): Promise<{ row: KeyRow; secret: string } | Refusal> {
  const excess = wish.scopes.find((scope) => !mayGrant(caller, scope));
  if (excess) {
    return refuse(
      "scope_missing",
      `A key cannot give away the scope \`${excess}\`, which yours lacks.`,
      "/scopes",
    );
  }
  const isPublishable = wish.kind === "publishable";
  const secret = `${isPublishable ? "opk" : "opx"}_${randomText(SECRET_CHARACTERS)}`;
  const row: KeyRow = {
    id: newId("key", now),
    ownerId: caller.id,
    name: wish.name,
    prefix: secret.slice(0, PREFIX_CHARACTERS),
    sha256: await sha256Hex(secret),
    scopes: [...new Set(wish.scopes)],
    origins: isPublishable ? [...new Set(wish.origins)] : null,
    dailyGenerations: wish.generations_per_day ?? null,
    countedDay: 0,
    counted: 0,
    createdAt: now,
    expiresAt: earlier(
      caller.keyExpiresAt,
      wish.expires_in_days === undefined ? null : now + wish.expires_in_days * DAY_MS,
    ),
    lastUsedAt: null,
    revokedAt: null,
  };
  const live = await db.$count(apiKeys, and(eq(apiKeys.ownerId, caller.id), isNull(apiKeys.revokedAt)));
  if (live >= API_KEYS_PER_OWNER_MAX) {
    return refuse(
      "quota_exceeded",
      `An account holds at most ${API_KEYS_PER_OWNER_MAX} keys; revoke one first.`,
    );
  }
  await db.insert(apiKeys).values(row);
  return { row, secret };
}

/** The earlier of two ends; null is none. */
function earlier(a: number | null, b: number | null): number | null {
  return a === null || b === null ? (a ?? b) : Math.min(a, b);
}

function mayGrant(caller: Caller, scope: Scope): boolean {
  return caller.signedInBy === "session" || caller.scopes.includes(scope);
}

export async function listKeys(db: Db, ownerId: Caller["id"]): Promise<KeyRow[]> {
  return db
    .select()
    .from(apiKeys)
    .where(and(eq(apiKeys.ownerId, ownerId), isNull(apiKeys.revokedAt)))
    .orderBy(desc(apiKeys.createdAt), desc(apiKeys.id))
    .all();
}

/** A key ends no key that may do more than itself: one that only reads must not be able to stop the runners. */
export async function revokeKey(
  db: Db,
  caller: Caller,
  id: KeyRow["id"],
  now: number,
): Promise<KeyRow | Refusal> {
  const live = and(eq(apiKeys.id, id), eq(apiKeys.ownerId, caller.id), isNull(apiKeys.revokedAt));
  const row = await db.select().from(apiKeys).where(live).get();
  if (!row) return refuse("not_found", `You have no key ${id}.`);
  const excess = row.scopes.find((scope) => !mayGrant(caller, scope));
  if (excess) return refuse("scope_missing", `That key has the scope \`${excess}\`, which yours lacks.`);
  await db.update(apiKeys).set({ revokedAt: now }).where(live);
  return { ...row, revokedAt: now };
}
