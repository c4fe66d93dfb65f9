// Take-down: jobs with the target stop at once, its bytes are deleted after the time to appeal, and none that something else needs.

import { env, exports } from "cloudflare:workers";
import { drizzle } from "drizzle-orm/d1";
import { beforeAll, describe, expect, it } from "vitest";
import { scanVersion } from "../../../functions/catalog/scan.ts";
import { resendScans } from "../../../functions/catalog/scan-queue.ts";
import { purgeDue } from "../../../functions/moderation/takedown.ts";
import { removalOf } from "../../../functions/policy/removals.ts";
import { blobKey } from "../../../functions/storage/blobs.ts";
import type { Generation, Training, Upload, Version } from "../../../schema/contract/index.ts";
import { APPEAL_WINDOW_DAYS, TAKEDOWN_GRACE_DAYS } from "../../../schema/contract/index.ts";
import {
  adapterFile,
  adapterInput,
  ask,
  BASE,
  db,
  Machine,
  type Person,
  person,
  png,
  published,
  withMethods,
} from "../cast.ts";
import { adapterKey, decisionsAbout, type Key, type Moderator, moderator } from "./desk.ts";

const DAY_MS = 24 * 3_600_000;
let ada: Person;
let bob: Person;
let mod: Moderator;
let second: Moderator;
let shade = 0;
beforeAll(async () => {
  [ada, bob] = [await person("Ada"), await person("Bob")];
  [mod, second] = [await moderator("Maud"), await moderator("Second")];
});

/** A published adapter whose only preview nobody else has. */
async function unique(owner: Person, name: string): Promise<{ version: Version; key: Key; picture: string }> {
  const { id } = await published(owner, name);
  shade += 1;
  const upload = await owner.upload("preview", await png(20, 20, shade), "image/png");
  const version = await owner.must<Version>("PATCH", `/v1/versions/${id}`, { previews: [upload] });
  return { version, key: await adapterKey(`${owner.handle}/${name}`), picture: await hashOf(version) };
}

const hashOf = async (version: Version) => {
  const row = await db()
    .prepare("SELECT sha256 FROM images WHERE id = ?")
    .bind(version.previews[0]?.id)
    .first<{ sha256: string }>();
  return row?.sha256 ?? "";
};
const bytesOf = async (sha256: string) => {
  const object = await env.BLOBS.get(blobKey(sha256));
  if (!object) throw new Error(`Nothing is stored as ${sha256}`);
  return new Uint8Array(await object.arrayBuffer());
};
const stored = async (sha256: string) => (await env.BLOBS.head(blobKey(sha256))) !== null;
const count = async (table: string, column: string, value: string) =>
  (
    await db()
      .prepare(`SELECT count(*) AS n FROM ${table} WHERE ${column} = ?`)
      .bind(value)
      .first<{ n: number }>()
  )?.n;
const purgeAfter = (days: number) => purgeDue(env, drizzle(env.DB), Date.now() + days * DAY_MS);

const generate = (who: Person, ref: string) =>
  who.must<Generation>("POST", "/v1/generations", { prompt: "a portrait", adapters: [{ ref }] });
const statusOf = async (who: Person, job: Generation) => {
  const { status, error } = await who.must<Generation>("GET", `/v1/generations/${job.id}`);
  return [status, error?.code ?? null];
};

describe("work with what is removed", () => {
  it("fails with a reason if queued, is stopped if running, and other work continues", async () => {
    await published(ada, "used");
    await published(ada, "kept");
    const machine = await Machine.register(bob);
    const running = await generate(bob, "ada/used");
    const [lease] = await machine.lease();
    const waiting = await generate(bob, "ada/used");
    const other = await generate(bob, "ada/kept");
    await mod.mustDecide(await adapterKey("ada/used"), "remove");
    expect(await statusOf(bob, waiting)).toEqual(["failed", "input_invalid"]);
    const failed = await bob.must<Generation>("GET", `/v1/generations/${waiting.id}`);
    expect(failed.error?.message).toBe("ada/used was removed by a moderator.");
    expect(failed.finished_at).not.toBeNull();
    expect(await statusOf(bob, other)).toEqual(["queued", null]);
    expect(await statusOf(bob, running)).toEqual(["running", null]);
    const beat = await machine.on<{ cancel: boolean }>(lease?.lease_id ?? "", "heartbeat", {});
    expect(beat.body.cancel).toBe(true);
    const again = await bob.ask("POST", "/v1/generations", { prompt: "x", adapters: [{ ref: "ada/used" }] });
    expect([again.status, again.body.code]).toEqual([410, "adapter_removed"]);
  });

  it("is published to watchers as failed", async () => {
    await published(ada, "watched");
    const job = await generate(bob, "ada/watched");
    const request = new Request(`http://edge.test/v1/generations/${job.id}/events`, {
      headers: { authorization: `Bearer ${bob.key}` },
    });
    const events = await exports.default.fetch(request);
    await mod.mustDecide(await adapterKey("ada/watched"), "remove");
    expect(await events.text()).toMatch(/event: done\ndata: .*failed/);
  });
});

describe("the bytes of what is removed", () => {
  it("stay for the time of an appeal, then are deleted; tombstone, version and slot stay", async () => {
    const { version, key, picture } = await unique(ada, "gone");
    const imageId = version.previews[0]?.id ?? "";
    const slots = await count("slots", "adapter_id", key.id);
    await mod.mustDecide(key, "remove", { reason: "Enough." });
    await purgeAfter(TAKEDOWN_GRACE_DAYS - 1);
    expect([await stored(version.sha256), await stored(picture)]).toEqual([true, true]);
    expect((await mod.see(key)).target.state).toBe("removed");

    await purgeAfter(TAKEDOWN_GRACE_DAYS + 1);
    expect([await stored(version.sha256), await stored(picture)]).toEqual([false, false]);
    expect([await count("blobs", "sha256", version.sha256), await count("blobs", "sha256", picture)]).toEqual(
      [0, 0],
    );
    expect([await count("images", "id", imageId), await count("versions", "id", version.id)]).toEqual([0, 1]);
    expect([await count("slots", "adapter_id", key.id), slots]).toEqual([1, 1]);
    const tombstone = await ask("GET", "/v1/adapters/ada/gone");
    expect([tombstone.status, tombstone.body.tombstone?.reason]).toEqual([410, "Enough."]);
    const view = await mod.see(key);
    expect([view.target.state, view.purged_at !== null, view.pictures, view.decisions]).toEqual([
      "purged",
      true,
      [],
      [],
    ]);
    const late = await mod.decide(key, "restore");
    expect([late.status, late.body.code]).toEqual([409, "version_state"]);
    expect((await ada.ask("GET", "/v1/adapters/ada/gone")).status).toBe(200);
    expect((await ada.ask("GET", `/v1/images/${imageId}`)).status).toBe(404);
    const removal = await removalOf(drizzle(env.DB), key.id);
    expect(removal).toMatchObject({ reason: "Enough.", ground: null });
  });

  it("must be uploaded again before another use", async () => {
    const { version, key } = await unique(ada, "resent");
    const file = await bytesOf(version.sha256);
    const announce = () => ada.announce("adapter", file, "application/octet-stream", version.sha256);
    expect((await announce()).body.state).toBe("stored");
    await mod.mustDecide(key, "remove", { ground: "likeness", purge: true });
    const again = await announce();
    expect((again.body as Upload).state).toBe("announced");
  });

  it("are deleted at once on severe grounds", async () => {
    const { version, key, picture } = await unique(ada, "grave");
    await mod.mustDecide(key, "remove", { ground: "minor", purge: true });
    expect([await stored(version.sha256), await stored(picture)]).toEqual([false, false]);
    expect((await mod.see(key)).target.state).toBe("purged");
    expect((await decisionsAbout(ada))[0]).toMatchObject({ kind: "remove", ground: "minor" });
    expect((await decisionsAbout(ada))[0]?.purged_at).not.toBeNull();
  });

  it("stay if something else uses the same ones", async () => {
    const bytes = await png(24, 24, 77);
    const shown: Version[] = [];
    for (const [who, name] of [
      [ada, "share-a"],
      [bob, "share-b"],
    ] as const) {
      const { id } = await published(who, name);
      const upload = await who.upload("preview", bytes, "image/png");
      shown.push(await who.must<Version>("PATCH", `/v1/versions/${id}`, { previews: [upload] }));
    }
    const [mine, theirs] = shown;
    if (!mine || !theirs) throw new Error("Two versions were made");
    await mod.mustDecide(await adapterKey("ada/share-a"), "remove", { ground: "minor", purge: true });
    expect(await stored(mine.sha256)).toBe(false);
    expect(await stored(await hashOf(theirs))).toBe(true);
    expect((await ask("GET", `/v1/images/${theirs.previews[0]?.id}`)).status).toBe(200);
    expect(await count("images", "id", mine.previews[0]?.id ?? "")).toBe(0);
    await mod.mustDecide(await adapterKey("bob/share-b"), "remove", { ground: "minor", purge: true });
    const rest = await count("images", "id", theirs.previews[0]?.id ?? "");
    expect(rest).toBe(0);
  });

  it("stay if they are somebody's unused upload", async () => {
    const { key, picture } = await unique(ada, "waiting");
    const bytes = await bytesOf(picture);
    await bob.upload("preview", bytes, "image/png");
    await mod.mustDecide(key, "remove", { ground: "minor", purge: true });
    expect(await stored(picture)).toBe(true);
  });

  it("include a training's pictures, but not those of another training", async () => {
    const pictures = [];
    for (let i = 0; i < BASE.training.images.min + 1; i++) {
      pictures.push(await ada.upload("training_image", await png(32, 32, 100 + i), "image/png"));
    }
    const train = (name: string, uploads: string[]) =>
      ada.must<Training>("POST", "/v1/trainings", {
        adapter: adapterInput(name),
        images: uploads.map((upload_id) => ({ upload_id, caption: "" })),
      });
    const bad = await train("trained-a", pictures.slice(0, -1));
    const good = await train("trained-b", pictures.slice(1));
    const hashes = async (job: Training) => {
      const row = await db()
        .prepare("SELECT inputs FROM jobs WHERE id = ?")
        .bind(job.id)
        .first<{ inputs: string }>();
      return (JSON.parse(row?.inputs ?? "[]") as { sha256: string }[]).map(({ sha256 }) => sha256);
    };
    const [first = "", ...common] = await hashes(bad);
    await mod.mustDecide(await adapterKey("ada/trained-a"), "remove", { ground: "likeness", purge: true });
    expect((await ada.must<Training>("GET", `/v1/trainings/${bad.id}`)).status).toBe("failed");
    expect((await ada.must<Training>("GET", `/v1/trainings/${good.id}`)).status).toBe("queued");
    expect(await stored(first)).toBe(false);
    for (const sha256 of common) expect(await stored(sha256)).toBe(true);
    for (const { url } of good.request.images)
      expect((await ada.ask("GET", new URL(url).pathname)).status).toBe(200);
    for (const { url } of bad.request.images)
      expect((await ada.ask("GET", new URL(url).pathname)).status).toBe(404);
  });

  it("wait for the answer to an appeal, however long it takes", async () => {
    const { version, key } = await unique(ada, "argued");
    const { id } = await mod.mustDecide(key, "remove");
    const appeal = await ask<{ id: string }>("POST", "/v1/appeals", {
      headers: { cookie: ada.cookie },
      body: { action_id: id, text: "It is not." },
    });
    await purgeAfter(10 * TAKEDOWN_GRACE_DAYS);
    expect(await stored(version.sha256)).toBe(true);
    await second.mustAct("POST", `/v1/moderation/appeals/${appeal.body.id}/decide`, {
      decision: "uphold",
      answer: "It is.",
    });
    await purgeAfter(10 * TAKEDOWN_GRACE_DAYS);
    expect(await stored(version.sha256)).toBe(false);
  });

  it("stay as long as an appeal may be made and decided", async () => {
    const { version, key } = await unique(ada, "fair");
    const { id } = await mod.mustDecide(key, "remove");
    await purgeAfter(APPEAL_WINDOW_DAYS - 1);
    expect(await stored(version.sha256)).toBe(true);
    const appeal = await ask<{ id: string }>("POST", "/v1/appeals", {
      headers: { cookie: ada.cookie },
      body: { action_id: id, text: "It is fair." },
    });
    await second.mustAct("POST", `/v1/moderation/appeals/${appeal.body.id}/decide`, {
      decision: "overturn",
      answer: "Right.",
    });
    expect((await ask("GET", `/v1/versions/${version.id}/download`)).status).toBe(200);
  });

  it("include outputs that a still running training delivers after the first purge", async () => {
    const machine = await Machine.register(await person("Operator"));
    const images = [];
    for (let i = 0; i < 4; i++) {
      images.push({ upload_id: await ada.upload("training_image", await png(64, 64, 100 + i), "image/png") });
    }
    await db().prepare("UPDATE jobs SET status = 'canceled' WHERE status = 'queued'").run();
    await ada.must<Training>("POST", "/v1/trainings", { images, adapter: adapterInput("late") });
    const [lease] = await machine.lease();
    if (lease?.kind !== "train") throw new Error("No training came");
    const key = await adapterKey("ada/late");
    await mod.mustDecide(key, "remove", { ground: "minor", purge: true });
    const outputs = [
      await machine.deliver(
        lease.lease_id,
        { name: "adapter.safetensors", role: "adapter" },
        await adapterFile(lease.spec.slot, "<late>"),
      ),
      await machine.deliver(lease.lease_id, { name: "s.png", role: "sample" }, await png(256, 256, 99)),
    ];
    await machine.on(lease.lease_id, "settle", { outcome: "succeeded", outputs });
    const there = () => Promise.all(outputs.map(({ sha256 }) => stored(sha256)));
    expect([await there(), (await mod.see(key)).purged_at]).toEqual([[true, true], null]);
    await purgeAfter(0);
    expect([await there(), (await mod.see(key)).purged_at !== null]).toEqual([[false, false], true]);
    const { results } = await db()
      .prepare("SELECT id, scan_state FROM versions WHERE adapter_id = ?")
      .bind(key.id)
      .all<{ id: Version["id"]; scan_state: string }>();
    expect(results).toMatchObject([{ scan_state: "pending" }]);
    // Nothing is left to scan, and nobody asks for it again.
    expect(await resendScans(env, drizzle(env.DB), Date.now() + DAY_MS)).toBe(0);
    const judged = await scanVersion(env, drizzle(env.DB), results[0]?.id ?? "ver_", Date.now());
    expect(judged?.scanState).toBe("pending");
  });

  it("of one target do not wait for those of another that fails", async () => {
    const [stuck, free] = [await unique(ada, "stuck"), await unique(ada, "free")];
    await mod.mustDecide(stuck.key, "remove");
    await mod.mustDecide(free.key, "remove");
    await db().prepare("UPDATE takedowns SET purge_at = 1 WHERE target_id = ?").bind(stuck.key.id).run();
    await db().prepare("UPDATE takedowns SET purge_at = 2 WHERE target_id = ?").bind(free.key.id).run();
    const failing = withMethods(env.BLOBS, {
      delete: (keys: string[]) => {
        if (keys.includes(blobKey(stuck.version.sha256))) throw new Error("R2 is not well");
        return env.BLOBS.delete(keys);
      },
    });
    await purgeDue({ ...env, BLOBS: failing }, drizzle(env.DB), Date.now());
    expect([await stored(stuck.version.sha256), await stored(free.version.sha256)]).toEqual([true, false]);
    await purgeAfter(0);
    expect(await stored(stuck.version.sha256)).toBe(false);
  });

  it("are deleted after an interrupted first attempt, and cannot be restored meanwhile", async () => {
    const { version, key, picture } = await unique(ada, "cut");
    await mod.mustDecide(key, "remove");
    await db().prepare("UPDATE takedowns SET purge_began_at = 1 WHERE target_id = ?").bind(key.id).run();
    await env.BLOBS.delete(blobKey(version.sha256));
    expect((await mod.decide(key, "restore")).body.code).toBe("version_state");
    expect((await ask("GET", "/v1/adapters/ada/cut")).status).toBe(410);
    await purgeAfter(TAKEDOWN_GRACE_DAYS + 1);
    expect([await stored(picture), (await mod.see(key)).purged_at !== null]).toEqual([false, true]);
  });

  it("are kept once it is restored", async () => {
    const { version, key } = await unique(ada, "saved");
    await mod.mustDecide(key, "remove");
    await second.mustDecide(key, "restore");
    await purgeAfter(10 * TAKEDOWN_GRACE_DAYS);
    expect(await stored(version.sha256)).toBe(true);
    expect(await removalOf(drizzle(env.DB), key.id)).toBeNull();
    expect((await ask("GET", `/v1/versions/${version.id}/download`)).status).toBe(200);
  });
});
