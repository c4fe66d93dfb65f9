// Settle, release, expiry, cancel: a job ends once, whatever arrives twice or late.

import { createScheduledController } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { drizzle } from "drizzle-orm/d1";
import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import { statusAfter } from "../../../functions/dispatch/settle.ts";
import { sweep } from "../../../functions/dispatch/sweep.ts";
import worker from "../../../functions/index.ts";
import type { Adapter, Generation, Lease, SampleSpec, Settle } from "../../../schema/contract/index.ts";
import { JOB_RUNS_MAX, LEASE_TTL_SECONDS, RECIPE_MAX_CHARACTERS } from "../../../schema/contract/limits.ts";
import { ask, customerAndRunner, empty, Machine, type Person, person, png, published } from "../cast.ts";

let ada: Person;
let machine: Machine;
beforeAll(async () => {
  [ada, machine] = await customerAndRunner();
});
beforeEach(() => empty("jobs"));

const generate = (more: Record<string, unknown> = {}) =>
  ada.must<Generation>("POST", "/v1/generations", { base: "cast-3", prompt: "a person", ...more });
const look = (job: { id: string }) => ada.must<Generation>("GET", `/v1/generations/${job.id}`);
const failed = (retryable: boolean) => ({
  outcome: "failed",
  error: { code: "out_of_memory", message: "too big", retryable },
});

async function leased(more: Record<string, unknown> = {}): Promise<[Generation, Lease]> {
  const job = await generate(more);
  const [lease] = await machine.lease();
  if (!lease) throw new Error("No lease");
  return [job, lease];
}

/** Its pause is over. */
const awake = () => env.DB.prepare("UPDATE jobs SET not_before = 0").run();
/** Sweeps at the moment the lease runs out, without waiting for it. */
const expire = () => sweep(env, drizzle(env.DB), Date.now() + (LEASE_TTL_SECONDS + 1) * 1000);

/** One of the ordered pictures; the recipe says what the order does, and more. */
async function generated(lease: Lease, shade: number) {
  const bytes = await png(256, 256, shade);
  const { prompt } = lease.spec as SampleSpec;
  const meta = { width: 256, height: 256, recipe: { prompt, shade } };
  return machine.deliver(lease.lease_id, { name: `${shade}.png`, role: "image", meta }, bytes);
}

describe("a succeeded run", () => {
  it("gives the job its pictures in order, with seed and recipe", async () => {
    const [job, lease] = await leased({ count: 2 });
    const outputs = [await generated(lease, 1), await generated(lease, 2)];
    const report = {
      outcome: "succeeded",
      outputs,
      warnings: ["unknown word: blorp"],
      metrics: { seconds: 1.5 },
    };
    expect((await machine.on(lease.lease_id, "settle", report)).body).toEqual({ status: "succeeded" });
    const seen = await look(job);
    expect(seen).toMatchObject({
      status: "succeeded",
      warnings: ["unknown word: blorp"],
      metrics: { seconds: 1.5 },
    });
    expect(seen.result?.images).toMatchObject([
      { seed: job.request.seed, width: 256, recipe: { prompt: job.request.prompt, shade: 1 } },
      { seed: job.request.seed + 1, height: 256, recipe: { steps: job.request.steps, shade: 2 } },
    ]);
    const url = seen.result?.images[0]?.url ?? "";
    expect((await ada.ask("GET", url)).headers.get("content-type")).toBe("image/png");
    expect((await ask("GET", url)).status).toBe(404);
  });

  it("is settled once: a repeated settle gets the same answer and changes nothing", async () => {
    const [job, lease] = await leased();
    const report = { outcome: "succeeded", outputs: [await generated(lease, 3)] };
    const replies = await Promise.all([1, 2, 3].map(() => machine.on(lease.lease_id, "settle", report)));
    replies.push(await machine.on(lease.lease_id, "settle", failed(true)));
    expect(replies.map(({ status, body }) => [status, body])).toEqual(
      Array(4).fill([200, { status: "succeeded" }]),
    );
    expect((await look(job)).result?.images).toHaveLength(1);
  });

  it("counts a use for each adapter in it", async () => {
    await published(ada, "used");
    const [, lease] = await leased({ adapters: [{ ref: "ada/used" }], prompt: "<used>" });
    await machine.on(lease.lease_id, "settle", {
      outcome: "succeeded",
      outputs: [await generated(lease, 4)],
    });
    expect((await ada.must<Adapter>("GET", "/v1/adapters/ada/used")).uses).toBe(1);
  });

  it("is refused while a picture is missing or invalid, and may then be settled correctly", async () => {
    const [job, lease] = await leased();
    const good = await generated(lease, 5);
    const settle = (outputs: unknown[]) =>
      machine.on(lease.lease_id, "settle", { outcome: "succeeded", outputs });
    expect((await settle([])).body.code).toBe("output_missing");
    const ghost = await settle([{ ...good, sha256: "0".repeat(64) }]);
    expect([ghost.status, ghost.body.code, ghost.body.errors[0]?.pointer]).toEqual([
      422,
      "output_missing",
      "/outputs/0",
    ]);
    const text = await machine.deliver(
      lease.lease_id,
      { name: "words.txt", role: "image" },
      new Uint8Array([104, 105]),
    );
    expect((await settle([text])).body.code).toBe("image_invalid");
    const twice = await settle([good, good]);
    expect([twice.body.code, twice.body.errors[0]?.pointer]).toEqual(["output_mismatch", "/outputs/1/name"]);
    const long = { note: "x".repeat(RECIPE_MAX_CHARACTERS) };
    const bloated = await settle([{ ...good, meta: { ...good.meta, recipe: long } }]);
    expect([bloated.status, bloated.body.errors[0]?.pointer]).toEqual([400, "/outputs/0/meta/recipe"]);
    expect((await settle([good])).body).toEqual({ status: "succeeded" });
    expect((await look(job)).status).toBe("succeeded");
  });
});

describe("what a runner sends", () => {
  const settle = (lease: Lease, outputs: unknown[], by = machine) =>
    by.on(lease.lease_id, "settle", { outcome: "succeeded", outputs });

  it("is refused where it is not what was ordered: another size, seed or recipe", async () => {
    await published(ada, "strict");
    const [job, lease] = await leased({
      ...{ adapters: [{ ref: "ada/strict", strength: 0.5 }], prompt: "<strict>", seed: 11, count: 2 },
    });
    const spec = lease.spec as SampleSpec;
    const { input: _, ...member } = spec.adapters[0] ?? { input: "" };
    const adapter = { ...member, sha256: lease.inputs[0]?.sha256 };
    const recipe = {
      ...{ base: lease.base, prompt: spec.prompt, negative_prompt: "", seed: 11, steps: spec.steps },
      ...{ guidance: spec.guidance, size: "256x256", adapters: [adapter] },
      software: { name: "orthoplex" },
    };
    const first = { ...(await generated(lease, 31)), meta: { seed: 11, recipe } };
    const second = { ...(await generated(lease, 32)), meta: { seed: 12 } };
    const small = await machine.deliver(
      lease.lease_id,
      { name: "small.png", role: "image" },
      await png(1, 1),
    );
    const wide = await machine.deliver(
      lease.lease_id,
      { name: "wide.png", role: "image" },
      await png(512, 256),
    );
    const wrong: [string, object][] = [
      ["/outputs/0", small],
      ["/outputs/0", { ...wide, meta: { width: 256, height: 256 } }],
      ["/outputs/0/meta/seed", { ...first, meta: { seed: 12 } }],
      ...Object.entries({
        ...{ base: "other", prompt: "<strict>, sad", negative_prompt: "x", seed: 12, steps: 1, guidance: 99 },
        ...{ size: "512x256", adapters: [] },
      }).map(([field, value]): [string, object] => [
        `/outputs/0/meta/recipe/${field}`,
        { ...first, meta: { recipe: { ...recipe, [field]: value } } },
      ]),
      ...Object.entries({
        ...{ version_id: `ver_${"0".repeat(20)}`, strength: 2, slot: 0, trigger: "<x>" },
        sha256: "0".repeat(64),
      }).map(([field, value]): [string, object] => [
        "/outputs/0/meta/recipe/adapters",
        { ...first, meta: { recipe: { ...recipe, adapters: [{ ...adapter, [field]: value }] } } },
      ]),
    ];
    for (const [pointer, output] of wrong) {
      const reply = await settle(lease, [output, second]);
      expect([pointer, reply.status, reply.body.code, reply.body.errors?.[0]?.pointer]).toEqual([
        ...[pointer, 422, "output_mismatch", pointer],
      ]);
    }
    expect((await ada.must<Adapter>("GET", "/v1/adapters/ada/strict")).uses).toBe(0);
    expect((await settle(lease, [first, second])).body).toEqual({ status: "succeeded" });
    expect((await look(job)).result?.images).toMatchObject([
      { seed: 11, recipe },
      { seed: 12, recipe: { seed: 12, prompt: "<strict>", adapters: [adapter] } },
    ]);
  });

  it("counts no use where the runner is the owner's own", async () => {
    await published(ada, "mine");
    const own = await Machine.register(ada);
    const job = await generate({ adapters: [{ ref: "ada/mine" }], prompt: "<mine>" });
    const [lease] = await own.lease();
    if (lease?.job_id !== job.id) throw new Error("Another job came");
    const output = await own.deliver(
      lease.lease_id,
      { name: "a.png", role: "image" },
      await png(256, 256, 33),
    );
    expect((await settle(lease, [output], own)).body).toEqual({ status: "succeeded" });
    expect((await ada.must<Adapter>("GET", "/v1/adapters/ada/mine")).uses).toBe(0);
    const days = await env.DB.prepare(
      "SELECT count(*) AS n FROM adapter_days JOIN adapters ON adapters.id = adapter_id WHERE name = 'mine' AND adapter_days.uses > 0",
    ).first("n");
    expect(days).toBe(0);
  });
});

describe("a failed run", () => {
  it("sends a retryable job back to the queue and ends it after the last run", async () => {
    const job = await generate();
    for (let attempt = 1; attempt <= JOB_RUNS_MAX; attempt++) {
      const [lease] = await machine.lease();
      expect(lease?.attempt).toBe(attempt);
      const { body } = await machine.on<{ status: string }>(lease?.lease_id ?? "", "settle", failed(true));
      expect(body.status).toBe(attempt < JOB_RUNS_MAX ? "queued" : "failed");
      await awake();
    }
    expect(await look(job)).toMatchObject({
      status: "failed",
      error: { code: "out_of_memory", message: "too big" },
    });
    expect(await machine.lease()).toEqual([]);
  });

  it("ends the job at once if a retry cannot help", async () => {
    const [job, lease] = await leased();
    await machine.on(lease.lease_id, "settle", failed(false));
    expect((await look(job)).status).toBe("failed");
  });

  it("must name its error", async () => {
    const [, lease] = await leased();
    const reply = await machine.on(lease.lease_id, "settle", { outcome: "failed" });
    expect([reply.status, reply.body.errors[0]?.pointer]).toEqual([400, "/error"]);
  });

  it("leaves its job in the state of the lifecycle table", () => {
    const report = (outcome: string, retryable = true) => ({ ...failed(retryable), outcome }) as Settle;
    const free = { cancel_requested_at: null, failures: 0 };
    expect(statusAfter(report("failed"), free)).toBe("queued");
    expect(statusAfter(report("failed"), { ...free, failures: JOB_RUNS_MAX - 1 })).toBe("failed");
    expect(statusAfter(report("failed"), { ...free, cancel_requested_at: 1 })).toBe("canceled");
    expect(statusAfter(report("canceled"), free)).toBe("queued");
    expect(statusAfter(report("succeeded"), { ...free, cancel_requested_at: 1 })).toBe("succeeded");
  });
});

describe("an expired lease", () => {
  it("leads to another run, and the late runner gets 409 for everything it sends", async () => {
    const [job, late] = await leased();
    const output = await generated(late, 6);
    expect(await expire()).toEqual([{ id: job.id, status: "queued" }]);
    await awake();
    const [next] = await machine.lease();
    expect([next?.job_id, next?.attempt]).toEqual([job.id, 2]);
    const facts = { name: "a.png", content_type: "image/png", size_bytes: 9, sha256: "0".repeat(64) };
    for (const [act, body] of [
      ["heartbeat", { progress: { step: 1, total: 2, message: "" } }],
      ["uploads", facts],
      ["settle", { outcome: "succeeded", outputs: [output] }],
      ["release", { reason: "late" }],
    ] as const) {
      const reply = await machine.on(late.lease_id, act, body);
      expect([act, reply.status, reply.body.code]).toEqual([act, 409, "lease_lost"]);
    }
    const good = await generated(next as Lease, 7);
    await machine.on(next?.lease_id ?? "", "settle", { outcome: "succeeded", outputs: [good] });
    expect((await look(job)).result?.images.map(({ recipe }) => recipe?.shade)).toEqual([7]);
  });

  it("fails the job with its reason after the last run", async () => {
    const job = await generate();
    for (let i = 0; i < JOB_RUNS_MAX; i++) {
      expect(await machine.lease()).toHaveLength(1);
      await expire();
      await awake();
    }
    expect(await look(job)).toMatchObject({ status: "failed", error: { code: "runs_exhausted" } });
    expect((await look(job)).error?.message).toContain(`${JOB_RUNS_MAX} times`);
  });

  it("is kept alive by heartbeats", async () => {
    const [job, lease] = await leased();
    await env.DB.prepare("UPDATE jobs SET lease_expires_at = ?")
      .bind(Date.now() + 500)
      .run();
    const progress = { step: 3, total: 24, message: "drawing" };
    const beat = await machine.on<{ expires_at: string; cancel: boolean }>(lease.lease_id, "heartbeat", {
      progress,
    });
    expect(Date.parse(beat.body.expires_at)).toBeGreaterThan(Date.now() + (LEASE_TTL_SECONDS - 5) * 1000);
    expect(await sweep(env, drizzle(env.DB), Date.now() + 1000)).toEqual([]);
    expect((await look(job)).progress).toEqual(progress);
  });

  it("is swept by the next lease call", async () => {
    const [job] = await leased();
    await env.DB.prepare("UPDATE jobs SET lease_expires_at = ?")
      .bind(Date.now() - 1)
      .run();
    expect(await machine.lease()).toEqual([]);
    expect((await look(job)).status).toBe("queued");
  });
});

describe("the cron", () => {
  it("sweeps and deletes, so that a job is requeued without a lease call", async () => {
    const [job] = await leased();
    await env.DB.prepare("UPDATE jobs SET lease_expires_at = ?")
      .bind(Date.now() - 1)
      .run();
    await env.DB.prepare(
      "INSERT INTO idempotency (owner_id, key, request_sha256, created_at) VALUES ('usr_x', 'old', '', 0)",
    ).run();
    await worker.scheduled(createScheduledController({ scheduledTime: Date.now() }), env);
    expect((await look(job)).status).toBe("queued");
    expect(await env.DB.prepare("SELECT count(*) AS n FROM idempotency WHERE key = 'old'").first("n")).toBe(
      0,
    );
  });
});

describe("a released job", () => {
  it("waits again without a counted failure, however often", async () => {
    const job = await generate();
    for (let i = 0; i < JOB_RUNS_MAX + 1; i++) {
      const [lease] = await machine.lease();
      const reply = await machine.on(lease?.lease_id ?? "", "release", { reason: "going home" });
      expect(reply.body).toEqual({ status: "queued" });
      expect((await machine.on(lease?.lease_id ?? "", "release", { reason: "twice" })).status).toBe(200);
    }
    expect((await look(job)).status).toBe("queued");
  });
});

describe("a canceled job", () => {
  it("that its runner gives back is canceled, however often the runner says so", async () => {
    const [job, lease] = await leased();
    await ada.must("POST", `/v1/generations/${job.id}/cancel`);
    for (let i = 0; i < 2; i++) {
      const reply = await machine.on(lease.lease_id, "release", { reason: "stopping" });
      expect(reply.body).toEqual({ status: "canceled" });
    }
    const late = await machine.on(lease.lease_id, "settle", { outcome: "canceled" });
    expect(late.body.code).toBe("lease_lost");
  });

  it("ends at once while it waits, and a repeated cancel is no error", async () => {
    const job = await generate();
    expect((await ada.must<Generation>("POST", `/v1/generations/${job.id}/cancel`)).status).toBe("canceled");
    expect((await ada.ask("POST", `/v1/generations/${job.id}/cancel`)).status).toBe(200);
    expect(await machine.lease()).toEqual([]);
  });

  it("is asked to stop while it runs, and ends with its run", async () => {
    const [job, lease] = await leased();
    const asked = await ada.must<Generation>("POST", `/v1/generations/${job.id}/cancel`);
    expect([asked.status, asked.cancel_requested]).toEqual(["running", true]);
    const beat = await machine.on<{ cancel: boolean }>(lease.lease_id, "heartbeat", {});
    expect(beat.body.cancel).toBe(true);
    expect((await machine.on(lease.lease_id, "settle", { outcome: "canceled" })).body).toEqual({
      status: "canceled",
    });
    expect((await look(job)).status).toBe("canceled");
  });

  it("ends with its lease where the runner has died", async () => {
    const [job] = await leased();
    await ada.must("POST", `/v1/generations/${job.id}/cancel`);
    expect(await expire()).toEqual([{ id: job.id, status: "canceled" }]);
  });

  it("cannot be one that has ended", async () => {
    const [job, lease] = await leased();
    await machine.on(lease.lease_id, "settle", failed(false));
    const reply = await ada.ask("POST", `/v1/generations/${job.id}/cancel`);
    expect([reply.status, reply.body.code]).toEqual([409, "job_finished"]);
  });
});

describe("a job", () => {
  it("is visible to its owner only", async () => {
    const bob = await person("Bob");
    const job = await generate();
    for (const [method, path] of [
      ["GET", ""],
      ["POST", "/cancel"],
      ["GET", "/events"],
    ] as const) {
      expect((await bob.ask(method, `/v1/generations/${job.id}${path}`)).status).toBe(404);
    }
    expect((await bob.must<{ items: unknown[] }>("GET", "/v1/generations")).items).toEqual([]);
    expect((await look(job)).status).toBe("queued");
  });
});
