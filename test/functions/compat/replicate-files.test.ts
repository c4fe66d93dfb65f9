// Replicate's files: sent as forms, listed, deleted, bounded.

import { env } from "cloudflare:workers";
import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { ReplicateFile } from "../../../schema/contract/compat-replicate.ts";
import { REPLICATE_FILES_MAX } from "../../../schema/contract/limits.ts";
import { ORIGIN, person, png } from "../cast.ts";
import { ada, begin, type Page, type Refused, ROOT, upload } from "./replicate-cast.ts";
import { clearQueue, send } from "./runner.ts";

beforeAll(begin);
beforeEach(clearQueue);

describe("files", () => {
  it("come in a form, are listed and deleted", async () => {
    const bytes = await png(8, 8, 77);
    const { status, body } = await upload(bytes, "a.png", "image/png", { of: "ada" });
    expect(status).toBe(201);
    expect(body).toMatchObject({
      name: "a.png",
      content_type: "image/png",
      size: bytes.length,
      metadata: { of: "ada" },
    });
    expect(body.urls.get).toBe(`${ORIGIN}${ROOT}/files/${body.id}`);
    expect(await ada.must("GET", `${ROOT}/files/${body.id}`)).toEqual(body);
    const list = await ada.must<Page<ReplicateFile>>("GET", `${ROOT}/files`);
    expect(list.results.map(({ id }) => id)).toEqual([body.id]);
    const other = await person("Stranger");
    expect((await other.ask("GET", `${ROOT}/files/${body.id}`)).status).toBe(404);
    expect((await other.ask("DELETE", `${ROOT}/files/${body.id}`)).status).toBe(404);
    expect((await ada.ask("DELETE", `${ROOT}/files/${body.id}`)).status).toBe(204);
    expect((await ada.ask("GET", `${ROOT}/files/${body.id}`)).status).toBe(404);
  });

  it("are deleted with their bytes, unless another file or upload has the same", async () => {
    const bytes = await png(8, 8, 78);
    const [first, second] = [
      await upload(bytes, "a.png", "image/png"),
      await upload(bytes, "b.png", "image/png"),
    ];
    const isStored = async () => (await env.BLOBS.head(`blobs/${first.body.etag}`)) !== null;
    await ada.ask("DELETE", `${ROOT}/files/${first.body.id}`);
    expect(await isStored()).toBe(true);
    await ada.ask("DELETE", `${ROOT}/files/${second.body.id}`);
    expect(await isStored()).toBe(false);
    const rows = "SELECT count(*) AS n FROM blobs WHERE sha256 = ?";
    expect(await env.DB.prepare(rows).bind(first.body.etag).first("n")).toBe(0);
    const again = await upload(bytes, "c.png", "image/png");
    expect([again.status, await isStored()]).toEqual([201, true]);
    await ada.ask("DELETE", `${ROOT}/files/${again.body.id}`);
  });

  it("are refused empty, too large, without a part of that name and without a key", async () => {
    expect((await upload(new Uint8Array(0), "a", "")).body.code).toBe("file_invalid");
    expect((await upload(new Uint8Array(33 * 2 ** 20), "a", "")).status).toBe(413);
    const [fault] = (await upload(await png(8, 8), "a", "image/png", [1])).body.errors;
    expect([fault?.pointer, fault?.detail]).toEqual([
      "/metadata",
      expect.stringContaining("must be a JSON object"),
    ]);
    const long = await upload(await png(8, 8), "a", "image/png", { of: "🦊".repeat(4_090) });
    expect(long.body.errors[0]?.detail).toMatch(/must have at most 4096 characters; it has 4099/);
    const form = new FormData();
    form.append("file", new Blob(["a"]), "a");
    const headers = { authorization: `Bearer ${ada.key}` };
    const nameless = await send(`${ROOT}/files`, { method: "POST", body: form, headers });
    expect([nameless.status, (await nameless.json<Refused>()).errors[0]?.pointer]).toEqual([400, "/content"]);
    const again = new FormData();
    again.append("content", new Blob(["a"]), "a");
    expect((await send(`${ROOT}/files`, { method: "POST", body: again })).status).toBe(401);
  });
});

describe("the number of files", () => {
  it("is limited, and deleting one makes room", async () => {
    const { body } = await upload(await png(8, 8, 91), "a.png", "image/png");
    await env.DB.prepare(
      `INSERT INTO uploads (id, owner_id, kind, content_type, size_bytes, sha256, filename, created_at, expires_at, stored_at)
       SELECT 'upl_' || printf('%020d', value), owner_id, kind, content_type, size_bytes, sha256, filename, 0, 0, 0
       FROM uploads, json_each(?1) WHERE uploads.id = ?2`,
    )
      .bind(JSON.stringify(Array.from({ length: REPLICATE_FILES_MAX - 1 }, (_, i) => i)), body.id)
      .run();
    const full = await upload(await png(8, 8, 92), "b.png", "image/png");
    expect([full.status, full.body.code]).toEqual([429, "quota_exceeded"]);
    await ada.ask("DELETE", `${ROOT}/files/${body.id}`);
    expect((await upload(await png(8, 8, 92), "b.png", "image/png")).status).toBe(201);
    await env.DB.prepare("DELETE FROM uploads WHERE kind = 'file'").run();
  });
});
