// Credits: every job is charged once with its order, and refunded by the rule whichever way it ends.

import { env } from "cloudflare:workers";
import { drizzle } from "drizzle-orm/d1";
import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import { dayOf } from "../../../functions/catalog/trends.ts";
import { type End, generationCredits, refundOf, trainingCredits } from "../../../functions/dispatch/cost.ts";
import { sweep } from "../../../functions/dispatch/sweep.ts";
import { JOB_ERROR_CODES } from "../../../schema/contract/codes.ts";
import type { Account, Generation, Training } from "../../../schema/contract/index.ts";
import {
  CREDITS_PER_DAY,
  CREDITS_PER_DAY_UNVERIFIED,
  JOB_RUNS_MAX,
  LEASE_TTL_SECONDS,
} from "../../../schema/contract/limits.ts";
import { adapterInput, ask, Machine, type Person, person, png, published, verify } from "../cast.ts";
import { deliverAdapter, giveUp, orderTraining, trainerAndRunner } from "./trainings.ts";

const COST = 24;
type Entry = { job_id: string; kind: "charge" | "refund"; credits: number; day: number };

let ada: Person;
let machine: Machine;
let images: { upload_id: string }[];
beforeAll(async () => {
  [ada, machine, images] = await trainerAndRunner();
});
beforeEach(async () => {
  const tables = ["jobs", "runs", "ledger", "allowances"];
  await env.DB.batch(tables.map((table) => env.DB.prepare(`DELETE FROM ${table}`)));
});

const generate = (more: Record<string, unknown> = {}, by = ada) =>
  by.must<Generation>("POST", "/v1/generations", { base: "cast-3", prompt: "a person", ...more });
const look = (job: { id: string }) => ada.must<Generation>("GET", `/v1/generations/${job.id}`);
const usage = async (by = ada) => (await by.must<Account>("GET", "/v1/account")).usage;
const entries = async (job: { id: string }) =>
  (
    await env.DB.prepare("SELECT kind, credits FROM ledger WHERE job_id = ? ORDER BY kind")
      .bind(job.id)
      .all<Entry>()
  ).results;
const charge = { kind: "charge", credits: COST };
async function take(from = machine): Promise<string> {
  const [lease] = await from.lease();
  if (!lease) throw new Error("No lease");
  return lease.lease_id;
}
async function succeed(lease: string, from = machine): Promise<void> {
  const output = await from.deliver(lease, { name: "a.png", role: "image", meta: {} }, await png(256, 256));
  await from.on(lease, "settle", { outcome: "succeeded", outputs: [output] });
}
const beat = (lease: string, step: number, total = 24) =>
  machine.on(lease, "heartbeat", { progress: { step, total, message: "drawing" } });

describe("a job's cost", () => {
  it("is computed from the request before it is ordered", () => {
    const plain = { count: 1, steps: 24, width: 256, height: 256 };
    expect(generationCredits(plain, "normal")).toBe(24);
    expect(generationCredits({ ...plain, width: 768, count: 4 }, "normal")).toBe(24 * 3 * 4);
    expect([generationCredits(plain, "low"), generationCredits(plain, "high")]).toEqual([12, 48]);
    expect(generationCredits({ ...plain, steps: 1 }, "low")).toBe(1);
    expect(generationCredits({ count: 1, steps: 30, width: 1024, height: 1024 }, "normal")).toBe(480);
    expect([trainingCredits({ steps: 60 }, "normal"), trainingCredits({ steps: 61 }, "low")]).toEqual([
      240, 122,
    ]);
  });

  it("is charged with the order, returned with the job and taken from the day's", async () => {
    const before = await usage();
    expect(before).toMatchObject({
      credits_used: 0,
      credits_left: CREDITS_PER_DAY,
      credits_per_day: CREDITS_PER_DAY,
    });
    expect(Date.parse(before.credits_renew_at) % 86_400_000).toBe(0);
    const job = await generate({ count: 2, size: "512x256", priority: "high" });
    expect(job.cost).toEqual({ credits: 24 * 2 * 2 * 2, refunded: 0 });
    const training = await orderTraining(ada, "costly", images);
    expect(training.cost).toEqual({ credits: 240, refunded: 0 });
    const used = 24 * 8 + 240;
    expect(await usage()).toMatchObject({ credits_used: used, credits_left: CREDITS_PER_DAY - used });
    expect(await usage(machine.owner)).toMatchObject({ credits_used: 0 });
  });

  it("is computed for a compatible API's order from the resulting canvas", async () => {
    const version = await published(ada, "one");
    await published(ada, "two");
    await env.DB.prepare("DELETE FROM jobs").run();
    const input = { prompt: "<one>; <two>", adapters: [{ ref: "ada/two" }], num_outputs: 2 };
    const reply = await ada.ask("POST", "/replicate/v1/predictions", { version: version.id, input });
    expect(reply.status).toBe(201);
    const cost = await env.DB.prepare("SELECT cost FROM jobs").first<number>("cost");
    expect(cost).toBe(24 * 2 * 2);
  });

  it("is 0 for the service's own orders: previews and replayed failures", async () => {
    const adapter = await orderTraining(ada, "shown", images);
    const [lease] = await machine.lease();
    if (lease) await deliverAdapter(machine, lease);
    const done = await ada.must<Training>("GET", `/v1/trainings/${adapter.id}`);
    await ada.must("PATCH", `/v1/versions/${done.result?.version_id}`, { previews: [] });
    await ada.must("POST", `/v1/versions/${done.result?.version_id}/publish`, {});
    const previews = await env.DB.prepare("SELECT id, cost FROM jobs WHERE kind = 'sample'").all<{
      id: string;
      cost: number;
    }>();
    expect(previews.results.map(({ cost }) => cost)).toEqual([0]);
    expect(await entries({ id: previews.results[0]?.id ?? "" })).toEqual([]);
    await env.DB.prepare("DELETE FROM jobs").run();
    const job = await generate();
    await machine.on(await take(), "settle", {
      outcome: "failed",
      error: { code: "out_of_memory", message: "x", retryable: false },
    });
    const again = await ask<{ job_id: string }>("POST", `/v1/operations/jobs/${job.id}/replay`, {
      headers: { cookie: machine.owner.cookie },
    });
    expect((await look({ id: again.body.job_id })).cost).toEqual({ credits: 0, refunded: 0 });
  });
});

describe("a job that ends", () => {
  it("successfully keeps its cost", async () => {
    const job = await generate();
    await succeed(await take());
    expect((await look(job)).cost).toEqual({ credits: COST, refunded: 0 });
    expect(await entries(job)).toEqual([charge]);
  });

  it("by an internal fault is refunded in full, and its runs are charged once", async () => {
    const job = await generate();
    for (let run = 0; run < JOB_RUNS_MAX; run++) {
      const lease = await take();
      await beat(lease, 20);
      if (run === 1) await sweep(env, drizzle(env.DB), Date.now() + (LEASE_TTL_SECONDS + 1) * 1000);
      else {
        const error = { code: "runner_error", message: "x", retryable: true };
        const report = { outcome: "failed", error };
        await machine.on(lease, "settle", report);
        await machine.on(lease, "settle", report);
      }
      await env.DB.prepare("UPDATE jobs SET not_before = 0").run();
    }
    expect(await look(job)).toMatchObject({ status: "failed", cost: { credits: COST, refunded: COST } });
    expect(await entries(job)).toEqual([charge, { kind: "refund", credits: COST }]);
    expect((await usage()).credits_used).toBe(0);
  });

  it("by the owner's fault is refunded for the steps that were not run", async () => {
    const job = await generate();
    const lease = await take();
    await beat(lease, 6);
    const error = { code: "prompt_invalid", message: "x", retryable: false };
    await machine.on(lease, "settle", { outcome: "failed", error });
    expect((await look(job)).cost).toEqual({ credits: COST, refunded: 18 });
  });

  it("by cancelation is refunded for the steps that were not run", async () => {
    const [waiting, half] = [await generate(), await generate()];
    await ada.must("POST", `/v1/generations/${waiting.id}/cancel`);
    expect((await look(waiting)).cost).toEqual({ credits: COST, refunded: COST });
    const lease = await take();
    await beat(lease, 12);
    await ada.must("POST", `/v1/generations/${half.id}/cancel`);
    expect((await look(half)).cost.refunded).toBe(0);
    await machine.on(lease, "settle", { outcome: "canceled" });
    expect((await look(half)).cost).toEqual({ credits: COST, refunded: 12 });
    await ada.must("POST", `/v1/generations/${half.id}/cancel`);
    expect(await entries(half)).toEqual([charge, { kind: "refund", credits: 12 }]);
    expect((await usage()).credits_used).toBe(12);
  });

  it("on its owner's own runner is refunded in full", async () => {
    const job = await generate();
    const own = await Machine.register(ada);
    await succeed(await take(own), own);
    expect(await look(job)).toMatchObject({ status: "succeeded", cost: { credits: COST, refunded: COST } });
  });

  it("with the training that it waited for is refunded in full", async () => {
    const training = await orderTraining(ada, "unfinished", images);
    const job = await generate({ base: undefined, adapters: [{ training_id: training.id }] });
    const [lease] = await machine.lease();
    if (lease) await giveUp(machine, lease);
    expect(await look(job)).toMatchObject({ status: "failed", cost: { credits: COST, refunded: COST } });
    expect((await usage()).credits_used).toBe(0);
  });
});

describe("the rule of refunds", () => {
  const progresses = [null, { step: 0, total: 24 }, { step: 7, total: 24 }, { step: 24, total: 24 }];
  const odd = [
    { step: 30, total: 24 },
    { step: 1, total: 3 },
    { step: 0, total: 0 },
  ];
  const ends: End[] = [...progresses, ...odd].flatMap((progress) =>
    [false, true].flatMap((onOwnRunner) => {
      const rest = { cost: 25, progress, onOwnRunner };
      return [
        { ...rest, status: "succeeded" as const, errorCode: null },
        { ...rest, status: "canceled" as const, errorCode: null },
        ...[...JOB_ERROR_CODES, null].map((errorCode) => ({ ...rest, status: "failed" as const, errorCode })),
      ];
    }),
  );

  it("is the same in SQL, for every end", async () => {
    const own = await Machine.register(ada);
    const insert = env.DB.prepare(
      `INSERT INTO jobs (id, owner_id, kind, base_id, shape, status, turn, request, spec, inputs, lease_id, created_at, cost)
       SELECT ?1, id, 'sample', 'cast-3', 'x', 'running', 0, '{}', '{}', '[]', ?2, 1, ?3 FROM users WHERE handle = 'ada'`,
    );
    const run = env.DB.prepare(
      "INSERT INTO runs (id, job_id, lease_id, runner_id, attempt, started_at) VALUES (?1, ?2, ?3, ?4, 2, 1)",
    );
    const finish = env.DB.prepare(
      "UPDATE jobs SET status = ?2, error = ?3, progress = ?4, lease_id = NULL, finished_at = 2 WHERE id = ?1",
    );
    const nameOf = (i: number) => `job_${String(i).padStart(22, "0")}`;
    await env.DB.batch(
      ends.flatMap(({ cost, status, errorCode, progress, onOwnRunner }, i) => [
        insert.bind(nameOf(i), `lse_${i}`, cost),
        run.bind(`run_${i}`, nameOf(i), `lse_${i}`, onOwnRunner ? own.id : machine.id),
        finish.bind(
          nameOf(i),
          status,
          errorCode && JSON.stringify({ code: errorCode, message: "x" }),
          progress && JSON.stringify(progress),
        ),
      ]),
    );
    const refunds = await env.DB.prepare(
      "SELECT job_id, credits FROM ledger WHERE kind = 'refund'",
    ).all<Entry>();
    const received = new Map(refunds.results.map(({ job_id, credits }) => [job_id, credits]));
    const rows = ends.map((end, i) => [end, received.get(nameOf(i)) ?? 0]);
    expect(rows).toEqual(ends.map((end) => [end, refundOf(end)]));
    expect(new Set(ends.map(refundOf))).toEqual(new Set([0, 16, 17, 25]));
  });
});

describe("the day's credits", () => {
  const spend = (credits: number, day = dayOf(Date.now())) =>
    env.DB.prepare(
      `INSERT INTO allowances (owner_id, day, used) SELECT id, ?1, ?2 FROM users WHERE handle = 'ada'
       ON CONFLICT (owner_id) DO UPDATE SET day = excluded.day, used = excluded.used`,
    )
      .bind(day, credits)
      .run();

  it("refuse orders above them, and state what is left and when they renew", async () => {
    await spend(CREDITS_PER_DAY - COST + 1);
    const reply = await ada.ask("POST", "/v1/generations", { base: "cast-3", prompt: "x" });
    expect([reply.status, reply.body.code]).toEqual([429, "quota_exceeded"]);
    expect(reply.body.detail).toContain(`costs ${COST} credits`);
    expect(reply.body.detail).toContain(`${COST - 1} left`);
    const wait = Number(reply.headers.get("retry-after"));
    expect(Math.abs(Date.now() + wait * 1000 - Date.parse((await usage()).credits_renew_at))).toBeLessThan(
      5_000,
    );
    expect((await generate({ priority: "low" })).cost.credits).toBe(COST / 2);
  });

  it("are few until the email address is verified", async () => {
    const eve = await person("Eve");
    await verify("eve", false);
    expect(await usage(eve)).toMatchObject({ credits_per_day: CREDITS_PER_DAY_UNVERIFIED });
    // The largest that one order can be of pictures of this size.
    const dear = { count: 16, steps: 50, size: "512x256", priority: "high" };
    const order = () => eve.ask("POST", "/v1/generations", { base: "cast-3", prompt: "x", ...dear });
    const replies = [await order(), await order()];
    expect(replies.map(({ status }) => status)).toEqual([202, 429]);
    expect(replies[1]?.body.detail).toContain(`verified email address it is ${CREDITS_PER_DAY}`);
    await verify("eve", true);
    expect((await order()).status).toBe(202);
  });

  it("leave no adapter behind where they do not cover its training", async () => {
    await spend(CREDITS_PER_DAY - 239);
    const input = { adapter: adapterInput("dear"), images, steps: 60 };
    expect((await ada.ask("POST", "/v1/trainings", input)).body.code).toBe("quota_exceeded");
    expect((await ada.ask("GET", "/v1/adapters/ada/dear")).status).toBe(404);
    await spend(CREDITS_PER_DAY - 240);
    expect((await ada.ask("POST", "/v1/trainings", input)).status).toBe(202);
  });

  it("are never exceeded by concurrent orders", async () => {
    await spend(CREDITS_PER_DAY - 3 * COST);
    const input = { base: "cast-3", prompt: "x" };
    const replies = await Promise.all(
      [1, 2, 3, 4, 5, 6].map(() => ada.ask("POST", "/v1/generations", input)),
    );
    expect(replies.map(({ status }) => status).sort()).toEqual([202, 202, 202, 429, 429, 429]);
    expect((await usage()).credits_left).toBe(0);
  });

  it("renew each day, and a refund belongs to the day of its charge", async () => {
    const yesterday = dayOf(Date.now()) - 1;
    await spend(CREDITS_PER_DAY, yesterday);
    expect((await usage()).credits_used).toBe(0);
    const job = await generate();
    expect((await usage()).credits_used).toBe(COST);
    await env.DB.prepare("DELETE FROM ledger WHERE job_id = ?").bind(job.id).run();
    await env.DB.prepare(
      `INSERT INTO ledger (job_id, kind, owner_id, credits, day, created_at)
       SELECT ?1, 'charge', id, ?2, ?3, 1 FROM users WHERE handle = 'ada'`,
    )
      .bind(job.id, COST, yesterday)
      .run();
    await spend(100);
    await ada.must("POST", `/v1/generations/${job.id}/cancel`);
    expect((await look(job)).cost.refunded).toBe(COST);
    expect((await usage()).credits_used).toBe(100);
  });
});

describe("the ledger", () => {
  it("has at most one charge and one refund for a job, and is immutable", async () => {
    const job = await generate();
    const again = env.DB.prepare("INSERT INTO ledger SELECT * FROM ledger WHERE job_id = ?").bind(job.id);
    await expect(again.run()).rejects.toThrow("UNIQUE constraint failed");
    await expect(env.DB.prepare("UPDATE ledger SET credits = 0").run()).rejects.toThrow("only grows");
    expect(await entries(job)).toEqual([charge]);
  });

  it("adds up to the day's sum", async () => {
    const jobs = [await generate(), await generate({ count: 2 }), await generate({ priority: "low" })];
    await ada.must("POST", `/v1/generations/${jobs[1]?.id}/cancel`);
    const net = await env.DB.prepare(
      "SELECT sum(iif(kind = 'charge', credits, -credits)) AS n FROM ledger JOIN users ON users.id = owner_id WHERE handle = 'ada'",
    ).first<number>("n");
    expect([net, (await usage()).credits_used]).toEqual([COST + COST / 2, COST + COST / 2]);
  });
});
