// The default secret of an account: signs messages to webhooks that jobs name. Made when it is first read or needed.

import { type Column, eq, sql } from "drizzle-orm";
import type { Id } from "../../schema/contract/ids.ts";
import { WEBHOOK_OLD_SECRET_SECONDS } from "../../schema/contract/limits.ts";
import { webhookSecrets } from "../../schema/tables.ts";
import type { Db } from "../db.ts";
import { newSecret, type Secrets } from "./signing.ts";

export async function defaultSecrets(db: Db, ownerId: Id<"usr">): Promise<Secrets> {
  const mine = eq(webhookSecrets.ownerId, ownerId);
  const kept = await db.select().from(webhookSecrets).where(mine).get();
  if (kept) return kept;
  await db
    .insert(webhookSecrets)
    .values({ ownerId, secret: newSecret(), oldSecret: null, oldSecretUntil: null })
    .onConflictDoNothing();
  const made = await db.select().from(webhookSecrets).where(mine).get();
  if (!made) throw new Error(`No secret of ${ownerId}`);
  return made;
}

/** The values that a rotation writes. After two rotations within a day the first secret is no longer valid. */
export const rotated = (table: { secret: Column }, now: number) => ({
  secret: newSecret(),
  oldSecret: sql<string>`${table.secret}`,
  oldSecretUntil: now + WEBHOOK_OLD_SECRET_SECONDS * 1000,
});

export async function rotateDefaultSecret(db: Db, ownerId: Id<"usr">, now: number): Promise<Secrets> {
  await defaultSecrets(db, ownerId);
  await db
    .update(webhookSecrets)
    .set(rotated(webhookSecrets, now))
    .where(eq(webhookSecrets.ownerId, ownerId));
  return defaultSecrets(db, ownerId);
}
