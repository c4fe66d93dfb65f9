// Statistics of an adapter: which downloads count, uses by day and by companion, and trends that decay.

import { createScheduledController } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { drizzle } from "drizzle-orm/d1";
import { beforeAll, describe, expect, it } from "vitest";
import { deleteExpiredDownloaders, isCounted } from "../../../functions/catalog/downloads.ts";
import { dayOf, trendWeight, updateTrends } from "../../../functions/catalog/trends.ts";
import worker from "../../../functions/index.ts";
import type { Adapter, AdapterStatistics, Generation, Version } from "../../../schema/contract/index.ts";
import {
  COMPANIONS_SHOWN,
  STATISTICS_DAYS,
  TREND_HALF_LIFE_DAYS,
  TREND_LIKE_WEIGHT,
} from "../../../schema/contract/limits.ts";
import { violationsOf } from "../../../scripts/chaos/rules.ts";
import { ask, Machine, type Person, person, png, published } from "../cast.ts";

const db = drizzle(env.DB);
const DAY_MS = 24 * 3_600_000;
let ada: Person;
let bob: Person;
let machine: Machine;
beforeAll(async () => {
  ada = await person("Ada");
  bob = await person("Bob");
  machine = await Machine.register(await person("Operator"));
});

const statistics = async (name: string) =>
  (await ask<AdapterStatistics>("GET", `/v1/adapters/ada/${name}/statistics`)).body;
const adapterNamed = (name: string) => ada.must<Adapter>("GET", `/v1/adapters/ada/${name}`);

/** One finished generation with these adapters. */
async function generate(refs: string[], more: Record<string, unknown> = {}) {
  const job = await ada.must<Generation>("POST", "/v1/generations", {
    adapters: refs.map((ref) => ({ ref })),
    prompt: "two people",
    size: "256x256",
    ...more,
  });
  const [lease] = await machine.lease();
  expect(lease?.job_id).toBe(job.id);
  const id = lease?.lease_id ?? "";
  const outputs = [await machine.deliver(id, { name: "0.png", role: "image" }, await png(256, 256))];
  expect((await machine.on(id, "settle", { outcome: "succeeded", outputs })).status).toBe(200);
}

describe("a download", () => {
  const from = (address: string) => ({ "cf-connecting-ip": address });
  const download = (version: Version, headers: Record<string, string>, by?: Person, method = "GET") =>
    by
      ? by.ask(method, `/v1/versions/${version.id}/download`, undefined, headers)
      : ask(method, `/v1/versions/${version.id}/download`, { headers });

  it("counts once a day for each caller and each address, whole or from the first byte on", async () => {
    const version = await published(ada, "counted");
    await download(version, from("192.0.2.1"));
    await download(version, from("192.0.2.1"));
    await download(version, { ...from("192.0.2.2"), range: "bytes=0-99" });
    await download(version, from("192.0.2.1"), bob);
    await download(version, from("192.0.2.3"), bob);
    await expect.poll(async () => (await adapterNamed("counted")).downloads).toBe(3);
    expect((await statistics("counted")).days.at(-1)).toMatchObject({ downloads: 3, uses: 0 });
  });

  it("does not count for HEAD, a later range, 304, its owner, or an unknown address", async () => {
    const version = await published(ada, "uncounted");
    const etag = `"${version.sha256}"`;
    expect((await download(version, from("192.0.2.9"), undefined, "HEAD")).status).toBe(200);
    expect((await download(version, { ...from("192.0.2.9"), range: "bytes=8-20" })).status).toBe(206);
    expect((await download(version, { ...from("192.0.2.9"), "if-none-match": etag })).status).toBe(304);
    await download(version, from("192.0.2.9"), ada);
    await download(version, {});
    // A last one that counts shows that the others had their time.
    await download(version, from("192.0.2.9"));
    await expect.poll(async () => (await adapterNamed("uncounted")).downloads).toBe(1);
  });

  it("stores no address, and its marks for two days only", async () => {
    const { results } = await env.DB.prepare("SELECT who FROM adapter_downloads").all<{ who: string }>();
    expect(results.length).toBeGreaterThan(0);
    for (const { who } of results) expect(who).toMatch(/^[0-9a-f]{32}$/);
    await deleteExpiredDownloaders(db, Date.now() + DAY_MS);
    const left = env.DB.prepare("SELECT count(*) AS n FROM adapter_downloads");
    expect(await left.first("n")).toBe(results.length);
    await deleteExpiredDownloaders(db, Date.now() + 2 * DAY_MS);
    expect(await left.first("n")).toBe(0);
  });

  it("counts what was sent, not what was asked for", () => {
    const request = (method: string) => new Request("http://x/", { method });
    const part = (range: string) => new Response("x", { status: 206, headers: { "content-range": range } });
    expect(isCounted(request("GET"), new Response("x"))).toBe(true);
    expect(isCounted(request("GET"), part("bytes 0-9/100"))).toBe(true);
    expect(isCounted(request("GET"), part("bytes 10-19/100"))).toBe(false);
    expect(isCounted(request("GET"), new Response(null, { status: 304 }))).toBe(false);
    expect(isCounted(request("HEAD"), new Response(null))).toBe(false);
  });
});

describe("a finished generation", () => {
  it("is a use of every adapter in it, today, and of each with each other", async () => {
    for (const name of ["left", "right", "alone"]) await published(ada, name);
    await generate(["ada/left", "ada/right"]);
    await generate(["ada/left", "ada/right"]);
    await generate(["ada/left", "ada/alone"]);
    await generate(["ada/left"]);
    const left = await statistics("left");
    expect(left.totals).toMatchObject({ uses: 4, downloads: 0, likes: 0 });
    expect(left.days).toHaveLength(STATISTICS_DAYS);
    expect(left.days.at(-1)).toMatchObject({ day: new Date().toISOString().slice(0, 10), uses: 4 });
    expect(left.days.at(-2)?.uses).toBe(0);
    expect(left.used_with).toEqual([
      { ref: "ada/right", title: "right", uses: 2 },
      { ref: "ada/alone", title: "alone", uses: 1 },
    ]);
    expect((await statistics("alone")).used_with).toEqual([{ ref: "ada/left", title: "left", uses: 1 }]);
  });

  it("lists only the most frequent public companions", async () => {
    await published(ada, "star");
    await published(ada, "private", { visibility: "private" });
    await published(ada, "leaver");
    await generate(["ada/star", "ada/private", "ada/leaver"]);
    expect((await statistics("star")).used_with.map(({ ref }) => ref)).toEqual(["ada/leaver"]);
    await ada.must("POST", "/v1/adapters/ada/leaver/withdraw");
    expect((await statistics("star")).used_with).toEqual([]);
    for (let i = 0; i <= COMPANIONS_SHOWN; i++) await published(ada, `friend-${i}`);
    await generate([
      "ada/star",
      ...Array.from({ length: COMPANIONS_SHOWN + 1 }, (_, i) => `ada/friend-${i}`),
    ]);
    expect((await statistics("star")).used_with).toHaveLength(COMPANIONS_SHOWN);
  });

  it("for the page of its owner's adapter is no use of it, and of one adapter of one's own alone", async () => {
    const version = await published(ada, "guided");
    await published(bob, "theirs");
    await generate(["ada/guided"], { preview_of: version.id });
    await generate(["ada/guided"]);
    expect((await statistics("guided")).totals.uses).toBe(1);
    const broken = await violationsOf(async (sql) => (await env.DB.prepare(sql).all()).results);
    const { id } = await adapterNamed("guided");
    expect(broken.filter(({ subject }) => subject === id)).toEqual([]);

    const order = async (by: Person, refs: string[], preview_of: string) => {
      const adapters = refs.map((ref) => ({ ref }));
      const request = { adapters, prompt: "two people", preview_of };
      const { status, body } = await by.ask("POST", "/v1/generations", request);
      return [status, body.code, body.errors[0]?.pointer];
    };
    const refused = [400, "request_invalid", "/preview_of"];
    expect(await order(bob, ["ada/guided"], version.id)).toEqual(refused);
    expect(await order(ada, ["ada/guided", "bob/theirs"], version.id)).toEqual(refused);
    expect(await order(ada, ["bob/theirs"], version.id)).toEqual(refused);
  });

  it("of a composition that belongs to a mix is a use of the mix", async () => {
    await published(ada, "member");
    const { id } = await ada.must<{ id: string }>("POST", "/v1/compositions", {
      members: [{ ref: "ada/member" }],
    });
    await env.DB.batch([
      env.DB.prepare(
        `INSERT INTO mixes (id, owner_id, name, title, description, base_id, visibility, state, created_at, updated_at)
         SELECT 'mix_1', id, 'm', 'M', '', 'cast-3', 'public', 'published', 0, 0 FROM users WHERE handle = 'ada'`,
      ),
      env.DB.prepare("UPDATE compositions SET mix_id = 'mix_1', number = 1 WHERE id = ?").bind(id),
    ]);
    await generate([], { adapters: undefined, composition_id: id });
    expect(await env.DB.prepare("SELECT uses FROM mixes WHERE id = 'mix_1'").first("uses")).toBe(1);
    expect((await adapterNamed("member")).uses).toBe(1);
  });
});

describe("a trend", () => {
  const NOW = 1_000 * DAY_MS;
  const trendOf = (id: string) =>
    env.DB.prepare("SELECT trend FROM adapters WHERE id = ?").bind(id).first<number>("trend");
  const happened = (
    id: string,
    age: number,
    {
      uses,
      downloads = 0,
      likes = 0,
    }: { uses: number; downloads?: number | undefined; likes?: number | undefined },
  ) =>
    env.DB.prepare(
      "INSERT INTO adapter_days (adapter_id, day, uses, downloads, likes) VALUES (?, ?, ?, ?, ?)",
    )
      .bind(id, dayOf(NOW) - age, uses, downloads, likes)
      .run();
  const made = async (name: string) => {
    await published(ada, name);
    return (await adapterNamed(name)).id;
  };

  it("halves in its half-life and weighs a like more than a use", async () => {
    expect(trendWeight(TREND_HALF_LIFE_DAYS) / trendWeight(0)).toBeCloseTo(0.5);
    const id = await made("trendy");
    await happened(id, 0, { uses: 2, downloads: 1, likes: 1 });
    await happened(id, TREND_HALF_LIFE_DAYS, { uses: 4 });
    await updateTrends(db, NOW);
    expect(await trendOf(id)).toBeCloseTo(2 + 1 + TREND_LIKE_WEIGHT + 4 / 2);
  });

  it("decays to 0 after the last day that counts, and is not written from then on", async () => {
    const id = await made("fading");
    await happened(id, 0, { uses: 8 });
    await updateTrends(db, NOW);
    expect(await trendOf(id)).toBeCloseTo(8);
    await updateTrends(db, NOW + TREND_HALF_LIFE_DAYS * DAY_MS);
    expect(await trendOf(id)).toBeCloseTo(4);
    expect(await updateTrends(db, NOW + TREND_HALF_LIFE_DAYS * DAY_MS)).toBe(0);
    await updateTrends(db, NOW + STATISTICS_DAYS * DAY_MS);
    expect(await trendOf(id)).toBe(0);
    expect(await updateTrends(db, NOW + STATISTICS_DAYS * DAY_MS)).toBe(0);
  });

  it("is computed by cron every ten minutes", async () => {
    const id = await made("cron");
    await happened(id, 0, { uses: 5 });
    const cron = (minutes: number) =>
      worker.scheduled(createScheduledController({ scheduledTime: new Date(NOW + minutes * 60_000) }), env);
    await cron(1);
    expect(await trendOf(id)).toBe(0);
    await cron(10);
    expect(await trendOf(id)).toBeCloseTo(5);
  });
});
