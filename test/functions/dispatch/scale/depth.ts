// What one lease and one order cost with a queue of a given depth behind them, and how many leases a second one database gives to many callers.

import { drizzle } from "drizzle-orm/d1";
import { jobInsert, type NewJob } from "../../../../functions/dispatch/enqueue.ts";
import { lease } from "../../../../functions/dispatch/lease.ts";
import { findRunner, register } from "../../../../functions/dispatch/runners.ts";
import type { Env } from "../../../../functions/env.ts";
import { newId, randomText } from "../../../../functions/lib/ids.ts";
import { granted, Refusal } from "../../../../functions/lib/refusal.ts";
import type { Caller } from "../../../../functions/rights/rights.ts";
import { Meter } from "./counted.ts";
import { percentile } from "./fairness.ts";
import type { Depth } from "./figures.ts";

const NOW = 1_900_000_000_000;
const OWNERS = 20;
const SAMPLES = 40;
const CALLERS = 32;
const AT_ONCE = 320;
const BATCH = 100;

/** One job in 500 is of a base that is rare, and one in 500 of a shape that is. */
function jobAt(i: number, ownerId: NewJob["ownerId"]): NewJob {
  const [baseId, shape] = [
    i % 500 === 499 ? "base-rare" : "base-a",
    i % 500 === 498 ? "1024x1024" : "512x512",
  ];
  const json = { prompt: "a person", count: 1, steps: 1, width: 256, height: 256, adapters: [] } as unknown;
  return {
    ...{ ownerId, kind: "sample", baseId, shape, inputs: [], adapterId: null },
    ...{ request: json as NewJob["request"], spec: json as NewJob["spec"] },
  };
}

export async function probeDepths(env: Env, depths: readonly number[]): Promise<Depth[]> {
  const reply: Depth[] = [];
  for (const depth of depths) reply.push(await probe(env, depth));
  return reply;
}

async function probe(env: Env, depth: number): Promise<Depth> {
  await env.DB.batch([env.DB.prepare("DELETE FROM jobs"), env.DB.prepare("DELETE FROM runs")]);
  const meter = new Meter();
  const db = drizzle(meter.counted(env.DB)) as Parameters<typeof lease>[0]["db"];
  const counted = { ...env, DB: db.$client } as Env;
  const owners = Array.from({ length: OWNERS }, () => newId("usr", NOW));
  // Credits are those of an account: without a row there are none, and no job is queued.
  for (const [number, id] of owners.entries()) {
    const handle = `depth-${depth}-${number}`;
    await env.DB.prepare(
      "INSERT INTO users (id, handle, name, email, email_verified, created_at, updated_at) VALUES (?1, ?2, ?2, ?3, 1, 0, 0)",
    )
      .bind(id, handle, `${handle}@scale.example`)
      .run();
  }
  const insertOf = (i: number) =>
    jobInsert(
      { db: drizzle(env.DB), now: NOW + i },
      newId("job", NOW + i),
      jobAt(i, owners[i % OWNERS] as NewJob["ownerId"]),
    );
  for (let i = 0; i < depth; i += BATCH) {
    await env.DB.batch(Array.from({ length: Math.min(BATCH, depth - i) }, (_, k) => insertOf(i + k)));
  }
  const operator = { id: newId("usr", NOW) } as Caller;
  const bases = ["base-a", "base-rare", "base-none"];
  const facts = { name: "r", version: "1", device: "cpu", dtype: "float32", memory_bytes: 1, bases };
  const runner = await findRunner(db, operator, granted(await register(db, operator, facts, NOW)), NOW);
  if (runner instanceof Refusal) throw new Error(runner.detail);
  const take = async (base: string, maxBatch: number) =>
    granted(
      await lease({ env: counted, db, now: NOW, nonce: randomText(10) }, runner, "everybody", {
        bases: [base],
        maxBatch,
        warm: [],
      }),
    );

  for (let i = 0; i < SAMPLES; i++) {
    const job = jobAt(0, owners[i % OWNERS] as NewJob["ownerId"]);
    await meter.measure("order", () => jobInsert({ db, now: NOW }, newId("job", NOW + depth + i), job).run());
    await meter.measure("lease of 1, common base", () => take("base-a", 1));
    await meter.measure("lease that finds nothing", () => take("base-none", 1));
  }
  await meter.measure("lease of 8, rare base", () => take("base-rare", 8));
  const begun = performance.now();
  let left = AT_ONCE;
  await Promise.all(
    Array.from({ length: CALLERS }, async () => {
      while (left-- > 0) {
        const place = { env, db: drizzle(env.DB), now: NOW, nonce: randomText(10) };
        const want = { bases: ["base-a"], maxBatch: 1, warm: [] };
        const { rows } = granted(await lease(place, runner, "everybody", want));
        if (rows.length !== 1) throw new Error("A full queue gave nothing");
      }
    }),
  );
  const leasesPerSecond = (AT_ONCE * 1000) / (performance.now() - begun);
  const acts = [...meter.costs].map(([act, { times, reads }]) => ({
    ...{ act, p50: percentile(times, 0.5), p95: percentile(times, 0.95), reads: percentile(reads, 0.5) },
  }));
  return { depth, leasesPerSecond, acts };
}
