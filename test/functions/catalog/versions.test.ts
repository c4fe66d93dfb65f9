// The life of versions: which one supersedes which, what may still be changed, and the tombstones of what was taken away.

import { env } from "cloudflare:workers";
import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { z } from "zod";
import type { Adapter, AdapterWithVersions, Generation, Version } from "../../../schema/contract/index.ts";
import { VERSION_PREVIEWS_MAX, YANK_REASON_MAX_CHARACTERS } from "../../../schema/contract/limits.ts";
import {
  adapterFile,
  adapterInput,
  ask,
  BASE,
  LICENCE,
  Machine,
  type Person,
  person,
  png,
  published,
} from "../cast.ts";

let ada: Person;
let bob: Person;
beforeAll(async () => {
  ada = await person("Ada");
  bob = await person("Bob");
});

/** Another version of an adapter that has a slot; `seed` makes its file another one. */
async function another(owner: Person, name: string, seed: number, more = {}): Promise<Version> {
  const path = `/v1/adapters/${owner.handle}/${name}`;
  const { slot } = await owner.must<{ slot: number }>("POST", `${path}/slot`, {});
  const file = await adapterFile(slot, `<${name}>`, {
    data: (data) => data.map((byte, i) => (i < 4 ? byte : byte ^ (i % 2 === 0 ? seed : 0))),
  });
  const upload_id = await owner.upload("adapter", file, "application/octet-stream");
  return owner.must<Version>("POST", `${path}/versions`, { upload_id, ...more });
}
async function drafted(owner: Person, name: string): Promise<Version> {
  await owner.must("POST", "/v1/adapters", adapterInput(name));
  return another(owner, name, 1);
}
const look = (id: string) => ada.must<Version>("GET", `/v1/versions/${id}`);
const preview = async (shade: number) => ada.upload("preview", await png(20, 20, shade), "image/png");

describe("a new version", () => {
  it("supersedes the published version before it, and no draft", async () => {
    const first = await published(ada, "chain");
    const draft = await another(ada, "chain", 2);
    const third = await another(ada, "chain", 3, { changelog: "Sharper." });
    expect([third.supersedes, third.changelog]).toEqual([null, "Sharper."]);
    const out = await ada.must<Version>("POST", `/v1/versions/${third.id}/publish`);
    expect([out.supersedes, out.superseded_by]).toEqual([first.id, null]);
    expect((await look(first.id)).superseded_by).toBe(third.id);
    expect((await look(draft.id)).superseded_by).toBeNull();
    const { body } = await ask<z.infer<typeof AdapterWithVersions>>("GET", "/v1/adapters/ada/chain");
    expect(body.versions.map(({ number, superseded_by }) => [number, superseded_by])).toEqual([
      [3, null],
      [1, third.id],
    ]);
  });

  it("is no longer superseded by a yanked version", async () => {
    const first = await published(ada, "fallback");
    const second = await another(ada, "fallback", 2);
    await ada.must("POST", `/v1/versions/${second.id}/publish`);
    await ada.must("POST", `/v1/versions/${second.id}/yank`, {});
    expect((await look(first.id)).superseded_by).toBeNull();
    const third = await another(ada, "fallback", 3);
    expect((await ada.must<Version>("POST", `/v1/versions/${third.id}/publish`)).supersedes).toBe(first.id);
  });
});

describe("a first publication", () => {
  it("notifies the owner's followers once, and not of the second version", async () => {
    await bob.must("PUT", "/v1/users/ada/follow");
    await published(ada, "news");
    const next = await another(ada, "news", 2);
    await ada.must("POST", `/v1/versions/${next.id}/publish`);
    type Note = { kind: string; target: { ref: string } | null };
    const { items } = await bob.must<{ items: Note[] }>("GET", "/v1/account/notifications");
    const notified = items.filter(({ kind }) => kind === "published").map(({ target }) => target?.ref);
    expect(notified).toEqual(["ada/news"]);
  });
});

describe("changing a version", () => {
  it("changes everything of a draft but the artifact", async () => {
    const draft = await drafted(ada, "draft");
    const [upload] = [await preview(1)];
    const changed = await ada.must<Version>("PATCH", `/v1/versions/${draft.id}`, {
      changelog: "First light.",
      strength: 0.9,
      previews: [upload],
    });
    expect([changed.changelog, changed.strength, changed.previews.length]).toEqual(["First light.", 0.9, 1]);
    expect(changed.sha256).toBe(draft.sha256);
    const kept = await ada.must<Version>("PATCH", `/v1/versions/${draft.id}`, { changelog: "Second." });
    expect([kept.strength, kept.previews]).toEqual([0.9, changed.previews]);
  });

  it("changes texts and pictures of a published version, but not its strength", async () => {
    const version = await published(ada, "fixed");
    const path = `/v1/versions/${version.id}`;
    const stronger = await ada.ask("PATCH", path, { strength: 1.5, changelog: "no" });
    expect([stronger.status, stronger.body.code, stronger.body.errors[0]?.pointer]).toEqual([
      409,
      "version_state",
      "/strength",
    ]);
    expect((await look(version.id)).changelog).toBe("");
    const [old] = version.previews;
    const changed = await ada.must<Version>("PATCH", path, {
      changelog: "Yes.",
      strength: version.strength,
      previews: [await preview(2), old?.id],
    });
    expect(changed.previews.map(({ id }) => id)[1]).toBe(old?.id);
    expect(changed.changelog).toBe("Yes.");
  });

  it("shows a picture once, however often it is named", async () => {
    const version = await published(ada, "twice");
    const [old] = version.previews;
    const fresh = await preview(3);
    const { previews } = await ada.must<Version>("PATCH", `/v1/versions/${version.id}`, {
      previews: [fresh, old?.id, fresh, old?.id],
    });
    expect([previews.length, previews[1]?.id]).toEqual([2, old?.id]);
  });

  it("refuses a yanked version, too many previews, training pictures and other people's pictures", async () => {
    const version = await published(ada, "guarded");
    const path = `/v1/versions/${version.id}`;
    const many = Array(VERSION_PREVIEWS_MAX + 1).fill(version.previews[0]?.id);
    expect((await ada.ask("PATCH", path, { previews: many })).body.errors[0]?.pointer).toBe("/previews");
    const trainingImage = await ada.upload("training_image", await png(64, 64), "image/png");
    expect((await ada.ask("PATCH", path, { previews: [trainingImage] })).body).toMatchObject({
      code: "upload_unknown",
      errors: [{ pointer: "/previews/0" }],
    });
    const theirs = await published(bob, "theirs");
    const stolen = await ada.ask("PATCH", path, { previews: [theirs.previews[0]?.id] });
    expect(stolen.body).toMatchObject({ code: "upload_unknown", errors: [{ pointer: "/previews/0" }] });
    expect((await bob.ask("PATCH", path, { changelog: "mine" })).body.code).toBe("not_granted");
    await ada.must("POST", `${path}/yank`);
    expect((await ada.ask("PATCH", path, { changelog: "late" })).body.code).toBe("version_state");
  });

  it("shows pictures of its owner's generations, with their recipes, to anyone", async () => {
    const machine = await Machine.register(ada);
    const version = await published(ada, "drawn");
    const job = await ada.must<Generation>("POST", "/v1/generations", {
      adapters: [{ ref: "ada/drawn" }],
      prompt: "<drawn>, smiling",
      seed: 5,
    });
    const [lease] = await machine.lease();
    expect(lease?.job_id).toBe(job.id);
    const recipe = { prompt: "<drawn>, smiling", seed: 5 };
    const meta = { width: 256, height: 256, seed: 5, recipe };
    const bytes = await png(256, 256, 77);
    const outputs = [
      await machine.deliver(lease?.lease_id ?? "", { name: "0.png", role: "image", meta }, bytes),
    ];
    await machine.on(lease?.lease_id ?? "", "settle", { outcome: "succeeded", outputs });
    const image = (await ada.must<Generation>("GET", `/v1/generations/${job.id}`)).result?.images[0];
    expect((await ask("GET", `/v1/images/${image?.id}`)).status).toBe(404);
    const changed = await ada.must<Version>("PATCH", `/v1/versions/${version.id}`, { previews: [image?.id] });
    expect(changed.previews).toMatchObject([{ id: image?.id, recipe }]);
    expect((await ask("GET", `/v1/images/${image?.id}`)).status).toBe(200);

    const next = await another(ada, "drawn", 4, { images: [image?.id], previews: [await preview(3)] });
    expect(next.previews).toMatchObject([{ recipe: null }, { recipe }]);
  });
});

describe("a tombstone", () => {
  it("replaces a yanked version for everybody but its owner", async () => {
    const version = await published(ada, "yanked", { title: "Yanked One" });
    const yanked = await ada.must<Version>("POST", `/v1/versions/${version.id}/yank`, {
      reason: "Omits the glasses.",
    });
    expect(yanked).toMatchObject({
      state: "yanked",
      yank: { reason: "Omits the glasses.", yanked_by: "owner" },
    });
    for (const path of ["", "/download"]) {
      const reply = await ask("GET", `/v1/versions/${version.id}${path}`);
      expect([reply.status, reply.body.code]).toEqual([410, "adapter_removed"]);
      expect(reply.body.tombstone).toEqual({
        ref: "ada/yanked:1",
        title: "Yanked One",
        removed_at: yanked.yank?.yanked_at,
        removed_by: "owner",
        reason: "Omits the glasses.",
      });
    }
    expect((await ada.ask("GET", `/v1/versions/${version.id}`)).status).toBe(200);
    expect((await ada.ask("GET", `/v1/versions/${version.id}/download`)).status).toBe(200);
    // The first reason stays.
    await ada.must("POST", `/v1/versions/${version.id}/yank`, { reason: "another" });
    expect((await look(version.id)).yank?.reason).toBe("Omits the glasses.");
    const long = { reason: "x".repeat(YANK_REASON_MAX_CHARACTERS + 1) };
    expect((await ada.ask("POST", `/v1/versions/${version.id}/yank`, long)).body.code).toBe(
      "request_invalid",
    );
  });

  it("replaces a withdrawn adapter at each of its addresses", async () => {
    const version = await published(ada, "withdrawn");
    await ada.must("POST", "/v1/adapters/ada/withdrawn/withdraw", { reason: "She asked me to." });
    for (const path of [
      "/v1/adapters/ada/withdrawn",
      "/v1/adapters/ada/withdrawn/statistics",
      `/v1/versions/${version.id}`,
      `/v1/versions/${version.id}/download`,
    ]) {
      const reply = await bob.ask("GET", path);
      expect([path, reply.status, reply.body.tombstone]).toMatchObject([
        path,
        410,
        { ref: "ada/withdrawn", removed_by: "owner", reason: "She asked me to." },
      ]);
    }
    for (const act of ["slot", "versions"]) {
      const body = act === "slot" ? {} : { upload_id: "upl_00000000000000000000" };
      const reply = await ada.ask("POST", `/v1/adapters/ada/withdrawn/${act}`, body);
      expect([act, reply.body.code]).toEqual([act, "adapter_removed"]);
    }
  });

  it("of moderators says so; its owner can read the adapter and cannot restore it", async () => {
    const version = await published(ada, "removed");
    await env.DB.batch([
      env.DB.prepare("UPDATE adapters SET state = 'removed' WHERE name = 'removed'"),
      env.DB.prepare(
        `INSERT INTO moderation_actions (id, moderator_id, kind, target_kind, target_id, reason, data, created_at)
         SELECT 'act_1', 'usr_m', 'remove', 'adapter', id, 'A real person who did not agree.', '{}', 7000
         FROM adapters WHERE name = 'removed'`,
      ),
      env.DB.prepare(
        `INSERT INTO takedowns (target_id, target_kind, action_id, state_before, purge_at)
         SELECT id, 'adapter', 'act_1', 'published', 7000000000000 FROM adapters WHERE name = 'removed'`,
      ),
    ]);
    expect((await ask("GET", "/v1/adapters/ada/removed")).body.tombstone).toEqual({
      ref: "ada/removed",
      title: "removed",
      removed_at: new Date(7_000).toISOString(),
      removed_by: "moderators",
      reason: "A real person who did not agree.",
    });
    expect((await ask("GET", `/v1/versions/${version.id}/download`)).status).toBe(410);
    expect((await ada.must<Adapter>("GET", "/v1/adapters/ada/removed")).state).toBe("removed");
    for (const [method, path, body] of [
      ["PATCH", "", { title: "Back" }],
      ["POST", "/withdraw", {}],
      ["POST", "/slot", {}],
    ] as const) {
      expect((await ada.ask(method, `/v1/adapters/ada/removed${path}`, body)).status).toBe(410);
    }
    expect((await ada.must<Adapter>("GET", "/v1/adapters/ada/removed")).state).toBe("removed");
    const member = { members: [{ version_id: version.id }] };
    expect((await ada.ask("POST", "/v1/compositions", member)).body.code).toBe("adapter_removed");
  });
});

describe("an adapter's words", () => {
  it("hold a licence that can be changed until a version is published, and not after", async () => {
    const draft = await drafted(ada, "licenced");
    const stricter = { ...LICENCE, commercial_use: false };
    const path = "/v1/adapters/ada/licenced";
    expect((await ada.must<Adapter>("PATCH", path, { licence: stricter })).licence).toEqual(stricter);
    await ada.must("POST", `/v1/versions/${draft.id}/publish`);
    const reply = await ada.ask("PATCH", path, { licence: LICENCE, title: "Sneaky" });
    expect([reply.status, reply.body.code, reply.body.errors[0]?.pointer]).toEqual([
      409,
      "version_state",
      "/licence",
    ]);
    const kept = await ada.must<Adapter>("GET", path);
    expect([kept.licence, kept.title]).toEqual([stricter, "licenced"]);
    // The licence it has anyway is no change.
    expect((await ada.ask("PATCH", path, { licence: stricter, title: "Fine" })).status).toBe(200);
  });

  it("hold a rating that its owner sets, and cannot lower below the moderators'", async () => {
    const made = await ada.must<Adapter>(
      "POST",
      "/v1/adapters",
      adapterInput("rated", { rating: "sensitive" }),
    );
    const path = "/v1/adapters/ada/rated";
    expect(made.rating).toBe("sensitive");
    expect((await ada.must<Adapter>("PATCH", path, { rating: "general" })).rating).toBe("general");
    await env.DB.batch([
      env.DB.prepare("UPDATE adapters SET rating = 'sensitive' WHERE id = ?").bind(made.id),
      env.DB.prepare(
        `INSERT INTO moderation_actions (id, moderator_id, kind, target_kind, target_id, reason, data, created_at)
         VALUES ('act_2', 'usr_m', 'rate', 'adapter', ?, 'Blood.', '{"rating":"sensitive"}', 1)`,
      ).bind(made.id),
    ]);
    const lower = await ada.ask("PATCH", path, { rating: "general" });
    expect([lower.status, lower.body.code, lower.body.errors[0]?.pointer]).toEqual([
      403,
      "not_granted",
      "/rating",
    ]);
    expect((await ada.must<Adapter>("PATCH", path, { rating: "explicit" })).rating).toBe("explicit");
    expect((await ada.must<Adapter>("PATCH", path, { rating: "sensitive" })).rating).toBe("sensitive");
  });
});

describe("a version published without previews", () => {
  beforeEach(async () => {
    await env.DB.prepare("UPDATE jobs SET status = 'canceled' WHERE status = 'queued'").run();
  });

  it("gets previews from a runner once, at low priority, without counting a use", async () => {
    const operator = await person("Operator");
    const machine = await Machine.register(operator);
    const draft = await drafted(ada, "bare");
    const replies = await Promise.all(
      [1, 2, 3].map(() => ada.must<Version>("POST", `/v1/versions/${draft.id}/publish`)),
    );
    const jobId = (await look(draft.id)).preview_job_id;
    expect(jobId).toMatch(/^job_/);
    expect(replies.some(({ preview_job_id }) => preview_job_id === jobId)).toBe(true);
    const jobs = env.DB.prepare("SELECT count(*) AS n FROM jobs WHERE priority < 0 AND status = 'queued'");
    expect(await jobs.first("n")).toBe(1);

    const waiting = await bob.must<Generation>("POST", "/v1/generations", {
      base: BASE.id,
      prompt: "a person",
      size: "512x256",
    });
    const [before] = await machine.lease();
    expect(before?.job_id).toBe(waiting.id);
    await machine.on(before?.lease_id ?? "", "release", { reason: "test" });
    await bob.must("POST", `/v1/generations/${waiting.id}/cancel`);

    const [lease] = await machine.lease();
    expect(lease?.job_id).toBe(jobId);
    expect(lease?.spec).toMatchObject({
      prompt: expect.stringMatching(/^<bare>, .* background$/),
      count: 4,
    });
    const outputs = [];
    for (let i = 0; i < 4; i++) {
      const meta = { width: 256, height: 256, recipe: { number: i } };
      const bytes = await png(256, 256, 100 + i);
      outputs.push(
        await machine.deliver(lease?.lease_id ?? "", { name: `${i}.png`, role: "image", meta }, bytes),
      );
    }
    const settled = await machine.on(lease?.lease_id ?? "", "settle", { outcome: "succeeded", outputs });
    expect(settled.body).toEqual({ status: "succeeded" });
    const { body } = await ask<Version>("GET", `/v1/versions/${draft.id}`);
    expect(body.previews.map(({ recipe }) => recipe?.number)).toEqual([0, 1, 2, 3]);
    expect((await ask("GET", `/v1/images/${body.previews[0]?.id}`)).status).toBe(200);
    expect((await ada.must<Adapter>("GET", "/v1/adapters/ada/bare")).uses).toBe(0);
  });

  it("keeps previews that its owner chose meanwhile", async () => {
    const machine = await Machine.register(ada);
    const draft = await drafted(ada, "chosen");
    await ada.must("POST", `/v1/versions/${draft.id}/publish`);
    const [lease] = await machine.lease();
    const chosen = await ada.must<Version>("PATCH", `/v1/versions/${draft.id}`, {
      previews: [await preview(9)],
    });
    const outputs = [];
    for (let i = 0; i < 4; i++) {
      const bytes = await png(256, 256, 140 + i);
      outputs.push(await machine.deliver(lease?.lease_id ?? "", { name: `${i}.png`, role: "image" }, bytes));
    }
    await machine.on(lease?.lease_id ?? "", "settle", { outcome: "succeeded", outputs });
    expect((await look(draft.id)).previews).toEqual(chosen.previews);
  });

  it("orders none if it has some, and at most one picture beside its certificate", async () => {
    const { id } = await drafted(ada, "has-some");
    await ada.must("PATCH", `/v1/versions/${id}`, { previews: [await preview(12)] });
    const { preview_job_id } = await ada.must<Version>("POST", `/v1/versions/${id}/publish`);
    const job = await ada.must<Generation>("GET", `/v1/generations/${preview_job_id}`);
    expect(job.request).toMatchObject({ count: 1, steps: 1 });
  });
});
