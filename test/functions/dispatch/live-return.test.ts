// Somebody who comes back to a job's live events: what was kept, what was dropped, what belongs to another job. Real Durable Object.

import { runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { env, exports } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { liveOf } from "../../../functions/dispatch/live.ts";
import type { LiveEvent } from "../../../functions/env.ts";
import { newId } from "../../../functions/lib/ids.ts";
import { LIVE_EVENTS_KEPT, LIVE_LOG_TTL_SECONDS } from "../../../schema/contract/limits.ts";
import { randomOf } from "../../../scripts/chaos/random.ts";
import { ORIGIN } from "../cast.ts";
import { ada, beginLive, generate, machine, reading, settle, watch } from "./watching.ts";

beginLive();

const JOB = () => newId("job", Date.now());
const progressOf = (step: number, preview: string | null = null): LiveEvent => ({
  name: "progress",
  data: { step, total: 100, message: "", preview },
});
const RUNNING = JSON.stringify({ status: "running", queue_position: null });
const streamOf = async (job: string, query: string) =>
  reading(await liveOf(env, job).fetch(`https://job-live/events${query}`, { method: "POST", body: RUNNING }));

describe("a watcher who comes back", () => {
  it("gets the missed events by ?after= or Last-Event-ID", async () => {
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

  it("finds only the newest frame and the newest thousand events", async () => {
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

  it("finds the newest frames of a training, as many as are kept", async () => {
    const job = JOB();
    const kept = 3;
    for (let step = 1; step <= kept + 4; step++) {
      await liveOf(env, job).publish(progressOf(step, step === 2 ? null : "data:,frame"), kept);
    }
    await liveOf(env, job).publish({ name: "done", data: { status: "succeeded" } });
    const stream = await streamOf(job, "?after=0");
    const framed = [];
    for (let event = await stream.next(); event; event = await stream.next()) {
      const { step, preview } = event[1] as { step: number; preview?: string | null };
      if (preview) framed.push(step);
    }
    expect(framed).toEqual([5, 6, 7]);
  });

  it("after the end gets 204", async () => {
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

  it("long after the end gets the state from the database", async () => {
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
