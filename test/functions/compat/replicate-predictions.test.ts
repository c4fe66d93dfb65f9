// Replicate's predictions and streams, field by field, with the known pitfalls of its clients.

import { env } from "cloudflare:workers";
import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import { logOf, progressLine } from "../../../functions/compat/replicate-json.ts";
import type { ReplicatePrediction } from "../../../schema/contract/compat-replicate.ts";
import { ReplicatePrediction as PredictionSchema } from "../../../schema/contract/compat-replicate.ts";
import { ask, ORIGIN, person } from "../cast.ts";
import { ada, begin, create, ivy, ofModel, type Page, type Refused, ROOT } from "./replicate-cast.ts";
import { clearQueue, eventsOf, failNext, runNext, runner, send } from "./runner.ts";

beforeAll(begin);
beforeEach(clearQueue);

describe("predictions.create", () => {
  it("takes a strength as everybody does, and none where it would not be used", async () => {
    for (const strength of [1000, 2.5, -50, 1e300]) {
      const { status, body } = await create({ version: ivy.id, input: { prompt: "sad", strength } });
      expect([strength, status, body]).toMatchObject([
        strength,
        400,
        { errors: [{ pointer: "/input/strength" }] },
      ]);
    }
    for (const [version, adapters] of [
      ["cast-3", []],
      [ivy.id, [{ ref: "ada/ivy", strength: 0.5 }]],
    ] as const) {
      const { status, body } = await create({ version, input: { prompt: "sad", strength: 0.5, adapters } });
      expect([version, status, body]).toMatchObject([
        version,
        400,
        { errors: [{ pointer: "/input/strength" }] },
      ]);
    }
    expect((await create({ version: ivy.id, input: { prompt: "sad", strength: 2 } })).status).toBe(201);
  });

  it("answers at once with every field that clients read", async () => {
    const { status, body, headers } = await create({ version: ivy.id, input: { prompt: "sad", seed: 3 } });
    expect(status).toBe(201);
    expect(PredictionSchema.parse(body)).toEqual(body);
    expect(body).toMatchObject({
      ...{ model: "ada/ivy", version: ivy.id, status: "starting", output: null, error: null },
      ...{ input: { prompt: "sad", seed: 3 }, started_at: null, completed_at: null, data_removed: false },
    });
    expect(body.urls.get).toBe(`${ORIGIN}${ROOT}/predictions/${body.id}`);
    expect(headers.get("location")).toBe(body.urls.get);
  });

  it("holds the answer with Prefer: wait and gives addresses that need no key", async () => {
    const [{ status, body, headers }, work] = await Promise.all([
      ofModel("ada/ivy", { num_outputs: 2, seed: 7 }, { prefer: "wait=30" }),
      runNext(),
    ]);
    expect([status, body.status, headers.get("preference-applied")]).toEqual([201, "succeeded", "wait=30"]);
    expect(work.prompt).toBe("<ivy> smiling");
    expect(body.output).toHaveLength(2);
    for (const url of body.output ?? []) {
      expect((await send(url)).headers.get("content-type")).toBe("image/png");
    }
    expect(body.logs).toContain("Using seed: 7\nWith its adapters' triggers the prompt is: <ivy> smiling\n");
    expect(body.logs).toMatch(/100%\|█+\| \d+\/\d+ \[/);
    expect(body.metrics.total_time).toBeGreaterThanOrEqual(body.metrics.predict_time ?? 0);
  });

  it("is `starting` when the wait ends during the run, and `processing` at the next read", async () => {
    const { leases, body } = await (async () => {
      const answer = ofModel("bases/cast-3", {}, { prefer: "wait=1" });
      const leased = await runner().lease(1, 5);
      return { leases: leased, body: (await answer).body };
    })();
    expect([leases.length, body.status]).toEqual([1, "starting"]);
    const again = await ada.must<ReplicatePrediction>("GET", `${ROOT}/predictions/${body.id}`);
    expect(again.status).toBe("processing");
  });

  it("takes a version as an id, a file's SHA-256, a base or owner/name:2, and a model in its place", async () => {
    const input = { prompt: "smiling" };
    for (const version of [ivy.id, ivy.sha256, "ada/ivy", "ada/ivy:1"]) {
      const { status, body } = await create({ version, input });
      expect([version, status, body.model, body.version]).toEqual([version, 201, "ada/ivy", ivy.id]);
    }
    expect((await create({ version: "cast-3", input })).body).toMatchObject({
      model: "bases/cast-3",
      version: "cast-3",
    });
    expect((await create({ model: "ada/ivy", input })).body.version).toBe(ivy.id);
  });

  it("refuses a faulty request with a pointer", async () => {
    const input = { prompt: "smiling" };
    const cases: [object, number, string, string][] = [
      [{ input }, 400, "request_invalid", ""],
      [{ version: ivy.id }, 400, "request_invalid", "/input"],
      [{ version: ivy.id, input: {} }, 400, "request_invalid", "/input/prompt"],
      [{ version: ivy.id, input: { ...input, promt: 1 } }, 400, "request_invalid", "/input/promt"],
      [{ version: ivy.id, input, inputs: 1 }, 400, "request_invalid", "/inputs"],
      [
        { version: ivy.id, input: { ...input, num_outputs: 17 } },
        400,
        "request_invalid",
        "/input/num_outputs",
      ],
      [
        { version: ivy.id, input: { ...input, num_inference_steps: 9_999 } },
        400,
        "request_invalid",
        "/input/num_inference_steps",
      ],
      [{ version: ivy.id, input: { ...input, width: 512 } }, 400, "request_invalid", "/input/height"],
      [{ version: ivy.id, input: { ...input, width: 9, height: 9 } }, 400, "request_invalid", "/input/size"],
      [
        { version: ivy.id, input: { ...input, adapters: [{ ref: "a/b" }] } },
        422,
        "adapter_unknown",
        "/input/adapters/0/ref",
      ],
      [{ version: "2", input }, 422, "adapter_unknown", "/version"],
      [{ version: "ada/nobody", input }, 422, "adapter_unknown", "/version"],
      [{ version: "ver_00000000000000000000", input }, 422, "adapter_unknown", "/version"],
      [{ version: "f".repeat(64), input }, 422, "adapter_unknown", "/version"],
    ];
    for (const [body, status, code, pointer] of cases) {
      const reply = await create<Refused>(body);
      expect([body, reply.status, reply.body.code, reply.body.errors[0]?.pointer]).toEqual([
        body,
        status,
        code,
        pointer,
      ]);
    }
    expect((await ofModel<Refused>("ada/nobody", {})).status).toBe(404);
    expect(await env.DB.prepare("SELECT count(*) AS n FROM jobs").first()).toEqual({ n: 0 });
  });

  it("needs the scope generate, and does not show other accounts' predictions", async () => {
    const reader = await person("Reader", ["read"]);
    const body = { version: ivy.id, input: { prompt: "smiling" } };
    expect((await ask("POST", `${ROOT}/predictions`, { body })).status).toBe(401);
    expect((await reader.ask("POST", `${ROOT}/predictions`, body)).body.code).toBe("scope_missing");
    const mine = (await create(body)).body;
    expect((await reader.ask("GET", `${ROOT}/predictions/${mine.id}`)).status).toBe(404);
    expect((await ask("GET", `${ROOT}/predictions/${mine.id}`)).status).toBe(401);
  });
});

describe("a prediction", () => {
  it("is a job of our own API, and the other way round", async () => {
    const native = await ada.must<{ id: string }>("POST", "/v1/generations", {
      adapters: [{ ref: "ada/ivy" }],
      prompt: "<ivy>",
      size: "512x256",
    });
    const seen = await ada.must<ReplicatePrediction>("GET", `${ROOT}/predictions/${native.id}`);
    expect(seen).toMatchObject({ model: "ada/ivy", version: ivy.id, input: { prompt: "<ivy>", width: 512 } });
    const { body } = await ofModel("bases/cast-3", {});
    expect(await ada.must("GET", `/v1/generations/${body.id}`)).toMatchObject({ status: "queued" });
  });

  it("is canceled; one that has ended is returned unchanged", async () => {
    const { body } = await ofModel("bases/cast-3", {});
    for (let i = 0; i < 2; i += 1) {
      const canceled = await ada.must<ReplicatePrediction>("POST", `${ROOT}/predictions/${body.id}/cancel`);
      expect([canceled.status, canceled.completed_at !== null]).toEqual(["canceled", true]);
    }
  });

  it("that failed contains the reason", async () => {
    const [{ body }] = await Promise.all([
      ofModel("bases/cast-3", {}, { prefer: "wait" }),
      failNext("prompt_invalid", "No word is known."),
    ]);
    expect(body).toMatchObject({ status: "failed", error: "No word is known.", output: null });
    expect(body.logs).toContain("Error: No word is known.");
  });

  it("is listed newest first, with absolute URLs of next pages", async () => {
    for (let i = 0; i < 3; i += 1) await ofModel("bases/cast-3", { seed: i });
    const insert = env.DB.prepare(
      `INSERT INTO jobs (id, owner_id, kind, base_id, shape, status, turn, request, spec, inputs, created_at)
       SELECT 'job_' || printf('%020d', value), owner_id, kind, base_id, shape, 'canceled', turn, request, spec, inputs, value
       FROM jobs, json_each(?) GROUP BY value`,
    );
    await insert.bind(JSON.stringify(Array.from({ length: 120 }, (_, i) => i))).run();
    const first = await ada.must<Page<ReplicatePrediction>>("GET", `${ROOT}/predictions`);
    expect([first.results.length, first.previous]).toEqual([100, null]);
    expect(first.results.slice(0, 3).map(({ input }) => input.seed)).toEqual([2, 1, 0]);
    expect(first.next).toMatch(new RegExp(`^${ORIGIN}${ROOT}/predictions\\?cursor=`));
    const second = await ada.must<Page<ReplicatePrediction>>("GET", first.next ?? "");
    expect([second.results.length, second.next]).toEqual([23, null]);
    const ids = [...first.results, ...second.results].map(({ id }) => id);
    expect(new Set(ids).size).toBe(123);
  });

  it("accepts a GET with a JSON content type and no body", async () => {
    const headers = { "content-type": "application/json" };
    const { body } = await ofModel("bases/cast-3", {});
    const get = await ada.ask("GET", `${ROOT}/predictions/${body.id}`, undefined, headers);
    const cancel = await ada.ask("POST", `${ROOT}/predictions/${body.id}/cancel`, undefined, headers);
    expect([get.status, cancel.status]).toEqual([200, 200]);
  });

  it("is made once for one Idempotency-Key", async () => {
    const key = { "idempotency-key": "p1" };
    const first = await ofModel("bases/cast-3", {}, key);
    const second = await ofModel("bases/cast-3", {}, key);
    expect(second.body.id).toBe(first.body.id);
  });
});

describe("a stream", () => {
  it("sends log lines, outputs and the end to whoever has its address, with an id each", async () => {
    const { body } = await ofModel("bases/cast-3", {});
    const [response] = await Promise.all([send(body.urls.stream), runNext(3)]);
    const events = await eventsOf(response);
    expect(events.every(({ id }) => id !== "")).toBe(true);
    expect(events.at(-1)).toMatchObject({ event: "done", data: "{}" });
    const output = events.find(({ event }) => event === "output");
    expect((await send(output?.data ?? "")).status).toBe(200);
    const logs = events.filter(({ event }) => event === "logs");
    expect(logs.length).toBeGreaterThan(0);
    expect(logs[0]?.data).toMatch(/^\s*\d+%\|.+?\| *\d+\/\d+/);
  });

  it("sends an error, and that it was canceled", async () => {
    const failed = (await ofModel("bases/cast-3", {})).body;
    const [response] = await Promise.all([send(failed.urls.stream), failNext("out_of_memory", "Full.")]);
    expect((await eventsOf(response)).map(({ event, data }) => [event, data])).toEqual([
      ["error", "Full."],
      ["done", '{"reason":"error"}'],
    ]);
    const canceled = (await ofModel("bases/cast-3", {})).body;
    await ada.must("POST", `${ROOT}/predictions/${canceled.id}/cancel`);
    expect((await eventsOf(await send(canceled.urls.stream))).at(-1)).toMatchObject({
      event: "done",
      data: '{"reason":"canceled"}',
    });
  });

  it("is closed to a changed address", async () => {
    const [one, other] = [(await ofModel("bases/cast-3", {})).body, (await ofModel("bases/cast-3", {})).body];
    const forged = one.urls.stream.replace(one.id, other.id);
    expect((await send(forged)).status).toBe(403);
    expect((await send(one.urls.stream.split("?")[0] ?? "")).status).toBe(403);
  });
});

describe("the log", () => {
  const row = {
    request: { seed: 1, steps: 24 },
    warnings: [],
    startedAt: 0,
    finishedAt: null,
    progress: null,
    error: null,
  };
  it("ends with a line that clients read progress from", () => {
    const read = (log: string) => /^\s*(\d+)%\s*\|.+?\|\s*(\d+)\/(\d+)/m.exec(log)?.slice(1).map(Number);
    expect(read(progressLine(19, 25, 4))).toEqual([76, 19, 25]);
    expect(read(progressLine(0, 24, 0))).toEqual([0, 0, 24]);
    const running = { ...row, status: "running", asked: null, progress: { step: 6, total: 24, message: "" } };
    expect(read(logOf(running as never, 1_000))).toEqual([25, 6, 24]);
  });
});
