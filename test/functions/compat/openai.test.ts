// OpenAI's calls, field by field: what its client sends and reads, and that its retries make no second job.

import { env } from "cloudflare:workers";
import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { OpenAiImages, OpenAiModels } from "../../../schema/contract/compat-openai.ts";
import { OpenAiImages as OpenAiImagesSchema } from "../../../schema/contract/compat-openai.ts";
import type { Generation } from "../../../schema/contract/index.ts";
import { Problem } from "../../../schema/contract/problem.ts";
import { ask, type Person, person, png, published } from "../cast.ts";
import { beginRunner, clearQueue, eventsOf, failNext, runNext, send } from "./runner.ts";

const PATH = "/openai/v1/images/generations";
let ada: Person;
beforeAll(async () => {
  ada = await person("Ada");
  await published(ada, "ivy");
  await published(ada, "paco");
  await beginRunner();
});
beforeEach(clearQueue);

const generate = <T = OpenAiImages>(body: Record<string, unknown>, headers = {}) =>
  ada.ask<T>("POST", PATH, { prompt: "smiling", ...body }, headers);

async function generated(body: Record<string, unknown>, headers = {}) {
  const [reply, work] = await Promise.all([generate(body, headers), runNext()]);
  expect([reply.status, reply.status === 200 ? null : reply.body]).toEqual([200, null]);
  return { reply: reply.body, work, headers: reply.headers };
}

const queued = async () =>
  (await env.DB.prepare("SELECT count(*) AS n FROM jobs").first<{ n: number }>())?.n ?? 0;

describe("images.generate", () => {
  it("returns the PNG as base64 by default", async () => {
    const { reply } = await generated({ model: "cast-3", seed: 7 });
    expect(OpenAiImagesSchema.parse(reply)).toEqual(reply);
    const [image] = reply.data;
    const bytes = Buffer.from(image?.b64_json ?? "", "base64");
    expect(bytes.subarray(1, 4).toString()).toBe("PNG");
    expect([image?.url, image?.seed, reply.size]).toEqual([undefined, 7, "256x256"]);
    expect(Math.abs(reply.created - Date.now() / 1000)).toBeLessThan(60);
  });

  it("returns signed URLs that need no key, expire, and cannot be changed", async () => {
    const { reply } = await generated({ response_format: "url", n: 2 });
    expect(reply.data.map(({ b64_json }) => b64_json)).toEqual([undefined, undefined]);
    const [first, second] = reply.data.map(({ url }) => new URL(url ?? ""));
    if (!first || !second) throw new Error("Two pictures were ordered");
    const picture = await send(first.href);
    expect([picture.status, picture.headers.get("content-type")]).toEqual([200, "image/png"]);
    expect(first.pathname).toMatch(/\.png$/);
    const life = Number(first.searchParams.get("expires")) - Date.now() / 1000;
    expect(life).toBeGreaterThan(3_500);
    expect(life).toBeLessThanOrEqual(3_600);
    const forged = new URL(first);
    forged.pathname = second.pathname;
    expect((await send(forged.href)).status).toBe(403);
    forged.search = "";
    expect((await send(forged.href)).status).toBe(403);
  });

  it("generates with an adapter, inserts its missing trigger and reports it", async () => {
    const { reply, work } = await generated({ model: "ada/ivy" });
    expect([work.prompt, reply.data[0]?.revised_prompt]).toEqual(["<ivy> smiling", "<ivy> smiling"]);
    const again = await generated({ model: "ada/ivy:1", prompt: "<IVY> smiling" });
    expect([again.work.prompt, again.reply.data[0]?.revised_prompt]).toEqual(["<IVY> smiling", undefined]);
  });

  it("gives each adapter a cell where the size is auto, and regions in their order", async () => {
    const region = { x: 0.5, y: 0, width: 0.5, height: 1 };
    const body = {
      model: "ada/ivy",
      adapters: [{ ref: "ada/paco", strength: 0.5 }],
      regions: [null, region],
    };
    const { reply } = await generated({ ...body, size: "auto" });
    expect(reply.size).toBe("512x256");
    const job = await ada.must<{ request: { adapters: unknown[]; prompt: string } }>(
      "GET",
      `/v1/generations/${reply.job_id}`,
    );
    expect(job.request.prompt).toBe("<ivy> smiling; <paco> smiling");
    expect(job.request.adapters).toMatchObject([
      { ref: "ada/ivy:1", strength: 0.7, region: null },
      { ref: "ada/paco:1", strength: 0.5, region },
    ]);
  });

  it("has room for the prompt's people where no size, or one of OpenAI's, is asked for", async () => {
    const two = { model: "cast-3", prompt: "a man; a woman" };
    expect((await generated(two)).reply.size).toBe("512x256");
    const { reply, work } = await generated({ ...two, size: "1024x1024" });
    expect([reply.size, work.width, work.height]).toEqual(["1024x1024", 512, 256]);
    expect((await generated({ model: "ada/ivy", prompt: "smiling; and a man" })).reply.size).toBe("512x256");
    const small = { ...two, size: "256x256" };
    expect((await generate<unknown>(small)).status).toBe(400);
  });

  it("takes the model's own strength from `adapters`", async () => {
    const { reply } = await generated({ model: "ada/ivy", adapters: [{ ref: "ada/ivy", strength: 0.25 }] });
    const job = await ada.must<{ request: { adapters: unknown[] } }>(
      "GET",
      `/v1/generations/${reply.job_id}`,
    );
    expect(job.request.adapters).toMatchObject([{ ref: "ada/ivy:1", strength: 0.25 }]);
  });

  it("accepts what has no effect here and refuses what it cannot do", async () => {
    const idle = { quality: "hd", style: "vivid", user: "u", moderation: "low", background: "auto" };
    await generated({ ...idle, output_format: "png", output_compression: 100 });
    const cases: [Record<string, unknown>, number, string, string][] = [
      [{ size: "1000x1000" }, 400, "request_invalid", "size"],
      [{ size: "large" }, 400, "request_invalid", "size"],
      [{ n: 0 }, 400, "request_invalid", "n"],
      [{ n: 17 }, 400, "request_invalid", "n"],
      [{ output_format: "webp" }, 400, "request_invalid", "output_format"],
      [{ background: "transparent" }, 400, "request_invalid", "background"],
      [{ partial_images: 2 }, 400, "request_invalid", "partial_images"],
      [{ stream: true, partial_images: 4 }, 400, "request_invalid", "partial_images"],
      [{ sede: 1 }, 400, "request_invalid", "sede"],
      [{ prompt: "" }, 400, "request_invalid", "prompt"],
      [{ model: "dall-e-3" }, 404, "not_found", "model"],
      [{ model: "ada/nobody" }, 404, "not_found", "model"],
      [{ model: "ada/ivy:9" }, 422, "adapter_unready", "model"],
      [{ model: "ada/ivy", adapters: [{ ref: "ada/nobody" }] }, 422, "adapter_unknown", "adapters[0].ref"],
      [{ model: "ada/ivy", regions: [null, null] }, 400, "request_invalid", "regions[1]"],
    ];
    for (const [body, status, code, param] of cases) {
      const reply = await generate<{ error: { code: string; param: string; message: string; type: string } }>(
        body,
      );
      const { error } = reply.body;
      expect([body, reply.status, error.code, error.param]).toEqual([body, status, code, param]);
      expect([error.type, error.message.length > 10]).toEqual(["invalid_request_error", true]);
      if (code === "not_found") expect(error.message).toMatch(/cast-3.*owner\/name.*GET \/models/);
    }
    expect(await queued()).toBe(1);
  });

  it("returns a failed job as an error that clients do not retry", async () => {
    const [wordless] = await Promise.all([
      generate<{ error: object }>({}),
      failNext("prompt_invalid", "No word is known."),
    ]);
    expect([wordless.status, wordless.body.error, wordless.headers.get("x-should-retry")]).toEqual([
      400,
      {
        message: "No word is known.",
        type: "invalid_request_error",
        param: "prompt",
        code: "prompt_invalid",
      },
      "false",
    ]);
    const [broken] = await Promise.all([generate<{ error: object }>({}), failNext("out_of_memory", "Full.")]);
    expect([broken.status, broken.body.error, broken.headers.get("x-should-retry")]).toMatchObject([
      500,
      { type: "server_error", code: "out_of_memory" },
      "false",
    ]);
    // A job's own code stands where OpenAI's client reads it, and the contract of a refusal has it.
    for (const { body } of [wordless, broken])
      expect(Problem.safeParse(body).error?.issues ?? []).toEqual([]);
  });

  it("returns an error for a canceled job", async () => {
    const waiting = generate<{ error: object }>({});
    await expect.poll(queued).toBe(1);
    const row = await env.DB.prepare("SELECT id FROM jobs").first<{ id: string }>();
    await ada.must("POST", `/v1/generations/${row?.id}/cancel`);
    const reply = await waiting;
    expect([reply.status, reply.headers.get("x-should-retry")]).toEqual([409, "false"]);
  });
});

describe("a mix as the model", () => {
  const REGION = { x: 0, y: 0, width: 0.5, height: 1 };
  beforeAll(async () => {
    const members = [{ ref: "ada/ivy", strength: 0.5, region: REGION }, { ref: "ada/paco" }];
    const composition = await ada.must<{ id: string }>("POST", "/v1/compositions", { members });
    await ada.must("POST", `/v1/compositions/${composition.id}/publish`, { name: "pair" });
  });

  it("brings its adapters, strengths and regions, at its newest version or at one", async () => {
    for (const model of ["ada/pair", "ada/pair:1"]) {
      const { reply, work } = await generated({ model });
      expect([work.prompt, reply.size]).toEqual(["<ivy> smiling; <paco> smiling", "512x256"]);
      const job = await ada.must<{ request: { adapters: unknown[] } }>(
        "GET",
        `/v1/generations/${reply.job_id}`,
      );
      expect(job.request.adapters).toMatchObject([
        { ref: "ada/ivy:1", strength: 0.5, region: REGION },
        { ref: "ada/paco:1" },
      ]);
    }
  });

  it("is listed among the models, and takes no adapters beside its own", async () => {
    const { body } = await ask<OpenAiModels>("GET", "/openai/v1/models");
    expect(body.data).toContainEqual(expect.objectContaining({ id: "ada/pair", owned_by: "ada" }));
    const reply = await generate<{ error: { param: string } }>({
      model: "ada/pair",
      adapters: [{ ref: "ada/ivy" }],
    });
    expect([reply.status, reply.body.error.param]).toEqual([400, "adapters"]);
    expect((await generate<{ error: { param: string } }>({ model: "ada/pair:9" })).status).toBe(422);
  });
});

describe("a retry", () => {
  it("of the same body finds the first job; a new first attempt creates its own", async () => {
    const first = await generated({ seed: 1 });
    const again = await generate({ seed: 1 }, { "x-stainless-retry-count": "1" });
    expect([again.body.job_id, await queued()]).toEqual([first.reply.job_id, 1]);
    expect(again.body.data).toEqual(first.reply.data);
    const fresh = await generated({ seed: 1 }, { "x-stainless-retry-count": "0" });
    expect(fresh.reply.job_id).not.toBe(first.reply.job_id);
  });

  it("of another body, by another account, or after ten minutes creates its own job", async () => {
    await generated({ seed: 1 });
    const other = await generated({ seed: 2 }, { "x-stainless-retry-count": "1" });
    await env.DB.prepare("UPDATE jobs SET created_at = created_at - 600001").run();
    const late = await generated({ seed: 2 }, { "x-stainless-retry-count": "1" });
    expect(late.reply.job_id).not.toBe(other.reply.job_id);
    const bob = await person("Bob");
    const [his] = await Promise.all([
      bob.ask<OpenAiImages>("POST", PATH, { prompt: "smiling", seed: 2 }, { "x-stainless-retry-count": "1" }),
      runNext(),
    ]);
    expect(his.body.job_id).not.toBe(late.reply.job_id);
  });

  it("concurrent with its first attempt creates one job, by key and by retry count", async () => {
    for (const headers of [{ "idempotency-key": "k0" }, { "x-stainless-retry-count": "1" }]) {
      await clearQueue();
      const before = await queued();
      const same = Array.from({ length: 4 }, () => generate({ seed: 77 }, headers));
      const [replies] = await Promise.all([Promise.all(same), runNext()]);
      expect(replies.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
      expect(new Set(replies.map(({ body }) => body.job_id)).size).toBe(1);
      expect((await queued()) - before).toBe(1);
    }
  });

  it("by Idempotency-Key finds the job at any attempt, and is refused for another body", async () => {
    const headers = { "idempotency-key": "k1" };
    const first = await generated({ seed: 5 }, headers);
    expect((await generate({ seed: 5 }, headers)).body.job_id).toBe(first.reply.job_id);
    const other = await generate<{ code: string }>({ seed: 6 }, headers);
    expect([other.status, other.body.code]).toEqual([422, "idempotency_mismatch"]);
  });
});

describe("a stream", () => {
  it("shows as many partial images as were asked for, then the picture", async () => {
    const [response] = await Promise.all([
      send(PATH, {
        method: "POST",
        headers: { authorization: `Bearer ${ada.key}`, "content-type": "application/json" },
        body: JSON.stringify({ prompt: "smiling", stream: true, partial_images: 2 }),
      }),
      runNext(6),
    ]);
    expect(response.headers.get("content-type")).toContain("text/event-stream");
    const events = (await eventsOf(response)).map(({ event, data }) => ({ event, ...JSON.parse(data) }));
    expect(events.at(-1)).toMatchObject({
      event: "image_generation.completed",
      type: "image_generation.completed",
      size: "256x256",
      output_format: "png",
      usage: { total_tokens: 0 },
    });
    const partial = events.slice(0, -1);
    expect(partial.length).toBeGreaterThan(0);
    expect(partial.length).toBeLessThanOrEqual(2);
    for (const [i, event] of partial.entries()) {
      expect(event).toMatchObject({ type: "image_generation.partial_image", partial_image_index: i });
      expect(Buffer.from(event.b64_json, "base64").subarray(1, 4).toString()).toBe("PNG");
    }
  });

  it("ends with an error event that clients throw", async () => {
    const [response] = await Promise.all([
      send(PATH, {
        method: "POST",
        headers: { authorization: `Bearer ${ada.key}`, "content-type": "application/json" },
        body: JSON.stringify({ prompt: "smiling", stream: true }),
      }),
      failNext("prompt_invalid", "No word is known."),
    ]);
    const [last] = await eventsOf(response);
    expect(last?.event).toBe("error");
    expect(JSON.parse(last?.data ?? "{}").error).toMatchObject({ code: "prompt_invalid" });
  });

  it("that is left does not cancel its job", async () => {
    const response = await send(PATH, {
      method: "POST",
      headers: { authorization: `Bearer ${ada.key}`, "content-type": "application/json" },
      body: JSON.stringify({ prompt: "smiling", stream: true }),
    });
    await response.body?.cancel();
    const { id } = await runNext();
    expect(await ada.must("GET", `/v1/generations/${id}`)).toMatchObject({
      status: "succeeded",
      cancel_requested: false,
    });
  });
});

describe("models", () => {
  it("lists bases and published adapters for anybody, and retrieves each by its id", async () => {
    const { body } = await ask<OpenAiModels>("GET", "/openai/v1/models");
    expect(body.object).toBe("list");
    expect(body.data.map(({ id }) => id)).toEqual(expect.arrayContaining(["cast-3", "ada/ivy", "ada/paco"]));
    for (const { id } of body.data) {
      const one = await ask<{ id: string }>("GET", `/openai/v1/models/${encodeURIComponent(id)}`);
      expect([one.status, one.body.id]).toEqual([200, id]);
    }
    expect((await ask("GET", "/v1/models")).body).toEqual(body);
    expect((await ask("GET", "/openai/v1/models/nobody%2Fnothing")).status).toBe(404);
  });

  it("hides what is private from everybody but its owner", async () => {
    await published(ada, "secret", { visibility: "private" });
    const { body } = await ask<OpenAiModels>("GET", "/openai/v1/models");
    expect(body.data.map(({ id }) => id)).not.toContain("ada/secret");
    expect((await ask("GET", "/openai/v1/models/ada%2Fsecret")).status).toBe(404);
    expect((await ada.ask("GET", "/openai/v1/models/ada%2Fsecret")).status).toBe(200);
  });
});

describe("what is not offered", () => {
  it("is refused without a retry", async () => {
    const form = new FormData();
    form.set("image", new Blob([await png(8, 8)]), "a.png");
    for (const path of ["/openai/v1/images/edits", "/v1/images/variations"]) {
      const reply = await send(path, {
        method: "POST",
        body: form,
        headers: { authorization: `Bearer ${ada.key}` },
      });
      expect([path, reply.status]).toEqual([path, 404]);
      expect((await reply.json<{ error: { message: string } }>()).error.message).toMatch(/here/);
    }
  });
});

describe("OpenAI's own sizes", () => {
  it.each(["1024x1024", "1536x1024", "1024x1536"])(
    "of %s are taken, returned and handed to the runner",
    async (size) => {
      const { reply, work } = await generated({ model: "ada/ivy", prompt: "smiling, sky background", size });
      const [width, height] = size.split("x").map(Number);
      const row = await env.DB.prepare("SELECT spec FROM jobs WHERE id = ?1")
        .bind(reply.job_id)
        .first<{ spec: string }>();
      expect(JSON.parse(row?.spec ?? "")).toMatchObject({
        width: 256,
        height: 256,
        enlarge_to: { width, height },
      });
      expect([work.prompt, reply.size]).toEqual(["<ivy> smiling, sky background", size]);
      const job = await ada.must<Generation>("GET", `/v1/generations/${reply.job_id}`);
      expect([job.request.size, job.request.enlarged_to]).toEqual(["256x256", size]);
    },
  );
});
