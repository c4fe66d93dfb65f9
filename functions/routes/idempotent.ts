// Idempotency-Key on POSTs that create: the first response is stored for a day and repeated. The same key with another body is refused.
// Only successes are kept: a refusal changed nothing, so trying again is harmless. Not for keys, whose answer holds a secret. The key reserves
// the job's id in advance, so that an order whose Worker died half-way is not placed twice.

import { and, eq, gt, isNull, lt, or, sql } from "drizzle-orm";
import { createMiddleware } from "hono/factory";
import type { Scope } from "../../schema/contract/account.ts";
import { IDEMPOTENCY_TTL_SECONDS } from "../../schema/contract/limits.ts";
import { token } from "../../schema/contract/text.ts";
import { idempotency, jobs } from "../../schema/tables.ts";
import type { App, ClaimedJob } from "../context.ts";
import type { Db } from "../db.ts";
import { newId } from "../lib/ids.ts";
import { Refusal, Refused, refuse } from "../lib/refusal.ts";
import { sha256Hex } from "../lib/sha256.ts";
import { type Caller, callerWith, sessionOf } from "../rights/rights.ts";

type Row = typeof idempotency.$inferSelect;

const KEY_MAX_CHARACTERS = 255;
const Key = token(KEY_MAX_CHARACTERS).min(1);
/** A request that died without a response locks its key for so long; so does one from before a clock was set back. */
const IN_FLIGHT_MS = 120_000;
const RETRY_AFTER_SECONDS = 2;

/** Who may call the route: a stored answer is returned to nobody else. */
type Right = Scope | "session";
const isGranted = (caller: Caller | null, right: Right): caller is Caller =>
  !((right === "session" ? sessionOf(caller) : callerWith(caller, right)) instanceof Refusal);

/** `right` is the one that the route asks for. */
export const idempotent = (right: Right) =>
  createMiddleware<App>(async (c, next) => {
    const key = c.req.header("idempotency-key");
    const { caller, db, now } = c.var;
    // Without the right the route refuses by itself.
    if (key === undefined || !isGranted(caller, right)) return next();
    if (!Key.safeParse(key).success) {
      const detail = `An Idempotency-Key has 1 to ${KEY_MAX_CHARACTERS} characters, none of which is a control character.`;
      throw new Refused(refuse("request_invalid", detail, "idempotency-key"));
    }
    const requestSha256 = await sha256Hex(`${c.req.method} ${c.req.path}\n${await c.req.text()}`);
    const claim = {
      ownerId: caller.id,
      key,
      requestSha256,
      status: null,
      location: newId("job", now),
      body: null,
      createdAt: now,
    };
    const kept = await claimKey(db, claim, now);
    if (kept instanceof Refusal) throw new Refused(kept);
    if ("ownerId" in kept) return replay(kept);
    c.set("claimedJob", kept);
    if (kept.exists) c.header("idempotent-replayed", "true");

    await next();
    const mine = and(eq(idempotency.ownerId, caller.id), eq(idempotency.key, key));
    if (!c.res.ok) {
      // The job may have been made before something failed: then the key still leads to it.
      await db
        .delete(idempotency)
        .where(and(mine, sql`not exists (select 1 from ${jobs} where ${jobs.id} = ${kept.id})`));
      return;
    }
    const body = await c.res.clone().text();
    const location = c.res.headers.get("location");
    await db.update(idempotency).set({ status: c.res.status, location, body }).where(mine);
  });

/** The id for the job if this request claimed the key, the stored response if there is one, or the refusal. */
async function claimKey(
  db: Db,
  claim: Row & { location: ClaimedJob["id"] },
  now: number,
): Promise<Row | ClaimedJob | Refusal> {
  const mine = and(eq(idempotency.ownerId, claim.ownerId), eq(idempotency.key, claim.key));
  await db
    .delete(idempotency)
    .where(and(mine, lt(idempotency.createdAt, now - IDEMPOTENCY_TTL_SECONDS * 1000)));
  const won = await db.insert(idempotency).values(claim).onConflictDoNothing().returning();
  if (won.length > 0) return { id: claim.location, exists: false };
  const kept = await db.select().from(idempotency).where(mine).get();
  if (kept && kept.requestSha256 !== claim.requestSha256) {
    return refuse(
      "idempotency_mismatch",
      "This Idempotency-Key was used for another request.",
      "idempotency-key",
    );
  }
  if (kept && kept.status !== null) return kept;
  const id = kept?.location as ClaimedJob["id"] | null | undefined;
  if (id && (await db.$count(jobs, eq(jobs.id, id))) > 0) return { id, exists: true };
  const isDead = or(
    lt(idempotency.createdAt, now - IN_FLIGHT_MS),
    gt(idempotency.createdAt, now + IN_FLIGHT_MS),
  );
  const taken = await db
    .update(idempotency)
    .set({ createdAt: now })
    .where(and(mine, isNull(idempotency.status), isDead))
    .returning();
  if (taken.length > 0) return { id: id ?? claim.location, exists: false };
  const detail = "The first request with this Idempotency-Key has not finished.";
  return new Refusal("idempotency_in_flight", detail, [], { retryAfterSeconds: RETRY_AFTER_SECONDS });
}

function replay(row: Row): Response {
  const headers = new Headers({ "content-type": "application/json", "idempotent-replayed": "true" });
  if (row.location) headers.set("location", row.location);
  return new Response(row.body, { status: row.status ?? 200, headers });
}

/** Cron: deletes what is older than a day. */
export async function deleteExpiredIdempotencyKeys(db: Db, now: number): Promise<void> {
  await db.delete(idempotency).where(lt(idempotency.createdAt, now - IDEMPOTENCY_TTL_SECONDS * 1000));
}
