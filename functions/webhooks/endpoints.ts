// Endpoints: addresses that receive messages about their owner's jobs, and for which events.

import { and, asc, eq } from "drizzle-orm";
import type { z } from "zod";
import type { Id } from "../../schema/contract/ids.ts";
import { WEBHOOKS_PER_OWNER_MAX } from "../../schema/contract/limits.ts";
import type { Webhook, WebhookCreate, WebhookPatch } from "../../schema/contract/webhooks.ts";
import type { WebhookRow } from "../../schema/tables.ts";
import { deliveries, webhooks } from "../../schema/tables.ts";
import type { Db } from "../db.ts";
import { isoTime, isoTimeOrNull } from "../lib/clock.ts";
import { newId } from "../lib/ids.ts";
import { type Refusal, refuse } from "../lib/refusal.ts";
import type { Caller } from "../rights/rights.ts";
import { targetOf } from "./addresses.ts";
import { endPending } from "./deliveries.ts";
import { rotated } from "./secrets.ts";
import { newSecret } from "./signing.ts";

/** Refuses an address that no webhook may go to. A name is resolved when something is sent. */
export function urlFault(url: string, allowLoopback: boolean, pointer: string): Refusal | null {
  const target = targetOf(url, allowLoopback);
  return typeof target === "string" ? refuse("request_invalid", target, pointer) : null;
}

export async function createWebhook(
  db: Db,
  caller: Caller,
  input: z.infer<typeof WebhookCreate>,
  at: { origin: string; allowLoopback: boolean; now: number },
): Promise<WebhookRow | Refusal> {
  const fault = urlFault(input.url, at.allowLoopback, "/url");
  if (fault) return fault;
  const count = await db.$count(webhooks, eq(webhooks.ownerId, caller.id));
  if (count >= WEBHOOKS_PER_OWNER_MAX) {
    return refuse(
      "quota_exceeded",
      `An account has at most ${WEBHOOKS_PER_OWNER_MAX} webhooks; delete one first.`,
    );
  }
  const row: WebhookRow = {
    ...input,
    id: newId("whk", at.now),
    ownerId: caller.id,
    events: [...new Set(input.events)],
    origin: at.origin,
    secret: newSecret(),
    oldSecret: null,
    oldSecretUntil: null,
    disabledReason: null,
    failures: 0,
    failingSince: null,
    createdAt: at.now,
    updatedAt: at.now,
  };
  await db.insert(webhooks).values(row);
  return row;
}

export async function listWebhooks(db: Db, caller: Caller): Promise<WebhookRow[]> {
  return db
    .select()
    .from(webhooks)
    .where(eq(webhooks.ownerId, caller.id))
    .orderBy(asc(webhooks.createdAt), asc(webhooks.id))
    .all();
}

export async function findWebhook(db: Db, caller: Caller, id: Id<"whk">): Promise<WebhookRow | Refusal> {
  const row = await db
    .select()
    .from(webhooks)
    .where(and(eq(webhooks.id, id), eq(webhooks.ownerId, caller.id)))
    .get();
  return row ?? refuse("not_found", `You have no webhook ${id}.`);
}

/** Enabling begins a new count of failures; disabling ends pending deliveries. */
export async function changeWebhook(
  db: Db,
  row: WebhookRow,
  input: z.infer<typeof WebhookPatch>,
  at: { allowLoopback: boolean; now: number },
): Promise<WebhookRow | Refusal> {
  const fault = input.url === undefined ? null : urlFault(input.url, at.allowLoopback, "/url");
  if (fault) return fault;
  const { enabled, ...facts } = input;
  const standing =
    enabled === undefined
      ? {}
      : enabled
        ? { disabledReason: null, failures: 0, failingSince: null }
        : { disabledReason: row.disabledReason ?? ("owner" as const) };
  const change = db
    .update(webhooks)
    .set({ ...facts, ...standing, updatedAt: at.now })
    .where(eq(webhooks.id, row.id))
    .returning();
  const [changed] =
    enabled === false
      ? await db.batch([change, endPending(db, row.id, "The webhook was disabled.", at.now)])
      : await db.batch([change]);
  return changed[0] ?? refuse("not_found", `You have no webhook ${row.id}.`);
}

export async function deleteWebhook(db: Db, row: WebhookRow): Promise<void> {
  await db.batch([
    db.delete(deliveries).where(eq(deliveries.webhookId, row.id)),
    db.delete(webhooks).where(eq(webhooks.id, row.id)),
  ]);
}

/** An endpoint that was deleted in the meantime has no secret to rotate. */
export async function rotateSecret(db: Db, row: WebhookRow, now: number): Promise<WebhookRow | Refusal> {
  const changed = await db
    .update(webhooks)
    .set({ ...rotated(webhooks, now), updatedAt: now })
    .where(eq(webhooks.id, row.id))
    .returning();
  return changed[0] ?? refuse("not_found", `You have no webhook ${row.id}.`);
}

export function webhookJson(row: WebhookRow, now: number): Webhook {
  const oldSecretUntil = (row.oldSecretUntil ?? 0) > now ? row.oldSecretUntil : null;
  return {
    id: row.id,
    url: row.url,
    description: row.description,
    events: row.events,
    enabled: row.disabledReason === null,
    disabled_reason: row.disabledReason,
    failures: row.failures,
    failing_since: isoTimeOrNull(row.failingSince),
    old_secret_until: isoTimeOrNull(oldSecretUntil),
    created_at: isoTime(row.createdAt),
    updated_at: isoTime(row.updatedAt),
  };
}
