// Exporting and deleting an account: the export is complete, and nothing personal stays after the deletion.

import { createScheduledController } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { beforeAll, describe, expect, it } from "vitest";
import worker from "../../../functions/index.ts";
import { SECTIONS } from "../../../functions/people/export.ts";
import type { Upload } from "../../../schema/contract/index.ts";
import { collectEmails } from "../auth/emails-sent.ts";
import {
  adapterFile,
  adapterInput,
  ask,
  Machine,
  ORIGIN,
  type Person,
  person,
  png,
  published,
  put,
  signUp,
} from "../cast.ts";
import { moderator } from "../moderation/desk.ts";
import { type FullAccount, fullAccount, secretOf } from "./full-account.ts";

let friend: Person;
let machine: Machine;
beforeAll(async () => {
  collectEmails();
  friend = await person("Friend");
  machine = await Machine.register(await person("Operator"));
});

const tablesOf = async () => {
  const { results } = await env.DB.prepare(
    "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE '\\_%' ESCAPE '\\' AND name NOT LIKE 'sqlite%'",
  ).all<{ name: string }>();
  return results
    .map(({ name }) => name)
    .filter((name) => !/_fts_(?:data|idx|content|docsize|config)$|^d1_/.test(name));
};

/** Names of the tables that hold a text anywhere. */
async function tablesWith(text: string): Promise<string[]> {
  const found: string[] = [];
  for (const table of await tablesOf()) {
    const { results } = await env.DB.prepare(`SELECT * FROM "${table}"`).all();
    if (JSON.stringify(results).toLowerCase().includes(text.toLowerCase())) found.push(table);
  }
  return found;
}

/** Columns that say whose a row is. */
const OWNERS = /^(?:owner|user|reporter|appellant|subject|follower|followed|author)_id$/;

async function rowsOf(id: string): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const table of await tablesOf()) {
    const { results } = await env.DB.prepare(`SELECT name FROM pragma_table_info('${table}')`).all<{
      name: string;
    }>();
    const owners = results.map(({ name }) => name).filter((name) => OWNERS.test(name));
    if (owners.length === 0) continue;
    const where = owners.map((owner) => `${owner} = ?1`).join(" OR ");
    const n = await env.DB.prepare(`SELECT count(*) AS n FROM ${table} WHERE ${where}`)
      .bind(id)
      .first<number>("n");
    if (n) counts[table] = n;
  }
  return counts;
}

const leave = (headers: Record<string, string>, body: object) =>
  ask("DELETE", "/v1/account", { headers, body });
const cron = () =>
  worker.scheduled(createScheduledController({ scheduledTime: Date.now(), cron: "* * * * *" }), env);

describe("an export", () => {
  it("holds a section for every table that has rows of somebody", async () => {
    const { headers, id } = await fullAccount("Xena", friend, machine);
    const reply = await ask<Record<string, unknown[]>>("GET", "/v1/account/export", { headers });
    expect(reply.headers.get("content-disposition")).toMatch(
      /^attachment; filename="orthoplex-xena-\d{4}-\d\d-\d\d\.json"$/,
    );
    expect(reply.body).toMatchObject({
      complete: true,
      profile: { handle: "xena", email: "xena@example.com" },
    });
    const named: Record<string, string> = {
      credentials: "sign_ins",
      api_keys: "keys",
      moderation_actions: "decisions",
      ledger: "credits",
    };
    // The catalog is made from adapters, an allowance from the ledger; the secret of webhooks and kept answers are nothing that somebody wrote.
    const derived = ["allowances", "catalog", "follows", "idempotency", "webhook_secrets"];
    const expected = Object.keys(await rowsOf(id)).filter((table) => !derived.includes(table));
    expect(expected.length).toBeGreaterThan(15);
    for (const table of expected) expect(reply.body[named[table] ?? table]?.length, table).toBeGreaterThan(0);
    expect([reply.body.following, reply.body.followers]).toMatchObject([
      [{ handle: "friend" }],
      [{ handle: "friend" }],
    ]);
    expect(reply.body.jobs).toHaveLength(3);
    expect(reply.body.versions).toHaveLength(2);
  });

  it("contains no secret", async () => {
    const { headers, who } = await fullAccount("Yara", friend, machine);
    const text = JSON.stringify((await ask("GET", "/v1/account/export", { headers })).body);
    const { results } = await env.DB.prepare(
      `SELECT password AS secret FROM credentials WHERE password IS NOT NULL UNION SELECT token FROM sessions
       UNION SELECT sha256 FROM api_keys UNION SELECT secret FROM webhooks UNION SELECT secret FROM webhook_secrets`,
    ).all<{ secret: string }>();
    for (const { secret } of [...results, { secret: who.key }]) expect(text).not.toContain(secret);
  });

  it("is written in pages without gaps or duplicates, of the caller only", async () => {
    const cookie = await signUp("Many");
    const rows = `INSERT INTO likes (user_id, target_id, created_at) SELECT users.id, 'adp_' || value, value FROM users, json_each(?) WHERE handle = 'many'`;
    const numbers = Array.from({ length: 450 }, (_, i) => i);
    await env.DB.prepare(rows).bind(JSON.stringify(numbers)).run();
    const { body } = await ask<{ likes: { target_id: string }[] }>("GET", "/v1/account/export", {
      headers: { cookie },
    });
    expect(body.likes.map(({ target_id }) => target_id)).toEqual(numbers.map((n) => `adp_${n}`));
  });

  it("needs a session, suspended or not, and refuses keys", async () => {
    expect((await friend.ask("GET", "/v1/account/export")).body.code).toBe("session_required");
    const cookie = await signUp("Sus");
    await env.DB.prepare("UPDATE users SET suspended_at = 1 WHERE handle = 'sus'").run();
    expect((await ask("GET", "/v1/account/export", { headers: { cookie } })).status).toBe(200);
    expect(SECTIONS.length).toBeGreaterThan(20);
  });
});

describe("deleting an account", () => {
  let rich: FullAccount;
  let likes: number | null;
  beforeAll(async () => {
    rich = await fullAccount("Zoe", friend, machine);
    likes = await env.DB.prepare("SELECT likes FROM adapters WHERE name = 'for-zoe'").first<number>("likes");
  });

  it("requires the typed handle and a recent session", async () => {
    const { headers, who, id } = rich;
    expect((await who.ask("DELETE", "/v1/account", { confirm: "zoe" })).body.code).toBe("session_required");
    const wrong = await leave(headers, { confirm: "zoey" });
    expect([wrong.body.code, wrong.body.errors[0]?.pointer]).toEqual(["request_invalid", "/confirm"]);
    const made = await env.DB.prepare("SELECT created_at FROM sessions WHERE user_id = ?")
      .bind(id)
      .first<number>("created_at");
    const setMade = (at: number | null) =>
      env.DB.prepare("UPDATE sessions SET created_at = ? WHERE user_id = ?").bind(at, id).run();
    await setMade(Date.now() - 3_600_001);
    expect((await leave(headers, { confirm: "zoe" })).body.code).toBe("auth_required");
    expect((await leave(headers, { confirm: "zoe", password: "wrong" })).body.code).toBe("not_granted");
    await setMade(made);
    expect((await who.ask("GET", "/v1/account")).status).toBe(200);
  });

  it("leaves nothing personal in any table, and no way in", async () => {
    const { headers, id, email, who } = rich;
    expect((await tablesWith(secretOf("Zoe"))).length).toBeGreaterThan(8);
    const reply = await leave(headers, { confirm: "zoe" });
    expect([reply.status, reply.headers.get("clear-site-data")]).toEqual([204, '"cookies"']);
    expect(await tablesWith(email)).toEqual([]);
    expect((await who.ask("GET", "/v1/account")).body.code).toBe("key_invalid");
    expect((await ask("GET", "/v1/account", { headers })).status).toBe(401);
    const signIn = { email, password: "correct horse" };
    expect((await ask("POST", "/auth/sign-in/email", { body: signIn })).status).toBe(401);
    // What the moderators need, the tombstones, and a job that a runner still holds.
    const kept = ["adapters", "comments", "compositions", "jobs", "mixes", "reports", "runners", "slots"];
    await expect
      .poll(async () => Object.keys(await rowsOf(id)).filter((table) => !kept.includes(table)))
      .toEqual([]);
    const user = await env.DB.prepare("SELECT * FROM users WHERE id = ?").bind(id).first();
    expect(user).toMatchObject({
      handle: "zoe",
      name: "Deleted account",
      email: `${id}@deleted.invalid`,
      bio: "",
      avatar_id: null,
    });
  });

  it("withdraws what was published, keeps its slot, and deletes drafts with theirs", async () => {
    const { results } = await env.DB.prepare(
      `SELECT a.name, a.state, a.description, count(s.id) AS slots FROM adapters a LEFT JOIN slots s ON s.adapter_id = a.id
       WHERE a.owner_id = ? GROUP BY a.id ORDER BY a.name`,
    )
      .bind(rich.id)
      .all();
    expect(results).toEqual([
      { name: "hidden", state: "withdrawn", description: "", slots: 1 },
      { name: "open", state: "withdrawn", description: "", slots: 1 },
    ]);
    const gone = await ask<{ tombstone: { reason: string } }>("GET", "/v1/adapters/zoe/open");
    expect([gone.status, gone.body.tombstone.reason]).toEqual([410, "Its owner closed their account."]);
    expect((await ask("GET", "/v1/mixes/zoe/mixed")).status).toBe(410);
    expect((await ask("GET", "/v1/users/zoe")).status).toBe(404);
    const { body } = await ask<{ items: { owner: string }[] }>("GET", "/v1/adapters?limit=100");
    expect(body.items.filter(({ owner }) => owner === "zoe")).toEqual([]);
  });

  it("deletes likes, follows and the text of comments", async () => {
    const adapter = await env.DB.prepare(
      "SELECT likes, comments FROM adapters WHERE name = 'for-zoe'",
    ).first();
    expect(adapter).toEqual({ likes: (likes ?? 0) - 1, comments: 0 });
    const { body } = await ask<{ following: boolean; followers: number }>("GET", "/v1/users/friend/follow");
    expect(body.followers).toBe(2); // Xena and Yara
  });

  it("waits for a running job, whose prompt and pictures are deleted when it ends", async () => {
    const { id } = rich;
    expect(await rowsOf(id)).toMatchObject({ jobs: 1 });
    await cron();
    const purged = () =>
      env.DB.prepare("SELECT purged_at FROM users WHERE id = ?").bind(id).first("purged_at");
    expect(await purged()).toBe(null);
    // Of an order that came in the moment of the deletion, or given back when a running job ended.
    await env.DB.prepare("INSERT INTO ledger VALUES ('job_late', 'charge', ?, 1, 0, 0)").bind(id).run();
    await env.DB.prepare("UPDATE jobs SET status = 'canceled' WHERE owner_id = ?").bind(id).run();
    await cron();
    expect(await purged()).toEqual(expect.any(Number));
    expect(await rowsOf(id)).not.toHaveProperty("jobs");
    expect(await rowsOf(id)).not.toHaveProperty("ledger");
    expect(await tablesWith(secretOf("Zoe"))).toEqual([]);
    const hashes = await env.DB.prepare(
      "SELECT count(*) AS n FROM versions v JOIN adapters a ON a.id = v.adapter_id JOIN blobs b ON b.sha256 = v.sha256 WHERE a.owner_id = ?",
    )
      .bind(id)
      .first<number>("n");
    expect(hashes).toBe(0);
  });

  it("keeps the handle for ever and frees the address", async () => {
    const again = await signUp("Zoe", rich.email);
    const account = await ask<{ handle: string }>("GET", "/v1/account", { headers: { cookie: again } });
    expect(account.body.handle).toMatch(/^zoe-[0-9a-z]{4}$/);
  });

  it("keeps bytes that somebody else has uploaded as well", async () => {
    const shared = await png(48, 48, 201);
    const leaver = await person("Shared");
    await leaver.upload("preview", shared, "image/png");
    await friend.upload("preview", shared, "image/png");
    const own = await png(48, 48, 202);
    await leaver.upload("preview", own, "image/png");
    const hashOf = async (bytes: Uint8Array<ArrayBuffer>) =>
      Array.from(new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)), (b) =>
        b.toString(16).padStart(2, "0"),
      ).join("");
    const isThere = async (bytes: Uint8Array<ArrayBuffer>) =>
      (await env.BLOBS.head(`blobs/${await hashOf(bytes)}`)) !== null;
    expect([await isThere(shared), await isThere(own)]).toEqual([true, true]);
    await leave({ cookie: leaver.cookie, origin: ORIGIN }, { confirm: "shared" });
    await expect.poll(async () => [await isThere(shared), await isThere(own)]).toEqual([true, false]);
  });

  it("makes no version of a training that ends afterwards, and deletes its bytes", async () => {
    const leaver = await person("Leo");
    const images = [];
    for (let i = 0; i < 4; i++) {
      images.push({ upload_id: await leaver.upload("training_image", await png(64, 64, i), "image/png") });
    }
    await leaver.must("POST", "/v1/trainings", { images, adapter: adapterInput("leos") });
    const [lease] = await machine.lease();
    if (lease?.kind !== "train") throw new Error("No training came");
    await leave({ cookie: leaver.cookie, origin: ORIGIN }, { confirm: "leo" });
    const file = await adapterFile(lease.spec.slot, "<leos>");
    const output = await machine.deliver(
      lease.lease_id,
      { name: "adapter.safetensors", role: "adapter" },
      file,
    );
    await machine.on(lease.lease_id, "settle", { outcome: "succeeded", outputs: [output] });
    await cron();
    const versions = await env.DB.prepare("SELECT id FROM versions WHERE sha256 = ?")
      .bind(output.sha256)
      .all();
    expect(versions.results).toEqual([]);
    expect(await env.BLOBS.head(`blobs/${output.sha256}`)).toBe(null);
    const row = await env.DB.prepare("SELECT purged_at FROM users WHERE handle = 'leo'").first();
    expect(row).toEqual({ purged_at: expect.any(Number) });
  });

  it("deletes parts of unfinished uploads, joined or not", async () => {
    const leaver = await person("Max");
    const parts = async () => (await env.BLOBS.list({ prefix: "parts/" })).objects.length;
    const begun = await parts();
    const size_bytes = 100;
    const facts = { kind: "adapter", content_type: "application/octet-stream", size_bytes, multipart: true };
    for (const [i, isJoined] of [false, true].entries()) {
      const input = { ...facts, sha256: String(i).repeat(64) };
      const upload = await leaver.must<Upload>("POST", "/v1/uploads", input);
      await put(upload.parts?.urls[0] ?? "", new Uint8Array(size_bytes).fill(i));
      if (!isJoined) continue;
      const row = await env.DB.prepare(
        "SELECT multipart_id AS id, etag FROM uploads JOIN upload_parts ON upload_id = uploads.id WHERE uploads.id = ?",
      )
        .bind(upload.id)
        .first<{ id: string; etag: string }>();
      const gathered = env.BLOBS.resumeMultipartUpload(`parts/${upload.id}`, row?.id ?? "");
      await gathered.complete([{ partNumber: 1, etag: row?.etag ?? "" }]);
    }
    expect(await parts()).toBe(begun + 1);
    await leave({ cookie: leaver.cookie, origin: ORIGIN }, { confirm: "max" });
    await cron();
    expect(await parts()).toBe(begun);
  });

  it("takes the titles of collections out of others' notifications", async () => {
    const leaver = await person("Cyd");
    await published(friend, "collected");
    await leaver.must("POST", "/v1/collections", { name: "c", title: "zanzibarcyd" });
    await leaver.must("PUT", "/v1/collections/cyd/c/items/friend/collected", {});
    expect(await tablesWith("zanzibarcyd")).toEqual(expect.arrayContaining(["collections", "notifications"]));
    await leave({ cookie: leaver.cookie, origin: ORIGIN }, { confirm: "cyd" });
    expect(await tablesWith("zanzibarcyd")).toEqual([]);
  });

  it("withdraws what moderators restore afterwards: a mix and a shared picture", async () => {
    const { who, headers } = await fullAccount("Ned", friend, machine);
    const mod = await moderator("Maud");
    const picture = await env.DB.prepare(
      "SELECT p.id FROM pictures p JOIN users u ON u.id = p.owner_id WHERE u.handle = 'ned'",
    ).first<string>("id");
    const mix = await env.DB.prepare(
      "SELECT m.id FROM mixes m JOIN users u ON u.id = m.owner_id WHERE u.handle = 'ned'",
    ).first<string>("id");
    const keys = [
      { kind: "mix", id: mix ?? "" },
      { kind: "picture", id: picture ?? "" },
    ];
    for (const key of keys) await mod.mustDecide(key, "remove");
    await leave(headers, { confirm: who.handle });
    for (const key of keys) {
      await mod.mustDecide(key, "restore");
      expect((await mod.see(key)).target.state).toBe("withdrawn");
    }
  });

  it("is resumed by cron after an interruption", async () => {
    const leaver = await person("Cut");
    await leaver.upload("preview", await png(48, 48, 203), "image/png");
    await env.DB.prepare("UPDATE users SET deleted_at = ? WHERE handle = 'cut'").bind(Date.now()).run();
    expect((await leaver.ask("GET", "/v1/account")).body.code).toBe("key_invalid");
    await cron();
    const row = await env.DB.prepare(
      "SELECT purged_at, (SELECT count(*) FROM uploads WHERE owner_id = users.id) AS uploads FROM users WHERE handle = 'cut'",
    ).first();
    expect(row).toEqual({ purged_at: expect.any(Number), uploads: 0 });
  });
});
