// Replicate's predictions, streams, models, files and trainings, field by field, with the known pitfalls of its clients.

import { env } from "cloudflare:workers";
import { Buffer } from "node:buffer";
import { zipSync } from "fflate";
import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import { logOf, progressLine } from "../../../functions/compat/replicate-json.ts";
import type {
  ReplicateFile,
  ReplicateModel,
  ReplicatePrediction,
  ReplicateTraining,
  ReplicateVersion,
} from "../../../schema/contract/compat-replicate.ts";
import { ReplicatePrediction as PredictionSchema } from "../../../schema/contract/compat-replicate.ts";
import type { Version } from "../../../schema/contract/index.ts";
import { REPLICATE_FILES_MAX } from "../../../schema/contract/limits.ts";
import { adapterFile, ask, ORIGIN, type Person, person, png, published } from "../cast.ts";
import { adapterKey, moderator } from "../moderation/desk.ts";
import { beginRunner, clearQueue, eventsOf, failNext, runNext, runner, send } from "./runner.ts";

const ROOT = "/replicate/v1";
type Page<T> = { previous: string | null; next: string | null; results: T[] };
type Refused = { code: string; errors: { pointer: string }[]; detail: string };

let ada: Person;
let ivy: Version;
beforeAll(async () => {
  ada = await person("Ada");
  ivy = await published(ada, "ivy");
  await published(ada, "paco");
  await beginRunner();
});
beforeEach(clearQueue);

const create = <T = ReplicatePrediction>(body: object, headers = {}) =>
  ada.ask<T>("POST", `${ROOT}/predictions`, body, headers);
const ofModel = <T = ReplicatePrediction>(model: string, input: object, headers = {}) =>
  ada.ask<T>(
    "POST",
    `${ROOT}/models/${model}/predictions`,
    { input: { prompt: "smiling", ...input } },
    headers,
  );

describe("predictions.create", () => {
  it("answers at once with everything that a client reads", async () => {
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
    expect(body.logs).toContain("Using seed: 7\nA trigger was missing; drawing: <ivy> smiling\n");
    expect(body.logs).toMatch(/100%\|█+\| \d+\/\d+ \[/);
    expect(body.metrics.total_time).toBeGreaterThanOrEqual(body.metrics.predict_time ?? 0);
  });

  it("says starting when the wait runs out while a runner draws, and processing when asked again", async () => {
    const { leases, body } = await (async () => {
      const answer = ofModel("bases/cast-2", {}, { prefer: "wait=1" });
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
    expect((await create({ version: "cast-2", input })).body).toMatchObject({
      model: "bases/cast-2",
      version: "cast-2",
    });
    expect((await create({ model: "ada/ivy", input })).body.version).toBe(ivy.id);
  });

  it("refuses with the place of the fault", async () => {
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

  it("is for whoever may generate, and others' predictions are not there", async () => {
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
  it("is a job of our own API, and the other way about", async () => {
    const native = await ada.must<{ id: string }>("POST", "/v1/generations", {
      adapters: [{ ref: "ada/ivy" }],
      prompt: "<ivy>",
      size: "512x256",
    });
    const seen = await ada.must<ReplicatePrediction>("GET", `${ROOT}/predictions/${native.id}`);
    expect(seen).toMatchObject({ model: "ada/ivy", version: ivy.id, input: { prompt: "<ivy>", width: 512 } });
    const { body } = await ofModel("bases/cast-2", {});
    expect(await ada.must("GET", `/v1/generations/${body.id}`)).toMatchObject({ status: "queued" });
  });

  it("is canceled, and one that has ended is answered as it is", async () => {
    const { body } = await ofModel("bases/cast-2", {});
    for (let i = 0; i < 2; i += 1) {
      const canceled = await ada.must<ReplicatePrediction>("POST", `${ROOT}/predictions/${body.id}/cancel`);
      expect([canceled.status, canceled.completed_at !== null]).toEqual(["canceled", true]);
    }
  });

  it("that failed says why", async () => {
    const [{ body }] = await Promise.all([
      ofModel("bases/cast-2", {}, { prefer: "wait" }),
      failNext("prompt_invalid", "No word is known."),
    ]);
    expect(body).toMatchObject({ status: "failed", error: "No word is known.", output: null });
    expect(body.logs).toContain("Error: No word is known.");
  });

  it("is found in pages, newest first, whose next is a whole address", async () => {
    for (let i = 0; i < 3; i += 1) await ofModel("bases/cast-2", { seed: i });
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

  it("answers a GET that says its absent body is JSON", async () => {
    const headers = { "content-type": "application/json" };
    const { body } = await ofModel("bases/cast-2", {});
    const get = await ada.ask("GET", `${ROOT}/predictions/${body.id}`, undefined, headers);
    const cancel = await ada.ask("POST", `${ROOT}/predictions/${body.id}/cancel`, undefined, headers);
    expect([get.status, cancel.status]).toEqual([200, 200]);
  });

  it("is made once for one Idempotency-Key", async () => {
    const key = { "idempotency-key": "p1" };
    const first = await ofModel("bases/cast-2", {}, key);
    const second = await ofModel("bases/cast-2", {}, key);
    expect(second.body.id).toBe(first.body.id);
  });
});

describe("a stream", () => {
  it("tells log lines, outputs and the end to whoever has its address, with an id each", async () => {
    const { body } = await ofModel("bases/cast-2", {});
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

  it("tells an error, and that it was canceled", async () => {
    const failed = (await ofModel("bases/cast-2", {})).body;
    const [response] = await Promise.all([send(failed.urls.stream), failNext("out_of_memory", "Full.")]);
    expect((await eventsOf(response)).map(({ event, data }) => [event, data])).toEqual([
      ["error", "Full."],
      ["done", '{"reason":"error"}'],
    ]);
    const canceled = (await ofModel("bases/cast-2", {})).body;
    await ada.must("POST", `${ROOT}/predictions/${canceled.id}/cancel`);
    expect((await eventsOf(await send(canceled.urls.stream))).at(-1)).toMatchObject({
      event: "done",
      data: '{"reason":"canceled"}',
    });
  });

  it("is closed to a changed address", async () => {
    const [one, other] = [(await ofModel("bases/cast-2", {})).body, (await ofModel("bases/cast-2", {})).body];
    const forged = one.urls.stream.replace(one.id, other.id);
    expect((await send(forged)).status).toBe(403);
    expect((await send(one.urls.stream.split("?")[0] ?? "")).status).toBe(403);
  });
});

describe("models", () => {
  it("are bases and adapters, with a version that brings the schema of its input", async () => {
    for (const [name, version] of [
      ["bases/cast-2", "cast-2"],
      ["ada/ivy", ivy.id],
    ] as const) {
      const model = (await ask<ReplicateModel>("GET", `${ROOT}/models/${name}`)).body;
      expect([`${model.owner}/${model.name}`, model.latest_version?.id]).toEqual([name, version]);
      const one = await ask<ReplicateVersion>("GET", `${ROOT}/models/${name}/versions/${version}`);
      const { Input } = (
        one.body.openapi_schema as { components: { schemas: { Input: { properties: object } } } }
      ).components.schemas;
      expect(Object.keys(Input.properties)).toEqual(
        expect.arrayContaining(["prompt", "seed", "num_outputs"]),
      );
      const all = await ask<Page<ReplicateVersion>>("GET", `${ROOT}/models/${name}/versions`);
      expect(all.body.results.map(({ id }) => id)).toEqual([version]);
    }
    expect((await ask("GET", `${ROOT}/models/ada/nobody`)).status).toBe(404);
    expect((await ask("GET", `${ROOT}/models/ada/ivy/versions/ver_00000000000000000000`)).status).toBe(404);
  });

  it("are listed page by page, without private ones", async () => {
    const carl = await person("Carl");
    for (let i = 0; i < 3; i += 1) await published(carl, `c${i}`);
    await published(carl, "hidden", { visibility: "private" });
    const seen: string[] = [];
    for (let next: string | null = `${ROOT}/models`; next !== null; ) {
      const page: Page<ReplicateModel> = (await ask<Page<ReplicateModel>>("GET", next)).body;
      seen.push(...page.results.map(({ owner, name }) => `${owner}/${name}`));
      next = page.next;
    }
    expect(seen).toEqual(["bases/cast-2", "carl/c2", "carl/c1", "carl/c0", "ada/paco", "ada/ivy"]);
  });

  it("are found by HTTP QUERY, whose text comes bare or as a JSON string", async () => {
    for (const body of ['"ivy"', "ivy"]) {
      const reply = await send(`${ROOT}/models`, {
        method: "QUERY",
        body,
        headers: { "content-type": "text/plain" },
      });
      const { results } = await reply.json<Page<ReplicateModel>>();
      expect([body, results.map(({ name }) => name)]).toEqual([body, ["ivy"]]);
    }
    // What only looks like a JSON string is searched for as it is.
    for (const body of ['"iv"y"', '"\\q"', '"', '""', "\u200b"]) {
      expect([body, (await send(`${ROOT}/models`, { method: "QUERY", body })).status]).toEqual([body, 200]);
    }
    const alias = await send("/v1/models", { method: "QUERY", body: "ivy" });
    expect((await alias.json<Page<ReplicateModel>>()).results).toHaveLength(1);
  });

  it("are created as drafts of one's own", async () => {
    const model = { owner: "ada", name: "fresh", visibility: "private", hardware: "cpu" };
    const made = await ada.ask<ReplicateModel>("POST", `${ROOT}/models`, model);
    expect([made.status, made.body.latest_version, made.body.visibility]).toEqual([201, null, "private"]);
    expect(made.body.url).toBe(`${ORIGIN}/a/ada/fresh`);
    expect((await ada.ask("POST", `${ROOT}/models`, model)).body.code).toBe("name_taken");
    expect((await ada.ask("POST", `${ROOT}/models`, { ...model, owner: "bob" })).body.code).toBe(
      "not_granted",
    );
    expect((await ask("GET", `${ROOT}/models/ada/fresh`)).status).toBe(404);
    expect((await ada.ask("GET", `${ROOT}/models/ada/fresh`)).status).toBe(200);
  });

  it("go with an account and hardware", async () => {
    expect(await ada.must("GET", `${ROOT}/account`)).toEqual({
      type: "user",
      username: "ada",
      name: "Ada",
      github_url: null,
    });
    expect((await ask<object[]>("GET", `${ROOT}/hardware`)).body).toHaveLength(1);
  });
});

async function upload(bytes: ArrayBufferView, name: string, type: string, metadata: unknown = {}) {
  const form = new FormData();
  form.append("content", new Blob([bytes], { type }), name);
  form.append("metadata", new Blob([JSON.stringify(metadata)], { type: "application/json" }));
  const reply = await send(`${ROOT}/files`, {
    method: "POST",
    body: form,
    headers: { authorization: `Bearer ${ada.key}` },
  });
  return { status: reply.status, body: await reply.json<ReplicateFile & Refused>() };
}

describe("files", () => {
  it("come in a form, are listed and deleted", async () => {
    const bytes = await png(8, 8, 77);
    const { status, body } = await upload(bytes, "a.png", "image/png", { of: "ada" });
    expect(status).toBe(201);
    expect(body).toMatchObject({
      name: "a.png",
      content_type: "image/png",
      size: bytes.length,
      metadata: { of: "ada" },
    });
    expect(body.urls.get).toBe(`${ORIGIN}${ROOT}/files/${body.id}`);
    expect(await ada.must("GET", `${ROOT}/files/${body.id}`)).toEqual(body);
    const list = await ada.must<Page<ReplicateFile>>("GET", `${ROOT}/files`);
    expect(list.results.map(({ id }) => id)).toEqual([body.id]);
    const other = await person("Stranger");
    expect((await other.ask("GET", `${ROOT}/files/${body.id}`)).status).toBe(404);
    expect((await other.ask("DELETE", `${ROOT}/files/${body.id}`)).status).toBe(404);
    expect((await ada.ask("DELETE", `${ROOT}/files/${body.id}`)).status).toBe(204);
    expect((await ada.ask("GET", `${ROOT}/files/${body.id}`)).status).toBe(404);
  });

  it("take their bytes with them, unless another file or upload has the same", async () => {
    const bytes = await png(8, 8, 78);
    const [first, second] = [
      await upload(bytes, "a.png", "image/png"),
      await upload(bytes, "b.png", "image/png"),
    ];
    const isStored = async () => (await env.BLOBS.head(`blobs/${first.body.etag}`)) !== null;
    await ada.ask("DELETE", `${ROOT}/files/${first.body.id}`);
    expect(await isStored()).toBe(true);
    await ada.ask("DELETE", `${ROOT}/files/${second.body.id}`);
    expect(await isStored()).toBe(false);
    const rows = "SELECT count(*) AS n FROM blobs WHERE sha256 = ?";
    expect(await env.DB.prepare(rows).bind(first.body.etag).first("n")).toBe(0);
    const again = await upload(bytes, "c.png", "image/png");
    expect([again.status, await isStored()]).toEqual([201, true]);
    await ada.ask("DELETE", `${ROOT}/files/${again.body.id}`);
  });

  it("are refused empty, too large, without a part of that name and without a key", async () => {
    expect((await upload(new Uint8Array(0), "a", "")).body.code).toBe("file_invalid");
    expect((await upload(new Uint8Array(33 * 2 ** 20), "a", "")).status).toBe(413);
    expect((await upload(await png(8, 8), "a", "image/png", [1])).body.errors[0]?.pointer).toBe("/metadata");
    const form = new FormData();
    form.append("file", new Blob(["a"]), "a");
    const headers = { authorization: `Bearer ${ada.key}` };
    const nameless = await send(`${ROOT}/files`, { method: "POST", body: form, headers });
    expect([nameless.status, (await nameless.json<Refused>()).errors[0]?.pointer]).toEqual([400, "/content"]);
    const again = new FormData();
    again.append("content", new Blob(["a"]), "a");
    expect((await send(`${ROOT}/files`, { method: "POST", body: again })).status).toBe(401);
  });
});

describe("the number of files", () => {
  it("has an end, which deleting one moves", async () => {
    const { body } = await upload(await png(8, 8, 91), "a.png", "image/png");
    await env.DB.prepare(
      `INSERT INTO uploads (id, owner_id, kind, content_type, size_bytes, sha256, filename, created_at, expires_at, stored_at)
       SELECT 'upl_' || printf('%020d', value), owner_id, kind, content_type, size_bytes, sha256, filename, 0, 0, 0
       FROM uploads, json_each(?1) WHERE uploads.id = ?2`,
    )
      .bind(JSON.stringify(Array.from({ length: REPLICATE_FILES_MAX - 1 }, (_, i) => i)), body.id)
      .run();
    const full = await upload(await png(8, 8, 92), "b.png", "image/png");
    expect([full.status, full.body.code]).toEqual([429, "quota_exceeded"]);
    await ada.ask("DELETE", `${ROOT}/files/${body.id}`);
    expect((await upload(await png(8, 8, 92), "b.png", "image/png")).status).toBe(201);
    await env.DB.prepare("DELETE FROM uploads WHERE kind = 'file'").run();
  });
});

describe("trainings", () => {
  const PATH = `${ROOT}/models/bases/cast-2/versions/cast-2/trainings`;
  const pictures = () => Promise.all([1, 2, 3, 4].map((shade) => png(64, 64, 200 + shade)));
  async function zip(more: Record<string, Uint8Array> = {}) {
    const files = Object.fromEntries((await pictures()).map((bytes, i) => [`cat/${i}.png`, bytes]));
    const bytes = new Uint8Array(zipSync({ ...files, ...more }));
    return (await upload(bytes, "cats.zip", "application/zip")).body;
  }
  const train = <T = ReplicateTraining>(destination: string, input: object) =>
    ada.ask<T>("POST", PATH, { destination, input });

  it("take a zip with captions and make the destination a draft", async () => {
    const caption = new TextEncoder().encode("<tom> smiling");
    const file = await zip({ "cat/1.txt": caption, "__MACOSX/x.png": caption, "cat/.hidden.png": caption });
    const input = { input_images: file.urls.get, trigger_word: "TOM", class_word: "cat", steps: 5 };
    const { status, body } = await train("ada/tom", input);
    expect([status, body]).toMatchObject([
      201,
      {
        model: "bases/cast-2",
        version: "cast-2",
        destination: "ada/tom",
        status: "starting",
        output: null,
        input,
      },
    ]);
    const native = await ada.must<{ request: { trigger: string; images: { caption: string }[] } }>(
      "GET",
      `/v1/trainings/${body.id}`,
    );
    expect([native.request.trigger, native.request.images.map((image) => image.caption)]).toEqual([
      "<tom>",
      ["", "<tom> smiling", "", ""],
    ]);
    expect(await ada.must("GET", "/v1/adapters/ada/tom")).toMatchObject({
      ...{ state: "draft", visibility: "private", class_word: "cat" },
      licence: { spdx: "CC-BY-NC-ND-4.0", commercial_use: false },
    });
    const list = await ada.must<Page<ReplicateTraining>>("GET", `${ROOT}/trainings`);
    expect(list.results.map(({ id }) => id)).toEqual([body.id]);
    const canceled = await ada.must<ReplicateTraining>("POST", `${ROOT}/trainings/${body.id}/cancel`);
    expect(canceled.status).toBe("canceled");
    expect((await ada.must<ReplicateTraining>("GET", `${ROOT}/trainings/${body.id}`)).status).toBe(
      "canceled",
    );
  });

  it("give no weights of what moderators removed, and those of what is there", async () => {
    await env.DB.prepare("UPDATE jobs SET status = 'canceled' WHERE status = 'queued'").run();
    const files = await Promise.all(
      (await pictures()).map((bytes, i) => upload(bytes, `${i}.png`, "image/png")),
    );
    const { body } = await train("ada/evil", { input_images: files.map((file) => file.body.id), steps: 5 });
    const [lease] = await runner().lease();
    if (lease?.kind !== "train") throw new Error("No training came");
    const file = await adapterFile(lease.spec.slot, "<evil>");
    const output = await runner().deliver(lease.lease_id, "adapter.safetensors", "adapter", file);
    await runner().on(lease.lease_id, "settle", { outcome: "succeeded", outputs: [output] });
    const outputOf = async () =>
      (await ada.must<ReplicateTraining>("GET", `${ROOT}/trainings/${body.id}`)).output;
    expect((await send((await outputOf())?.weights ?? "")).status).toBe(200);
    const mod = await moderator("Mona");
    await mod.mustDecide(await adapterKey("ada/evil"), "remove");
    expect(await outputOf()).toBe(null);
  });

  it("take pictures one by one, and go on with an adapter that exists", async () => {
    const files = await Promise.all(
      (await pictures()).map((bytes, i) => upload(bytes, `${i}.png`, "image/png")),
    );
    const input = { input_images: files.map(({ body }) => body.id), captions: ["one"], steps: 5 };
    const { status, body } = await train("ada/tom", input);
    expect([status, body.destination]).toEqual([201, "ada/tom"]);
  });

  it("refuse with the place of the fault, and leave nothing behind", async () => {
    const good = (await zip()).id;
    const text = (
      await upload(new TextEncoder().encode("no picture at all, only words"), "a.png", "image/png")
    ).body.id;
    const broken = (await upload(new Uint8Array([0x50, 0x4b, 3, 4, 1, 2, 3]), "a.zip", "application/zip"))
      .body.id;
    const cases: [string, object, number, string, string][] = [
      ["ada/x", {}, 400, "request_invalid", "/input/input_images"],
      ["nowhere", { input_images: good }, 400, "request_invalid", "/destination"],
      ["bob/x", { input_images: good }, 403, "not_granted", "/destination"],
      ["ada/x", { input_images: "https://example.com/a.zip" }, 400, "request_invalid", "/input/input_images"],
      ["ada/x", { input_images: "upl_00000000000000000000" }, 422, "upload_unknown", "/input/input_images"],
      ["ada/x", { input_images: text }, 422, "image_invalid", "/input/input_images"],
      ["ada/x", { input_images: broken }, 422, "file_invalid", "/input/input_images"],
      [
        "ada/x",
        { input_images: good, trigger_word: "two words" },
        400,
        "request_invalid",
        "/input/trigger_word",
      ],
      ["ada/x", { input_images: good, epochs: 3 }, 400, "request_invalid", "/input/epochs"],
    ];
    for (const [destination, input, status, code, pointer] of cases) {
      const reply = await train<Refused>(destination, input);
      expect([input, reply.status, reply.body.code, reply.body.errors[0]?.pointer]).toEqual([
        input,
        status,
        code,
        pointer,
      ]);
    }
    expect((await ada.ask("GET", "/v1/adapters/ada/x")).status).toBe(404);
    const wrong = await ada.ask("POST", PATH.replace("bases/cast-2", "ada/ivy"), {
      destination: "ada/x",
      input: { input_images: good },
    });
    expect(wrong.status).toBe(404);
  });

  it("leave no picture behind where they are refused", async () => {
    const count = async () =>
      (await env.DB.prepare("SELECT count(*) AS n FROM uploads WHERE kind = 'training_image'").first<number>(
        "n",
      )) ?? 0;
    const [before, blobs] = [await count(), (await env.BLOBS.list()).objects.length];
    const many = Object.fromEntries(
      await Promise.all(
        Array.from({ length: 17 }, async (_, i) => [`${i}.png`, await png(32, 32, i)] as const),
      ),
    );
    const tooMany = await upload(new Uint8Array(zipSync(many)), "many.zip", "application/zip");
    const noPicture = await zip({ "z.png": new TextEncoder().encode("no picture ".repeat(9)) });
    for (const { urls } of [tooMany.body, noPicture]) {
      expect((await train("ada/refused", { input_images: urls.get })).status).toBeGreaterThan(399);
    }
    expect([await count(), (await env.BLOBS.list()).objects.length]).toEqual([before, blobs + 2]);
  });

  it("read captions in Windows' UTF-16 and cut a long one between two characters", async () => {
    const utf16 = new Uint8Array(Buffer.from("\ufeff<uli> größer", "utf16le"));
    const long = new TextEncoder().encode(`${"x".repeat(999)}\u{1f600} end`);
    const file = await zip({ "cat/0.txt": utf16, "cat/1.txt": long });
    const { status, body } = await train("ada/uli", { input_images: file.urls.get, steps: 5 });
    expect(status).toBe(201);
    const native = await ada.must<{ request: { images: { caption: string }[] } }>(
      "GET",
      `/v1/trainings/${body.id}`,
    );
    expect(native.request.images.map(({ caption }) => caption)).toEqual([
      "<uli> größer",
      "x".repeat(999),
      "",
      "",
    ]);
    await ada.must("POST", `${ROOT}/trainings/${body.id}/cancel`);
  });

  it("name a HEIC picture in a zip, which no base reads", async () => {
    const heic = new TextEncoder().encode(`\0\0\0\x18ftypheic${"\0".repeat(40)}`);
    const file = await zip({ "cat/IMG_0001.HEIC": heic });
    const reply = await train<Refused>("ada/heic", { input_images: file.urls.get });
    expect([reply.status, reply.body.code]).toEqual([422, "image_invalid"]);
    expect(reply.body.detail).toContain("IMG_0001.HEIC: This is a HEIC picture");
  });

  it("refuse a zip that unpacks to more than is held", async () => {
    const bomb = new Uint8Array(40 * 2 ** 20);
    const { body } = await upload(new Uint8Array(zipSync({ "a.png": bomb })), "b.zip", "application/zip");
    const reply = await train<Refused>("ada/x", { input_images: body.id });
    expect([reply.status, reply.body.code]).toEqual([422, "file_invalid"]);
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
