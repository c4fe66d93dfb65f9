// Pauses after failed runs, and the deadline of waiting jobs, with a clock that the test sets, except for two runners that really sleep.

import { env } from "cloudflare:workers";
import { eq } from "drizzle-orm";
import { drizzle } from "drizzle-orm/d1";
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { pauseMs } from "../../../functions/dispatch/backoff.ts";
import { ringBell, type Waiting } from "../../../functions/dispatch/bell.ts";
import { lease } from "../../../functions/dispatch/lease.ts";
import { type Outlook, outlookOf } from "../../../functions/dispatch/outlook.ts";
import { sweep } from "../../../functions/dispatch/sweep.ts";
import { granted } from "../../../functions/lib/refusal.ts";
import type { Generation } from "../../../schema/contract/index.ts";
import {
  JOB_DEADLINE_HOURS,
  JOB_PAUSE_JITTER,
  JOB_PAUSE_MAX_SECONDS,
  JOB_PAUSE_SECONDS,
  LEASE_BATCH_MAX,
  LEASE_TTL_SECONDS,
} from "../../../schema/contract/limits.ts";
import type { RunnerRow } from "../../../schema/tables.ts";
import { runners } from "../../../schema/tables.ts";
import { BASE, Machine, type Person, person } from "../cast.ts";
import { runFaster } from "../fast-clock.ts";

const db = drizzle(env.DB);
const HOUR_MS = 3_600_000;

let ada: Person;
let machine: Machine;
let runner: RunnerRow;
beforeAll(async () => {
  ada = await person("Ada");
  machine = await Machine.register(await person("Operator"));
  const row = await db
    .select()
    .from(runners)
    .where(eq(runners.id, machine.id as RunnerRow["id"]))
    .get();
  if (!row) throw new Error("No runner");
  runner = row;
});
beforeEach(async () => {
  await env.DB.batch(["jobs", "runs"].map((table) => env.DB.prepare(`DELETE FROM ${table}`)));
});
afterEach(() => void vi.restoreAllMocks());

const generate = () => ada.must<Generation>("POST", "/v1/generations", { base: BASE.id, prompt: "a person" });
const failure = { outcome: "failed", error: { code: "runner_error", message: "x", retryable: true } };
let asked = 0;
/** The jobs that this runner is given at a moment. */
const takenAt = async (now: number, maxBatch = 1) => {
  const nonce = String(asked++).padStart(10, "0");
  const want = { bases: [BASE.id], maxBatch, warm: [] };
  const { rows } = granted(await lease({ env, db, now, nonce }, runner, "everybody", want));
  return rows.map(({ id }) => id as string);
};
const notBefore = async (job: { id: string }) =>
  (await env.DB.prepare("SELECT not_before FROM jobs WHERE id = ?")
    .bind(job.id)
    .first<number>("not_before")) ?? 0;
/** The bounds of a pause in milliseconds after so many bad runs. */
function bounds(failures: number): [number, number] {
  const seconds = Math.min(JOB_PAUSE_SECONDS * 2 ** failures, JOB_PAUSE_MAX_SECONDS);
  return [seconds * 1000 * (1 - JOB_PAUSE_JITTER), seconds * 1000 * (1 + JOB_PAUSE_JITTER)];
}
function expectPause(ms: number, failures: number, slack = 0): void {
  const [least, most] = bounds(failures);
  expect(ms).toBeGreaterThanOrEqual(least - slack - 1);
  expect(ms).toBeLessThanOrEqual(most + slack);
}

describe("a pause", () => {
  it("doubles with every failed run up to its maximum, with jitter", async () => {
    for (const failures of [1, 2, 3, 5, 6, 7, 31, 63, 1_000]) {
      const pauses = await env.DB.prepare(
        `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 50)
         SELECT i, ${pauseMs("?1")} AS ms FROM n`,
      )
        .bind(failures)
        .all<{ ms: number }>();
      for (const { ms } of pauses.results) expectPause(ms, failures);
      expect(new Set(pauses.results.map(({ ms }) => ms)).size).toBeGreaterThan(25);
    }
  });

  it("follows a failed run, and the job is not leased until it is over", async () => {
    const job = await generate();
    const [leased] = await machine.lease();
    const before = Date.now();
    await machine.on(leased?.lease_id ?? "", "settle", failure);
    const until = await notBefore(job);
    expectPause(until - before, 1, 2_000);
    expect(await takenAt(until - 1)).toEqual([]);
    expect(await takenAt(until)).toEqual([job.id]);
  });

  it("follows an expired run, longer after the second one", async () => {
    const job = await generate();
    let now = Date.now();
    for (const failures of [1, 2]) {
      expect(await takenAt(now)).toEqual([job.id]);
      now += LEASE_TTL_SECONDS * 1000;
      expect(await sweep(env, db, now)).toEqual([{ id: job.id, status: "queued" }]);
      const until = await notBefore(job);
      expectPause(until - now, failures);
      expect(await takenAt(until - 1)).toEqual([]);
      now = until;
    }
  });

  it("differs between jobs of one lost runner", async () => {
    const jobs = [];
    for (let i = 0; i < 8; i++) jobs.push(await generate());
    const now = Date.now();
    expect(await takenAt(now, LEASE_BATCH_MAX)).toHaveLength(8);
    await sweep(env, db, now + LEASE_TTL_SECONDS * 1000);
    expect(new Set(await Promise.all(jobs.map(notBefore))).size).toBeGreaterThan(4);
  });

  it("does not follow a released or canceled run", async () => {
    const job = await generate();
    for (const [act, body] of [
      ["release", { reason: "stopping" }],
      ["settle", { outcome: "canceled" }],
    ] as const) {
      const [leased] = await machine.lease();
      await machine.on(leased?.lease_id ?? "", act, body);
      expect([act, await notBefore(job)]).toEqual([act, 0]);
    }
    expect(await machine.lease()).toHaveLength(1);
  });

  it("lets other jobs pass and keeps them out of its own batch", async () => {
    const [first, second] = [await generate(), await generate()];
    const now = Date.now();
    await env.DB.prepare("UPDATE jobs SET not_before = ? WHERE id = ?")
      .bind(now + 1_000, first.id)
      .run();
    expect(await takenAt(now, LEASE_BATCH_MAX)).toEqual([second.id]);
    expect(await takenAt(now + 1_000, LEASE_BATCH_MAX)).toEqual([first.id]);
  });

  it("ends while a waiting runner sleeps, not after its poll", async () => {
    const job = await generate();
    const began = Date.now();
    const { results } = await env.DB.prepare(
      "UPDATE jobs SET not_before = ? RETURNING id, base_id, owner_id, not_before",
    )
      .bind(began + 1_500)
      .all<Waiting>();
    // As a settle and a sweep do with the jobs that they pause.
    await ringBell(env, results, began);
    expect((await machine.lease(1, 15))[0]?.job_id).toBe(job.id);
    const slept = Date.now() - began;
    expect(slept).toBeGreaterThanOrEqual(1_400);
    expect(slept).toBeLessThan(8_000);
  });

  it("that begins while a runner sleeps wakes it at its end", async () => {
    const job = await generate();
    const [leased] = await machine.lease();
    const other = await Machine.register(machine.owner);
    runFaster(10);
    const waiting = other.lease(1, 20);
    await machine.on(leased?.lease_id ?? "", "settle", failure);
    expect((await waiting)[0]?.job_id).toBe(job.id);
    expect(Date.now()).toBeGreaterThanOrEqual(await notBefore(job));
  });

  it("delays the expected end that its owner sees, and keeps the queue position", async () => {
    const done = await generate();
    await env.DB.prepare(
      "UPDATE jobs SET status = 'succeeded', started_at = 1000, finished_at = 11000 WHERE id = ?",
    )
      .bind(done.id)
      .run();
    const job = await generate();
    await generate();
    const now = Date.now();
    await env.DB.prepare("UPDATE jobs SET not_before = ? WHERE id = ?")
      .bind(now + 60_000, job.id)
      .run();
    const at = (moment: number) => outlookOf(env.DB, job.id, moment);
    expect(await at(now)).toEqual({ queue_position: 1, eta_seconds: 70 } satisfies Outlook);
    expect(await at(now + 60_000)).toEqual({ queue_position: 1, eta_seconds: 10 });
    expect((await ada.must<Generation>("GET", `/v1/generations/${job.id}`)).queue_position).toBe(1);
  });
});

describe("the deadline", () => {
  const orderedAt = async (job: { id: string }, moment: number) =>
    env.DB.prepare("UPDATE jobs SET created_at = ? WHERE id = ?").bind(moment, job.id).run();

  it("fails an overdue job with its reason, and no other", async () => {
    const [old, young] = [await generate(), await generate()];
    const now = Date.now() + JOB_DEADLINE_HOURS * HOUR_MS;
    await orderedAt(old, now - JOB_DEADLINE_HOURS * HOUR_MS);
    await orderedAt(young, now - JOB_DEADLINE_HOURS * HOUR_MS + 1);
    expect(await sweep(env, db, now)).toEqual([{ id: old.id, status: "failed" }]);
    expect(await sweep(env, db, now)).toEqual([]);
    const seen = await ada.must<Generation>("GET", `/v1/generations/${old.id}`);
    expect(seen).toMatchObject({
      status: "failed",
      error: { code: "deadline_passed" },
      queue_position: null,
    });
    expect(seen.finished_at).toBe(new Date(now).toISOString());
    expect(await takenAt(now, LEASE_BATCH_MAX)).toEqual([young.id]);
  });

  it("does not end a running job, and fails it if it is requeued", async () => {
    const job = await generate();
    await orderedAt(job, 1);
    await env.DB.prepare("UPDATE jobs SET status = 'running', lease_id = 'lse_x', lease_expires_at = ?")
      .bind(Date.now() + HOUR_MS)
      .run();
    expect(await sweep(env, db, Date.now())).toEqual([]);
    const late = Date.now() + 2 * HOUR_MS;
    expect(await sweep(env, db, late)).toEqual([{ id: job.id, status: "queued" }]);
    expect(await sweep(env, db, late)).toEqual([{ id: job.id, status: "failed" }]);
  });

  it("ends many jobs over several sweeps, each once", async () => {
    const job = await generate();
    await env.DB.prepare(
      `INSERT INTO jobs (id, owner_id, kind, base_id, shape, status, turn, request, spec, inputs, created_at)
       WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 149)
       SELECT 'job_many' || printf('%016d', i), owner_id, kind, base_id, shape, status, turn, request, spec, inputs, created_at
       FROM jobs, n WHERE id = ?`,
    )
      .bind(job.id)
      .run();
    const late = Date.now() + (JOB_DEADLINE_HOURS + 1) * HOUR_MS;
    const swept = [await sweep(env, db, late), await sweep(env, db, late), await sweep(env, db, late)];
    expect(swept.map((each) => each.length)).toEqual([100, 50, 0]);
    expect(new Set(swept.flat().map(({ id }) => id)).size).toBe(150);
  });
});
