// One job's fault stays its own: a runner that falls silent with several jobs costs none of them an attempt, and what was leased before
// is leased alone.

import { env } from "cloudflare:workers";
import { drizzle } from "drizzle-orm/d1";
import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import { sweep } from "../../../functions/dispatch/sweep.ts";
import type { Generation, Lease } from "../../../schema/contract/index.ts";
import { JOB_RUNS_MAX } from "../../../schema/contract/limits.ts";
import { customerAndRunner, empty, type Machine, type Person, person } from "../cast.ts";

let ada: Person;
let machine: Machine;
beforeAll(async () => {
  [ada, machine] = await customerAndRunner();
});
beforeEach(() => empty("jobs", "runs"));

const order = () => ada.must<Generation>("POST", "/v1/generations", { base: "cast-3", prompt: "a person" });
const take = () => machine.lease(8);
const namesOf = (leases: readonly Lease[]) => leases.map(({ job_id }) => job_id).sort();
const wake = () => env.DB.prepare("UPDATE jobs SET not_before = 0").run();
const failures = async () =>
  (await env.DB.prepare("SELECT failures FROM jobs ORDER BY id").all<{ failures: number }>()).results.map(
    (row) => row.failures,
  );
async function expire(): Promise<void> {
  await env.DB.prepare("UPDATE jobs SET lease_expires_at = 1 WHERE status = 'running'").run();
  await sweep(env, drizzle(env.DB), Date.now());
  await wake();
}

describe("a runner that stops responding with a batch", () => {
  it("costs none of its jobs an attempt; each is leased alone next, and then only the faulty one loses attempts", async () => {
    const jobs = [await order(), await order(), await order()];
    expect(namesOf(await take())).toEqual(jobs.map(({ id }) => id).sort());
    await expire();
    expect(await failures()).toEqual([0, 0, 0]);
    const poison = jobs[0]?.id;
    for (let run = 1; run <= JOB_RUNS_MAX + 2; run++) {
      const leases = await take();
      expect(leases.length).toBe(1);
      const [lease] = leases;
      if (lease?.job_id === poison) await expire();
      else
        await machine.on(lease?.lease_id ?? "", "settle", {
          outcome: "failed",
          error: { code: "prompt_invalid", message: "done", retryable: false },
        });
    }
    const ends = await Promise.all(
      jobs.map(({ id }) => ada.must<Generation>("GET", `/v1/generations/${id}`)),
    );
    expect(ends.map(({ error }) => error?.code)).toEqual([
      "runs_exhausted",
      "prompt_invalid",
      "prompt_invalid",
    ]);
  });

  it("with jobs of separate lease calls costs each an attempt", async () => {
    await order();
    expect(await take()).toHaveLength(1);
    await order();
    expect(await take()).toHaveLength(1);
    await expire();
    expect(await failures()).toEqual([1, 1]);
  });
});

describe("a job that was leased before", () => {
  it("is leased alone the next time, however it was requeued", async () => {
    const first = await order();
    const [lease] = await take();
    await machine.on(lease?.lease_id ?? "", "release", { reason: "The runner's device failed." });
    const rest = [await order(), await order()];
    expect(namesOf(await take())).toEqual([first.id]);
    expect(namesOf(await take())).toEqual(rest.map(({ id }) => id).sort());
  });

  it("is passed over by a batch of new ones ahead of it, and is not lost", async () => {
    const old = await order();
    const [lease] = await take();
    await machine.on(lease?.lease_id ?? "", "release", { reason: "stopping" });
    const bob = await person("Bob");
    const fresh = await bob.must<Generation>("POST", "/v1/generations", {
      base: "cast-3",
      prompt: "a person",
      priority: "high",
    });
    const taken = [namesOf(await take()), namesOf(await take())];
    expect(taken.flat().sort()).toEqual([old.id, fresh.id].sort());
    expect(taken.every((batch) => batch.length === 1)).toBe(true);
  });
});
