// Bases: what comes with the product, what an operator's runner publishes, and that orders are held to what a base's description says.

import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { BUNDLED_BASES } from "../../../schema/bases/index.ts";
import type { Base } from "../../../schema/contract/bases.ts";
import type { Generation, Training } from "../../../schema/contract/jobs.ts";
import { BASE, db, LICENCE, type Person, person, png } from "../cast.ts";
import { SD } from "../sd-base.ts";

const publish = (who: Person, base: object) =>
  who.ask<{ id: string; counts_at: string }>("POST", "/runner/v1/bases", base);
const listed = async (who: Person) =>
  (await who.must<{ items: Base[] }>("GET", "/v1/bases")).items.map(({ id }) => id);
const refusal = (reply: { status: number; body: unknown }) => {
  const body = reply.body as { code?: string; detail?: string; errors?: { pointer: string }[] };
  return { status: reply.status, code: body.code, detail: body.detail, at: body.errors?.[0]?.pointer };
};

let operator: Person;
let ada: Person;
let now = Date.now();

beforeAll(async () => {
  vi.spyOn(Date, "now").mockImplementation(() => now);
  operator = await person("Operator");
  ada = await person("Ada");
});

afterAll(async () => {
  await db().prepare("DELETE FROM bases").run();
  now += 60_000;
  await listed(ada);
  vi.restoreAllMocks();
});

describe("publishing a base", () => {
  it("is for operators' runners", async () => {
    expect(refusal(await publish(ada, SD))).toMatchObject({ status: 403, code: "not_granted" });
  });

  it("refuses an inconsistent description, with a pointer", async () => {
    const faulty: [object, string][] = [
      [{ ...SD, id: "My SD" }, "/id"],
      [{ ...SD, samplers: { default: "Heun", names: ["Euler"] } }, "/samplers/default"],
      [{ ...SD, default_size: "640x640" }, "/default_size"],
      [{ ...SD, guidance: { default: 30, min: 0, max: 20 } }, "/guidance"],
      [{ ...SD, entries: undefined }, "/gate"],
      [{ ...SD, prompts: { preview: "a photo", samples: ["{trigger}"] } }, "/prompts/preview"],
      [{ ...SD, layers: [{ name: "a", in_features: 3, out_features: 3 }] }, "/rank"],
      [{ ...SD, title: "left\u202eright" }, ""],
    ];
    for (const [base, at] of faulty) {
      expect(refusal(await publish(operator, base))).toMatchObject({
        status: 400,
        code: "request_invalid",
        at,
      });
    }
  });

  it("stores a description once, and uses it when every isolate can have read it", async () => {
    const first = await publish(operator, SD);
    expect(first.status).toBe(200);
    const bundled = await listed(ada);
    expect(bundled[0]).toBe(BASE.id);
    expect(bundled).toHaveLength(BUNDLED_BASES.length);
    now = new Date(first.body.counts_at).getTime();
    expect(await listed(ada)).toEqual([...bundled, "my-sd"]);
    expect((await publish(operator, SD)).body).toEqual(first.body);
    expect(refusal(await publish(operator, { ...SD, rank: 2 }))).toMatchObject({
      code: "name_taken",
      at: "/id",
    });
    expect(refusal(await publish(operator, { ...SD, id: BASE.id }))).toMatchObject({ code: "name_taken" });
    expect(await ada.must<Base>("GET", "/v1/bases/my-sd")).toMatchObject(SD);
  });
});

describe("an order", () => {
  const generate = (more: object) =>
    ada.ask<Generation>("POST", "/v1/generations", { base: "my-sd", prompt: "a dog", ...more });

  it("accepts any size in the base's range, and defaults to the base's sampler", async () => {
    const { request } = (await generate({ size: "768x512" })).body;
    expect(request).toMatchObject({ size: "768x512", sampler: "Euler", steps: 25, guidance: 7.5 });
    expect((await generate({ sampler: "DPM++ 2M Karras" })).body.request).toMatchObject({
      size: "512x512",
      sampler: "DPM++ 2M Karras",
    });
  });

  it("is refused with the values that the base supports", async () => {
    const faulty: [object, string, string][] = [
      [{ size: "500x512" }, "/size", "widths from 256 to 1024 in steps of 64"],
      [{ size: "1024x1024" }, "/size", "at most 524288 pixels"],
      [{ sampler: "Heun" }, "/sampler", "my-sd has the samplers Euler, DPM++ 2M Karras."],
      [{ steps: 101 }, "/steps", "1 to 100 steps"],
      [{ guidance: 21 }, "/guidance", "a guidance from 0 to 20"],
      [{ negative_prompt: "blurry" }, "/negative_prompt", "takes no negative prompt"],
      [{ clip_skip: 2 }, "/clip_skip", "takes no clip_skip"],
      [{ count: 5 }, "/count", "at most 4 pictures"],
      [{ base: BASE.id, size: "512x512" }, "/size", "generates 256x256, 512x256, 768x256; not 512x512"],
      [{ base: BASE.id, sampler: "DPM++ 2M Karras" }, "/sampler", "has the samplers Euler."],
    ];
    for (const [more, at, says] of faulty) {
      const found = refusal(await generate(more));
      expect(found).toMatchObject({ status: 400, code: "request_invalid", at });
      expect(found.detail).toContain(says);
    }
  });

  it("of a training is checked against the base's picture sizes and lengths, and sampled with its prompts", async () => {
    const picture = async (side: number, shade: number) => ({
      upload_id: await ada.upload("training_image", await png(side, side, shade), "image/png"),
    });
    const words = { title: "Rex", concept: "Rex", class_word: "dog", licence: LICENCE };
    const train = (name: string, images: object[], more: object = {}) =>
      ada.ask<Training>("POST", "/v1/trainings", {
        adapter: { name, base: "my-sd", ...words },
        images,
        ...more,
      });
    const [good, other] = [await picture(80, 1), await picture(80, 2)];
    const faulty: [object[], object, string, string][] = [
      [[good], {}, "/images", "learns from 2 to 8 pictures"],
      [[good, await picture(40, 3)], {}, "/images/1", "at least 64 pixels a side"],
      [[await picture(120, 4), good], {}, "/images/0", "at most 10000 pixels"],
      [[good, other], { preset: "long" }, "/preset", "my-sd has the presets quick."],
    ];
    for (const [images, more, at, says] of faulty) {
      const found = refusal(await train("rex", images, more));
      expect(found).toMatchObject({ status: 400, code: "request_invalid", at });
      expect(found.detail).toContain(says);
    }
    const made = await train("rex", [good, other], { preset: "quick" });
    expect(made.body.request).toMatchObject({ steps: 100, trigger: "<rex>" });
    const row = await db()
      .prepare("SELECT spec FROM jobs WHERE id = ?1")
      .bind(made.body.id)
      .first<{ spec: string }>();
    expect(JSON.parse(row?.spec ?? "{}").sample_prompts).toEqual(["<rex>", "<rex> in a park"]);
  });
});
