// Outputs of runs that ended without using them: their bytes are deleted, and no bytes that something still needs.

import { env } from "cloudflare:workers";
import { drizzle } from "drizzle-orm/d1";
import { beforeAll, describe, expect, it } from "vitest";
import { dropLostOutputs } from "../../../functions/catalog/unneeded-blobs.ts";
import { sweep } from "../../../functions/dispatch/sweep.ts";
import type { Generation } from "../../../schema/contract/index.ts";
import { ask, Machine, type Person, person, png } from "../cast.ts";

const HOUR_MS = 3_600_000;
let ada: Person;
let machine: Machine;
beforeAll(async () => {
  ada = await person("Ada");
  machine = await Machine.register(await person("Operator"));
});

const order = () =>
  ada.must<Generation>("POST", "/v1/generations", { base: "cast-3", prompt: "sad", count: 1 });
async function leased(): Promise<string> {
  const [lease] = await machine.lease();
  if (!lease) throw new Error("Nothing to lease");
  return lease.lease_id;
}
const stored = async (sha256: string) => (await env.BLOBS.head(`blobs/${sha256}`)) !== null;
const later = (hours: number) => dropLostOutputs(env, drizzle(env.DB), Date.now() + hours * HOUR_MS);
const usage = async () =>
  (await ada.must<{ usage: { bytes_stored: number } }>("GET", "/v1/account")).usage.bytes_stored;

describe("outputs of a run", () => {
  it("are deleted an hour after it ended without them, and count against no quota", async () => {
    await order();
    const lease = await leased();
    const before = await usage();
    const lost = await machine.deliver(lease, { name: "image-0.png", role: "image" }, await png(32, 32, 1));
    expect(await usage()).toBe(before + lost.size_bytes);
    expect(await later(2)).toBe(0);
    const error = { code: "out_of_memory", message: "The device is too small.", retryable: false };
    await machine.on(lease, "settle", { outcome: "failed", error });
    expect([await later(0), await stored(lost.sha256)]).toEqual([0, true]);
    expect([await later(2), await stored(lost.sha256), await usage()]).toEqual([1, false, before]);
    expect(await later(2)).toBe(0);
  });

  it("stay where a later run of the same job made the same picture", async () => {
    const job = await order();
    const first = await leased();
    const bytes = await png(256, 256, 2);
    await machine.deliver(first, { name: "image-0.png", role: "image" }, bytes);
    // Its runner falls silent, and another one goes on.
    await env.DB.prepare("UPDATE jobs SET lease_expires_at = 1 WHERE id = ?").bind(job.id).run();
    await sweep(env, drizzle(env.DB), Date.now());
    await env.DB.prepare("UPDATE jobs SET not_before = 0 WHERE id = ?").bind(job.id).run();
    const second = await leased();
    const output = await machine.deliver(second, { name: "image-0.png", role: "image" }, bytes);
    expect([await later(2), await stored(output.sha256)]).toEqual([0, true]);
    const settled = await machine.on(second, "settle", { outcome: "succeeded", outputs: [output] });
    expect(settled.status).toBe(200);
    expect([await later(2), await stored(output.sha256)]).toEqual([0, true]);
    const { result } = await ada.must<Generation>("GET", `/v1/generations/${job.id}`);
    expect((await ask("GET", result?.images[0]?.url ?? "", { headers: { cookie: ada.cookie } })).status).toBe(
      200,
    );
  });
});
