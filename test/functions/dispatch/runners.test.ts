// How many runners an account may register, and what becomes of registrations that did nothing.

import { env } from "cloudflare:workers";
import { drizzle } from "drizzle-orm/d1";
import { beforeAll, expect, it } from "vitest";
import { deleteIdleRunners } from "../../../functions/dispatch/runners.ts";
import type { Generation } from "../../../schema/contract/index.ts";
import { RUNNERS_PER_OWNER_MAX } from "../../../schema/contract/limits.ts";
import { Machine, type Person, person } from "../cast.ts";

const DAY = 86_400_000;
const ABOUT = {
  name: "r",
  version: "1",
  device: "cpu",
  dtype: "float32",
  memory_bytes: 1,
  bases: ["cast-3"],
};
let ada: Person;
beforeAll(async () => {
  ada = await person("Ada");
});

const register = () => ada.ask<{ runner_id: string; code?: string }>("POST", "/runner/v1/register", ABOUT);
const count = async () => Number(await env.DB.prepare("SELECT count(*) AS n FROM runners").first("n"));

it("an account registers a limited number of runners an hour, whether they left or not", async () => {
  await register();
  await env.DB.prepare(
    `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?)
     INSERT INTO runners (id, owner_id, name, version, device, dtype, memory_bytes, bases, registered_at, last_seen_at, deregistered_at)
     SELECT 'rnr_copy' || i, owner_id, name, version, device, dtype, memory_bytes, bases, registered_at, last_seen_at,
       iif(i % 2, registered_at, NULL) FROM runners, n`,
  )
    .bind(RUNNERS_PER_OWNER_MAX - 2)
    .run();
  const replies = await Promise.all([register(), register(), register()]);
  expect(replies.map(({ status }) => status).sort()).toEqual([200, 429, 429]);
  expect(replies.find(({ status }) => status === 429)?.body.code).toBe("quota_exceeded");
  const bob = await person("Bob");
  expect((await bob.ask("POST", "/runner/v1/register", ABOUT)).status).toBe(200);
  await env.DB.prepare("UPDATE runners SET registered_at = registered_at - 3700000 WHERE name = 'r'").run();
  expect((await register()).status).toBe(200);
});

it("a runner that ran nothing is deleted a day later; one that ran a job keeps its name", async () => {
  await env.DB.prepare("DELETE FROM runners").run();
  const machine = await Machine.register(await person("Operator"));
  await ada.must<Generation>("POST", "/v1/generations", { base: "cast-3", prompt: "a person" });
  expect(await machine.lease()).toHaveLength(1);
  await register();
  const now = Date.now();
  await deleteIdleRunners(drizzle(env.DB), now);
  expect(await count()).toBe(2);
  await deleteIdleRunners(drizzle(env.DB), now + DAY + 60_000);
  expect(await count()).toBe(1);
});
