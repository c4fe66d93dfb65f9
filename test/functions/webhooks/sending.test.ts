// Deliveries to a real receiver: signed so that Standard Webhooks' own verifier accepts them, retried in time, ended after the last attempt.

import { env } from "cloudflare:workers";
import { Webhook as Verifier } from "standardwebhooks";
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { type Delivery, type Generation, JobMessage } from "../../../schema/contract/index.ts";
import {
  WEBHOOK_FAILING_DAYS_MAX,
  WEBHOOK_FAILURES_MAX,
  WEBHOOK_OLD_SECRET_SECONDS,
  WEBHOOK_RETRY_SECONDS,
  WEBHOOK_TIMEOUT_SECONDS,
} from "../../../schema/contract/limits.ts";
import { customerAndRunner, empty, type Machine, type Person, person, png } from "../cast.ts";
import { runFaster } from "../fast-clock.ts";
import type { Received } from "./receiver.ts";
import { box, change, deliveriesOf, endpoint, type Made, OPTIONS, tryOnce } from "./receiving.ts";

let ada: Person;
let machine: Machine;
beforeAll(async () => {
  [ada, machine] = await customerAndRunner();
});
beforeEach(() => empty("jobs", "webhooks", "deliveries", "notifications"));
afterEach(() => void vi.restoreAllMocks());

const generate = (more: Record<string, unknown> = {}) =>
  ada.must<Generation>("POST", "/v1/generations", { base: "cast-3", prompt: "a person", ...more });
const verified = (secret: string, { body, headers }: Received) => new Verifier(secret).verify(body, headers);

async function finish(): Promise<void> {
  const [lease] = await machine.lease();
  const id = lease?.lease_id ?? "";
  const output = await machine.deliver(id, { name: "a.png", role: "image" }, await png(256, 256));
  const reply = await machine.on(id, "settle", { outcome: "succeeded", outputs: [output] });
  expect(reply.body).toEqual({ status: "succeeded" });
}

/** An endpoint, and a delivery to it that nobody has tried. */
async function waiting(
  how: string,
): Promise<{ webhook: Made; delivery: Delivery; arrived(): Promise<Received[]> }> {
  const { url, arrived } = box(how);
  const webhook = await endpoint(ada, url, ["generation.failed"]);
  await change((await generate()).id, "failed");
  const [delivery] = await deliveriesOf(ada, `&webhook_id=${webhook.id}`);
  if (!delivery) throw new Error("Nothing was written");
  return { webhook, delivery, arrived };
}

const inDays = (days: number) => Date.now() + days * 86_400_000;

describe("a job's changes", () => {
  it("arrive signed, in the order of their ids, with the job's state at each", async () => {
    const { url, until } = box();
    const { secret } = await endpoint(ada, url);
    const job = await generate();
    await finish();
    const arrived = (await until(3)).sort((a, b) =>
      (a.headers["webhook-id"] ?? "").localeCompare(b.headers["webhook-id"] ?? ""),
    );
    const received = arrived.map((each) => JobMessage.parse(verified(secret, each)));
    expect(received.map(({ type }) => type)).toEqual([
      "generation.queued",
      "generation.running",
      "generation.succeeded",
    ]);
    expect(received.map(({ data }) => data.status)).toEqual(["queued", "running", "succeeded"]);
    expect(received[1]?.data).toMatchObject({ result: null, finished_at: null });
    expect(received[2]?.data).toEqual(await ada.must("GET", `/v1/generations/${job.id}`));
    expect((await deliveriesOf(ada)).map(({ state }) => state)).toEqual([
      "delivered",
      "delivered",
      "delivered",
    ]);
  });

  it("go to endpoints whose events match, once each", async () => {
    const boxes = { all: box(), failed: box(), training: box() };
    await endpoint(ada, boxes.all.url, ["*.*", "generation.failed"]);
    await endpoint(ada, boxes.failed.url, ["*.failed"]);
    await endpoint(ada, boxes.training.url, ["training.*"]);
    const job = await generate();
    await ada.must("POST", `/v1/generations/${job.id}/cancel`);
    expect((await deliveriesOf(ada)).map(({ type }) => type)).toEqual([
      "generation.canceled",
      "generation.queued",
    ]);
    expect((await boxes.all.until(2)).length).toBe(2);
    expect(await boxes.failed.arrived()).toEqual([]);
    expect(await boxes.training.arrived()).toEqual([]);
  });

  it("of another account are not sent", async () => {
    const { url } = box();
    await endpoint(await person("Eve"), url, ["*.*"]);
    await generate();
    expect(await env.DB.prepare("SELECT * FROM deliveries").all()).toMatchObject({ results: [] });
  });

  it("attempted by a runner without the lease leave nothing behind", async () => {
    await endpoint(ada, box().url, ["*.succeeded", "*.failed"]);
    await generate();
    const [lease] = await machine.lease();
    await machine.on(lease?.lease_id ?? "", "release", { reason: "stopping" });
    const error = { code: "runner_error", message: "x", retryable: false };
    const late = await machine.on(lease?.lease_id ?? "", "settle", { outcome: "failed", error });
    expect([late.status, await deliveriesOf(ada)]).toEqual([409, []]);
  });

  it("reach the job's own webhook, signed with the account's default secret", async () => {
    const { url, until } = box();
    const job = await generate({ webhook: { url } });
    await generate();
    await ada.must("POST", `/v1/generations/${job.id}/cancel`);
    const [message, ...more] = await until(1);
    const { key } = await ada.must<{ key: string }>("GET", "/v1/webhooks/default/secret");
    expect(message && verified(key, message)).toMatchObject({
      type: "generation.canceled",
      data: { id: job.id },
    });
    expect(more).toEqual([]);
    const listed = await deliveriesOf(ada, `&job_id=${job.id}`);
    expect(listed).toMatchObject([{ webhook_id: null, url, state: "delivered" }]);
  });
});

describe("an attempt that fails", () => {
  it("is first due by any clock, and again only at its time", async () => {
    const { delivery, arrived } = await waiting("status/500");
    // The clock of this machine is five minutes behind the database's.
    const behind = Date.now() - 300_000;
    expect((await tryOnce(delivery.id, behind))?.state).toBe("pending");
    expect(await arrived()).toHaveLength(1);
    expect(await tryOnce(delivery.id, behind)).toBeNull();
    expect(await arrived()).toHaveLength(1);
  });

  it("is repeated later with the same id and bytes, until one succeeds", async () => {
    const { webhook, delivery, arrived } = await waiting("flaky/2");
    let now = Date.now();
    for (const [i, seconds] of WEBHOOK_RETRY_SECONDS.slice(0, 2).entries()) {
      const row = await tryOnce(delivery.id, now);
      expect(row).toMatchObject({ state: "pending", tries: i + 1 });
      const pause = (row?.nextAttemptAt ?? 0) - now;
      expect(pause).toBeGreaterThanOrEqual(seconds * 1000);
      expect(pause).toBeLessThan(seconds * 1000 + 5_000);
      // Too early: nothing is sent.
      expect(await tryOnce(delivery.id, now + pause - 1)).toBeNull();
      now += pause;
    }
    expect(await tryOnce(delivery.id, now)).toMatchObject({ state: "delivered", nextAttemptAt: null });
    const messages = await arrived();
    expect(messages.length).toBe(3);
    expect(new Set(messages.map(({ body }) => body)).size).toBe(1);
    expect(new Set(messages.map(({ headers }) => headers["webhook-id"]))).toEqual(new Set([delivery.id]));
    expect(new Set(messages.map(({ headers }) => headers["webhook-timestamp"])).size).toBe(3);
    const [seen] = await deliveriesOf(ada);
    expect(seen?.attempts.map((attempt) => [attempt.response_status, attempt.error])).toEqual([
      [500, "It answered 500"],
      [500, "It answered 500"],
      [204, null],
    ]);
    const after = await ada.must("GET", `/v1/webhooks/${webhook.id}`);
    expect(after).toMatchObject({ failures: 0, failing_since: null, enabled: true });
  });

  it("is the last one at the end of the schedule", async () => {
    const { delivery, arrived } = await waiting("status/503");
    let now = Date.now();
    const began = now;
    for (let state = "pending"; state === "pending"; ) {
      const row = await tryOnce(delivery.id, now);
      state = row?.state ?? "lost";
      now = row?.nextAttemptAt ?? now;
    }
    expect((await arrived()).length).toBe(WEBHOOK_RETRY_SECONDS.length + 1);
    expect((now - began) / 3_600_000).toBeGreaterThan(20);
    const [seen] = await deliveriesOf(ada, "&state=failed");
    expect(seen?.attempts.at(-1)).toMatchObject({
      response_status: 503,
      error: "It answered 503: no, thank you",
    });
  });

  it("with a Retry-After is repeated at that time", async () => {
    const { delivery } = await waiting("status/429");
    const now = Date.now();
    const row = await tryOnce(delivery.id, now);
    expect((row?.nextAttemptAt ?? 0) - now).toBeGreaterThanOrEqual(7_200_000);
  });

  it("follows no redirect", async () => {
    const { delivery, arrived } = await waiting("redirect");
    const row = await tryOnce(delivery.id, Date.now());
    expect(row?.attempts).toMatchObject([{ response_status: 302, error: "Redirects are not followed." }]);
    expect((await arrived()).length).toBe(1);
  });

  it("reads only the beginning of an endless answer", async () => {
    const { delivery } = await waiting("flood");
    const row = await tryOnce(delivery.id, Date.now());
    expect(row?.attempts[0]?.error?.length).toBeLessThan(250);
    expect(row?.attempts[0]?.duration_ms).toBeLessThan(WEBHOOK_TIMEOUT_SECONDS * 1000);
  });

  it("records a broken connection", async () => {
    const { delivery } = await waiting("reset");
    const row = await tryOnce(delivery.id, Date.now());
    expect(row?.attempts).toMatchObject([
      { response_status: null, error: expect.stringMatching(/^No connection: /) },
    ]);
  });

  it("waits ten seconds for an answer", async () => {
    const { delivery } = await waiting("hang");
    runFaster(20);
    const row = await tryOnce(delivery.id, Date.now());
    expect(row?.attempts).toMatchObject([{ response_status: null, error: "No answer within 10 seconds." }]);
    expect(row?.attempts[0]?.duration_ms).toBeGreaterThanOrEqual(WEBHOOK_TIMEOUT_SECONDS * 1000 - 100);
  });

  it("never reaches a name of a private address", async () => {
    const { delivery, arrived } = await waiting("ok");
    await env.DB.prepare("UPDATE deliveries SET url = 'https://rebound.example.com/'").run();
    const asked: string[] = [];
    const resolve = async (name: string) => {
      asked.push(name);
      return "The name leads to an address that is not on the public internet.";
    };
    const row = await tryOnce(delivery.id, Date.now(), { ...OPTIONS, resolve });
    expect([asked, await arrived()]).toEqual([["rebound.example.com"], []]);
    expect(row?.attempts[0]?.error).toContain("not on the public internet");
  });

  it("never reaches this machine unless allowed", async () => {
    const { delivery, arrived } = await waiting("ok");
    const row = await tryOnce(delivery.id, Date.now(), { ...OPTIONS, allowLoopback: false });
    expect([row?.state, await arrived()]).toEqual(["pending", []]);
  });
});

describe("two consumers", () => {
  it("of one delivery send it once", async () => {
    const { delivery, arrived } = await waiting("ok");
    const now = Date.now();
    const rows = await Promise.all([
      tryOnce(delivery.id, now),
      tryOnce(delivery.id, now),
      tryOnce(delivery.id, now),
    ]);
    expect(rows.filter((row) => row !== null).length).toBe(1);
    expect((await arrived()).length).toBe(1);
  });

  it("retry a delivery of a dead consumer after a minute", async () => {
    const { delivery } = await waiting("ok");
    const now = Date.now();
    // As a claim leaves it whose holder never came back.
    await env.DB.prepare("UPDATE deliveries SET tries = 1, next_attempt_at = ?")
      .bind(now + 60_000)
      .run();
    expect(await tryOnce(delivery.id, now + 59_999)).toBeNull();
    expect(await tryOnce(delivery.id, now + 60_000)).toMatchObject({ state: "delivered", tries: 2 });
  });
});

describe("an endpoint", () => {
  it("that answers 410 is disabled, its pending deliveries end, and its owner is notified", async () => {
    const { webhook, delivery } = await waiting("status/410");
    await change((await generate()).id, "failed");
    expect(await tryOnce(delivery.id, Date.now())).toMatchObject({ state: "failed" });
    const after = await ada.must("GET", `/v1/webhooks/${webhook.id}`);
    expect(after).toMatchObject({ enabled: false, disabled_reason: "gone" });
    expect((await deliveriesOf(ada)).map(({ state }) => state)).toEqual(["failed", "failed"]);
    await change((await generate()).id, "failed");
    expect((await deliveriesOf(ada)).length).toBe(2);
    const notes = await env.DB.prepare("SELECT kind, target_id, data FROM notifications").all();
    expect(notes.results).toEqual([
      {
        kind: "webhook_disabled",
        target_id: webhook.id,
        data: JSON.stringify({ reason: `${webhook.url} answered 410` }),
      },
    ]);
  });

  it("that has failed for days is disabled, and its owner is notified once", async () => {
    const { webhook, delivery } = await waiting("status/500");
    await env.DB.prepare("UPDATE webhooks SET failures = ?, failing_since = ?")
      .bind(WEBHOOK_FAILURES_MAX - 1, Date.now() - 1_000)
      .run();
    await tryOnce(delivery.id, inDays(WEBHOOK_FAILING_DAYS_MAX - 1));
    expect(await ada.must("GET", `/v1/webhooks/${webhook.id}`)).toMatchObject({ enabled: true });
    await tryOnce(delivery.id, inDays(WEBHOOK_FAILING_DAYS_MAX));
    expect(await ada.must("GET", `/v1/webhooks/${webhook.id}`)).toMatchObject({ disabled_reason: "failing" });
    expect((await env.DB.prepare("SELECT kind FROM notifications").all()).results.length).toBe(1);
    const enabled = await ada.must("PATCH", `/v1/webhooks/${webhook.id}`, { enabled: true });
    expect(enabled).toMatchObject({ enabled: true, failures: 0, failing_since: null });
  });

  it("whose secret was rotated gets two signatures for a day, then one", async () => {
    const { webhook, delivery, arrived } = await waiting("status/500");
    const fresh = await ada.must<Made>("POST", `/v1/webhooks/${webhook.id}/rotate`);
    expect(fresh.secret).not.toBe(webhook.secret);
    await tryOnce(delivery.id, Date.now());
    const later = Date.now() + WEBHOOK_OLD_SECRET_SECONDS * 1000 + 1_000;
    await tryOnce(delivery.id, later);
    const [first, second] = await arrived();
    if (!first || !second) throw new Error("Two were sent");
    for (const secret of [webhook.secret, fresh.secret])
      expect(verified(secret, first)).toMatchObject({ type: "generation.failed" });
    // The verifier refuses a time that far ahead, so it signs for comparison instead.
    const at = new Date(Math.floor(later / 1000) * 1000);
    const signature = new Verifier(fresh.secret).sign(delivery.id, at, second.body);
    expect(second.headers["webhook-signature"]).toBe(signature);
  });

  it("answers a ping at once with its result, without a retry", async () => {
    const good = box();
    const webhook = await endpoint(ada, good.url);
    const sent = await ada.must<Delivery>("POST", `/v1/webhooks/${webhook.id}/ping`);
    expect(sent).toMatchObject({ type: "webhook.ping", state: "delivered", job_id: null });
    const [message] = await good.arrived();
    expect(message && verified(webhook.secret, message)).toMatchObject({ data: { webhook_id: webhook.id } });
    const bad = await endpoint(ada, box("status/500").url);
    const failed = await ada.must<Delivery>("POST", `/v1/webhooks/${bad.id}/ping`);
    expect(failed).toMatchObject({ state: "failed", next_attempt_at: null });
    expect(failed.attempts).toMatchObject([{ response_status: 500 }]);
  });
});
