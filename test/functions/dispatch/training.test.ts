// Trainings: from pictures to a draft version in its own slot, resumed from the newest checkpoint.

import { env } from "cloudflare:workers";
import { beforeAll, describe, expect, it } from "vitest";
import type { z } from "zod";
import { Trigger } from "../../../schema/contract/adapters.ts";
import type {
  AdapterWithVersions,
  Lease,
  Problem,
  Training,
  Version,
} from "../../../schema/contract/index.ts";
import { adapterFile, adapterInput, ask, BASE, Machine, type Person, person, png } from "../cast.ts";

let ada: Person;
let machine: Machine;
let images: { upload_id: string; caption?: string }[];
beforeAll(async () => {
  ada = await person("Ada");
  machine = await Machine.register(await person("Operator"));
  images = [];
  for (let i = 0; i < 4; i++) {
    images.push({
      upload_id: await ada.upload("training_image", await png(64, 64, i), "image/png"),
      caption: `no. ${i}`,
    });
  }
});

const train = (name: string, more: Record<string, unknown> = {}) =>
  ada.ask<Training>("POST", "/v1/trainings", { adapter: adapterInput(name), images, ...more });
/** A second upload of the same bytes, as an older client or another machine makes one. */
async function again(uploadId: string): Promise<string> {
  const id = uploadId.replace(/.$/, (last) => (last === "0" ? "1" : "0"));
  const columns =
    "owner_id, kind, content_type, size_bytes, sha256, announced_sha256, filename, width, height, created_at, expires_at, stored_at";
  await env.DB.prepare(
    `INSERT INTO uploads (id, ${columns}) SELECT ?1, ${columns} FROM uploads WHERE id = ?2`,
  )
    .bind(id, uploadId)
    .run();
  return id;
}
const slotOf = (lease: Lease | undefined) => (lease?.kind === "train" ? lease.spec.slot : -1);

describe("a training", () => {
  it("is ordered atomically: nothing is left if the queue cannot be written", async () => {
    const left = async () => {
      const tables = ["adapters", "slots", "images", "jobs"];
      const counts = tables.map((table) => env.DB.prepare(`SELECT count(*) AS n FROM ${table}`));
      return (await env.DB.batch<{ n: number }>(counts)).map(({ results }) => results[0]?.n);
    };
    const before = await left();
    // As where D1 is not well: the job is the last thing that can fail.
    await env.DB.prepare(
      "CREATE TRIGGER unwell BEFORE INSERT ON jobs BEGIN SELECT raise(ABORT, 'D1 is not well'); END",
    ).run();
    expect((await train("left")).status).toBe(500);
    await env.DB.prepare("DROP TRIGGER unwell").run();
    expect(await left()).toEqual(before);
    const order = await train("left");
    expect(order.status).toBe(202);
    const again = await train("left");
    expect([again.status, (again.body as unknown as Problem).code]).toEqual([409, "name_taken"]);
    expect(await left()).toEqual(before.map((n, i) => (n ?? 0) + (i === 2 ? images.length : 1)));
    await ada.must("POST", `/v1/trainings/${order.body.id}/cancel`);
  });

  it("counts a picture once: one that is named again, or uploaded again, is refused", async () => {
    const [first = { upload_id: "" }, ...rest] = images;
    const four = [first, first, first, first];
    const other = [first, ...rest.slice(1), { upload_id: await again(first.upload_id) }];
    for (const [pictures, pointer] of [
      [four, "/images/1"],
      [[...images, first], "/images/4"],
      [other, "/images/3"],
    ] as const) {
      const { status, body } = await train("doubled", { images: pictures });
      const refused = body as unknown as Problem;
      expect([status, refused.errors[0]?.pointer]).toEqual([400, pointer]);
      expect(refused.detail).toMatch(/^Pictures 1 and \d are the same/);
    }
    expect((await ada.ask("GET", "/v1/adapters/ada/doubled")).status).toBe(404);
  });

  it("gives two concurrent orders a slot each, and one name to one of them", async () => {
    const orders = await Promise.all(["one", "two", "three", "three"].map((name) => train(name)));
    expect(orders.map(({ status }) => status).sort()).toEqual([202, 202, 202, 409]);
    const made = orders.filter(({ status }) => status === 202);
    expect(new Set(made.map(({ body }) => body.request.slot)).size).toBe(3);
    for (const { body } of made) await ada.must("POST", `/v1/trainings/${body.id}/cancel`);
  });

  it("reserves a slot, leases alone with its pictures, and leaves a draft version with previews", async () => {
    const { status, body: job } = await train("face", { steps: 60, seed: 3 });
    expect([status, job.request.title, job.request.trigger, job.request.images.length]).toEqual([
      202,
      "face",
      "<face>",
      4,
    ]);
    expect((await ada.ask("GET", job.request.images[0]?.url ?? "")).status).toBe(200);
    await train("second");
    const leases = await machine.lease(8);
    expect(leases).toHaveLength(1);
    const [lease] = leases;
    expect(lease?.spec).toMatchObject({
      ...{
        concept: "face",
        class_word: "person",
        trigger: "<face>",
        rank: BASE.rank,
        slot: job.request.slot,
        steps: 60,
        seed: 3,
      },
      images: [0, 1, 2, 3].map((i) => ({ input: `0${i}.png`, caption: `no. ${i}` })),
      resume_input: null,
    });
    expect(lease?.inputs.map(({ name }) => name)).toEqual(["00.png", "01.png", "02.png", "03.png"]);

    const id = lease?.lease_id ?? "";
    const file = await adapterFile(slotOf(lease), "<face>");
    const outputs = [
      await machine.deliver(id, { name: "adapter.safetensors", role: "adapter" }, file),
      await machine.deliver(
        id,
        { name: "sample-0.png", role: "sample", meta: { prompt: "<face>" } },
        await png(256, 256),
      ),
    ];
    expect((await machine.on(id, "settle", { outcome: "succeeded", outputs })).body).toEqual({
      status: "succeeded",
    });
    const done = await ada.must<Training>("GET", `/v1/trainings/${job.id}`);
    expect(done.result).toMatchObject({
      adapter: "ada/face",
      samples: [expect.stringContaining("/v1/images/img_")],
    });
    const version = await ada.must<Version>("GET", `/v1/versions/${done.result?.version_id}`);
    expect(version).toMatchObject({
      state: "draft",
      number: 1,
      slot: job.request.slot,
      job_id: job.id,
      trigger: "<face>",
    });

    const preview = version.previews[0]?.url ?? "";
    expect((await ask("GET", preview)).status).toBe(404);
    await ada.must("POST", `/v1/versions/${version.id}/publish`);
    expect((await ask("GET", preview)).status).toBe(200);
    const seen = await ask<z.infer<typeof AdapterWithVersions>>("GET", "/v1/adapters/ada/face");
    expect(seen.body.state).toBe("published");
  });

  it("cannot settle with a file of another slot", async () => {
    const job = (await train("wrong")).body;
    await env.DB.prepare("UPDATE jobs SET priority = 1 WHERE id = ?").bind(job.id).run();
    const [lease] = await machine.lease();
    const id = lease?.lease_id ?? "";
    const file = await adapterFile(slotOf(lease) + 1, "<wrong>");
    const outputs = [await machine.deliver(id, { name: "adapter.safetensors", role: "adapter" }, file)];
    const reply = await machine.on(id, "settle", { outcome: "succeeded", outputs });
    expect(reply.body).toMatchObject({
      code: "file_invalid",
      errors: [{ pointer: "/outputs/0", reason: "slot_mismatch" }],
    });
    expect((await ada.must<Training>("GET", `/v1/trainings/${job.id}`)).status).toBe("running");
  });

  it("resumes from its newest checkpoint in the next run, but not from a late one", async () => {
    const job = (await train("again")).body;
    await env.DB.prepare("UPDATE jobs SET priority = 2 WHERE id = ?").bind(job.id).run();
    const [first] = await machine.lease();
    const checkpoint = (byte: number) => new Uint8Array(500).fill(byte);
    for (const byte of [1, 2]) {
      await machine.deliver(
        first?.lease_id ?? "",
        { name: "checkpoint.safetensors", role: "checkpoint" },
        checkpoint(byte),
      );
    }
    await machine.on(first?.lease_id ?? "", "release", { reason: "stopping" });
    const [second] = await machine.lease();
    expect(second?.job_id).toBe(job.id);
    expect(second?.spec).toMatchObject({ resume_input: "checkpoint.safetensors" });
    const input = second?.inputs.find(({ name }) => name === "checkpoint.safetensors");
    expect(input?.size_bytes).toBe(500);
    const bytes = await ask<string>("GET", input?.url ?? "");
    expect(bytes.body.charCodeAt(0)).toBe(2);
    await expect(
      machine.deliver(
        first?.lease_id ?? "",
        { name: "checkpoint.safetensors", role: "checkpoint" },
        checkpoint(3),
      ),
    ).rejects.toThrow();
  });

  it("trains an adapter that exists, and only its owner's", async () => {
    const again = await train("", { adapter: undefined, adapter_ref: "ada/face" });
    expect([again.status, again.body.request.adapter]).toEqual([202, "ada/face"]);
    const bob = await person("Bob");
    const mine = [];
    for (let i = 0; i < 4; i++) {
      mine.push({ upload_id: await bob.upload("training_image", await png(64, 64, i), "image/png") });
    }
    const theirs = await bob.ask("POST", "/v1/trainings", { adapter_ref: "ada/face", images: mine });
    expect(theirs.body).toMatchObject({ code: "not_granted", errors: [{ pointer: "/adapter_ref" }] });
    const stolen = await bob.ask("POST", "/v1/trainings", { adapter: adapterInput("thief"), images });
    expect(stolen.body).toMatchObject({
      code: "upload_unknown",
      errors: [{ pointer: "/images/0/upload_id" }],
    });
    expect((await bob.ask("GET", "/v1/adapters/bob/thief")).status).toBe(404);
  });

  it("is of an adapter, and not of one version by its number", async () => {
    const reply = await ada.ask<Problem>("POST", "/v1/trainings", { adapter_ref: "ada/face:1", images });
    expect([reply.status, reply.body.errors?.[0]?.pointer]).toEqual([400, "/adapter_ref"]);
  });

  it("goes on from a version of its adapter, whose file it carries", async () => {
    const { latest_version } = await ada.must<z.infer<typeof AdapterWithVersions>>(
      "GET",
      "/v1/adapters/ada/face",
    );
    const from_version = latest_version?.id;
    const order = { adapter: undefined, adapter_ref: "ada/face", from_version };
    const further = await train("", order);
    expect([further.status, further.body.request.from_version_id]).toEqual([202, from_version]);
    await env.DB.prepare("UPDATE jobs SET priority = 3 WHERE id = ?").bind(further.body.id).run();
    const [lease] = await machine.lease();
    expect(lease?.job_id).toBe(further.body.id);
    const input = lease?.inputs.find(({ name }) => name === "start.safetensors");
    expect(input?.sha256).toBe(latest_version?.sha256);

    const other = await train("other-face");
    const foreign = await train("", { ...order, adapter_ref: "ada/other-face" });
    expect(other.status).toBe(202);
    expect(foreign.body).toMatchObject({ code: "request_invalid", errors: [{ pointer: "/from_version" }] });
    const unknown = await train("", { ...order, from_version: `ver_${"0".repeat(26)}` });
    expect(unknown.body).toMatchObject({ code: "not_found", errors: [{ pointer: "/from_version" }] });
    const anew = await train("new-face", { from_version });
    expect(anew.body).toMatchObject({ code: "request_invalid", errors: [{ pointer: "/from_version" }] });
  });

  it("keeps the trigger of the version that it goes on from", async () => {
    const { latest_version } = await ada.must<z.infer<typeof AdapterWithVersions>>(
      "GET",
      "/v1/adapters/ada/face",
    );
    await env.DB.prepare("UPDATE versions SET trigger_word = '<zed>' WHERE id = ?")
      .bind(latest_version?.id)
      .run();
    const order = { adapter: undefined, adapter_ref: "ada/face", from_version: latest_version?.id };
    const kept = await train("", order);
    expect([kept.status, kept.body.request.trigger]).toEqual([202, "<zed>"]);
    expect((await train("", { ...order, trigger: "<zed>" })).status).toBe(202);
    const other = await train("", { ...order, trigger: "<face>" });
    expect(other.body).toMatchObject({ code: "request_invalid", errors: [{ pointer: "/trigger" }] });
    const anew = await train("", { ...order, from_version: undefined });
    expect(anew.body.request.trigger).toBe("<face>");
  });

  it("is ordered and awaited with a key of scope publish alone", async () => {
    const publisher = await person("Publisher", ["publish"]);
    const own = [];
    for (let i = 0; i < 4; i++) {
      own.push({ upload_id: await publisher.upload("training_image", await png(64, 64, i), "image/png") });
    }
    const order = { adapter: adapterInput("only"), images: own };
    const reply = await publisher.ask<Training>("POST", "/v1/trainings", order, { prefer: "wait=0" });
    expect([reply.status, reply.body.status]).toEqual([202, "queued"]);
  });

  it("gives an adapter of the longest name a trigger that fits the contract", async () => {
    const name = "n".repeat(64);
    const reply = await train(name);
    expect([reply.status, Trigger.safeParse(reply.body.request?.trigger).success]).toEqual([202, true]);
  });

  it("leaves no adapter behind where its owner's queue is full", async () => {
    const greedy = await person("Greedy");
    const own = [];
    for (let i = 0; i < 4; i++) {
      own.push({ upload_id: await greedy.upload("training_image", await png(64, 64, i), "image/png") });
    }
    await env.DB.prepare(
      `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000)
       INSERT INTO jobs (id, owner_id, kind, base_id, shape, status, turn, request, spec, inputs, created_at)
       SELECT 'job_full' || i, users.id, 'sample', 'none', 'x', 'queued', 0, '{}', '{}', '[]', 0
       FROM n, users WHERE handle = 'greedy'`,
    ).run();
    const order = { adapter: adapterInput("late"), images: own };
    expect((await greedy.ask("POST", "/v1/trainings", order)).body.code).toBe("quota_exceeded");
    expect((await greedy.ask("GET", "/v1/adapters/greedy/late")).status).toBe(404);
    await env.DB.prepare("DELETE FROM jobs WHERE id LIKE 'job_full%'").run();
    expect((await greedy.ask("POST", "/v1/trainings", order)).status).toBe(202);
  });

  it("refuses too few pictures, both adapters or neither, and a picture of another kind", async () => {
    const problem = async (body: Record<string, unknown>) =>
      (await ada.ask("POST", "/v1/trainings", body)).body;
    const adapter = adapterInput("bad");
    expect((await problem({ adapter, images: images.slice(1) })).errors[0]?.pointer).toBe("/images");
    expect((await problem({ images })).code).toBe("request_invalid");
    expect((await problem({ adapter, adapter_ref: "ada/face", images })).code).toBe("request_invalid");
    const upload_id = await ada.upload("preview", await png(64, 64, 99), "image/png");
    const mixed = await problem({ adapter, images: [{ upload_id }, ...images] });
    expect([mixed.code, mixed.errors[0]?.pointer]).toEqual(["upload_unknown", "/images/0/upload_id"]);
  });
});
