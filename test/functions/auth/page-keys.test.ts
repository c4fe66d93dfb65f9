// Publishable keys: which pages may use them, for what, how often a day, and what other pages can read.

import { beforeAll, describe, expect, it } from "vitest";
import type { z } from "zod";
import {
  KEY_DAILY_GENERATIONS_MAX,
  KEY_ORIGIN_MAX_CHARACTERS,
  KEY_ORIGINS_MAX,
  type Key as KeySchema,
} from "../../../schema/contract/index.ts";
import { ask, db, type Person, person, png, published } from "../cast.ts";

type Key = z.infer<typeof KeySchema>;
type Made = { id: string; key: string; prefix: string };
const PAGE = "https://page.test";
const INPUT = { prompt: "a person", base: "cast-3" };
let ada: Person;

beforeAll(async () => {
  ada = await person("Ada");
  await published(ada, "kofi");
  await published(ada, "hidden", { visibility: "private" });
});

const inputOf = (more: object = {}) => ({
  name: "page",
  kind: "publishable",
  scopes: ["read", "generate"],
  origins: [PAGE, "http://localhost:5173"],
  ...more,
});
const made = (more: object = {}) => ada.makeKey<Made>(inputOf(more));
const asPage = <T>(
  key: string,
  { method, path }: { method: string; path: string },
  body?: unknown,
  origin: string | null = PAGE,
) =>
  ask<T & { code?: string }>(method, path, {
    headers: { authorization: `Bearer ${key}`, ...(origin !== null && { origin }) },
    ...(body !== undefined && { body }),
  });
const readableBy = (headers: Headers) => headers.get("access-control-allow-origin");

describe("a publishable key", () => {
  it("is made with its origins and listed with them, and distinguished by its first characters", async () => {
    const { id, key, prefix } = await made({ generations_per_day: 5 });
    expect(key).toMatch(/^opk_[0-9a-z]{40}$/);
    expect(prefix).toMatch(/^opk_/);
    const { items } = await ada.must<{ items: Key[] }>("GET", "/v1/keys");
    expect(items.find((each) => each.id === id)).toMatchObject({
      kind: "publishable",
      origins: [PAGE, "http://localhost:5173"],
      generations_per_day: 5,
    });
    expect(items.find(({ kind }) => kind === "secret")).toMatchObject({
      origins: [],
      generations_per_day: null,
    });
  });

  it.each([
    ["/origins", { origins: undefined }],
    ["/origins", { origins: [] }],
    ["/origins/0", { origins: ["https://page.test/"] }],
    ["/origins/0", { origins: ["https://page.test/app"] }],
    ["/origins/0", { origins: ["https://*.page.test"] }],
    ["/origins/0", { origins: ["http://page.test"] }],
    ["/origins/0", { origins: ["null"] }],
    ["/origins/0", { origins: ["*"] }],
    ["/origins/0", { origins: [`https://${"a".repeat(KEY_ORIGIN_MAX_CHARACTERS)}.test`] }],
    ["/origins", { origins: Array.from({ length: KEY_ORIGINS_MAX + 1 }, (_, i) => `https://p${i}.test`) }],
    ["/scopes/1", { scopes: ["read", "publish"] }],
    ["/scopes/0", { scopes: ["runner"] }],
    ["/generations_per_day", { generations_per_day: 0 }],
    ["/generations_per_day", { generations_per_day: KEY_DAILY_GENERATIONS_MAX + 1 }],
    ["/origins", { kind: "secret" }],
    ["/generations_per_day", { kind: "secret", origins: undefined, generations_per_day: 5 }],
  ])("is not made where %s is not as it must be: %j", async (pointer, more) => {
    const reply = await ada.signedIn("POST", "/v1/keys", inputOf(more));
    expect([reply.status, reply.body.errors.map((fault) => fault.pointer)]).toEqual([400, [pointer]]);
  });

  it("accepts the allowed number of origins, on this machine also without TLS", async () => {
    const origins = Array.from({ length: KEY_ORIGINS_MAX - 2 }, (_, i) => `https://p${i}.test:8443`);
    const { key } = await made({ origins: [...origins, "http://127.0.0.1:3000", "http://app.localhost:1"] });
    expect(key).toMatch(/^opk_/);
  });

  it("generates for a page of its origins, which alone may read the answer", async () => {
    const { key } = await made();
    const order = await asPage<{ id: string }>(key, { method: "POST", path: "/v1/generations" }, INPUT);
    expect([order.status, readableBy(order.headers), order.headers.get("vary")]).toEqual([
      202,
      PAGE,
      "origin",
    ]);
    expect(order.headers.get("access-control-allow-credentials")).toBeNull();
    const path = `/v1/generations/${order.body.id}`;
    expect((await asPage(key, { method: "GET", path }, undefined, "http://localhost:5173")).status).toBe(200);
    expect((await asPage(key, { method: "POST", path: `${path}/cancel` })).status).toBe(200);
    const refused = await asPage(
      key,
      { method: "POST", path: "/v1/generations" },
      { ...INPUT, colour: "red" },
    );
    expect([refused.status, readableBy(refused.headers)]).toEqual([400, PAGE]);
  });

  it.each([
    ["another origin", "https://elsewhere.test"],
    ["its name with another scheme", "http://page.test"],
    ["a name below it", "https://a.page.test"],
    ["a file or a sandbox", "null"],
    ["no page at all", null],
  ])("is refused to %s, which cannot read the refusal", async (_, origin) => {
    const { key } = await made();
    for (const [method, path, body] of [
      ["POST", "/v1/generations", INPUT],
      ["GET", "/v1/adapters", undefined],
      ["POST", "/openai/v1/images/generations", { prompt: "x" }],
      ["POST", "/mcp", { jsonrpc: "2.0", id: 1, method: "tools/list" }],
    ] as const) {
      const reply = await asPage(key, { method, path }, body, origin);
      expect([path, reply.status, reply.body.code]).toEqual([path, 403, "origin_not_allowed"]);
      expect(readableBy(reply.headers)).toBeNull();
    }
  });

  it("allows the browser's preflight, which has no key", async () => {
    const headers = {
      origin: PAGE,
      "access-control-request-method": "POST",
      "access-control-request-headers": "authorization,content-type,prefer",
    };
    const preflight = await ask("OPTIONS", "/v1/generations", { headers });
    expect([preflight.status, readableBy(preflight.headers)]).toEqual([204, "*"]);
    expect(preflight.headers.get("access-control-allow-headers")).toContain("authorization");
  });

  it("reads public data, and nothing of its owner's account", async () => {
    const { key } = await made();
    const { body } = await asPage<{ items: { name: string }[] }>(key, {
      method: "GET",
      path: "/v1/adapters?owner=ada",
    });
    expect(body.items.map(({ name }) => name)).toEqual(["kofi"]);
    expect((await asPage(key, { method: "GET", path: "/v1/adapters/ada/hidden" })).status).toBe(404);
    const upload = await ada.upload("training_image", await png(16, 16, 33), "image/png");
    for (const [method, path, sent] of [
      ["GET", "/v1/account", undefined],
      ["GET", "/v1/keys", undefined],
      ["POST", "/v1/keys", { name: "more", scopes: ["read"] }],
      ["GET", "/v1/generations", undefined],
      ["GET", "/v1/trainings", undefined],
      ["GET", `/v1/uploads/${upload}`, undefined],
      ["GET", "/v1/webhooks/default/secret", undefined],
      ["GET", "/replicate/v1/account", undefined],
      ["POST", "/v1/predictions", { version: "cast-3", input: {} }],
      ["POST", "/v1/compositions", { members: [{ ref: "ada/kofi" }] }],
      ["POST", "/runner/v1/lease", {}],
    ] as const) {
      const reply = await asPage(key, { method, path }, sent);
      expect([path, reply.status, reply.body.code]).toEqual([path, 403, "not_granted"]);
    }
    const scraped = await asPage(key, { method: "GET", path: "/metrics" });
    expect(scraped.status).toBe(403);
  });

  it("cannot name a webhook, because that would be signed for its owner", async () => {
    const { key } = await made();
    const webhook = { url: "https://hooks.test/a" };
    const reply = await asPage(key, { method: "POST", path: "/v1/generations" }, { ...INPUT, webhook });
    expect([reply.status, reply.body.code]).toEqual([403, "not_granted"]);
  });

  it("has a daily cap of generations, in which refused orders do not count, renewed the next day", async () => {
    const { id, key } = await made({ generations_per_day: 3 });
    const order = (body: object) => asPage(key, { method: "POST", path: "/v1/generations" }, body);
    expect((await order({ ...INPUT, base: "nothing" })).status).toBe(422);
    const replies = await Promise.all(Array.from({ length: 5 }, () => order(INPUT)));
    expect(replies.map(({ status }) => status).toSorted()).toEqual([202, 202, 202, 429, 429]);
    const spent = await asPage(
      key,
      { method: "POST", path: "/openai/v1/images/generations" },
      { prompt: "smiling" },
    );
    expect([spent.status, spent.body.code, readableBy(spent.headers)]).toEqual([429, "quota_exceeded", PAGE]);
    const wait = Number(spent.headers.get("retry-after"));
    expect(wait).toBeGreaterThan(0);
    expect(wait).toBeLessThanOrEqual(86_400);
    await db().prepare("UPDATE api_keys SET counted_day = counted_day - 1 WHERE id = ?").bind(id).run();
    expect((await order(INPUT)).status).toBe(202);
  });

  it("keeps its origins, cap and daily count when rotated", async () => {
    const { id, key } = await made({ generations_per_day: 2 });
    expect((await asPage(key, { method: "POST", path: "/v1/generations" }, INPUT)).status).toBe(202);
    const fresh = (await ada.signedIn<Made & Key>("POST", `/v1/keys/${id}/rotate`, {})).body;
    expect(fresh).toMatchObject({
      kind: "publishable",
      origins: [PAGE, "http://localhost:5173"],
      generations_per_day: 2,
    });
    expect(fresh.key).toMatch(/^opk_/);
    const elsewhere = await asPage(
      fresh.key,
      { method: "POST", path: "/v1/generations" },
      INPUT,
      "https://elsewhere.test",
    );
    expect([elsewhere.status, elsewhere.body.code]).toEqual([403, "origin_not_allowed"]);
    expect((await asPage(fresh.key, { method: "POST", path: "/v1/generations" }, INPUT)).status).toBe(202);
    expect((await asPage(fresh.key, { method: "POST", path: "/v1/generations" }, INPUT)).status).toBe(429);
  });

  it("does not restrict secret keys", async () => {
    expect((await ada.ask("GET", "/v1/account")).status).toBe(200);
    const reply = await ada.ask("GET", "/v1/account", undefined, { origin: "https://elsewhere.test" });
    expect([reply.status, readableBy(reply.headers)]).toEqual([200, "*"]);
  });
});
