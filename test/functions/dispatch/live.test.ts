// Live progress: watchers see what happens as it happens, latecomers get the last of it, and waiting ends with the job.

import { env, exports } from "cloudflare:workers";
import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import { liveOf } from "../../../functions/dispatch/live.ts";
import { waitSeconds } from "../../../functions/routes/job-routes.ts";
import type { Generation } from "../../../schema/contract/index.ts";
import { Machine, ORIGIN, type Person, person, png } from "../cast.ts";

let ada: Person;
let machine: Machine;
beforeAll(async () => {
  ada = await person("Ada");
  machine = await Machine.register(await person("Operator"));
});
beforeEach(async () => {
  await env.DB.prepare("DELETE FROM jobs").run();
});

const wish = { base: "cast-2", prompt: "a person" };
const draw = () => ada.must<Generation>("POST", "/v1/generations", wish);

async function watch(job: Generation) {
  const headers = { authorization: `Bearer ${ada.key}` };
  const response = await exports.default.fetch(new Request(new URL(job.events_url, ORIGIN), { headers }));
  expect(response.headers.get("content-type")).toContain("text/event-stream");
  if (!response.body) throw new Error("No stream");
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  /** The next event, or null when the stream has ended. */
  const next = async (): Promise<[string, unknown] | null> => {
    for (;;) {
      const match = /^event: (.+)\ndata: (.+)\n\n/.exec(rest);
      if (match) {
        rest = rest.slice(match[0].length);
        return [match[1] ?? "", JSON.parse(match[2] ?? "null")];
      }
      const { done, value } = await reader.read();
      if (done) return null;
      rest += value;
    }
  };
  return { next, leave: () => reader.cancel() };
}

async function settle(leaseId: string) {
  const output = await machine.deliver(leaseId, "a.png", "image", await png(256, 256), {
    width: 256,
    height: 256,
  });
  return machine.on(leaseId, "settle", { outcome: "succeeded", outputs: [output] });
}

describe("a job's event stream", () => {
  it("tells status, progress with its frame, and the end", async () => {
    const job = await draw();
    const stream = await watch(job);
    expect(await stream.next()).toEqual(["status", { status: "queued", queue_position: 1 }]);
    const [lease] = await machine.lease();
    expect(await stream.next()).toEqual(["status", { status: "running", queue_position: null }]);
    const frame = btoa(String.fromCharCode(...(await png(8, 8))));
    const progress = { step: 1, total: 24, message: "drawing" };
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

  it("forgets the frames of a run that was given back", async () => {
    const job = await draw();
    const [lease] = await machine.lease();
    const progress = { step: 9, total: 24, message: "drawing" };
    await machine.on(lease?.lease_id ?? "", "heartbeat", { progress });
    await machine.on(lease?.lease_id ?? "", "release", { reason: "stopping" });
    const stream = await watch(job);
    expect(await stream.next()).toEqual(["status", { status: "queued", queue_position: 1 }]);
    await machine.lease();
    expect(await stream.next()).toEqual(["status", { status: "running", queue_position: null }]);
    await stream.leave();
  });

  it("ends where the word of the end was lost and its runner settles again", async () => {
    const job = await draw();
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

  it("gives a latecomer the last status and frame first", async () => {
    const job = await draw();
    const [lease] = await machine.lease();
    for (const step of [1, 2]) {
      await machine.on(lease?.lease_id ?? "", "heartbeat", { progress: { step, total: 24, message: "" } });
    }
    const stream = await watch(job);
    expect((await stream.next())?.[1]).toMatchObject({ status: "running" });
    expect(await stream.next()).toEqual(["progress", { step: 2, total: 24, message: "", preview: null }]);
    await stream.leave();
  });

  it("serves many watchers, and one that leaves does not disturb the others", async () => {
    const job = await draw();
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
    const job = await draw();
    await ada.must("POST", `/v1/generations/${job.id}/cancel`);
    const stream = await watch(job);
    expect((await stream.next())?.[1]).toMatchObject({ status: "canceled" });
    expect(await stream.next()).toEqual(["done", { status: "canceled" }]);
    expect(await stream.next()).toBeNull();
  });
});

describe("waiting for a job", () => {
  it("ends with the job when it is fast enough", async () => {
    const waiting = ada.ask<Generation>("POST", "/v1/generations", wish, { prefer: "wait=20" });
    const [lease] = await machine.lease(1, 10);
    await settle(lease?.lease_id ?? "");
    const reply = await waiting;
    expect([reply.status, reply.body.status]).toEqual([200, "succeeded"]);
    expect(reply.headers.get("location")).toBe(`${ORIGIN}/v1/generations/${reply.body.id}`);
  });

  it("ends with the caller's patience otherwise", async () => {
    const reply = await ada.ask<Generation>("POST", "/v1/generations", wish, { prefer: "wait=1" });
    expect([reply.status, reply.body.status]).toEqual([202, "queued"]);
  });

  it("reads Prefer as RFC 7240 writes it", () => {
    expect(["wait=5", "respond-async, wait=7", "wait", "wait=999", "", "waiting=5"].map(waitSeconds)).toEqual(
      [5, 7, 60, 60, 0, 0],
    );
    expect(waitSeconds(undefined)).toBe(0);
  });

  it("returns at once for a job whose end was told before", async () => {
    const live = liveOf(env, "job_0000000000000000000000");
    await live.publish({ name: "done", data: { status: "failed" } });
    await live.whenDone(60_000);
  });
});
