// Idempotency-Key on POSTs that create: the first answer is kept a day and given again. Same key with another body is refused.
// Only successes are kept: a refusal changed nothing, so trying again is harmless. Not for keys, whose answer holds a secret.

import { and, eq, isNull, lt } from "drizzle-orm";
import { createMiddleware } from "hono/factory";
import { IDEMPOTENCY_TTL_SECONDS } from "../../schema/contract/limits.ts";
import { idempotency } from "../../schema/tables.ts";
import type { App, Db } from "../context.ts";
import { Refusal, Refused, refuse } from "../lib/refusal.ts";
import { sha256Hex } from "../lib/sha256.ts";

type Row = typeof idempotency.$inferSelect;

const KEY_MAX_CHARACTERS = 255;
/** A request that died without an answer holds its key this long. */
const IN_FLIGHT_MS = 120_000;
const RETRY_AFTER_SECONDS = 2;

export const idempotent = createMiddleware<App>(async (c, next) => {
  const key = c.req.header("idempotency-key");
  const { caller, db, now } = c.var;
  // Without a caller the route refuses by itself.
  if (key === undefined || caller === null) return next();
  if (key.length === 0 || key.length > KEY_MAX_CHARACTERS) {
    const detail = `An Idempotency-Key has 1 to ${KEY_MAX_CHARACTERS} characters.`;
    throw new Refused(refuse("request_invalid", detail, "idempotency-key"));
  }
  const requestSha256 = await sha256Hex(`${c.req.method} ${c.req.path}\n${await c.req.text()}`);
  const claim: Row = {
    ownerId: caller.id,
    key,
    requestSha256,
    status: null,
    location: null,
    body: null,
    createdAt: now,
  };
  const kept = await claimKey(db, claim, now);
  if (kept instanceof Refusal) throw new Refused(kept);
  if (kept) return replay(kept);

  await next();
  const mine = and(eq(idempotency.ownerId, caller.id), eq(idempotency.key, key));
  if (!c.res.ok) {
    await db.delete(idempotency).where(mine);
    return;
  }
  const body = await c.res.clone().text();
  const location = c.res.headers.get("location");
  await db.update(idempotency).set({ status: c.res.status, location, body }).where(mine);
});

/** Null if the key is ours now, the kept answer if there is one, or why neither. */
async function claimKey(db: Db, claim: Row, now: number): Promise<Row | Refusal | null> {
  const mine = and(eq(idempotency.ownerId, claim.ownerId), eq(idempotency.key, claim.key));
  await db.batch([
    db.delete(idempotency).where(and(mine, lt(idempotency.createdAt, now - IDEMPOTENCY_TTL_SECONDS * 1000))),
    db
      .delete(idempotency)
      .where(and(mine, isNull(idempotency.status), lt(idempotency.createdAt, now - IN_FLIGHT_MS))),
  ]);
  const won = await db.insert(idempotency).values(claim).onConflictDoNothing().returning();
  if (won.length > 0) return null;
  const kept = await db.select().from(idempotency).where(mine).get();
  if (kept && kept.requestSha256 !== claim.requestSha256) {
    return refuse(
      "idempotency_mismatch",
      "This Idempotency-Key was used for another request.",
      "idempotency-key",
    );
  }
  if (kept && kept.status !== null) return kept;
  const detail = "The first request with this Idempotency-Key has not finished.";
  return new Refusal("idempotency_in_flight", detail, [], RETRY_AFTER_SECONDS);
}

function replay(row: Row): Response {
  const headers = new Headers({ "content-type": "application/json", "idempotent-replayed": "true" });
  if (row.location) headers.set("location", row.location);
  return new Response(row.body, { status: row.status ?? 200, headers });
}

/** Cron: drops what is older than a day. */
export async function forgetOldKeys(db: Db, now: number): Promise<void> {
  await db.delete(idempotency).where(lt(idempotency.createdAt, now - IDEMPOTENCY_TTL_SECONDS * 1000));
}
