// One attempt to deliver: claim, send, conclude. A claim is a conditional UPDATE that postpones the delivery, so that two consumers
// never send it at once, and the delivery of a consumer that dies is retried.

import { and, eq, sql } from "drizzle-orm";
import { cutText } from "../../schema/contract/cut-text.ts";
import type { Id } from "../../schema/contract/ids.ts";
import {
  DELIVERY_ATTEMPTS_KEPT,
  WEBHOOK_ANSWER_MAX_BYTES,
  WEBHOOK_TIMEOUT_SECONDS,
} from "../../schema/contract/limits.ts";
import { cleaned } from "../../schema/contract/text.ts";
import { type DeliveryRow, deliveries, jobs, type WebhookRow, webhooks } from "../../schema/tables.ts";
import type { Db } from "../db.ts";
import type { Env } from "../env.ts";
import { isoTime } from "../lib/clock.ts";
import { notificationRow } from "../notify/notifications.ts";
import type { Signer } from "../storage/output-urls.ts";
import { targetOf } from "./addresses.ts";
import { bodyOf } from "./bodies.ts";
import { endPending, PING } from "./deliveries.ts";
import { type Resolve, resolveByHttps } from "./resolve.ts";
import { disabling, type Outcome, retryAfterSeconds, retryAt } from "./schedule.ts";
import { defaultSecrets } from "./secrets.ts";
import { signatureHeaders, validSecrets } from "./signing.ts";

/** Longer than an attempt takes with its look-up and its rows. */
const CLAIM_MS = 60_000;
const EXCERPT_CHARACTERS = 200;

/** Dependencies and settings, as arguments for tests. */
export type SendingOptions = {
  resolve?: Resolve;
  chance?: number;
  allowLoopback: boolean;
  /** Signs the addresses of pictures in a message. */
  signer: Signer;
};

export const sendingOptionsOf = (env: Env): SendingOptions => ({
  allowLoopback: env.WEBHOOK_ALLOW_LOOPBACK === "true",
  signer: env,
});

/** Tries once if it is due. Returns the delivery afterwards, or null if there was nothing to do. */
export async function deliver(
  db: Db,
  id: DeliveryRow["id"],
  options: SendingOptions,
  now: number,
): Promise<DeliveryRow | null> {
  const claimed = await claim(db, id, now);
  if (!claimed) return null;
  const webhook = claimed.webhookId && (await webhookOf(db, claimed.webhookId));
  // Deleted in the meantime, and its deliveries with it.
  if (webhook === undefined) return null;
  const body = claimed.body ?? (await bodyOrNull(db, claimed, options));
  const secrets = validSecrets(webhook || (await defaultSecrets(db, claimed.ownerId)), now);
  const began = Date.now();
  const outcome =
    body === null
      ? failed("The message could not be written.")
      : await attempt(
          { url: claimed.url, headers: await signatureHeaders(secrets, id, now, body), body },
          options,
          now,
        );
  const attempts = [
    ...claimed.attempts,
    {
      at: isoTime(now),
      duration_ms: Date.now() - began,
      response_status: outcome.status,
      error: outcome.error,
    },
  ].slice(-DELIVERY_ATTEMPTS_KEPT);
  return conclude(
    db,
    { row: { ...claimed, body, attempts }, webhook: webhook || null, outcome },
    {
      now: now + (Date.now() - began),
      chance: options.chance ?? Math.random(),
    },
  );
}

/**
 * An untried delivery is always due: its time was set by the database's clock, and a machine whose clock is a little behind
 * would skip it and leave it to cron.
 */
async function claim(db: Db, id: DeliveryRow["id"], now: number): Promise<DeliveryRow | null> {
  const rows = await db
    .update(deliveries)
    .set({ tries: sql`${deliveries.tries} + 1`, nextAttemptAt: now + CLAIM_MS })
    .where(
      and(
        eq(deliveries.id, id),
        eq(deliveries.state, "pending"),
        sql`(${deliveries.tries} = 0 or ${deliveries.nextAttemptAt} <= ${now})`,
      ),
    )
    .returning();
  return rows[0] ?? null;
}

const webhookOf = (db: Db, id: Id<"whk">) => db.select().from(webhooks).where(eq(webhooks.id, id)).get();

/** A message whose body cannot be made must not be retried forever: it counts as a failed attempt. */
async function bodyOrNull(db: Db, row: DeliveryRow, { signer }: SendingOptions): Promise<string | null> {
  try {
    const job = row.jobId && (await jobOf(db, row.jobId));
    if (row.jobId && !job) throw new Error(`Job ${row.jobId} is gone`);
    return await bodyOf(db, job || null, row, signer);
  } catch (error) {
    console.error("A message was not written", row.id, error);
    return null;
  }
}

async function jobOf(db: Db, id: Id<"job">) {
  return (await db.select().from(jobs).where(eq(jobs.id, id)).get()) ?? null;
}

const failed = (error: string, status: number | null = null, retryAfter: number | null = null): Outcome => ({
  status,
  error,
  retryAfterSeconds: retryAfter,
});

async function attempt(
  { url, headers, body }: { url: string; headers: Record<string, string>; body: string },
  { resolve = resolveByHttps, allowLoopback }: SendingOptions,
  now: number,
): Promise<Outcome> {
  const target = targetOf(url, allowLoopback);
  if (typeof target === "string") return failed(target);
  const fault = target.kind === "name" ? await resolve(target.name) : null;
  if (fault) return failed(fault);
  try {
    const response = await fetch(url, {
      method: "POST",
      headers: { "content-type": "application/json", "user-agent": "Orthoplex-Webhooks/1", ...headers },
      body,
      redirect: "manual",
      signal: AbortSignal.timeout(WEBHOOK_TIMEOUT_SECONDS * 1000),
    });
    if (response.ok) {
      await response.body?.cancel();
      return { status: response.status, error: null, retryAfterSeconds: null };
    }
    const text = cutText(cleaned(await beginningOf(response)), EXCERPT_CHARACTERS).trim();
    const redirected = response.status >= 300 && response.status < 400;
    const said = redirected
      ? "Redirects are not followed."
      : `It answered ${response.status}${text && `: ${text}`}`;
    return failed(said, response.status, retryAfterSeconds(response.headers.get("retry-after"), now));
  } catch (error) {
    const late = error instanceof Error && (error.name === "TimeoutError" || error.name === "AbortError");
    return failed(
      late ? `No answer within ${WEBHOOK_TIMEOUT_SECONDS} seconds.` : `No connection: ${reasonOf(error)}`,
    );
  }
}

const reasonOf = (error: unknown) =>
  cutText(error instanceof Error ? error.message : String(error), EXCERPT_CHARACTERS);

/** The first bytes of a response as text; the rest is not read. */
async function beginningOf(response: Response): Promise<string> {
  const reader = response.body?.getReader();
  const decoder = new TextDecoder();
  let [text, read] = ["", 0];
  while (reader && read < WEBHOOK_ANSWER_MAX_BYTES) {
    const { done, value } = await reader.read();
    if (done) return text + decoder.decode();
    read += value.length;
    text += decoder.decode(value, { stream: true });
  }
  await reader?.cancel();
  return text;
}

type Clock = { now: number; chance: number };

/** Writes the outcome. Fenced by `tries`: an expired claim that was taken over writes nothing. */
async function conclude(
  db: Db,
  { row, webhook, outcome }: { row: DeliveryRow; webhook: WebhookRow | null; outcome: Outcome },
  { now, chance }: Clock,
): Promise<DeliveryRow | null> {
  const next = outcome.error === null || row.type === PING ? null : retryAt(outcome, row.tries, now, chance);
  const state = outcome.error === null ? "delivered" : next === null ? "failed" : "pending";
  const ended = { state, body: row.body, attempts: row.attempts, nextAttemptAt: next } as const;
  const write = db
    .update(deliveries)
    .set({ ...ended, finishedAt: next === null ? now : null })
    .where(and(eq(deliveries.id, row.id), eq(deliveries.tries, row.tries), eq(deliveries.state, "pending")))
    .returning();
  const [written] = webhook
    ? await db.batch([write, ...consequences(db, webhook, outcome, now)])
    : await db.batch([write]);
  return written[0] ?? null;
}

function consequences(db: Db, webhook: WebhookRow, outcome: Outcome, now: number) {
  const mine = eq(webhooks.id, webhook.id);
  if (outcome.error === null) {
    return [
      db
        .update(webhooks)
        .set({ failures: 0, failingSince: null })
        .where(and(mine, sql`${webhooks.failures} > 0`)),
    ];
  }
  const count = db
    .update(webhooks)
    .set({
      failures: sql`${webhooks.failures} + 1`,
      failingSince: sql`coalesce(${webhooks.failingSince}, ${now})`,
    })
    .where(mine);
  const reason = webhook.disabledReason === null ? disabling(outcome, webhook, now) : null;
  if (reason === null) return [count];
  const why =
    reason === "gone" ? "The webhook answered 410 and was disabled." : "The webhook failed for days.";
  const note = {
    userId: webhook.ownerId,
    kind: "webhook_disabled" as const,
    actorId: null,
    targetId: webhook.id,
    data: { reason: `${webhook.url} ${reason === "gone" ? "answered 410" : "has failed for days"}` },
  };
  const still = sql`exists (select 1 from webhooks where id = ${webhook.id} and disabled_reason is null)`;
  return [
    count,
    // The first attempt that disables the endpoint notifies its owner; its pending deliveries end.
    notificationRow(db, note, now, still),
    db
      .update(webhooks)
      .set({ disabledReason: reason, updatedAt: now })
      .where(and(mine, sql`${webhooks.disabledReason} is null`)),
    endPending(db, webhook.id, why, now),
  ];
}
