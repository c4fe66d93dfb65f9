// /metrics: well-formed for Prometheus, every event counted once, and shown to operators and scrapers only.

import { env } from "cloudflare:workers";
import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import scaled from "../../../gpu-runner/deploy/kubernetes/scaledobject.yaml?raw";
import type { Generation } from "../../../schema/contract/index.ts";
import { ask, Machine, type Person, person, png } from "../cast.ts";

let ada: Person;
let operator: Person;
let machine: Machine;
beforeAll(async () => {
  ada = await person("Ada");
  operator = await person("Operator");
  machine = await Machine.register(operator);
});
beforeEach(async () => {
  await env.DB.batch(
    ["jobs", "runs", "dispatch_counts", "deliveries"].map((table) => env.DB.prepare(`DELETE FROM ${table}`)),
  );
});

const bearer = (token: string) => ({ headers: { authorization: `Bearer ${token}` } });
const generate = () =>
  ada.must<Generation>("POST", "/v1/generations", { base: "cast-3", prompt: "a person" });
const LINE = /^([a-z_]+)(?:\{((?:[a-z]+="(?:[^"\\\n]|\\.)*",?)*)\})? (-?\d+(?:\.\d+)?(?:e-?\d+)?)$/;

/** Every sample by its name and labels; every line must be one that Prometheus reads, of a family that was announced. */
async function scrape(): Promise<Map<string, number>> {
  const reply = await ask<string>("GET", "/metrics", bearer(env.METRICS_TOKEN ?? ""));
  expect(reply.headers.get("content-type")).toBe("text/plain; version=0.0.4; charset=utf-8");
  expect(reply.body.endsWith("\n")).toBe(true);
  const types = new Map<string, string>();
  const samples = new Map<string, number>();
  for (const line of reply.body.trimEnd().split("\n")) {
    const [, hash, name = "", type = ""] = /^# (HELP|TYPE) ([a-z_]+) (.+)$/.exec(line) ?? [];
    if (hash === "TYPE") types.set(name, type);
    if (hash) continue;
    const match = LINE.exec(line);
    if (!match) throw new Error(`Not a sample: ${line}`);
    const [, full = "", labels = "", value] = match;
    const family = types.has(full) ? full : full.replace(/_(bucket|sum|count)$/, "");
    expect(types.get(family)).toBeDefined();
    samples.set(`${full}{${labels}}`, Number(value));
  }
  return samples;
}

const KIND = 'base="cast-3",kind="sample"';

describe("/metrics", () => {
  it("report the queue, its oldest job, and what is held for how long", async () => {
    const [first] = [await generate(), await generate(), await generate()];
    await env.DB.prepare("UPDATE jobs SET created_at = created_at - 90000 WHERE id = ?")
      .bind(first?.id ?? "")
      .run();
    let seen = await scrape();
    expect(seen.get(`orthoplex_jobs_queued{${KIND}}`)).toBe(3);
    expect(seen.get(`orthoplex_oldest_queued_seconds{${KIND}}`)).toBeGreaterThanOrEqual(90);
    expect(seen.get(`orthoplex_jobs_running{${KIND}}`)).toBeUndefined();
    await machine.lease(2);
    await env.DB.prepare("UPDATE runs SET started_at = started_at - 120000 WHERE job_id = ?")
      .bind(first?.id ?? "")
      .run();
    seen = await scrape();
    expect(seen.get(`orthoplex_jobs_queued{${KIND}}`)).toBe(1);
    expect(seen.get(`orthoplex_jobs_running{${KIND}}`)).toBe(2);
    expect(seen.get(`orthoplex_leases{${KIND},age="1m"}`)).toBe(1);
    expect(seen.get(`orthoplex_leases{${KIND},age="10m"}`)).toBe(1);
    expect(seen.get(`orthoplex_runners{base="cast-3"}`)).toBe(1);
  });

  it("counts each run once by outcome, with consistent time buckets", async () => {
    await generate();
    await generate();
    const [one, two] = await machine.lease(2);
    const output = await machine.deliver(
      one?.lease_id ?? "",
      { name: "a.png", role: "image", meta: {} },
      await png(256, 256),
    );
    for (let i = 0; i < 2; i++) {
      await machine.on(one?.lease_id ?? "", "settle", { outcome: "succeeded", outputs: [output] });
    }
    await machine.on(two?.lease_id ?? "", "release", { reason: "stopping" });
    // Given back and taken again: that is no second waiting time.
    await machine.lease();
    const seen = await scrape();
    expect(seen.get(`orthoplex_runs_total{${KIND},outcome="succeeded"}`)).toBe(1);
    expect(seen.get(`orthoplex_runs_total{${KIND},outcome="released"}`)).toBe(1);
    expect(seen.get(`orthoplex_queue_wait_seconds_count{${KIND}}`)).toBe(2);
    let before = 0;
    const buckets = [...seen].filter(([name]) =>
      name.startsWith(`orthoplex_run_seconds_bucket{${KIND},outcome="succeeded"`),
    );
    expect(buckets.length).toBe(14);
    for (const [, value] of buckets) {
      expect(value).toBeGreaterThanOrEqual(before);
      before = value;
    }
    expect(before).toBe(1);
  });

  it.each([
    [0, 0],
    [1_000, 0],
    [1_001, 1],
    [2_000, 1],
    [60_000, 6],
    [64_001, 7],
    [4_096_000, 12],
    [99_999_000, 13],
  ])("puts %i ms into the bucket %i", async (ms, bucket) => {
    await generate();
    const [lease] = await machine.lease();
    await env.DB.prepare("UPDATE runs SET outcome = 'failed', finished_at = started_at + ? WHERE id = ?")
      .bind(ms, lease?.run_id ?? "")
      .run();
    const row = await env.DB.prepare(
      "SELECT bucket, count, sum_ms FROM dispatch_counts WHERE metric = 'run'",
    ).first();
    expect(row).toEqual({ bucket, count: 1, sum_ms: ms });
  });

  it("serves the series and labels that the ScaledObject queries", async () => {
    await generate();
    await generate();
    await machine.lease();
    const seen = [...(await scrape())];
    const queries = scaled.match(/(?<=query: ).+/g) ?? [];
    expect(queries.length).toBe(2);
    for (const query of queries) {
      const [, name, labels = ""] = /sum\((orthoplex_[a-z_]+)\{(.*)\}\)/.exec(query) ?? [];
      expect(seen.filter(([full]) => full.startsWith(`${name}{`) && full.includes(labels)).length).toBe(1);
    }
  });

  it("report the backlog of webhooks", async () => {
    const insert =
      "INSERT INTO deliveries (id, owner_id, type, url, shape, origin, state, next_attempt_at, created_at) VALUES (?, 'usr_', 't', 'u', 'native', 'o', ?, ?, 0)";
    await env.DB.batch([
      env.DB.prepare(insert).bind("dlv_a", "pending", Date.now() - 60_000),
      env.DB.prepare(insert).bind("dlv_b", "pending", Date.now() + 60_000),
      env.DB.prepare(insert).bind("dlv_c", "failed", null),
    ]);
    const seen = await scrape();
    expect(seen.get("orthoplex_webhook_backlog{}")).toBe(2);
    expect(seen.get("orthoplex_webhook_overdue_seconds{}")).toBeGreaterThanOrEqual(60);
  });

  it("is for scrapers with the token and for operators", async () => {
    expect((await ask("GET", "/metrics")).status).toBe(401);
    expect((await ask("GET", "/metrics", bearer("wrong"))).body.code).toBe("key_invalid");
    expect((await ask("GET", "/metrics", bearer(ada.key))).body.code).toBe("not_granted");
    expect((await ask("GET", "/metrics", bearer(operator.key))).status).toBe(200);
  });

  it("reads no history: every query uses an index of live rows", async () => {
    const plans = [
      "SELECT base_id, kind, count(*) AS n, min(coalesce(ready_at, created_at)) AS oldest FROM jobs WHERE status = 'queued' AND waits_for IS NULL GROUP BY base_id, kind",
      "SELECT count(*) AS n, min(next_attempt_at) AS next FROM deliveries WHERE state = 'pending'",
    ];
    for (const sql of plans) {
      const plan = await env.DB.prepare(`EXPLAIN QUERY PLAN ${sql}`).all<{ detail: string }>();
      expect(plan.results.map(({ detail }) => detail).join()).toMatch(
        /USING (COVERING )?INDEX (jobs_waiting|deliveries_due)/,
      );
    }
  });
});

describe("a request's id", () => {
  it("is the caller's own if it is well-formed, else generated", async () => {
    const of = async (id?: string) =>
      (
        await ask("GET", "/v1/bases", id === undefined ? {} : { headers: { "x-request-id": id } })
      ).headers.get("x-request-id");
    expect(await of("run-7f9c2b1e5d8a")).toBe("run-7f9c2b1e5d8a");
    for (const bad of [undefined, "short", "has space in it", "x".repeat(129), "semi;colon;s"]) {
      expect(await of(bad)).toMatch(/^req_[0-9a-z]{20}$/);
    }
  });
});
