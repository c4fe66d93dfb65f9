// What D1 has written is valid even where the bell or a job's watchers cannot be reached, as during a deploy, when objects restart.

import { env } from "cloudflare:workers";
import { drizzle } from "drizzle-orm/d1";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { callerOfKey } from "../../../functions/auth/keys.ts";
import { enqueue } from "../../../functions/dispatch/enqueue.ts";
import { leaseWaiting } from "../../../functions/dispatch/lease.ts";
import { orderGeneration } from "../../../functions/dispatch/order-generation.ts";
import { sweep } from "../../../functions/dispatch/sweep.ts";
import { granted } from "../../../functions/lib/refusal.ts";
import type { Generation } from "../../../schema/contract/index.ts";
import { LEASE_TTL_SECONDS } from "../../../schema/contract/limits.ts";
import { BASE, Machine, ORIGIN, type Person, person } from "../cast.ts";

const db = drizzle(env.DB);
const restarting = () => Promise.reject(new Error("Durable Object reset because its code was updated."));
const deaf = <T>(namespace: DurableObjectNamespace): T =>
  ({
    idFromName: (name: string) => namespace.idFromName(name),
    get: () => ({
      ring: restarting,
      took: restarting,
      version: () => Promise.resolve(""),
      publish: restarting,
    }),
  }) as T;
const envWithoutBell = {
  ...env,
  BELL: deaf<typeof env.BELL>(env.BELL),
  JOB_LIVE: deaf<typeof env.JOB_LIVE>(env.JOB_LIVE),
};

let operator: Person;
const log = vi.spyOn(console, "error").mockImplementation(() => {});
beforeAll(async () => {
  operator = await person("Operator");
});
afterAll(() => log.mockRestore());

it("an order is queued, leased and swept while no Durable Object answers", async () => {
  const machine = await Machine.register(operator);
  const caller = await callerOfKey(envWithoutBell, db, operator.key, Date.now());
  if (!caller) throw new Error("No caller");
  const input = { base: BASE.id, prompt: "a person", negative_prompt: "", count: 1 };
  const id = await enqueue(
    { env: envWithoutBell, db, now: Date.now() },
    granted(await orderGeneration(db, caller, input)),
  );
  expect(id).toMatch(/^job_/);

  const runner_id = machine.id as `rnr_${string}`;
  const wanted = { runner_id, bases: [BASE.id], max_batch: 1, wait_seconds: 1, warm: [] };
  const { leases } = granted(await leaseWaiting({ env: envWithoutBell, db, caller, origin: ORIGIN }, wanted));
  expect(leases.map((lease) => lease.job_id)).toEqual([id]);

  const late = Date.now() + (LEASE_TTL_SECONDS + 1) * 1000;
  expect(await sweep(envWithoutBell, db, late)).toEqual([{ id, status: "queued" }]);
  const seen = await operator.must<Generation>("GET", `/v1/generations/${id}`);
  expect(seen.status).toBe("queued");
});
