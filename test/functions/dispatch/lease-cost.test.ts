// The cost of a lease does not grow with the queue: the plan uses its index, and the rows that D1 counts are equal at two depths.

import { env } from "cloudflare:workers";
import { drizzle } from "drizzle-orm/d1";
import { beforeEach, describe, expect, it } from "vitest";
import { heartbeat } from "../../../functions/dispatch/heartbeat.ts";
import { lease } from "../../../functions/dispatch/lease.ts";
import { LEASE, type Serves } from "../../../functions/dispatch/lease-sql.ts";
import { LEASE_LOST } from "../../../functions/dispatch/run.ts";
import { findRunner, register } from "../../../functions/dispatch/runners.ts";
import { newId } from "../../../functions/lib/ids.ts";
import { granted, Refusal } from "../../../functions/lib/refusal.ts";
import type { Caller } from "../../../functions/rights/rights.ts";
import type { Id } from "../../../schema/contract/ids.ts";
import { WARM_LOOKED_AT_MAX } from "../../../schema/contract/limits.ts";
import { Meter } from "./scale/counted.ts";

const NOW = 1_900_000_000_000;
const SHAPES = 3;
const [SHALLOW, DEEP] = [200, 2_000];
/** A scan that does not meet its end reads one row more than one that does, in each lane. */
const SLACK = 10;
const owner = newId("usr", NOW);
const db = drizzle(env.DB) as Parameters<typeof register>[0];

/** So many jobs of so many owners, a turn for each round; every third is of another shape. */
async function fill(depth: number, owners: number, more = { notBefore: 0, created: NOW }): Promise<void> {
  await env.DB.prepare("DELETE FROM jobs").run();
  await env.DB.prepare(
    `WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < ?1 - 1)
     INSERT INTO jobs (id, owner_id, kind, base_id, shape, status, turn, request, spec, inputs, not_before, created_at)
     SELECT 'job_' || printf('%020d', i), iif(?2 = 1, ?4, 'usr_' || (i % CAST(?2 AS INTEGER))), 'sample', 'base-a',
       iif(?2 = 1, 0, i / CAST(?2 AS INTEGER) % ${SHAPES}) || 'x256', 'queued',
       i / CAST(?2 AS INTEGER), '{}', '{}', json_array(json_object('sha256', printf('%064d', i))), ?3, ?5 FROM n`,
  )
    .bind(depth, owners, more.notBefore, owner, more.created)
    .run();
}

let asked = 0;
type Read = { taken: string[]; leaseIds: Id<"lse">[]; reads: number; statements: number };
async function readsOf(serves: Serves, maxBatch = 1, now = NOW): Promise<Read> {
  const meter = new Meter();
  const counted = drizzle(meter.counted(env.DB)) as Parameters<typeof lease>[0]["db"];
  const caller = { id: owner } as Caller;
  const facts = {
    name: "r",
    version: "1",
    device: "cpu",
    dtype: "float32",
    memory_bytes: 1,
    bases: ["base-a"],
  };
  const runner = await findRunner(db, caller, granted(await register(db, caller, facts, now)), now);
  if (runner instanceof Refusal) throw new Error(runner.detail);
  const want = { bases: ["base-a", "base-none"], maxBatch, warm: ["0".repeat(64)] };
  const nonce = String(asked++).padStart(10, "0");
  const { rows } = granted(
    await meter.measure("lease", () =>
      lease(
        { env: { ...env, DB: counted.$client } as typeof env, db: counted, now, nonce },
        runner,
        serves,
        want,
      ),
    ),
  );
  const cost = meter.costs.get("lease");
  return {
    taken: rows.map(({ id }) => id),
    leaseIds: rows.map(({ lease_id }) => lease_id),
    reads: cost?.rowsRead ?? 0,
    statements: cost?.statements ?? 0,
  };
}

beforeEach(async () => {
  await env.DB.batch(["jobs", "runs", "runners"].map((table) => env.DB.prepare(`DELETE FROM ${table}`)));
});

describe("the plan of a lease", () => {
  const plan = async (sql: string, values: unknown[]) =>
    (
      await env.DB.prepare(`EXPLAIN QUERY PLAN ${sql}`)
        .bind(...values)
        .all<{ detail: string }>()
    ).results.map(({ detail }) => detail);

  it.each(["everybody", "owner"] as const)("of %s reaches jobs by index only", async (serves) => {
    const values = ['["base-a"]', owner, "n", 2, 1, 1, "rnr_x", "[]", 0];
    const lines = await plan(LEASE[serves], values);
    const ofJobs = lines.filter((line) => /\bjobs\b/.test(line));
    expect(ofJobs.length).toBeGreaterThan(2);
    for (const line of ofJobs) expect(line).toMatch(/^SEARCH /);
    const index =
      serves === "owner" ? /jobs_queued_owner \(owner_id=\?/ : /jobs_waiting \(base_id=\? AND not_before=\?/;
    expect(ofJobs.some((line) => index.test(line))).toBe(true);
  });
});

describe("a lease reads", () => {
  it.each([
    ["everybody", 1, 20],
    ["everybody", 8, 20],
    ["everybody", 1, 150],
    ["owner", 1, 1],
    ["owner", 8, 1],
  ] as const)(
    "as much from a long queue as from a short one: %s, batch %i, %i owners",
    async (serves, batch, owners) => {
      await fill(SHALLOW, owners);
      const shallow = await readsOf(serves, batch);
      await fill(DEEP, owners);
      const deep = await readsOf(serves, batch);
      expect(deep.taken).toHaveLength(batch);
      expect(deep.taken).toEqual(shallow.taken);
      expect(deep.reads).toBeLessThanOrEqual(shallow.reads + SLACK);
      expect(deep.reads).toBeLessThan(SHALLOW + 10 * WARM_LOOKED_AT_MAX);
    },
  );

  it("in one statement if nothing waits, in three if it finds a job, and is kept by one a heartbeat", async () => {
    await fill(1, 1);
    const found = await readsOf("everybody");
    expect(found).toMatchObject({ taken: [`job_${"0".repeat(20)}`], statements: 3 });
    expect(await readsOf("everybody")).toMatchObject({ taken: [], statements: 1 });
    const meter = new Meter();
    const counted = drizzle(meter.counted(env.DB)) as Parameters<typeof lease>[0]["db"];
    const beat = (id: Id<"usr">) => {
      const place = { env, db: counted, caller: { id } as Caller, now: NOW + 1 };
      return meter.measure("heartbeat", () => heartbeat(place, found.leaseIds[0] ?? "lse_", {}));
    };
    expect(await beat(owner)).toMatchObject({ jobId: found.taken[0], cancel: false, drain: false });
    expect(meter.costs.get("heartbeat")?.statements).toBe(1);
    // Nobody else keeps it, whoever knows its name.
    expect(await beat(newId("usr", NOW))).toBe(LEASE_LOST);
  });

  it("few rows if all waiting jobs are paused, and finds them all after the pause", async () => {
    await fill(DEEP, 20, { notBefore: NOW + 1, created: NOW });
    const paused = await readsOf("everybody");
    expect(paused.taken).toEqual([]);
    expect(paused.reads).toBeLessThan(40);
    expect((await readsOf("everybody", 8, NOW + 1)).taken).toHaveLength(8);
  });

  it("of one turn only the oldest jobs, and prefers a warm one among these", async () => {
    await fill(3 * WARM_LOOKED_AT_MAX, 3 * WARM_LOOKED_AT_MAX);
    const warm = (i: number) =>
      env.DB.prepare("UPDATE jobs SET inputs = '[]' WHERE id = ?")
        .bind(`job_${String(i).padStart(20, "0")}`)
        .run();
    await warm(3 * WARM_LOOKED_AT_MAX - 1);
    expect((await readsOf("everybody")).taken).toEqual([`job_${"0".repeat(20)}`]);
    await warm(WARM_LOOKED_AT_MAX - 1);
    expect((await readsOf("everybody")).taken).toEqual([
      `job_${String(WARM_LOOKED_AT_MAX - 1).padStart(20, "0")}`,
    ]);
  });
});
