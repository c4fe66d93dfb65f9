// A job's live events by WebSocket: the same as by the stream, for whoever may read the job. Real Durable Object.

import { evictDurableObject } from "cloudflare:test";
import { env, exports } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { liveOf } from "../../../functions/dispatch/live.ts";
import { randomOf } from "../../../scripts/chaos/random.ts";
import { ORIGIN, person } from "../cast.ts";
import { ada, beginLive, generate, machine, settle } from "./watching.ts";

beginLive();

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

  it("sends the same as the stream, survives hibernation, and ends with the job", async () => {
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

  it("resumes after an id, and misses nothing over many reconnects", async () => {
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
