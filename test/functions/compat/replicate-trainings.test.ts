// Replicate's trainings: pictures one by one or in a zip, captions beside them, and what a refusal leaves behind.

import { env } from "cloudflare:workers";
import { Buffer } from "node:buffer";
import { zipSync } from "fflate";
import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { ReplicateTraining } from "../../../schema/contract/compat-replicate.ts";
import { adapterFile, png } from "../cast.ts";
import { adapterKey, moderator } from "../moderation/desk.ts";
import { ada, begin, type Page, type Refused, ROOT, upload } from "./replicate-cast.ts";
import { clearQueue, runner, send } from "./runner.ts";

beforeAll(begin);
beforeEach(clearQueue);

describe("trainings", () => {
  const PATH = `${ROOT}/models/bases/cast-3/versions/cast-3/trainings`;
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
        model: "bases/cast-3",
        version: "cast-3",
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

  it("return no weights of removed adapters, and the weights of existing ones", async () => {
    await env.DB.prepare("UPDATE jobs SET status = 'canceled' WHERE status = 'queued'").run();
    const files = await Promise.all(
      (await pictures()).map((bytes, i) => upload(bytes, `${i}.png`, "image/png")),
    );
    const { body } = await train("ada/evil", { input_images: files.map((file) => file.body.id), steps: 5 });
    const [lease] = await runner().lease();
    if (lease?.kind !== "train") throw new Error("No training came");
    const file = await adapterFile(lease.spec.slot, "<evil>");
    const output = await runner().deliver(
      lease.lease_id,
      { name: "adapter.safetensors", role: "adapter" },
      file,
    );
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

  it("are refused with a pointer, and leave nothing behind", async () => {
    const good = (await zip()).id;
    const text = (
      await upload(new TextEncoder().encode("no picture at all, only words"), "a.png", "image/png")
    ).body.id;
    const broken = (await upload(new Uint8Array([0x50, 0x4b, 3, 4, 1, 2, 3]), "a.zip", "application/zip"))
      .body.id;
    const shades = await Promise.all(Array.from({ length: 17 }, (_, i) => png(64, 64, 100 + i)));
    const many = new Uint8Array(zipSync(Object.fromEntries(shades.map((bytes, i) => [`${i}.png`, bytes]))));
    const tooMany = (await upload(many, "many.zip", "application/zip")).body.id;
    const cases: [string, object, number, string, string][] = [
      ["ada/x", { input_images: tooMany }, 400, "request_invalid", "/input/input_images"],
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
    const wrong = await ada.ask("POST", PATH.replace("bases/cast-3", "ada/ivy"), {
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
    const long = new TextEncoder().encode(`${"x".repeat(999)}\u{1f44d}\u{1f3fd} end`);
    const full = `${"x".repeat(999)}\u{1f600}`;
    const file = await zip({
      ...{ "cat/0.txt": utf16, "cat/1.txt": long, "cat/2.txt": new TextEncoder().encode(`${full} end`) },
    });
    const { status, body } = await train("ada/uli", { input_images: file.urls.get, steps: 5 });
    expect(status).toBe(201);
    const native = await ada.must<{ request: { images: { caption: string }[] } }>(
      "GET",
      `/v1/trainings/${body.id}`,
    );
    expect(native.request.images.map(({ caption }) => caption)).toEqual([
      "<uli> größer",
      "x".repeat(999),
      full,
      "",
    ]);
    await ada.must("POST", `${ROOT}/trainings/${body.id}/cancel`);
  });

  it("refuse a caption with a NUL by its file", async () => {
    const file = await zip({ "cat/0.txt": new TextEncoder().encode("smiling\0") });
    const { status, body } = await train<Refused>("ada/nul", { input_images: file.urls.get, steps: 5 });
    expect([status, body.code, body.errors[0]?.pointer]).toEqual([
      422,
      "file_invalid",
      "/input/input_images",
    ]);
    expect(body.detail).toMatch(/^cat\/0\.txt is no text/);
  });

  it("say of a zip without pictures that it has none", async () => {
    const caption = new TextEncoder().encode("a caption");
    const hidden = { "a.txt": caption, "__MACOSX/b.png": caption, ".c.png": caption };
    for (const files of [{}, { "a/": new Uint8Array() }, hidden]) {
      const bytes = new Uint8Array(zipSync(files));
      const { body: file } = await upload(bytes, "none.zip", "application/zip");
      expect(file.content_type).toBe("application/zip");
      const { status, body } = await train<Refused>("ada/none", { input_images: file.id });
      expect([status, body.code, body.errors[0]?.pointer]).toEqual([
        422,
        "file_invalid",
        "/input/input_images",
      ]);
      expect(body.detail).toMatch(/^The zip has no pictures/);
    }
  });

  it("count a picture once, however often it is named or lies in a zip", async () => {
    const left = () =>
      env.DB.prepare("SELECT count(*) AS n FROM uploads WHERE kind = 'training_image'").first("n");
    const before = await left();
    const [first = new Uint8Array(0)] = await pictures();
    const { body: file } = await upload(first, "a.png", "image/png");
    for (const input_images of [Array(4).fill(file.id), (await zip({ "cat/again.png": first })).id]) {
      const { status, body } = await train<Refused>("ada/again", { input_images });
      expect([status, body.errors[0]?.pointer]).toEqual([400, "/input/input_images"]);
      expect(body.detail).toMatch(/^Pictures 1 and \d are the same/);
    }
    expect(await left()).toBe(before);
  });

  it("refuse a HEIC picture in a zip by its name", async () => {
    const heic = new TextEncoder().encode(`\0\0\0\x18ftypheic${"\0".repeat(40)}`);
    const file = await zip({ "cat/IMG_0001.HEIC": heic });
    const reply = await train<Refused>("ada/heic", { input_images: file.urls.get });
    expect([reply.status, reply.body.code]).toEqual([422, "image_invalid"]);
    expect(reply.body.detail).toContain("IMG_0001.HEIC: This is a HEIC picture");
  });

  it("refuse a zip that unpacks to more than the limit", async () => {
    const bomb = new Uint8Array(40 * 2 ** 20);
    const { body } = await upload(new Uint8Array(zipSync({ "a.png": bomb })), "b.zip", "application/zip");
    const reply = await train<Refused>("ada/x", { input_images: body.id });
    expect([reply.status, reply.body.code]).toEqual([422, "file_invalid"]);
  });
});
