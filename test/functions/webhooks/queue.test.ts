// Nothing is lost between outbox and Queue: cron finds what the Queue lost, and a message that comes twice finds nothing to do.

import {
  createExecutionContext,
  createMessageBatch,
  createScheduledController,
  getQueueResult,
} from "cloudflare:test";
import { env } from "cloudflare:workers";
import { drizzle } from "drizzle-orm/d1";
import { beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import type { DeliveryMessage } from "../../../functions/env.ts";
import worker from "../../../functions/index.ts";
import { bodyOf } from "../../../functions/webhooks/bodies.ts";
import { type Generation, JobMessage } from "../../../schema/contract/index.ts";
import {
  DELIVERY_KEPT_DAYS,
  WEBHOOK_BODY_MAX_BYTES,
  WEBHOOK_RETRY_SECONDS,
} from "../../../schema/contract/limits.ts";
import { deliveries, jobs } from "../../../schema/tables.ts";
import { type Person, person } from "../cast.ts";
import { box, change, deliveriesOf, endpoint } from "./receiving.ts";

let ada: Person;
beforeAll(async () => {
  ada = await person("Ada");
});
beforeEach(async () => {
  await env.DB.batch(
    ["jobs", "webhooks", "deliveries"].map((table) => env.DB.prepare(`DELETE FROM ${table}`)),
  );
});

const generate = (more: Record<string, unknown> = {}) =>
  ada.must<Generation>("POST", "/v1/generations", { base: "cast-3", prompt: "a person", ...more });

async function waiting(how: string) {
  const receiver = box(how);
  await endpoint(ada, receiver.url, ["generation.failed"]);
  const job = await generate();
  await change(job.id, "failed");
  const [delivery] = await deliveriesOf(ada);
  return { ...receiver, job, id: (delivery?.id ?? "dlv_") as DeliveryMessage["deliveryId"] };
}

async function consume(...ids: DeliveryMessage["deliveryId"][]) {
  const messages = ids.map((deliveryId, i) => ({
    id: String(i),
    timestamp: new Date(),
    attempts: 1,
    body: { deliveryId },
  }));
  const batch = createMessageBatch<DeliveryMessage>("orthoplex-webhooks", messages);
  // The result names what is to come again, but not when.
  const [first] = batch.messages;
  const retry = first && vi.spyOn(first, "retry");
  await worker.queue(batch as never, env);
  const { explicitAcks, retryMessages } = await getQueueResult(batch, createExecutionContext());
  return { explicitAcks, again: retryMessages.map(({ msgId }) => msgId), delay: retry?.mock.calls[0]?.[0] };
}

const cron = (now: number) =>
  worker.scheduled(createScheduledController({ scheduledTime: new Date(now), cron: "* * * * *" }), env);

describe("a message of the Queue", () => {
  it("is acknowledged if its delivery succeeded, and retried if not", async () => {
    const good = await waiting("ok");
    expect(await consume(good.id)).toMatchObject({ explicitAcks: ["0"], again: [] });
    const bad = await waiting("status/500");
    const result = await consume(bad.id);
    expect(result).toMatchObject({ explicitAcks: [], again: ["0"] });
    expect(result.delay?.delaySeconds).toBeGreaterThanOrEqual(7_200);
  });

  it("that arrives twice, or for no delivery, changes nothing", async () => {
    const { id, arrived } = await waiting("ok");
    expect((await consume(id, id, "dlv_000000000000000000000000")).explicitAcks.sort()).toEqual([
      "0",
      "1",
      "2",
    ]);
    expect((await consume(id)).explicitAcks).toEqual(["0"]);
    expect((await arrived()).length).toBe(1);
  });
});

describe("cron", () => {
  it("sends what the Queue lost", async () => {
    const { until, arrived } = await waiting("ok");
    await cron(Date.now());
    expect(await arrived()).toEqual([]);
    await env.DB.prepare("UPDATE deliveries SET next_attempt_at = ?")
      .bind(Date.now() - 31_000)
      .run();
    await cron(Date.now());
    expect((await until(1)).length).toBe(1);
  });

  it("deletes old ended deliveries, and no pending one", async () => {
    await waiting("ok");
    await waiting("ok");
    const long = Date.now() - (DELIVERY_KEPT_DAYS * 86_400_000 + 1_000);
    await env.DB.prepare("UPDATE deliveries SET created_at = ?, next_attempt_at = 9000000000000")
      .bind(long)
      .run();
    await env.DB.prepare("UPDATE deliveries SET state = 'failed' WHERE seq = 1").run();
    await cron(Date.now());
    expect((await deliveriesOf(ada)).map(({ state }) => state)).toEqual(["pending", "pending"]);
  });
});

describe("a message that cannot be written", () => {
  it("counts as a failed attempt and is not retried for ever", async () => {
    const { id, arrived } = await waiting("ok");
    await env.DB.prepare("DELETE FROM jobs").run();
    for (let i = 0; i < WEBHOOK_RETRY_SECONDS.length + 1; i++) {
      await env.DB.prepare("UPDATE deliveries SET next_attempt_at = 0 WHERE state = 'pending'").run();
      await consume(id);
    }
    expect(await arrived()).toEqual([]);
    expect((await deliveriesOf(ada))[0]).toMatchObject({ state: "failed" });
  });
});

describe("a message's body", () => {
  async function written(): Promise<string> {
    const db = drizzle(env.DB);
    const [job] = await db.select().from(jobs).all();
    const [delivery] = await db.select().from(deliveries).all();
    if (!job || !delivery) throw new Error("Nothing was written");
    return bodyOf(db, job, delivery, env);
  }

  it("is shortened above its limit, and marked as abridged", async () => {
    await waiting("ok");
    expect(JobMessage.parse(JSON.parse(await written())).abridged).toBeUndefined();
    const long = { prompt: "é".repeat(WEBHOOK_BODY_MAX_BYTES / 2), adapters: [] };
    await env.DB.prepare("UPDATE jobs SET request = ?").bind(JSON.stringify(long)).run();
    const body = await written();
    expect(new TextEncoder().encode(body).length).toBeLessThan(WEBHOOK_BODY_MAX_BYTES);
    const message = JobMessage.parse(JSON.parse(body));
    expect(message).toMatchObject({
      abridged: true,
      data: { status: "failed", url: expect.stringContaining("/v1/generations/job_") },
    });
    expect(message.data).not.toHaveProperty("request");
  });
});
