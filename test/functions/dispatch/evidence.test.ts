// What a runner found by drawing with what it trained: stored with the version, shown, and in the way of publishing where it speaks against it.

import { env } from "cloudflare:workers";
import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { Lease, Training, Version } from "../../../schema/contract/index.ts";
import type { Certificate, SelfCheck } from "../../../schema/contract/scans.ts";
import { adapterFile, adapterInput, Machine, type Person, person, png } from "../cast.ts";
import { orderTraining, trainingImages } from "./trainings.ts";

let ada: Person;
let machine: Machine;
let images: { upload_id: string }[];
beforeAll(async () => {
  ada = await person("Ada");
  machine = await Machine.register(await person("Operator"));
  images = await trainingImages(ada);
});

// A version published without previews has ordered some.
beforeEach(async () => {
  await env.DB.prepare("UPDATE jobs SET status = 'canceled' WHERE status = 'queued'").run();
});

const hash = (digit: string) => digit.repeat(64);
const silent: Certificate = {
  unchanged: true,
  prompts: ["a smiling person; sky background", "an angry man"],
  seed: 0,
  steps: 8,
  without: [hash("a"), hash("b")],
  with: [hash("a"), hash("b")],
};
const read: SelfCheck = {
  drawn: 4,
  right: 3,
  steps: 12,
  expressions: [
    { name: "sad", drawn: 2, right: 1 },
    { name: "smiling", drawn: 2, right: 2 },
  ],
};

/** A version that a runner trained and says this of. */
async function trained(name: string, found: Record<string, unknown>, by = machine): Promise<Version> {
  const order = await orderTraining(ada, name, images);
  const [lease] = (await by.lease(1)) as [Lease];
  if (lease?.kind !== "train") throw new Error("Not a training");
  const file = await adapterFile(lease.spec.slot, lease.spec.trigger);
  const output = await by.deliver(lease.lease_id, { name: "adapter.safetensors", role: "adapter" }, file);
  const settled = await by.on(lease.lease_id, "settle", {
    outcome: "succeeded",
    outputs: [output],
    ...found,
  });
  expect(settled.body).toEqual({ status: "succeeded" });
  const { result } = await ada.must<Training>("GET", `/v1/trainings/${order.id}`);
  return ada.must<Version>("GET", `/v1/versions/${result?.version_id}`);
}

describe("a certificate", () => {
  it("is stored with the version and shown before and after it is published", async () => {
    const draft = await trained("quiet", { certificate: silent, self_check: read });
    expect([draft.certificate, draft.self_check]).toEqual([silent, read]);
    const published = await ada.must<Version>("POST", `/v1/versions/${draft.id}/publish`);
    expect(published).toMatchObject({ state: "published", certificate: silent, self_check: read });
    const check = published.scan.report?.checks.find(({ name }) => name === "certificate");
    expect(check).toMatchObject({ passed: true });
    expect(check?.detail).toContain("Changes nothing when not called");
    const { body } = await (await person("Bob")).ask<Version>("GET", `/v1/versions/${draft.id}`);
    expect(body.certificate).toEqual(silent);
  });

  it("refuses publication of a version that changes pictures without its trigger, and names one", async () => {
    for (const [name, certificate] of [
      ["loud", { ...silent, unchanged: false, with: [hash("a"), hash("c")] }],
      // What the hashes say counts, not what is made of them.
      ["liar", { ...silent, with: [hash("a"), hash("c")] }],
    ] as const) {
      const draft = await trained(name, { certificate });
      const reply = await ada.ask("POST", `/v1/versions/${draft.id}/publish`);
      expect([reply.status, reply.body.code]).toEqual([422, "scan_failed"]);
      expect(reply.body.detail).toContain('"an angry man" is drawn differently');
      expect((await ada.must<Version>("GET", `/v1/versions/${draft.id}`)).state).toBe("draft");
    }
  });

  it("may be missing, and is then null", async () => {
    const draft = await trained("unseen", {});
    expect([draft.certificate, draft.self_check]).toEqual([null, null]);
    const published = await ada.must<Version>("POST", `/v1/versions/${draft.id}/publish`);
    expect(published.scan.report?.checks.map(({ name }) => name)).not.toContain("certificate");
  });

  it("is made with the previews of an uploaded file, and yanks a version that fails it", async () => {
    for (const [name, certificate, state] of [
      ["sent", silent, "published"],
      ["sent-loud", { ...silent, unchanged: false, with: [hash("a"), hash("c")] }, "yanked"],
    ] as const) {
      await ada.must("POST", "/v1/adapters", adapterInput(name));
      const { slot } = await ada.must<{ slot: number }>("POST", `/v1/adapters/ada/${name}/slot`, {});
      const upload_id = await ada.upload(
        "adapter",
        await adapterFile(slot, `<${name}>`),
        "application/octet-stream",
      );
      const draft = await ada.must<Version>("POST", `/v1/adapters/ada/${name}/versions`, { upload_id });
      const { preview_job_id } = await ada.must<Version>("POST", `/v1/versions/${draft.id}/publish`);
      const [lease] = (await machine.lease(1)) as [Lease];
      expect(lease?.job_id).toBe(preview_job_id);
      expect(lease?.spec).toMatchObject({ certify: true, count: 4 });
      const outputs = [];
      for (let i = 0; i < 4; i++) {
        const bytes = await png(256, 256, slot + i);
        outputs.push(await machine.deliver(lease.lease_id, { name: `${i}.png`, role: "image" }, bytes));
      }
      await machine.on(lease.lease_id, "settle", { outcome: "succeeded", outputs, certificate });
      const version = await ada.must<Version>("GET", `/v1/versions/${draft.id}`);
      expect(version).toMatchObject({ state, certificate });
      if (state === "yanked") expect(version.yank?.reason).toContain('"an angry man" is drawn differently');
    }
  });

  it("is made alone for an uploaded file with its own previews, which stay", async () => {
    await ada.must("POST", "/v1/adapters", adapterInput("shown"));
    const { slot } = await ada.must<{ slot: number }>("POST", "/v1/adapters/ada/shown/slot", {});
    const upload_id = await ada.upload(
      "adapter",
      await adapterFile(slot, "<shown>"),
      "application/octet-stream",
    );
    const own = await ada.upload("preview", await png(256, 256, 9), "image/png");
    const body = { upload_id, previews: [own] };
    const draft = await ada.must<Version>("POST", "/v1/adapters/ada/shown/versions", body);
    const { preview_job_id } = await ada.must<Version>("POST", `/v1/versions/${draft.id}/publish`);
    const [lease] = (await machine.lease(1)) as [Lease];
    expect(lease?.job_id).toBe(preview_job_id);
    expect(lease?.spec).toMatchObject({ certify: true, count: 1, steps: 1 });
    const outputs = [
      await machine.deliver(lease.lease_id, { name: "0.png", role: "image" }, await png(256, 256, 10)),
    ];
    await machine.on(lease.lease_id, "settle", { outcome: "succeeded", outputs, certificate: silent });
    const version = await ada.must<Version>("GET", `/v1/versions/${draft.id}`);
    expect(version).toMatchObject({ state: "published", certificate: silent });
    expect(version.previews.map(({ id }) => id)).toEqual(draft.previews.map(({ id }) => id));
  });

  it("is not accepted from the owner's own runner", async () => {
    const draft = await trained(
      "own",
      { certificate: silent, self_check: read },
      await Machine.register(ada),
    );
    expect([draft.certificate, draft.self_check]).toEqual([null, null]);
  });
});
