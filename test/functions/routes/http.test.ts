// What every route shares: one error body, idempotent creation, headers, and a description of itself.

import { createExecutionContext } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { beforeAll, describe, expect, it, vi } from "vitest";
import { app } from "../../../functions/app.ts";
import type { Env } from "../../../functions/env.ts";
import { sha256Hex } from "../../../functions/lib/sha256.ts";
import type { Adapter, Generation } from "../../../schema/contract/index.ts";
import { Problem } from "../../../schema/contract/problem.ts";
import { adapterInput, ask, type Person, person } from "../cast.ts";

let ada: Person;
beforeAll(async () => {
  ada = await person("Ada");
});

describe("a refusal", () => {
  it("serves RFC 9457 readers, the OpenAI client and curl with one body", async () => {
    const reply = await ask("GET", "/v1/versions/ver_00000000000000000000");
    expect(reply.headers.get("content-type")).toBe("application/problem+json");
    expect(Problem.parse(reply.body)).toEqual(reply.body);
    expect(reply.body).toMatchObject({
      ...{ status: 404, code: "not_found", instance: "/v1/versions/ver_00000000000000000000" },
      error: { code: "not_found", type: "invalid_request_error", message: reply.body.detail },
    });
  });

  it("answers an unknown path and an invalid id with 404", async () => {
    for (const path of ["/v1/nothing", "/v1/versions/1", "/v1/adapters/UPPER/case", "/runner/v1/leases"]) {
      expect([path, (await ada.ask("GET", path)).body.code]).toEqual([path, "not_found"]);
    }
  });

  it("names the methods of a known path that takes others", async () => {
    const cases: [string, string, string][] = [
      ["GET", "/openai/v1/images/generations", "POST"],
      ["DELETE", "/v1/models", "GET, HEAD, POST, QUERY"],
      ["PUT", "/replicate/v1/predictions", "GET, HEAD, POST"],
      ["POST", "/api/v1/models", "GET, HEAD"],
    ];
    for (const [method, path, allow] of cases) {
      const reply = await ada.ask(method, path);
      expect([method, path, reply.status, reply.headers.get("allow")]).toEqual([method, path, 405, allow]);
    }
    for (const path of ["/v1/nothing", "/auth/nothing", "/nothing"]) {
      expect([path, (await ada.ask("PUT", path)).status]).toEqual([path, 404]);
    }
  });

  it("reveals nothing about an internal error", async () => {
    const log = vi.spyOn(console, "error").mockImplementation(() => {});
    await env.DB.prepare("ALTER TABLE compositions RENAME TO hidden").run();
    const reply = await ada.ask("GET", "/v1/compositions/cmp_00000000000000000000");
    await env.DB.prepare("ALTER TABLE hidden RENAME TO compositions").run();
    expect([reply.status, reply.body.code, log.mock.calls.length]).toEqual([500, "internal", 1]);
    log.mockRestore();
    expect(JSON.stringify(reply.body)).not.toMatch(/SQL|compositions"|table/i);
  });

  it("covers a body of 2 MB, an unknown query parameter and another content type", async () => {
    const big = await ada.ask("POST", "/v1/adapters", { title: "x".repeat(2 ** 21) });
    expect([big.status, big.body.code]).toEqual([413, "body_too_large"]);
    const odd = await ada.ask("POST", "/v1/adapters?dry_run=1", adapterInput("odd"));
    expect([odd.status, odd.body.errors[0]?.pointer]).toEqual([400, "?dry_run"]);
    const headers = { authorization: `Bearer ${ada.key}`, "content-type": "text/plain" };
    const text = await ask("POST", "/v1/adapters", { headers });
    expect([text.status, text.body.code]).toEqual([415, "content_type_unsupported"]);
  });
});

describe("an Idempotency-Key", () => {
  const input = { base: "cast-3", prompt: "once" };
  const order = (key: string, body: unknown = input) =>
    ada.ask<Generation>("POST", "/v1/generations", body, { "idempotency-key": key });

  it("makes a repeated POST give the first answer and create nothing", async () => {
    const first = await order("a");
    const second = await order("a");
    expect(second.status).toBe(202);
    expect(second.body).toEqual(first.body);
    expect(second.headers.get("idempotent-replayed")).toBe("true");
    expect(second.headers.get("location")).toBe(first.headers.get("location"));
    expect((await order("b")).body.id).not.toBe(first.body.id);
  });

  it("is refused with another body, and while the first is still running", async () => {
    await order("c");
    const other = await ada.ask(
      "POST",
      "/v1/generations",
      { ...input, prompt: "twice" },
      { "idempotency-key": "c" },
    );
    expect([other.status, other.body.code]).toEqual([422, "idempotency_mismatch"]);
    await env.DB.prepare("UPDATE idempotency SET status = NULL, location = 'job_none' WHERE key = 'c'").run();
    const early = await order("c");
    expect([early.status, early.headers.get("retry-after")]).toEqual([409, "2"]);
  });

  it("finds the job of an interrupted attempt, however late it is repeated", async () => {
    const unheard = (key: string, createdAt: number) =>
      env.DB.prepare(
        `UPDATE idempotency SET status = NULL, body = NULL, created_at = ?2,
           location = replace(location, 'http://edge.test/v1/generations/', '') WHERE key = ?1`,
      )
        .bind(key, createdAt)
        .run();
    const first = await order("f");
    for (const minutes of [0, 10, -10]) {
      await unheard("f", Date.now() - minutes * 60_000);
      const again = await order("f");
      expect([minutes, again.status, again.body.id]).toEqual([minutes, 202, first.body.id]);
      expect(again.headers.get("idempotent-replayed")).toBe("true");
      expect(again.headers.get("location")).toBe(first.headers.get("location"));
    }
  });

  it("fixes the job's id in advance, so that a repeated attempt creates the same job", async () => {
    const request = await sha256Hex(`POST /v1/generations\n${JSON.stringify(input)}`);
    for (const [named, minutes] of [
      ["job_named0000000000000000", 10],
      ["job_named0000000000000001", -10],
    ] as const) {
      await env.DB.prepare(
        `INSERT OR REPLACE INTO idempotency (owner_id, key, request_sha256, location, created_at)
         SELECT owner_id, 'g', ?1, ?2, ?3 FROM idempotency WHERE key = 'f'`,
      )
        .bind(request, named, Date.now() - minutes * 60_000)
        .run();
      const late = await Promise.all([order("g"), order("g")]);
      const made = late.filter(({ status }) => status === 202);
      expect([minutes, new Set(made.map(({ body }) => body.id))]).toEqual([minutes, new Set([named])]);
    }
  });

  it("finds the job if something failed after its creation", async () => {
    const live = {
      idFromName: () => ({}),
      get: () => ({ whenDone: () => Promise.reject(new Error("away")) }),
    };
    const broken = { ...env, JOB_LIVE: live } as unknown as Env;
    const request = new Request("http://edge.test/v1/generations", {
      method: "POST",
      headers: {
        authorization: `Bearer ${ada.key}`,
        "content-type": "application/json",
        "idempotency-key": "h",
        prefer: "wait=1",
      },
      body: JSON.stringify(input),
    });
    const log = vi.spyOn(console, "error").mockImplementation(() => {});
    expect((await app.fetch(request, broken, createExecutionContext())).status).toBe(500);
    log.mockRestore();
    const made = await env.DB.prepare("SELECT location FROM idempotency WHERE key = 'h'").first("location");
    const again = await order("h");
    expect([again.status, again.body.id]).toEqual([202, made]);
  });

  it("returns no answer to a caller who may not order", async () => {
    const gus = await person("Gus");
    const { key } = await gus.makeKey({ name: "reader", scopes: ["read"] });
    const first = await gus.ask<Generation>("POST", "/v1/generations", input, { "idempotency-key": "mine" });
    expect(first.status).toBe(202);
    const headers = { authorization: `Bearer ${key}`, "idempotency-key": "mine" };
    const replay = await ask("POST", "/v1/generations", { headers, body: input });
    expect([replay.status, replay.body.code]).toEqual([403, "scope_missing"]);
    expect(replay.headers.get("idempotent-replayed")).toBeNull();
    await env.DB.prepare("UPDATE users SET suspended_at = 1 WHERE handle = 'gus'").run();
    const late = await gus.ask("POST", "/v1/generations", input, { "idempotency-key": "mine" });
    expect([late.status, late.body.code]).toEqual([403, "account_suspended"]);
  });

  it("creates one job for two concurrent requests", async () => {
    const replies = await Promise.all([order("d"), order("d")]);
    const made = replies.filter(({ status }) => status === 202);
    expect(new Set(made.map(({ body }) => body.id)).size).toBe(1);
    for (const { status } of replies) expect([202, 409]).toContain(status);
  });

  it("is reusable after a refusal and after a day, and separate for each owner", async () => {
    expect((await order("e", { ...input, count: 99 })).status).toBe(400);
    expect((await order("e")).status).toBe(202);
    const day = Date.now() - 25 * 3_600_000;
    await env.DB.prepare("UPDATE idempotency SET created_at = ? WHERE key = 'e'").bind(day).run();
    expect((await order("e", { ...input, prompt: "new day" })).status).toBe(202);
    const bob = await person("Bob");
    const theirs = await bob.ask("POST", "/v1/adapters", adapterInput("mine"), { "idempotency-key": "a" });
    expect(theirs.status).toBe(201);
  });
});

describe("a quota", () => {
  it("stops one owner's queue and nobody else's", async () => {
    const greedy = await person("Greedy");
    const { id } = await greedy.must<Generation>("POST", "/v1/generations", { base: "cast-3", prompt: "x" });
    await env.DB.prepare(
      `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 999)
       INSERT INTO jobs (id, owner_id, kind, base_id, shape, status, turn, request, spec, inputs, created_at)
       SELECT 'job_copy' || i, owner_id, kind, base_id, shape, status, turn, request, spec, inputs, created_at
       FROM jobs, n WHERE id = ?`,
    )
      .bind(id)
      .run();
    const reply = await greedy.ask("POST", "/v1/generations", { base: "cast-3", prompt: "one more" });
    expect([reply.status, reply.body.code, reply.headers.get("retry-after")]).toEqual([
      429,
      "quota_exceeded",
      "30",
    ]);
    expect((await ada.ask("POST", "/v1/generations", { base: "cast-3", prompt: "fine" })).status).toBe(202);
  });
});

describe("the API", () => {
  it("describes every route with its refusals", async () => {
    type Document = { openapi: string; paths: Record<string, Record<string, { responses: object }>> };
    const { body } = await ask<Document>("GET", "/v1/openapi.json");
    expect(body.openapi).toBe("3.1.0");
    const operations = Object.entries(body.paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, operation]) => ({ name: `${method} ${path}`, operation })),
    );
    expect(operations.map(({ name }) => name)).toContain("post /v1/generations/{job}/cancel");
    expect(operations.length).toBeGreaterThan(35);
    for (const { name, operation } of operations)
      expect([name, Object.keys(operation.responses)]).toEqual([name, expect.arrayContaining(["default"])]);
  });

  it("may be called from any page with a key, and never with a cookie", async () => {
    const headers = { origin: "https://elsewhere.test", "access-control-request-method": "POST" };
    const preflight = await ask("OPTIONS", "/v1/generations", { headers });
    expect(preflight.headers.get("access-control-allow-origin")).toBe("*");
    expect(preflight.headers.get("access-control-allow-credentials")).toBeNull();
    const reply = await ask("GET", "/v1/bases");
    expect(reply.headers.get("x-content-type-options")).toBe("nosniff");
  });

  it("accepts a GET with a JSON content type and no body, as some clients send", async () => {
    const headers = { authorization: `Bearer ${ada.key}`, "content-type": "application/json" };
    expect((await ask("GET", "/v1/account", { headers })).status).toBe(200);
    const made = await ada.must<Adapter>("POST", "/v1/adapters", adapterInput("empty"));
    expect(
      (
        await ask("POST", `/v1/adapters/${made.ref}/slot`, {
          headers: { authorization: headers.authorization },
        })
      ).status,
    ).toBe(200);
  });
});
