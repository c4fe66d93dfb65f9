// Uploads in parts: resumed after an interruption, checked as a whole, never written over existing bytes.

import { env } from "cloudflare:workers";
import { eq } from "drizzle-orm";
import { drizzle } from "drizzle-orm/d1";
import { beforeAll, describe, expect, it, vi } from "vitest";
import { sha256Hex } from "../../../functions/lib/sha256.ts";
import { signUrl } from "../../../functions/lib/signing.ts";
import {
  completeParts,
  dropUnfinishedParts,
  partBytes,
  partCount,
  receivePart,
} from "../../../functions/storage/upload-parts.ts";
import type { Upload, Version } from "../../../schema/contract/index.ts";
import {
  UPLOAD_MAX_BYTES,
  UPLOAD_MULTIPART_MAX_BYTES,
  UPLOAD_PART_BYTES,
} from "../../../schema/contract/limits.ts";
import { uploads } from "../../../schema/tables.ts";
import { adapterFile, adapterInput, ORIGIN, type Person, person, put, withMethods } from "../cast.ts";

const db = drizzle(env.DB);
const RAW = "application/octet-stream";
let ada: Person;
let bob: Person;
beforeAll(async () => {
  ada = await person("Ada");
  bob = await person("Bob");
});

const inputOf = async (bytes: Uint8Array<ArrayBuffer>, more = {}) => ({
  ...{ kind: "adapter", content_type: RAW, size_bytes: bytes.length, sha256: await sha256Hex(bytes) },
  multipart: true,
  ...more,
});
const begin = async (owner: Person, bytes: Uint8Array<ArrayBuffer>, more = {}) =>
  owner.must<Upload>("POST", "/v1/uploads", await inputOf(bytes, more));
const partOf = (bytes: Uint8Array<ArrayBuffer>, number: number) =>
  bytes.slice((number - 1) * UPLOAD_PART_BYTES, number * UPLOAD_PART_BYTES);
const urlOf = (upload: Upload, number: number) => upload.parts?.urls[number - 1] ?? "";
const stored = async (sha256: string) => {
  const object = await env.BLOBS.get(`blobs/${sha256}`);
  return object && new Uint8Array(await object.arrayBuffer());
};
const gathered = async () => (await env.BLOBS.list({ prefix: "parts/" })).objects.length;

/** Two parts, the second one short. */
function large(seed: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(UPLOAD_PART_BYTES + 1_000);
  for (let i = 0; i < bytes.length; i += 251) bytes[i] = (i + seed) % 256;
  return bytes;
}

describe("an upload in parts", () => {
  it("is resumed from the stored parts, and stored as the announced bytes", async () => {
    const bytes = large(1);
    const upload = await begin(ada, bytes);
    expect(upload).toMatchObject({ state: "announced", upload_url: null });
    expect(upload.parts).toMatchObject({ size_bytes: UPLOAD_PART_BYTES, count: 2, received: [] });
    expect((await put(urlOf(upload, 2), partOf(bytes, 2))).status).toBe(200);
    const early = await ada.ask("POST", `/v1/uploads/${upload.id}/complete`);
    expect([early.status, early.body.code]).toEqual([409, "upload_incomplete"]);

    // After the cut: another page, that knows only the id.
    const again = await ada.must<Upload>("GET", `/v1/uploads/${upload.id}`);
    expect(again.parts?.received).toEqual([2]);
    expect((await put(urlOf(again, 1), partOf(bytes, 1))).status).toBe(200);
    const done = await ada.must("POST", `/v1/uploads/${upload.id}/complete`);
    expect(done).toMatchObject({ state: "stored", sha256: await sha256Hex(bytes), size_bytes: bytes.length });
    expect(await stored(await sha256Hex(bytes))).toEqual(bytes);
    expect(await ada.must("POST", `/v1/uploads/${upload.id}/complete`)).toEqual(done);
    expect(await ada.must<Upload>("GET", `/v1/uploads/${upload.id}`)).toMatchObject({
      state: "stored",
      parts: null,
    });
    expect(await gathered()).toBe(0);
  });

  it("with other bytes than announced is deleted, does not touch the blob of that hash, and can be repeated", async () => {
    const bytes = large(2);
    const sha256 = await sha256Hex(bytes);
    await env.BLOBS.put(`blobs/${sha256}`, "what somebody else relies on");
    const upload = await begin(ada, bytes);
    const wrong = bytes.map((byte) => byte ^ 1);
    for (const number of [1, 2]) await put(urlOf(upload, number), partOf(wrong, number));
    const reply = await ada.ask("POST", `/v1/uploads/${upload.id}/complete`);
    expect([reply.status, reply.body.code]).toEqual([422, "upload_mismatch"]);
    expect(new TextDecoder().decode((await stored(sha256)) ?? undefined)).toBe(
      "what somebody else relies on",
    );

    const anew = await ada.must<Upload>("GET", `/v1/uploads/${upload.id}`);
    expect(anew).toMatchObject({ state: "announced", parts: { received: [] } });
    for (const number of [1, 2]) await put(urlOf(anew, number), partOf(bytes, number));
    expect((await ada.ask("POST", `/v1/uploads/${upload.id}/complete`)).status).toBe(200);
    expect(await stored(sha256)).toEqual(bytes);
  });

  it("replaces a part that is sent again", async () => {
    const bytes = new Uint8Array(5_000).fill(9);
    const upload = await begin(ada, bytes);
    await put(urlOf(upload, 1), new Uint8Array(5_000).fill(8));
    await put(urlOf(upload, 1), bytes);
    expect((await ada.ask("POST", `/v1/uploads/${upload.id}/complete`)).status).toBe(200);
  });

  it("completes once for two concurrent requests", async () => {
    const bytes = new Uint8Array(6_000).fill(6);
    const upload = await begin(ada, bytes);
    await put(urlOf(upload, 1), bytes);
    const replies = await Promise.all(
      [1, 2, 3].map(() => ada.ask("POST", `/v1/uploads/${upload.id}/complete`)),
    );
    expect(replies.map(({ status }) => status)).toEqual([200, 200, 200]);
    expect(await stored(await sha256Hex(bytes))).toEqual(bytes);
  });

  it("refuses a part of another length or number, and a changed address", async () => {
    const bytes = new Uint8Array(7_000).fill(7);
    const upload = await begin(ada, bytes);
    const short = await put(urlOf(upload, 1), bytes.slice(1));
    expect([short.status, short.body.code]).toEqual([422, "upload_mismatch"]);
    const second = urlOf(upload, 1).replace("/parts/1", "/parts/2");
    expect((await put(second, bytes)).body.code).toBe("upload_url_invalid");
    const signed = await signUrl(env.UPLOAD_SIGNING_SECRET, {
      method: "PUT",
      origin: ORIGIN,
      path: `/v1/uploads/${upload.id}/parts/2`,
      expiresAt: Date.now() + 60_000,
    });
    expect((await put(signed, bytes)).body.code).toBe("not_found");
  });

  it("cannot be read or completed by others", async () => {
    const upload = await begin(ada, new Uint8Array(8_000).fill(3));
    expect((await bob.ask("GET", `/v1/uploads/${upload.id}`)).status).toBe(404);
    expect((await bob.ask("POST", `/v1/uploads/${upload.id}/complete`)).status).toBe(404);
  });

  it("is offered for adapter files above one request, up to the limit, and not for pictures", async () => {
    const announce = (size_bytes: number, kind = "adapter", more = {}) =>
      ada.ask<Upload & { code: string }>("POST", "/v1/uploads", {
        ...{ kind, size_bytes, content_type: kind === "adapter" ? RAW : "image/png", sha256: "a".repeat(64) },
        ...more,
      });
    expect((await announce(UPLOAD_MAX_BYTES)).body.parts).toBeNull();
    const { body } = await announce(UPLOAD_MAX_BYTES + 1);
    expect(body.parts?.count).toBe(partCount(UPLOAD_MAX_BYTES + 1));
    expect(body.parts?.urls).toHaveLength(body.parts?.count ?? 0);
    expect((await announce(UPLOAD_MULTIPART_MAX_BYTES + 1)).status).toBe(400);
    expect((await announce(100, "preview", { multipart: true })).body.code).toBe("request_invalid");
  });

  it("becomes a version like any other", async () => {
    await ada.must("POST", "/v1/adapters", adapterInput("parts"));
    const { slot } = await ada.must<{ slot: number }>("POST", "/v1/adapters/ada/parts/slot", {});
    const file = await adapterFile(slot, "<parts>");
    const upload = await begin(ada, file);
    const early = await ada.ask("POST", "/v1/adapters/ada/parts/versions", { upload_id: upload.id });
    expect(early.body.code).toBe("upload_incomplete");
    await put(urlOf(upload, 1), file);
    await ada.must("POST", `/v1/uploads/${upload.id}/complete`);
    const version = await ada.must<Version>("POST", "/v1/adapters/ada/parts/versions", {
      upload_id: upload.id,
    });
    expect(version.sha256).toBe(await sha256Hex(file));
  });

  it("leaves nothing beside the blob after an interrupted completion", async () => {
    const bytes = large(21);
    const upload = await begin(ada, bytes);
    for (const number of [1, 2]) await put(urlOf(upload, number), partOf(bytes, number));
    const before = await gathered();
    const cut = withMethods(env.BLOBS, { delete: () => Promise.reject(new Error("cut")) });
    const row = await db.select().from(uploads).where(eq(uploads.id, upload.id)).get();
    if (!row) throw new Error("No row");
    await expect(completeParts({ ...env, BLOBS: cut }, db, row, Date.now())).rejects.toThrow("cut");
    expect(await gathered()).toBe(before + 1);
    expect(await ada.must("GET", `/v1/uploads/${upload.id}`)).toMatchObject({ state: "stored", parts: null });
    await dropUnfinishedParts(env, db, row.expiresAt + 1);
    expect(await gathered()).toBe(before);
    expect(await stored(await sha256Hex(bytes))).toEqual(bytes);
  });

  it("can be repeated after an interrupted deletion of wrong bytes", async () => {
    const bytes = large(22);
    const upload = await begin(ada, bytes);
    for (const number of [1, 2]) await put(urlOf(upload, number), partOf(large(23), number));
    const row = await db.select().from(uploads).where(eq(uploads.id, upload.id)).get();
    if (!row) throw new Error("No row");
    const cut = withMethods(env.BLOBS, {
      createMultipartUpload: () => Promise.reject(new Error("cut")),
    });
    await expect(completeParts({ ...env, BLOBS: cut }, db, row, Date.now())).rejects.toThrow("cut");
    const again = await ada.ask("POST", `/v1/uploads/${upload.id}/complete`);
    expect([again.status, again.body.code]).toEqual([409, "upload_incomplete"]);
    const opened = await ada.must<Upload>("GET", `/v1/uploads/${upload.id}`);
    expect(opened.parts?.received).toEqual([]);
    for (const number of [1, 2]) await put(urlOf(opened, number), partOf(bytes, number));
    expect(await ada.must("POST", `/v1/uploads/${upload.id}/complete`)).toMatchObject({ state: "stored" });
  });

  it("restarts if a resent part was not recorded, without the earlier parts", async () => {
    const bytes = large(31);
    const upload = await begin(ada, bytes);
    for (const number of [1, 2]) await put(urlOf(upload, number), partOf(large(32), number));
    let before: [key: string, id: string] = ["", ""];
    const late = withMethods(env.BLOBS, {
      resumeMultipartUpload: (key: string, id: string) => {
        before = [key, id];
        return withMethods(env.BLOBS.resumeMultipartUpload(key, id), {
          uploadPart: async (number: number) => {
            const part = await env.BLOBS.resumeMultipartUpload(key, id).uploadPart(
              number,
              partOf(bytes, number),
            );
            expect((await ada.ask("POST", `/v1/uploads/${upload.id}/complete`)).status).toBe(409);
            return part;
          },
        });
      },
    });
    const request = new Request(urlOf(upload, 2), {
      method: "PUT",
      body: partOf(bytes, 2),
      headers: { "content-length": "1000" },
    });
    expect(await receivePart({ env: { ...env, BLOBS: late }, db }, upload.id, 2, request)).toMatchObject({
      code: "upload_incomplete",
    });
    const anew = await ada.must<Upload>("GET", `/v1/uploads/${upload.id}`);
    expect(anew.parts?.received).toEqual([]);
    await expect(env.BLOBS.resumeMultipartUpload(...before).uploadPart(1, "of before")).rejects.toThrow(
      "10024",
    );
    for (const number of [1, 2]) await put(urlOf(anew, number), partOf(bytes, number));
    expect(await ada.must("POST", `/v1/uploads/${upload.id}/complete`)).toMatchObject({ state: "stored" });
  });

  it("refuses a part that arrives after its upload was deleted", async () => {
    const upload = await begin(ada, new Uint8Array(9_500).fill(4));
    const id = await env.DB.prepare("SELECT multipart_id FROM uploads WHERE id = ?")
      .bind(upload.id)
      .first<string>("multipart_id");
    await env.BLOBS.resumeMultipartUpload(`parts/${upload.id}`, id ?? "").abort();
    const reply = await put(urlOf(upload, 1), new Uint8Array(9_500).fill(4));
    expect([reply.status, reply.body.code]).toEqual([409, "upload_incomplete"]);
  });

  it("that cannot be deleted does not block others", async () => {
    const [stuck, free] = [
      await begin(ada, new Uint8Array(100).fill(41)),
      await begin(ada, new Uint8Array(100).fill(42)),
    ];
    const received = vi.spyOn(console, "error").mockImplementation(() => {});
    const ill = withMethods(env.BLOBS, {
      delete: (key: string) => {
        if (key === `parts/${stuck.id}`) throw new Error("R2 is not well");
        return env.BLOBS.delete(key);
      },
    });
    const late = Date.parse(free.expires_at) + 1_000;
    await dropUnfinishedParts({ ...env, BLOBS: ill }, db, late);
    const open = () =>
      env.DB.prepare("SELECT id FROM uploads WHERE multipart_id IS NOT NULL AND id IN (?, ?)")
        .bind(stuck.id, free.id)
        .all();
    expect((await open()).results).toEqual([{ id: stuck.id }]);
    expect(received.mock.calls.map(([line]) => JSON.parse(String(line)))).toMatchObject([
      { event: "parts_not_dropped", of: stuck.id },
    ]);
    received.mockRestore();
    await dropUnfinishedParts(env, db, late);
    expect((await open()).results).toEqual([]);
  });

  it("that is unfinished at its expiry is deleted", async () => {
    const bytes = new Uint8Array(9_000).fill(1);
    const upload = await begin(ada, bytes);
    await put(urlOf(upload, 1), bytes);
    const late = Date.parse(upload.expires_at);
    expect(await dropUnfinishedParts(env, db, late - 1_000)).toBe(0);
    expect(await dropUnfinishedParts(env, db, late + 1_000)).toBeGreaterThan(0);
    const left = await env.DB.prepare("SELECT count(*) AS n FROM upload_parts WHERE upload_id = ?")
      .bind(upload.id)
      .first("n");
    expect(left).toBe(0);
    expect(await dropUnfinishedParts(env, db, late + 1_000)).toBe(0);
  });
});

it("parts of a file fill it exactly", () => {
  for (const size of [
    1,
    UPLOAD_PART_BYTES - 1,
    UPLOAD_PART_BYTES,
    UPLOAD_PART_BYTES + 1,
    UPLOAD_MULTIPART_MAX_BYTES,
  ]) {
    const sizes = Array.from({ length: partCount(size) }, (_, i) => partBytes(size, i + 1));
    expect(sizes.reduce((sum, bytes) => sum + bytes, 0)).toBe(size);
    expect(sizes.slice(0, -1).every((bytes) => bytes === UPLOAD_PART_BYTES)).toBe(true);
    expect(Math.min(...sizes)).toBeGreaterThan(0);
  }
});
