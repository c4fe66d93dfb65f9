// Deliveries as their owner sees them: list, replay, and expiry. Rows are written by triggers, and by `ping`.

import { and, desc, eq, lt, sql } from "drizzle-orm";
import type { Id } from "../../schema/contract/ids.ts";
import { DELIVERIES_REPLAYED_MAX, DELIVERY_KEPT_DAYS } from "../../schema/contract/limits.ts";
import type { Delivery } from "../../schema/contract/webhooks.ts";
import type { DeliveryRow, WebhookRow } from "../../schema/tables.ts";
import { deliveries, webhooks } from "../../schema/tables.ts";
import type { Db } from "../db.ts";
import { DAY_MS, isoTime, isoTimeOrNull } from "../lib/clock.ts";
import { pageOfRows, readCursor } from "../lib/cursor.ts";
import { Refusal, refuse } from "../lib/refusal.ts";
import type { Caller } from "../rights/rights.ts";

export const PING = "webhook.ping";

const DELETED_AT_ONCE = 1_000;

type Filter = {
  webhook_id?: Id<"whk"> | undefined;
  job_id?: Id<"job"> | undefined;
  state?: DeliveryRow["state"] | undefined;
};

export async function listDeliveries(
  db: Db,
  caller: Caller,
  query: Filter & { limit: number; cursor?: string | undefined },
): Promise<{ items: DeliveryRow[]; next_cursor: string | null } | Refusal> {
  const before = readCursor(query.cursor, [0]);
  if (before instanceof Refusal) return before;
  const rows = await db
    .select()
    .from(deliveries)
    .where(
      and(
        eq(deliveries.ownerId, caller.id),
        query.webhook_id && eq(deliveries.webhookId, query.webhook_id),
        query.job_id && eq(deliveries.jobId, query.job_id),
        query.state && eq(deliveries.state, query.state),
        before ? sql`${deliveries.seq} < ${before[0]}` : undefined,
      ),
    )
    .orderBy(desc(deliveries.seq))
    .limit(query.limit + 1)
    .all();
  return pageOfRows(rows, query.limit, (row) => [row.seq]);
}

export async function findDelivery(db: Db, caller: Caller, id: Id<"dlv">): Promise<DeliveryRow | Refusal> {
  const row = await db
    .select()
    .from(deliveries)
    .where(and(eq(deliveries.id, id), eq(deliveries.ownerId, caller.id)))
    .get();
  return row ?? refuse("not_found", `You have no delivery ${id}. They are kept ${DELIVERY_KEPT_DAYS} days.`);
}

const INSERT_PING = `
INSERT INTO deliveries (seq, id, owner_id, webhook_id, type, url, shape, origin, state, next_attempt_at, created_at)
SELECT n, 'dlv_' || printf('%010x', n) || lower(hex(randomblob(8))), ?1, ?2, '${PING}', ?3, 'native', ?4, 'pending', ?5, ?5
FROM (SELECT coalesce(max(seq), 0) + 1 AS n FROM deliveries)
RETURNING id`;

/** A message without a job, to test an endpoint. It is tried once. */
export async function insertPing(db: Db, webhook: WebhookRow, now: number): Promise<DeliveryRow["id"]> {
  const { ownerId, id, url, origin } = webhook;
  const row = await db.$client
    .prepare(INSERT_PING)
    .bind(ownerId, id, url, origin, now)
    .first<{ id: DeliveryRow["id"] }>();
  if (!row) throw new Error("The ping was not written");
  return row.id;
}

/** Resets a delivery, to the endpoint's present address. The message and its id stay, so that a receiver can recognise it. */
const again = (now: number) => ({
  state: "pending" as const,
  tries: 0,
  nextAttemptAt: now,
  finishedAt: null,
  url: sql<string>`coalesce((select url from webhooks where webhooks.id = ${deliveries.webhookId}), ${deliveries.url})`,
});

export async function replay(db: Db, row: DeliveryRow, now: number): Promise<DeliveryRow | Refusal> {
  if (row.state === "pending") return row;
  const enabled = row.webhookId === null ? null : await db.$count(webhooks, isEnabled(row.webhookId));
  if (enabled === 0) return disabledRefusal();
  const rows = await db.update(deliveries).set(again(now)).where(eq(deliveries.id, row.id)).returning();
  return rows[0] ?? refuse("not_found", `You have no delivery ${row.id}.`);
}

/** The oldest that failed, up to a number at once; how many there were. */
export async function replayFailed(
  db: Db,
  webhook: WebhookRow,
  now: number,
): Promise<DeliveryRow["id"][] | Refusal> {
  if (webhook.disabledReason !== null) return disabledRefusal();
  const failed = db
    .select({ seq: deliveries.seq })
    .from(deliveries)
    .where(
      and(
        eq(deliveries.webhookId, webhook.id),
        eq(deliveries.state, "failed"),
        sql`${deliveries.type} <> ${PING}`,
      ),
    )
    .orderBy(deliveries.seq)
    .limit(DELIVERIES_REPLAYED_MAX);
  const rows = await db
    .update(deliveries)
    .set(again(now))
    .where(sql`${deliveries.seq} in ${failed}`)
    .returning({ id: deliveries.id });
  return rows.map(({ id }) => id);
}

const isEnabled = (id: Id<"whk">) => and(eq(webhooks.id, id), sql`${webhooks.disabledReason} is null`);
const disabledRefusal = () =>
  refuse("webhook_disabled", "Nothing is sent to a disabled webhook. Enable it first.");

/** For a batch: ends the pending deliveries of an endpoint that is disabled. They can be replayed later. */
export function endPending(db: Db, webhookId: Id<"whk">, why: string, now: number) {
  const attempt = { at: isoTime(now), duration_ms: 0, response_status: null, error: why };
  return db
    .update(deliveries)
    .set({
      state: "failed",
      nextAttemptAt: null,
      finishedAt: now,
      attempts: sql`json_insert(${deliveries.attempts}, '$[#]', json(${JSON.stringify(attempt)}))`,
    })
    .where(and(eq(deliveries.webhookId, webhookId), eq(deliveries.state, "pending")));
}

/** Cron: a bounded number at once, the rest in the next minute. */
export async function deleteExpiredDeliveries(db: Db, now: number): Promise<void> {
  const old = db
    .select({ seq: deliveries.seq })
    .from(deliveries)
    .where(
      and(lt(deliveries.createdAt, now - DELIVERY_KEPT_DAYS * DAY_MS), sql`${deliveries.state} <> 'pending'`),
    )
    .orderBy(deliveries.createdAt)
    .limit(DELETED_AT_ONCE);
  await db.delete(deliveries).where(sql`${deliveries.seq} in ${old}`);
}

export function deliveryJson(row: DeliveryRow): Delivery {
  return {
    id: row.id,
    webhook_id: row.webhookId,
    job_id: row.jobId,
    type: row.type,
    url: row.url,
    state: row.state,
    attempts: row.attempts,
    next_attempt_at: isoTimeOrNull(row.nextAttemptAt),
    created_at: isoTime(row.createdAt),
    finished_at: isoTimeOrNull(row.finishedAt),
  };
}
