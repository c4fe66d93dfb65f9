// API keys: `opx_`, of a publishable one `opk_`, and 200 random bits, shown once, kept as SHA-256. A plain hash is enough: 200 bits cannot be guessed.

import { and, desc, eq, gt, isNull, or } from "drizzle-orm";
import type { z } from "zod";
import type { KeyCreate, Scope } from "../../schema/contract/account.ts";
import { API_KEYS_PER_OWNER_MAX } from "../../schema/contract/limits.ts";
import type { KeyRow } from "../../schema/tables.ts";
import { apiKeys, users } from "../../schema/tables.ts";
import type { Db } from "../db.ts";
import type { Env } from "../env.ts";
import { DAY_MS, HOUR_MS } from "../lib/clock.ts";
import { newId, randomText } from "../lib/ids.ts";
import { Refusal, refuse } from "../lib/refusal.ts";
import { sha256Hex } from "../lib/sha256.ts";
import type { Caller } from "../rights/rights.ts";
import { roleOf } from "../rights/roles.ts";

const KEY_PREFIX = "opx_";
const PAGE_KEY_PREFIX = "opk_";
export const isOurs = (token: string): boolean =>
  [KEY_PREFIX, PAGE_KEY_PREFIX].some((is) => token.startsWith(is));
const SECRET_CHARACTERS = 40;
const PREFIX_CHARACTERS = 8;
/** How stale `last_used_at` may be: a write for every request would cost more than the exact time is worth. */
const LAST_USED_STEP_MS = 60_000;

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
  return { ...person, signedInBy: "key", scopes, keyId, keyExpiresAt, pageKey };
}

/** For a signed-in person, never for a key: one that leaked must not leave others behind when it is revoked. */
export async function createKey(
  db: Db,
  caller: Caller,
  input: z.infer<typeof KeyCreate>,
  now: number,
): Promise<{ row: KeyRow; secret: string } | Refusal> {
  const end = input.expires_in_days === undefined ? null : now + input.expires_in_days * DAY_MS;
  const page = {
    origins: input.kind === "publishable" ? [...new Set(input.origins)] : null,
    dailyGenerations: input.generations_per_day ?? null,
  };
  const { row, secret } = await newKey(caller, { ...input, ...page }, end, now);
  // One that was replaced ends by itself.
  const held = and(eq(apiKeys.ownerId, caller.id), isNull(apiKeys.revokedAt), isNull(apiKeys.replacedBy));
  const live = await db.$count(apiKeys, held);
  if (live >= API_KEYS_PER_OWNER_MAX) {
    return refuse(
      "quota_exceeded",
      `An account holds at most ${API_KEYS_PER_OWNER_MAX} keys; revoke one first.`,
    );
  }
  await db.insert(apiKeys).values(row);
  return { row, secret };
}

async function newKey(
  caller: Caller,
  {
    name,
    scopes,
    origins,
    dailyGenerations,
  }: Pick<KeyRow, "name" | "scopes" | "origins" | "dailyGenerations">,
  expiresAt: number | null,
  now: number,
): Promise<{ row: KeyRow; secret: string }> {
  const secret = `${origins === null ? KEY_PREFIX : PAGE_KEY_PREFIX}${randomText(SECRET_CHARACTERS)}`;
  const row: KeyRow = {
    id: newId("key", now),
    ownerId: caller.id,
    name,
    prefix: secret.slice(0, PREFIX_CHARACTERS),
    sha256: await sha256Hex(secret),
    scopes: [...new Set(scopes)],
    origins,
    dailyGenerations,
    countedDay: 0,
    counted: 0,
    createdAt: now,
    expiresAt: earlier(caller.keyExpiresAt, expiresAt),
    lastUsedAt: null,
    revokedAt: null,
    replacedBy: null,
  };
  return { row, secret };
}

/** The earlier of two expiry times; null means no expiry. */
function earlier(a: number | null, b: number | null): number | null {
  return a === null || b === null ? (a ?? b) : Math.min(a, b);
}

function mayGrant(caller: Caller, scope: Scope): boolean {
  return caller.signedInBy === "session" || caller.scopes.includes(scope);
}

/** One that was replaced is listed while it still works. */
export async function listKeys(db: Db, ownerId: Caller["id"], now: number): Promise<KeyRow[]> {
  return db
    .select()
    .from(apiKeys)
    .where(
      and(
        eq(apiKeys.ownerId, ownerId),
        isNull(apiKeys.revokedAt),
        or(isNull(apiKeys.replacedBy), gt(apiKeys.expiresAt, now)),
      ),
    )
    .orderBy(desc(apiKeys.createdAt), desc(apiKeys.id))
    .all();
}

const LIVE = "owner_id = ?2 AND revoked_at IS NULL AND replaced_by IS NULL";

const REPLACE = `
INSERT INTO api_keys (id, owner_id, name, prefix, sha256, scopes, created_at, expires_at, origins,
  daily_generations, counted_day, counted)
SELECT ?3, owner_id, name, ?4, ?5, scopes, ?6, ?7, origins, daily_generations, counted_day, counted FROM api_keys WHERE id = ?1 AND ${LIVE}`;

const END_REPLACED = `
UPDATE api_keys SET replaced_by = ?3, expires_at = min(coalesce(expires_at, ?4), ?4)
WHERE id = ?1 AND ${LIVE} AND EXISTS (SELECT 1 FROM api_keys WHERE id = ?3)
RETURNING id`;

/** A new key of the same name, scopes, pages and length of life takes the place of one, which works on for a while. */
export async function rotateKey(
  { db, caller, now }: { db: Db; caller: Caller; now: number },
  id: KeyRow["id"],
  overlapHours: number,
): Promise<{ row: KeyRow; secret: string } | Refusal> {
  const old = await heldKey(db, caller, id);
  if (old instanceof Refusal) return old;
  if (caller.keyId !== null && caller.keyId !== id) {
    return new Refusal("session_required", "A key rotates itself alone; for others, sign in on the site.");
  }
  const taken = (by: KeyRow["id"]) =>
    refuse("key_rotated", `This key was rotated already: ${by} took its place.`);
  if (old.replacedBy) return taken(old.replacedBy);
  const end = old.expiresAt === null ? null : now + old.expiresAt - old.createdAt;
  const fresh = await newKey(caller, old, end, now);
  const { prefix, sha256, expiresAt } = fresh.row;
  const [, ended] = await db.$client.batch<{ id: KeyRow["id"] }>([
    db.$client.prepare(REPLACE).bind(id, caller.id, fresh.row.id, prefix, sha256, now, expiresAt),
    db.$client.prepare(END_REPLACED).bind(id, caller.id, fresh.row.id, now + overlapHours * HOUR_MS),
  ]);
  if (ended?.results.length === 1) return fresh;
  // Another rotation or a revocation came first.
  const present = await heldKey(db, caller, id);
  return present instanceof Refusal || !present.replacedBy ? noKey(id) : taken(present.replacedBy);
}

export async function revokeKey(
  db: Db,
  caller: Caller,
  id: KeyRow["id"],
  now: number,
): Promise<KeyRow | Refusal> {
  const row = await heldKey(db, caller, id);
  if (row instanceof Refusal) return row;
  await db
    .update(apiKeys)
    .set({ revokedAt: now })
    .where(and(eq(apiKeys.id, id), isNull(apiKeys.revokedAt)));
  return { ...row, revokedAt: now };
}

const noKey = (id: KeyRow["id"]) => refuse("not_found", `You have no key ${id}.`);

/** A key ends or replaces no key that may do more than itself: one that only reads must not be able to stop the runners. */
async function heldKey(db: Db, caller: Caller, id: KeyRow["id"]): Promise<KeyRow | Refusal> {
  const live = and(eq(apiKeys.id, id), eq(apiKeys.ownerId, caller.id), isNull(apiKeys.revokedAt));
  const row = await db.select().from(apiKeys).where(live).get();
  if (!row) return noKey(id);
  const excess = row.scopes.find((scope) => !mayGrant(caller, scope));
  if (excess) return refuse("scope_missing", `That key has the scope \`${excess}\`, which yours lacks.`);
  return row;
}
