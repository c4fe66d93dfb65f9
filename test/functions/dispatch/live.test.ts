// Live progress: watchers see events as they happen, late ones get the last of each, and waiting ends with the job.

import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { env, exports } from "cloudflare:workers";
import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import { liveOf } from "../../../functions/dispatch/live.ts";
import { runningSeconds, waitingSeconds } from "../../../functions/dispatch/outlook.ts";
import type { LiveEvent } from "../../../functions/env.ts";
import { newId } from "../../../functions/lib/ids.ts";
import { waitSeconds } from "../../../functions/routes/job-routes.ts";
import type { Generation } from "../../../schema/contract/index.ts";
import { LIVE_EVENTS_KEPT, LIVE_LOG_TTL_SECONDS } from "../../../schema/contract/limits.ts";
import { randomOf } from "../../../scripts/chaos/random.ts";
import { customerAndRunner, empty, type Machine, ORIGIN, type Person, person, png } from "../cast.ts";

let ada: Person;
let machine: Machine;
beforeAll(async () => {
  [ada, machine] = await customerAndRunner();
});
beforeEach(() => empty("jobs"));

const input = { base: "cast-3", prompt: "a person" };
const generate = () => ada.must<Generation>("POST", "/v1/generations", input);

async function watch(job: Generation, query = "", more: Record<string, string> = {}) {
  const headers = { authorization: `Bearer ${ada.key}`, ...more };
  const url = new URL(job.events_url + query, ORIGIN);
  const response = await exports.default.fetch(new Request(url, { headers }));
  expect(response.headers.get("content-type")).toContain("text/event-stream");
  return reading(response);
}

function reading(response: Response) {
  if (!response.body) throw new Error("No stream");
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  let id: number | undefined;
  /** The next event, or null when the stream has ended. */
  const next = async (): Promise<[string, unknown] | null> => {
    for (;;) {
      const match = /^(?:id: (\d+)\n)?event: (.+)\ndata: (.+)\n\n/.exec(rest);
      if (match) {
        rest = rest.slice(match[0].length);
        if (match[1] !== undefined) id = Number(match[1]);
        return [match[2] ?? "", JSON.parse(match[3] ?? "null")];
      }
      const { done, value } = await reader.read();
      if (done) return null;
      rest += value;
    }
  };
  return { next, leave: () => reader.cancel(), lastId: () => id };
}

async function settle(leaseId: string) {
  const output = await machine.deliver(
    leaseId,
    {
      name: "a.png",
      role: "image",
      meta: {
        width: 256,
        height: 256,
      },
    },
    await png(256, 256),
  );
  return machine.on(leaseId, "settle", { outcome: "succeeded", outputs: [output] });
}

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

  it("drops the frames of a run that was given back", async () => {
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

  it("ends where the word of the end was lost and its runner settles again", async () => {
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

  it("gives a latecomer the last status and frame first", async () => {
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

const JOB = () => newId("job", Date.now());
const progressOf = (step: number, preview: string | null = null): LiveEvent => ({
  name: "progress",
  data: { step, total: 100, message: "", preview },
});
const RUNNING = JSON.stringify({ status: "running", queue_position: null });
const streamOf = async (job: string, query: string) =>
  reading(await liveOf(env, job).fetch(`https://job-live/events${query}`, { method: "POST", body: RUNNING }));

describe("a watcher who comes back", () => {
  it("gets what came meanwhile, by ?after= or by what a browser remembers", async () => {
    const job = await generate();
    const [lease] = await machine.lease();
    const beat = (step: number) =>
      machine.on(lease?.lease_id ?? "", "heartbeat", { progress: { step, total: 24, message: "" } });
    await beat(1);
    const first = await watch(job);
    await first.next();
    await first.next();
    const id = first.lastId() ?? 0;
    await first.leave();
    await beat(2);
    await beat(3);
    for (const stream of [
      await watch(job, `?after=${id}`),
      await watch(job, "", { "last-event-id": String(id) }),
    ]) {
      expect([(await stream.next())?.[1], (await stream.next())?.[1]]).toMatchObject([
        { step: 2 },
        { step: 3 },
      ]);
      await stream.leave();
    }
    const whole = await watch(job, "?after=0");
    expect([await whole.next(), (await whole.next())?.[1]]).toMatchObject([
      ["status", { status: "running" }],
      { step: 1 },
    ]);
    await whole.leave();
  });

  it.each([1, 2, 3, 4, 5])(
    "misses nothing and gets nothing twice, however often it leaves (chance %i)",
    async (seed) => {
      const chance = randomOf(seed);
      const job = JOB();
      const count = 60;
      const seen: { id: number; step: number }[] = [];
      const publishing = (async () => {
        for (let step = 1; step <= count; step++) {
          await liveOf(env, job).publish(
            progressOf(step, chance() < 0.3 ? `data:,${"x".repeat(2_000)}` : null),
          );
          // The object breaks down or is moved now and then: its streams end, and its log must not be in memory.
          if (chance() < 0.05) {
            await runInDurableObject(liveOf(env, job), (_, state) => state.abort("moved")).catch(
              () => undefined,
            );
          }
        }
        await liveOf(env, job).publish({ name: "done", data: { status: "succeeded" } });
      })();
      for (let ended = false; !ended; ) {
        const stream = await streamOf(job, `?after=${seen.at(-1)?.id ?? 0}`).catch(() => null);
        if (!stream) continue;
        const reads = 1 + Math.floor(chance() * 12);
        for (let i = 0; i < reads && !ended; i++) {
          const event = await stream.next().catch(() => null);
          if (event === null) break;
          if (event[0] === "done") ended = true;
          else seen.push({ id: stream.lastId() ?? 0, step: (event[1] as { step: number }).step });
        }
        await stream.leave().catch(() => undefined);
      }
      await publishing;
      expect(seen).toEqual(Array.from({ length: count }, (_, i) => ({ id: i + 1, step: i + 1 })));
    },
  );

  it("finds of frames only the newest, and of events the newest thousand", async () => {
    const job = JOB();
    for (let step = 1; step <= LIVE_EVENTS_KEPT + 5; step++)
      await liveOf(env, job).publish(progressOf(step, "data:,frame"));
    await liveOf(env, job).publish({ name: "done", data: { status: "succeeded" } });
    const stream = await streamOf(job, "?after=0");
    const events = [];
    for (let event = await stream.next(); event; event = await stream.next()) events.push(event);
    expect(events.length).toBe(LIVE_EVENTS_KEPT);
    expect(stream.lastId()).toBe(LIVE_EVENTS_KEPT + 6);
    const frames = events.filter(([, data]) => (data as { preview?: string | null }).preview);
    expect(frames.map(([, data]) => (data as { step: number }).step)).toEqual([LIVE_EVENTS_KEPT + 5]);
  });

  it("after the end hears that there is nothing more", async () => {
    const job = await generate();
    const [lease] = await machine.lease();
    await settle(lease?.lease_id ?? "");
    const stream = await watch(job, "?after=0");
    const names = [];
    for (let event = await stream.next(); event; event = await stream.next()) names.push(event[0]);
    expect(names).toEqual(["status", "status", "done"]);
    const headers = { authorization: `Bearer ${ada.key}`, "last-event-id": String(stream.lastId()) };
    const reply = await exports.default.fetch(new Request(new URL(job.events_url, ORIGIN), { headers }));
    expect(reply.status).toBe(204);
    expect((await ada.ask("GET", `${new URL(job.events_url).pathname}?after=x`)).status).toBe(400);
  });

  it("long after the end gets it from the database", async () => {
    const job = await generate();
    const [lease] = await machine.lease();
    await settle(lease?.lease_id ?? "");
    // A day later.
    await runInDurableObject(liveOf(env, job.id), async (_, { storage }) => {
      storage.sql.exec("UPDATE events SET at = at - ?", LIVE_LOG_TTL_SECONDS * 1000);
      await storage.setAlarm(Date.now() + 60_000);
    });
    await runDurableObjectAlarm(liveOf(env, job.id));
    const left = await runInDurableObject(liveOf(env, job.id), (_, { storage }) => storage.sql.databaseSize);
    expect(left).toBeLessThan(20_000);
    const stream = await watch(job, "?after=2");
    expect(await stream.next()).toMatchObject(["status", { status: "succeeded" }]);
    expect(await stream.next()).toEqual(["done", { status: "succeeded" }]);
    expect(await stream.next()).toBeNull();
  });
});

describe("a waiting job's watcher", () => {
  it("is sent its place and its time when they change", async () => {
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

  it("reckons with the jobs that run beside it, and with the pace of a run", () => {
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

describe("a job's WebSocket", () => {
  async function socket(
    path: string,
    headers: Record<string, string> = { authorization: `Bearer ${ada.key}` },
  ) {
    const url = new URL(path, ORIGIN);
    const response = await exports.default.fetch(
      new Request(url, { headers: { upgrade: "websocket", ...headers } }),
    );
    const ws = response.webSocket;
    const messages: { id?: number; event: string; data: Record<string, unknown> }[] = [];
    const texts: string[] = [];
    let wake = () => {};
    let closed: number | null = null;
    ws?.addEventListener("message", ({ data }) => {
      if (data === "pong") texts.push(data);
      else messages.push(JSON.parse(String(data)));
      wake();
    });
    ws?.addEventListener("close", ({ code }) => {
      closed = code;
      wake();
    });
    ws?.accept();
    const until = async (isEnough: () => boolean) => {
      while (!isEnough()) await new Promise<void>((resolve) => (wake = resolve));
    };
    return { response, ws, messages, texts, until, closed: () => closed };
  }

  it("sends the same as the stream, wakes with its object, and ends with the job", async () => {
    const job = await generate();
    const { ws, messages, texts, until, closed } = await socket(`/v1/generations/${job.id}/socket`);
    await until(() => messages.length === 1);
    const [lease] = await machine.lease();
    await until(() => messages.length === 2);
    ws?.send("ping");
    await until(() => texts.length === 1);
    await evictDurableObject(liveOf(env, job.id));
    await machine.on(lease?.lease_id ?? "", "heartbeat", { progress: { step: 1, total: 24, message: "" } });
    await until(() => messages.length === 3);
    await settle(lease?.lease_id ?? "");
    await until(() => closed() !== null);
    expect(messages.map(({ id, event }) => [id, event])).toEqual([
      [0, "status"],
      [1, "status"],
      [2, "progress"],
      [3, "status"],
      [4, "done"],
    ]);
    expect(closed()).toBe(1000);
  });

  it("goes on after an id, and misses nothing over many closings", async () => {
    const chance = randomOf(7);
    const job = await generate();
    const [lease] = await machine.lease();
    const seen: number[] = [];
    for (let round = 0; round < 8; round++) {
      const { ws, messages, until } = await socket(
        `/v1/generations/${job.id}/socket?after=${seen.at(-1) ?? 0}`,
      );
      const beats = Math.floor(chance() * 4);
      for (let i = 0; i < beats; i++) {
        const progress = { step: round * 4 + i, total: 100, message: "" };
        await machine.on(lease?.lease_id ?? "", "heartbeat", { progress });
      }
      const wanted = Math.floor(chance() * (beats + 1));
      await until(() => messages.length >= wanted);
      ws?.close(1000);
      seen.push(...messages.map(({ id }) => id ?? -1));
    }
    await settle(lease?.lease_id ?? "");
    const last = await socket(`/v1/generations/${job.id}/socket?after=${seen.at(-1) ?? 0}`);
    await last.until(() => last.closed() !== null);
    seen.push(...last.messages.map(({ id }) => id ?? -1));
    expect(seen).toEqual(Array.from({ length: seen.length }, (_, i) => i + 1));
    expect(last.messages.at(-1)?.event).toBe("done");
  });

  it("is refused to strangers, to plain requests and to pages of another origin", async () => {
    const job = await generate();
    const path = `/v1/generations/${job.id}/socket`;
    const bob = await person("Bob");
    expect((await socket(path, {})).response.status).toBe(401);
    expect((await socket(path, { authorization: `Bearer ${bob.key}` })).response.status).toBe(404);
    expect((await ada.ask("GET", path)).status).toBe(400);
    expect((await socket(path, { cookie: ada.cookie, origin: "https://evil.example" })).response.status).toBe(
      403,
    );
    const mine = await socket(path, { cookie: ada.cookie, origin: ORIGIN });
    expect(mine.response.status).toBe(101);
    mine.ws?.close(1000);
  });
});

describe("waiting for a job", () => {
  it("ends with the job when it is fast enough", async () => {
    const waiting = ada.ask<Generation>("POST", "/v1/generations", input, { prefer: "wait=20" });
    const [lease] = await machine.lease(1, 10);
    await settle(lease?.lease_id ?? "");
    const reply = await waiting;
    expect([reply.status, reply.body.status]).toEqual([200, "succeeded"]);
    expect(reply.headers.get("location")).toBe(`${ORIGIN}/v1/generations/${reply.body.id}`);
  });

  it("ends with the caller's time limit otherwise", async () => {
    const reply = await ada.ask<Generation>("POST", "/v1/generations", input, { prefer: "wait=1" });
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
