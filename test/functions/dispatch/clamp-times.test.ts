// After a clock was set back, a job is not held up for as long as it went back.

import { env } from "cloudflare:workers";
import { drizzle } from "drizzle-orm/d1";
import { beforeAll, beforeEach, expect, it } from "vitest";
import { clampFutureTimes } from "../../../functions/dispatch/clamp-times.ts";
import { sweep } from "../../../functions/dispatch/sweep.ts";
import type { Generation } from "../../../schema/contract/index.ts";
import { JOB_PAUSE_SECONDS, LEASE_TTL_SECONDS } from "../../../schema/contract/limits.ts";
import { customerAndRunner, empty, type Machine, type Person } from "../cast.ts";

const HOUR_MS = 3_600_000;
const db = drizzle(env.DB);
let ada: Person;
let machine: Machine;
beforeAll(async () => {
  [ada, machine] = await customerAndRunner();
});

beforeEach(() => empty("jobs"));

const order = () => ada.must<Generation>("POST", "/v1/generations", { base: "cast-3", prompt: "sad" });
const timesOf = (id: string) =>
  env.DB.prepare("SELECT status, lease_expires_at, not_before FROM jobs WHERE id = ?")
    .bind(id)
    .first<{ status: string; lease_expires_at: number | null; not_before: number }>();

it("clamps a lease of the old clock to its term, and leaves one of the new clock unchanged", async () => {
  const { id } = await order();
  await machine.lease();
  const before = await timesOf(id);
  expect(await clampFutureTimes(db, Date.now())).toBe(0);
  expect(await timesOf(id)).toEqual(before);
  const now = Date.now() - HOUR_MS;
  expect(await clampFutureTimes(db, now)).toBe(1);
  expect((await timesOf(id))?.lease_expires_at).toBe(now + LEASE_TTL_SECONDS * 1000);
  expect(await sweep(env, db, now + LEASE_TTL_SECONDS * 1000)).toEqual([{ id, status: "queued" }]);
});

it("clamps a pause of the old clock to its length, and leaves one of the new clock unchanged", async () => {
  const { id } = await order();
  await machine.lease();
  const swept = Date.now() + 2 * LEASE_TTL_SECONDS * 1000;
  await sweep(env, db, swept);
  const before = await timesOf(id);
  expect(before?.not_before).toBeGreaterThan(swept);
  expect(await clampFutureTimes(db, swept)).toBe(0);
  const now = Date.now() - HOUR_MS;
  await clampFutureTimes(db, now);
  expect((await timesOf(id))?.not_before).toBeLessThanOrEqual(now + 2 * 1.5 * JOB_PAUSE_SECONDS * 1000);
});
