// Live progress: watchers see events as they happen, late ones get the last of each, and waiting ends with the job.

import { runDurableObjectAlarm } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { liveOf } from "../../../functions/dispatch/live.ts";
import { runningSeconds, waitingSeconds } from "../../../functions/dispatch/outlook.ts";
import { waitSeconds } from "../../../functions/routes/job-routes.ts";
import type { Generation } from "../../../schema/contract/index.ts";
import { ORIGIN, png } from "../cast.ts";
import { ada, beginLive, generate, INPUT, machine, settle, watch } from "./watching.ts";

beginLive();

describe("a job's event stream", () => {
  it("sends status, progress with its frame, and the end", async () => {
    const job = await generate();
    const stream = await watch(job);
    expect(await stream.next()).toEqual([
      "status",
      { status: "queued", queue_position: 1, eta_seconds: null },
    ]);
    const [lease] = await machine.lease();
    expect(await stream.next()).toEqual(["status", { status: "running", queue_position: null }]);
    const frame = btoa(String.fromCharCode(...(await png(8, 8))));
    const progress = { step: 1, total: 24, message: "drawing" };
    const page = await machine.on(lease?.lease_id ?? "", "heartbeat", {
      progress,
      preview: btoa("<svg onload=x()>"),
    });
    expect([page.status, page.body.code]).toEqual([422, "image_invalid"]);
    await machine.on(lease?.lease_id ?? "", "heartbeat", { progress, preview: frame });
    expect(await stream.next()).toEqual([
      "progress",
      { ...progress, preview: `data:image/png;base64,${frame}` },
    ]);
    await settle(lease?.lease_id ?? "");
    expect(await stream.next()).toEqual(["status", { status: "succeeded", queue_position: null }]);
    expect(await stream.next()).toEqual(["done", { status: "succeeded" }]);
    expect(await stream.next()).toBeNull();
  });

  it("drops the frames of a released run", async () => {
    const job = await generate();
    const [lease] = await machine.lease();
    const progress = { step: 9, total: 24, message: "drawing" };
    await machine.on(lease?.lease_id ?? "", "heartbeat", { progress });
    await machine.on(lease?.lease_id ?? "", "release", { reason: "stopping" });
    const stream = await watch(job);
    expect(await stream.next()).toEqual([
      "status",
      { status: "queued", queue_position: 1, eta_seconds: null },
    ]);
    await machine.lease();
    expect(await stream.next()).toEqual(["status", { status: "running", queue_position: null }]);
    await stream.leave();
  });

  it("ends at a repeated settle if the first end was not published", async () => {
    const job = await generate();
    const [lease] = await machine.lease();
    const stream = await watch(job);
    expect(await stream.next()).toEqual(["status", { status: "running", queue_position: null }]);
    const id = lease?.lease_id ?? "";
    // As a settle leaves it that was cut off between its transaction and its word to the watchers.
    await env.DB.batch([
      env.DB.prepare("UPDATE runs SET outcome = 'failed', settled_status = 'failed' WHERE lease_id = ?").bind(
        id,
      ),
      env.DB.prepare("UPDATE jobs SET status = 'failed', lease_id = NULL WHERE id = ?").bind(job.id),
    ]);
    const error = { code: "runner_error", message: "x", retryable: false };
    expect((await machine.on(id, "settle", { outcome: "failed", error })).body).toEqual({ status: "failed" });
    expect(await stream.next()).toEqual(["status", { status: "failed", queue_position: null }]);
    expect(await stream.next()).toEqual(["done", { status: "failed" }]);
    expect(await stream.next()).toBeNull();
  });

  it("sends a late watcher the last status and frame first", async () => {
    const job = await generate();
    const [lease] = await machine.lease();
    for (const step of [1, 2]) {
      await machine.on(lease?.lease_id ?? "", "heartbeat", { progress: { step, total: 24, message: "" } });
    }
    const stream = await watch(job);
    expect((await stream.next())?.[1]).toMatchObject({ status: "running" });
    expect(await stream.next()).toMatchObject([
      "progress",
      { step: 2, total: 24, message: "", preview: null },
    ]);
    await stream.leave();
  });

  it("serves many watchers, and one that leaves does not disturb the others", async () => {
    const job = await generate();
    const streams = await Promise.all([watch(job), watch(job), watch(job)]);
    await streams[0]?.leave();
    for (const stream of streams.slice(1)) await stream.next();
    const [lease] = await machine.lease();
    await settle(lease?.lease_id ?? "");
    for (const stream of streams.slice(1)) {
      const seen: string[] = [];
      for (let event = await stream.next(); event; event = await stream.next()) seen.push(event[0]);
      expect(seen.at(-1)).toBe("done");
    }
  });

  it("of a finished job says so and ends", async () => {
    const job = await generate();
    await ada.must("POST", `/v1/generations/${job.id}/cancel`);
    const stream = await watch(job);
    expect((await stream.next())?.[1]).toMatchObject({ status: "canceled" });
    expect(await stream.next()).toEqual(["done", { status: "canceled" }]);
    expect(await stream.next()).toBeNull();
  });
});

describe("a waiting job's watcher", () => {
  it("gets queue position and expected time when they change", async () => {
    const [ahead, job] = [await generate(), await generate()];
    // Two jobs of ten seconds each were done.
    const [done, other] = [await generate(), await generate()];
    for (const { id } of [done, other]) {
      await env.DB.prepare(
        "UPDATE jobs SET status = 'succeeded', started_at = 1000, finished_at = 11000 WHERE id = ?",
      )
        .bind(id)
        .run();
    }
    const stream = await watch(job);
    expect(await stream.next()).toEqual(["status", { status: "queued", queue_position: 2, eta_seconds: 20 }]);
    await env.DB.prepare("UPDATE jobs SET status = 'canceled' WHERE id = ?").bind(ahead.id).run();
    await runDurableObjectAlarm(liveOf(env, job.id));
    expect(await stream.next()).toEqual(["status", { status: "queued", queue_position: 1, eta_seconds: 10 }]);
    // Nothing has changed, so nothing is sent; then the job is taken.
    await runDurableObjectAlarm(liveOf(env, job.id));
    await machine.lease();
    expect(await stream.next()).toEqual(["status", { status: "running", queue_position: null }]);
    await stream.leave();
  });

  it("gets estimates from running jobs and the pace of a run", () => {
    expect(waitingSeconds({ place: 4, running: 0, mean_ms: 1_000, pause_ms: 0 })).toBe(4);
    expect(waitingSeconds({ place: 4, running: 2, mean_ms: 1_000, pause_ms: 0 })).toBe(3);
    expect(waitingSeconds({ place: 4, running: 2, mean_ms: 1_000, pause_ms: 1_500 })).toBe(3);
    expect(waitingSeconds({ place: 4, running: 2, mean_ms: 1_000, pause_ms: 9_500 })).toBe(11);
    expect(waitingSeconds({ place: 4, running: 2, mean_ms: null, pause_ms: 0 })).toBeNull();
    const at = (step: number, at: number) => ({ progress: { step, total: 20, message: "" }, at });
    expect(runningSeconds(at(0, 0), at(5, 10_000))).toBe(30);
    expect(runningSeconds(at(5, 0), at(5, 10_000))).toBeNull();
    expect(runningSeconds(at(5, 0), at(25, 10_000))).toBe(0);
  });
});

describe("waiting for a job", () => {
  it("ends with the job if it is fast enough", async () => {
    const waiting = ada.ask<Generation>("POST", "/v1/generations", INPUT, { prefer: "wait=20" });
    const [lease] = await machine.lease(1, 10);
    await settle(lease?.lease_id ?? "");
    const reply = await waiting;
    expect([reply.status, reply.body.status]).toEqual([200, "succeeded"]);
    expect(reply.headers.get("location")).toBe(`${ORIGIN}/v1/generations/${reply.body.id}`);
  });

  it("ends with the caller's time limit otherwise", async () => {
    const reply = await ada.ask<Generation>("POST", "/v1/generations", INPUT, { prefer: "wait=1" });
    expect([reply.status, reply.body.status]).toEqual([202, "queued"]);
  });

  it("reads Prefer as RFC 7240 writes it", () => {
    expect(["wait=5", "respond-async, wait=7", "wait", "wait=999", "", "waiting=5"].map(waitSeconds)).toEqual(
      [5, 7, 60, 60, 0, 0],
    );
    expect(waitSeconds(undefined)).toBe(0);
  });

  it("returns at once for a job whose end was published before", async () => {
    const live = liveOf(env, "job_0000000000000000000000");
    await live.publish({ name: "done", data: { status: "failed" } });
    await live.whenDone(60_000);
  });
});
