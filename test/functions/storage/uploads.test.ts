// Uploads: signed URLs, exact bytes, and pictures that are checked before they are stored.

import { env, exports } from "cloudflare:workers";
import { beforeAll, describe, expect, it } from "vitest";
import { sha256Hex } from "../../../functions/lib/sha256.ts";
import { signUrl } from "../../../functions/lib/signing.ts";
import { readImageHeader } from "../../../functions/storage/image-file.ts";
import type { Upload } from "../../../schema/contract/index.ts";
import { AVATAR_MAX_BYTES, BYTES_STORED_PER_OWNER_MAX } from "../../../schema/contract/limits.ts";
import { ORIGIN, type Person, person, png, put } from "../cast.ts";

let ada: Person;
beforeAll(async () => {
  ada = await person("Ada");
});

/** An upload that comes in one request has an address. */
function addressed(upload: Upload): Upload & { upload_url: string } {
  if (upload.upload_url === null) throw new Error("The upload has no address");
  return { ...upload, upload_url: upload.upload_url };
}

const announced = async (kind: string, bytes: Uint8Array<ArrayBuffer>, type: string, sha?: string) =>
  addressed((await ada.announce(kind, bytes, type, sha ?? (await sha256Hex(bytes)))).body);

describe("an upload", () => {
  it("stores exactly the announced bytes and returns a picture's size", async () => {
    const bytes = await png(40, 30);
    const { upload_url } = await announced("preview", bytes, "image/png");
    const sent = await put(upload_url, bytes);
    expect(sent.body).toMatchObject({ state: "stored", width: 40, height: 30, size_bytes: bytes.length });
    const object = await env.BLOBS.get(`blobs/${await sha256Hex(bytes)}`);
    expect(new Uint8Array((await object?.arrayBuffer()) ?? new ArrayBuffer(0))).toEqual(bytes);
    expect((await put(upload_url, bytes)).status).toBe(200);
  });

  it("is refused with a content type that no header can carry", async () => {
    const bytes = new Uint8Array(100).fill(5);
    for (const type of ["text/plain\r\nset-cookie: a=b", "épicé/png", "octets"]) {
      const reply = await ada.announce("adapter", bytes, type, await sha256Hex(bytes));
      expect([type, reply.status]).toEqual([type, 400]);
      expect(reply.body).toMatchObject({ errors: [{ pointer: "/content_type" }] });
    }
  });

  it("is refused above its owner's storage quota, and the same bytes count once", async () => {
    const full = await person("Full");
    const bytes = await png(9, 9, 33);
    for (let i = 0; i < 3; i++) await full.upload("preview", bytes, "image/png");
    type Usage = { usage: { bytes_stored: number; bytes_stored_max: number } };
    const { usage } = await full.must<Usage>("GET", "/v1/account");
    expect(usage).toMatchObject({ bytes_stored: bytes.length, bytes_stored_max: BYTES_STORED_PER_OWNER_MAX });
    await env.DB.prepare("UPDATE uploads SET size_bytes = ? WHERE sha256 = ?")
      .bind(BYTES_STORED_PER_OWNER_MAX - 50, await sha256Hex(bytes))
      .run();
    const fits = new Uint8Array(50).fill(1);
    const more = new Uint8Array(51).fill(2);
    const announce = async (some: Uint8Array<ArrayBuffer>) =>
      full.announce("adapter", some, "application/octet-stream", await sha256Hex(some));
    const reply = await announce(more);
    expect([reply.status, (reply.body as unknown as { code: string }).code]).toEqual([429, "quota_exceeded"]);
    expect((await announce(fits)).status).toBe(201);
    // What is announced may still come: two announcements cannot both have the last room.
    expect((await announce(new Uint8Array(1))).status).toBe(429);
  });

  it("need not be sent again by the same owner, but must be by another", async () => {
    const bytes = await png(9, 9, 77);
    await ada.upload("preview", bytes, "image/png");
    expect((await announced("preview", bytes, "image/png")).state).toBe("stored");
    const bob = await person("Bob");
    expect((await bob.announce("preview", bytes, "image/png", await sha256Hex(bytes))).body.state).toBe(
      "announced",
    );
  });

  it("refuses other bytes of the same length", async () => {
    const bytes = crypto.getRandomValues(new Uint8Array(3000));
    const { upload_url } = await announced("adapter", bytes, "application/octet-stream");
    const reply = await put(
      upload_url,
      bytes.map((byte) => byte ^ 1),
    );
    expect([reply.status, reply.body.code]).toEqual([422, "upload_mismatch"]);
    expect(await env.BLOBS.head(`blobs/${await sha256Hex(bytes)}`)).toBeNull();
    expect((await put(upload_url, bytes)).status).toBe(200);
  });

  it("refuses more or fewer bytes, and a length that is not given", async () => {
    const bytes = new Uint8Array(100).fill(7);
    const { upload_url } = await announced("adapter", bytes, "application/octet-stream");
    expect((await put(upload_url, bytes.slice(1))).body.code).toBe("upload_mismatch");
    const body = new Blob([bytes]).stream().pipeThrough(new TransformStream());
    const chunked = await exports.default.fetch(new Request(upload_url, { method: "PUT", body }));
    expect([chunked.status, ((await chunked.json()) as { code: string }).code]).toEqual([
      411,
      "length_required",
    ]);
  });

  it("refuses an address that was changed, expired or made for another upload", async () => {
    const bytes = new Uint8Array(100).fill(8);
    const { id, upload_url } = await announced("adapter", bytes, "application/octet-stream");
    const other = await announced("adapter", new Uint8Array(100).fill(9), "application/octet-stream");
    const secret = env.UPLOAD_SIGNING_SECRET;
    const expired = await signUrl(secret, {
      method: "PUT",
      origin: ORIGIN,
      path: `/v1/uploads/${id}/content`,
      expiresAt: Date.now() - 1000,
    });
    const forReading = await signUrl(secret, {
      method: "GET",
      origin: ORIGIN,
      path: `/v1/uploads/${id}/content`,
      expiresAt: Date.now() + 60_000,
    });
    const longer = upload_url.replace(/expires=\d+/, "expires=99999999999");
    for (const url of [
      expired,
      forReading,
      longer,
      upload_url.replace(id, other.id),
      upload_url.split("?")[0] ?? "",
    ]) {
      const reply = await put(url, bytes);
      expect([reply.status, reply.body.code]).toEqual([403, "upload_url_invalid"]);
    }
  });
});

describe("an announced picture", () => {
  it("is refused when it has 0 bytes, 21 MB or a type we do not read", async () => {
    const input = {
      kind: "training_image",
      content_type: "image/png",
      size_bytes: 10,
      sha256: "0".repeat(64),
    };
    const reason = async (more: object) => {
      const { status, body } = await ada.ask("POST", "/v1/uploads", { ...input, ...more });
      return [status, body.code, body.errors[0]?.pointer, body.errors[0]?.reason];
    };
    expect(await reason({ size_bytes: 0 })).toEqual([422, "image_invalid", "/size_bytes", "empty"]);
    expect(await reason({ size_bytes: 21 * 2 ** 20 })).toEqual([
      422,
      "image_invalid",
      "/size_bytes",
      "too_many_bytes",
    ]);
    expect(await reason({ content_type: "image/gif" })).toEqual([
      422,
      "image_invalid",
      "/content_type",
      "type_unknown",
    ]);
    expect(await reason({ kind: "adapter", size_bytes: 0 })).toEqual([
      422,
      "file_invalid",
      "/size_bytes",
      "empty",
    ]);
  });

  const refusal = async (bytes: Uint8Array<ArrayBuffer>, type = "image/png") => {
    const { upload_url } = await announced("training_image", bytes, type);
    const { status, body } = await put(upload_url, bytes);
    expect(await env.BLOBS.head(`blobs/${await sha256Hex(bytes)}`)).toBeNull();
    return [status, body.code, body.errors[0]?.reason];
  };

  it("is refused when its header claims 50 megapixels", async () => {
    const bytes = await png(10, 10);
    new DataView(bytes.buffer).setUint32(16, 10_000);
    new DataView(bytes.buffer).setUint32(20, 5_000);
    expect(await refusal(bytes)).toEqual([422, "image_invalid", "too_many_pixels"]);
  });

  it("is refused when its bytes are of another type, of none, or cut short", async () => {
    expect(await refusal(await png(11, 10), "image/jpeg")).toEqual([422, "image_invalid", "type_mismatch"]);
    const html = Uint8Array.from("<html><script>alert(1)</script></html>", (char) => char.charCodeAt(0));
    expect(await refusal(html)).toEqual([422, "image_invalid", "type_unknown"]);
    expect(await refusal((await png(12, 10)).slice(0, 20))).toEqual([422, "image_invalid", "truncated"]);
  });

  it("is no avatar of more bytes than an avatar may have, also if the same bytes were another picture before", async () => {
    const eve = await person("Evi");
    const picture = await png(40, 40);
    const id = await eve.upload("training_image", picture, "image/png");
    const announced = async () =>
      (await eve.announce("avatar", picture.slice(0, 100), "image/png", await sha256Hex(picture))).body.state;
    expect(await announced()).toBe("stored");
    await env.DB.prepare(
      "UPDATE uploads SET size_bytes = ? WHERE owner_id = (SELECT owner_id FROM uploads WHERE id = ?)",
    )
      .bind(AVATAR_MAX_BYTES + 1, id)
      .run();
    expect(await announced()).toBe("announced");
  });
});

describe("a picture's header", () => {
  const hex = (text: string) => Uint8Array.from(text.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
  const padded = (bytes: Uint8Array) => {
    const longer = new Uint8Array(64);
    longer.set(bytes);
    return longer;
  };

  it("is read from JPEG behind its other segments", () => {
    const app0 = "ffe000104a46494600010100000100010000";
    const sof = "ffc00011080120018003012200021101031101";
    expect(readImageHeader(padded(hex(`ffd8${app0}${sof}`)))).toEqual({
      contentType: "image/jpeg",
      width: 384,
      height: 288,
    });
    expect(readImageHeader(hex(`ffd8ffe1fffe${"00".repeat(40)}`))).toBe("more");
  });

  it("is read from all three kinds of WebP", () => {
    const riff = (chunk: string) => readImageHeader(padded(hex(`52494646ffffff0057454250${chunk}`)));
    const expected = { contentType: "image/webp", width: 640, height: 480 };
    expect(riff("5650385800000000" + "00000000" + "7f0200" + "df0100")).toEqual(expected); // VP8X: both less one, 24 bits
    expect(riff("5650384c00000000" + "2f" + "7fc27700")).toEqual(expected); // VP8L: both less one, 14 bits
    expect(riff("5650382000000000" + "000000" + "9d012a" + "8002" + "e001")).toEqual(expected); // VP8: 14 bits each
  });
});
