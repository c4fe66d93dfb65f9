// Endpoints, deliveries and secrets through the API: what is accepted, who sees what, and replaying failed deliveries.

import { env } from "cloudflare:workers";
import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { Delivery, Generation, Problem, Webhook } from "../../../schema/contract/index.ts";
import { WEBHOOKS_PER_OWNER_MAX } from "../../../schema/contract/limits.ts";
import { type Person, person } from "../cast.ts";
import { box, change, deliveriesOf, endpoint, type Made, tryOnce } from "./receiving.ts";

let ada: Person;
let bob: Person;
beforeAll(async () => {
  ada = await person("Ada");
  bob = await person("Bob");
});
beforeEach(async () => {
  await env.DB.batch(
    ["jobs", "webhooks", "deliveries"].map((table) => env.DB.prepare(`DELETE FROM ${table}`)),
  );
});

const generate = () =>
  ada.must<Generation>("POST", "/v1/generations", { base: "cast-3", prompt: "a person" });
const input = { url: "https://hooks.example.com/orthoplex", events: ["generation.succeeded"] };

/** An endpoint of Ada's with so many deliveries that were tried in vain. */
async function failing(count: number, how = "flaky/1") {
  const receiver = box(how);
  const webhook = await endpoint(ada, receiver.url, ["generation.failed"]);
  for (let i = 0; i < count; i++) await change((await generate()).id, "failed");
  await env.DB.prepare(
    "UPDATE deliveries SET state = 'failed', next_attempt_at = NULL, finished_at = 1",
  ).run();
  return { webhook, ...receiver };
}

describe("an endpoint", () => {
  it("is made, read, changed and deleted by its owner; its secret is shown once", async () => {
    const { secret, ...made } = await ada.must<Made>("POST", "/v1/webhooks", {
      ...input,
      description: "ours",
    });
    expect(atob(secret.slice("whsec_".length)).length).toBe(32);
    expect(made).toMatchObject({ ...input, description: "ours", enabled: true, disabled_reason: null });
    expect(await ada.must("GET", `/v1/webhooks/${made.id}`)).toEqual(made);
    expect(await ada.must("GET", "/v1/webhooks")).toEqual({ items: [made] });
    const paused = await ada.must<Webhook>("PATCH", `/v1/webhooks/${made.id}`, {
      enabled: false,
      events: ["*.failed"],
    });
    expect(paused).toMatchObject({
      enabled: false,
      disabled_reason: "owner",
      events: ["*.failed"],
      url: input.url,
    });
    await change((await generate()).id, "failed");
    expect(await deliveriesOf(ada)).toEqual([]);
    expect((await ada.ask("DELETE", `/v1/webhooks/${made.id}`)).status).toBe(204);
    expect((await ada.ask("GET", `/v1/webhooks/${made.id}`)).body.code).toBe("not_found");
  });

  it.each([
    ["http://hooks.example.com/", "/url"],
    ["https://10.0.0.1/", "/url"],
    ["https://2852039166/latest/meta-data/", "/url"],
    ["https://[::ffff:192.168.0.1]/", "/url"],
    ["nonsense", "/url"],
  ])("at %s is refused", async (url, pointer) => {
    const made = await endpoint(ada, input.url);
    for (const reply of [
      await ada.ask<Problem>("POST", "/v1/webhooks", { ...input, url }),
      await ada.ask<Problem>("PATCH", `/v1/webhooks/${made.id}`, { url }),
    ]) {
      expect([reply.status, reply.body.errors[0]?.pointer]).toEqual([400, pointer]);
    }
    const job = await ada.ask<Problem>("POST", "/v1/generations", {
      base: "cast-3",
      prompt: "x",
      webhook: { url },
    });
    expect([job.status, job.body.errors[0]?.pointer]).toEqual([400, "/webhook/url"]);
    expect((await ada.must<{ items: unknown[] }>("GET", "/v1/generations")).items).toEqual([]);
  });

  it.each([[[]], [["generation"]], [["generation.done"]], [["*"]], [["job.*"]]])(
    "for the events %j is refused",
    async (events) => {
      const reply = await ada.ask<Problem>("POST", "/v1/webhooks", { ...input, events });
      expect([reply.status, reply.body.errors[0]?.pointer.startsWith("/events")]).toEqual([400, true]);
    },
  );

  it("is one of at most twenty", async () => {
    for (let i = 0; i < WEBHOOKS_PER_OWNER_MAX; i++) await endpoint(ada, input.url);
    expect((await ada.ask("POST", "/v1/webhooks", input)).body.code).toBe("quota_exceeded");
    expect((await bob.ask("POST", "/v1/webhooks", input)).status).toBe(201);
  });

  it("that is paused ends its pending deliveries", async () => {
    const made = await endpoint(ada, box().url, ["generation.failed"]);
    await change((await generate()).id, "failed");
    await ada.must("PATCH", `/v1/webhooks/${made.id}`, { enabled: false });
    const [ended] = await deliveriesOf(ada);
    expect(ended).toMatchObject({ state: "failed", next_attempt_at: null });
    expect(ended?.attempts.map(({ error }) => error)).toEqual(["The webhook was disabled."]);
  });

  it("is deleted with its deliveries", async () => {
    const { webhook } = await failing(2);
    await ada.must("DELETE", `/v1/webhooks/${webhook.id}`).catch(() => undefined);
    expect(await deliveriesOf(ada)).toEqual([]);
  });
});

describe("deliveries", () => {
  it("are listed newest first, in pages, by endpoint, job and state", async () => {
    const { webhook } = await failing(5);
    await endpoint(ada, box().url, ["*.canceled"]);
    const job = await generate();
    await change(job.id, "canceled");
    const all = await deliveriesOf(ada);
    expect(all.length).toBe(6);
    expect(all.map(({ id }) => id)).toEqual([...all.map(({ id }) => id)].sort().reverse());
    for (const limit of [1, 2, 3]) {
      const walked: string[] = [];
      for (let cursor = ""; ; ) {
        const path = `/v1/webhook-deliveries?limit=${limit}${cursor && `&cursor=${cursor}`}`;
        const page = await ada.must<{ items: Delivery[]; next_cursor: string | null }>("GET", path);
        walked.push(...page.items.map(({ id }) => id));
        if (page.next_cursor === null) break;
        cursor = page.next_cursor;
      }
      expect(walked).toEqual(all.map(({ id }) => id));
    }
    expect((await deliveriesOf(ada, `&webhook_id=${webhook.id}`)).length).toBe(5);
    expect((await deliveriesOf(ada, `&job_id=${job.id}`)).map(({ type }) => type)).toEqual([
      "generation.canceled",
    ]);
    expect((await deliveriesOf(ada, "&state=pending")).length).toBe(1);
    expect(await deliveriesOf(bob)).toEqual([]);
  });

  it("that failed are replayed singly with the same id, to the endpoint's current address", async () => {
    const { webhook } = await failing(1);
    const [before] = await deliveriesOf(ada);
    const moved = box();
    await ada.must("PATCH", `/v1/webhooks/${webhook.id}`, { url: moved.url });
    const replayed = await ada.must<Delivery>("POST", `/v1/webhook-deliveries/${before?.id}/replay`);
    expect(replayed).toMatchObject({ id: before?.id, state: "pending", url: moved.url });
    const [message] = await moved.until(1);
    expect(message?.headers["webhook-id"]).toBe(before?.id);
  });

  it("that failed are all replayed at once", async () => {
    const { webhook, until } = await failing(3, "ok");
    expect(await ada.must("POST", `/v1/webhooks/${webhook.id}/replay`)).toEqual({ replayed: 3 });
    expect((await until(3)).length).toBe(3);
    expect(await ada.must("POST", `/v1/webhooks/${webhook.id}/replay`)).toEqual({ replayed: 0 });
  });

  it("are not replayed to a disabled endpoint", async () => {
    const { webhook } = await failing(1);
    const [failed] = await deliveriesOf(ada);
    await ada.must("PATCH", `/v1/webhooks/${webhook.id}`, { enabled: false });
    for (const path of [`/v1/webhooks/${webhook.id}/replay`, `/v1/webhook-deliveries/${failed?.id}/replay`]) {
      const reply = await ada.ask("POST", path);
      expect([reply.status, reply.body.code]).toEqual([409, "webhook_disabled"]);
    }
  });

  it("keep their attempts through a replay, the newest twenty", async () => {
    const { webhook } = await failing(1, "status/500");
    const [delivery] = await deliveriesOf(ada);
    for (let i = 0; i < 21; i++) {
      await env.DB.prepare("UPDATE deliveries SET state = 'pending', tries = 0, next_attempt_at = 0").run();
      await tryOnce(delivery?.id ?? "", 1_000 * (i + 1));
    }
    const attempts = (await deliveriesOf(ada, `&webhook_id=${webhook.id}`))[0]?.attempts ?? [];
    expect([attempts.length, attempts[0]?.at, attempts.at(-1)?.at]).toEqual([
      20,
      new Date(2_000).toISOString(),
      new Date(21_000).toISOString(),
    ]);
  });
});

describe("the default secret", () => {
  it("is the same until it is rotated, and another account has another", async () => {
    const secretOf = (who: Person) => who.must<{ key: string }>("GET", "/v1/webhooks/default/secret");
    const first = await secretOf(ada);
    expect(await secretOf(ada)).toEqual(first);
    expect((await secretOf(bob)).key).not.toBe(first.key);
    const rotated = await ada.must<{ key: string; old_secret_until: string }>(
      "POST",
      "/v1/webhooks/default/rotate",
    );
    expect(rotated.key).not.toBe(first.key);
    expect(Date.parse(rotated.old_secret_until)).toBeGreaterThan(Date.now() + 86_000_000);
    expect(await secretOf(ada)).toEqual(rotated);
  });
});
