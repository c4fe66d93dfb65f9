// What cameras and phones write into pictures does not come out again; how a picture is turned does.

import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { sha256Hex } from "../../../functions/lib/sha256.ts";
import { exifOf, orientationOf } from "../../../functions/storage/image-exif.ts";
import { type ImageHeader, readImageHeader } from "../../../functions/storage/image-file.ts";
import { cleaned } from "../../../functions/storage/image-metadata.ts";
import { ImageDamaged, Pieces } from "../../../functions/storage/image-pieces.ts";
import { dropWaitingPictures } from "../../../functions/storage/image-storing.ts";
import type { Generation, Version } from "../../../schema/contract/index.ts";
import madeByModel from "../../../schema/examples/xmp-of-pictures.xml?raw";
import { adapterFile, adapterInput, ask, Machine, type Person, person, png, pngChunk, put } from "../cast.ts";
import { send } from "../compat/runner.ts";
import * as pictures from "./camera-pictures.ts";
import { iccProfile } from "./icc.ts";

type Bytes = Uint8Array<ArrayBuffer>;
const { JPEG_BASELINE, JPEG_PROGRESSIVE, PNG, WEBP_LOSSLESS, WEBP_LOSSY, WEBP_PLAIN } = pictures;
const SECRET = "SECRET";
const bytesOf = (text: string): Bytes => Uint8Array.from(text, (character) => character.charCodeAt(0));
const textOf = (bytes: Uint8Array) => Array.from(bytes, (byte) => String.fromCharCode(byte)).join("");
const joined = (...parts: (string | Uint8Array)[]): Bytes =>
  bytesOf(parts.map((part) => (typeof part === "string" ? part : textOf(part))).join(""));
const typeOf = (bytes: Uint8Array) => (readImageHeader(bytes) as ImageHeader).contentType;

async function* cut(bytes: Uint8Array, step: number) {
  for (let at = 0; at < bytes.length; at += step) yield bytes.subarray(at, at + step);
}

async function clean(bytes: Bytes, step = 64): Promise<{ bytes: Bytes; orientation: number }> {
  const found = { orientation: 1 };
  const pieces: Uint8Array[] = [];
  for await (const piece of cleaned(typeOf(bytes), new Pieces(cut(bytes, step)), found))
    pieces.push(piece.slice());
  return { bytes: joined(...pieces), orientation: found.orientation };
}

const picture = async (by: Person, url: string): Promise<Bytes> => {
  const response = await send(url, { headers: { authorization: `Bearer ${by.key}` } });
  expect(response.status).toBe(200);
  return new Uint8Array(await response.arrayBuffer());
};

const segment = (marker: number, body: string) =>
  `\xff${String.fromCharCode(marker, (body.length + 2) >> 8, (body.length + 2) & 255)}${body}`;

/** SOI, then these segments, then the picture from its first table on. */
function camera(...segments: string[]): Bytes {
  const text = textOf(JPEG_BASELINE);
  return bytesOf(`\xff\xd8${segments.join("")}${text.slice(text.indexOf("\xff\xdb"))}`);
}

const exif = (orientation: number, little: boolean) => {
  const tiff = exifOf(orientation);
  const view = new DataView(tiff.buffer);
  if (little) {
    tiff.set([0x49, 0x49, 42, 0, 8, 0, 0, 0, 1, 0]);
    view.setUint16(10, 0x0112, true);
    view.setUint16(12, 3, true);
    view.setUint32(14, 1, true);
    view.setUint16(18, orientation, true);
  }
  return segment(0xe1, `Exif\0\0${textOf(tiff)}${SECRET} thumbnail\xff\xd8\xff\xd9 GPS`);
};
const xmp = segment(0xe1, `http://ns.adobe.com/xap/1.0/\0<x tiff:Orientation="6">${SECRET}</x>`);
const profile = segment(0xe2, `ICC_PROFILE\0\x01\x01${textOf(iccProfile())}`);

describe("what is kept of a picture", () => {
  it.each(Object.entries(pictures))(
    "%s: contains no text of the camera, in any chunking",
    async (name, bytes) => {
      const whole = await clean(bytes, bytes.length);
      expect(textOf(whole.bytes)).not.toContain(SECRET);
      expect(whole.orientation).toBe(name === "WEBP_PLAIN" ? 1 : 6);
      expect(readImageHeader(whole.bytes)).toEqual(readImageHeader(bytes));
      for (const step of [1, 2, 3, 61]) expect(await clean(bytes, step)).toEqual(whole);
      expect((await clean(whole.bytes)).bytes).toEqual(whole.bytes);
    },
  );

  it("of layouts of cameras and phones: colours, orientation and pixels", async () => {
    const jfif = segment(0xe0, "JFIF\0\x01\x01\0\0\x01\0\x01\0\0");
    const layouts: Record<string, string[]> = {
      "EXIF first, as EXIF wants it": [exif(6, true), profile],
      "JFIF before EXIF": [jfif, exif(6, false), profile],
      "two EXIFs, of which the first is read": [exif(6, false), exif(3, true), profile],
      "XMP, longer XMP and IPTC": [
        ...[exif(6, true), xmp, segment(0xe1, `http://ns.adobe.com/xmp/extension/\0${SECRET}`)],
        ...[segment(0xed, `Photoshop 3.0\x008BIM${SECRET}`), profile],
      ],
      "a phone's second picture, its maker's notes, a comment": [
        ...[exif(6, false), segment(0xe2, `MPF\0${SECRET}`), segment(0xeb, `JP\0\x01${SECRET}`)],
        ...[segment(0xe5, SECRET), segment(0xef, SECRET), segment(0xfe, SECRET), profile, "\xff\xff"],
      ],
      "a thumbnail in JFIF": [
        segment(0xe0, `JFIF\0\x01\x01\0\0\x01\0\x01\x01\x02${SECRET}`),
        exif(6, true),
        profile,
      ],
    };
    const tables = textOf(JPEG_BASELINE).slice(textOf(JPEG_BASELINE).indexOf("\xff\xdb"));
    for (const [layout, segments] of Object.entries(layouts)) {
      // What phones put behind the end: another picture with its own EXIF, and a video.
      for (const behind of ["", `\xff\xd8${exif(6, true)}\xff\xd9`, `\0\0\0\x18ftypmp42${SECRET}`]) {
        const { bytes, orientation } = await clean(joined(camera(...segments), behind));
        const text = textOf(bytes);
        expect([layout, orientation, text.includes(SECRET), text.includes(profile)]).toEqual([
          layout,
          6,
          false,
          true,
        ]);
        expect(text.endsWith(tables.replace(segment(0xfe, `${SECRET} comment`), ""))).toBe(true);
        expect(text.split("Exif\0\0")).toHaveLength(2);
      }
    }
    expect((await clean(camera(exif(1, true)))).bytes).toEqual((await clean(camera())).bytes);
  });

  it("of a PNG: texts of image generators, and nothing behind its end", async () => {
    const { bytes } = await clean(joined(PNG, SECRET));
    expect(textOf(bytes)).toContain("parameters\0a person, steps 4");
  });

  it("has the same length for a WebP, and no flag for XMP", async () => {
    for (const webp of [WEBP_LOSSY, WEBP_LOSSLESS, WEBP_PLAIN]) {
      const { bytes } = await clean(joined(webp, SECRET));
      expect(bytes.length).toBe(webp.length);
      if (textOf(bytes.subarray(12, 16)) === "VP8X") expect((bytes[20] ?? 0) & 4).toBe(0);
    }
  });

  it("of damaged bytes is refused or passed on, without other errors or hanging", async () => {
    for (const bytes of [JPEG_BASELINE, JPEG_PROGRESSIVE, PNG, WEBP_LOSSY]) {
      for (let at = 34; at < bytes.length; at += 5) {
        const flipped = bytes.slice();
        flipped[at] = (flipped[at] ?? 0) ^ 0xff;
        for (const damaged of [bytes.slice(0, at), flipped]) {
          const type = readImageHeader(bytes) as ImageHeader;
          const found = { orientation: 1 };
          try {
            for await (const _ of cleaned(type.contentType, new Pieces(cut(damaged, 50)), found));
          } catch (error) {
            expect(error).toBeInstanceOf(ImageDamaged);
          }
        }
      }
    }
  });

  it("reads the orientation in either byte order, and nothing from invalid EXIF", () => {
    for (let turn = 1; turn <= 8; turn++) expect(orientationOf(exifOf(turn))).toBe(turn);
    for (const turn of [0, 9, 0xffff]) expect(orientationOf(exifOf(turn))).toBe(1);
    expect(orientationOf(new Uint8Array(200))).toBe(1);
    expect(orientationOf(bytesOf("II*\0\xff\xff\xff\xff\0\0\0\0\0\0\0\0"))).toBe(1);
  });
});

describe("a frame of an animation", () => {
  it("keeps its pixels and no metadata", async () => {
    const chunk = (type: string, data: string) => {
      const head = new Uint8Array(8);
      head.set(bytesOf(type));
      new DataView(head.buffer).setUint32(4, data.length, true);
      return `${textOf(head)}${data}${data.length % 2 ? "\0" : ""}`;
    };
    const pixels = textOf(WEBP_PLAIN).slice(12);
    const frame = chunk(
      "ANMF",
      `${"\0".repeat(16)}${pixels}${chunk("EXIF", `${SECRET}!`)}${chunk("note", SECRET)}`,
    );
    const body = `WEBP${chunk("VP8X", `\x02\0\0\0\x2f\0\0\x17\0\0`)}${chunk("ANIM", "\0".repeat(6))}${frame}${frame}`;
    const animation = bytesOf(chunk("RIFF", body));
    const { bytes } = await clean(animation);
    expect([bytes.length, textOf(bytes).includes(SECRET)]).toEqual([animation.length, false]);
    expect(textOf(bytes).split(pixels)).toHaveLength(3);
    for (const step of [1, 7]) expect((await clean(animation, step)).bytes).toEqual(bytes);
  });
});

describe("a picture with GPS data", () => {
  const cases = Object.entries({ JPEG_BASELINE, JPEG_PROGRESSIVE, PNG, WEBP_LOSSY, WEBP_LOSSLESS });
  const bodyOf = async (url: string, headers: Record<string, string> = {}) =>
    new Uint8Array(await (await send(url, { headers })).arrayBuffer());

  async function sentBy(by: Person, kind: string, bytes: Bytes) {
    const digest = await sha256Hex(bytes);
    const announced = await by.announce(kind, bytes, typeOf(bytes), digest);
    const stored = await put(announced.body.upload_url, bytes);
    return { id: announced.body.id, digest, stored: stored.body as unknown as Record<string, unknown> };
  }

  it.each(cases)(
    "%s: is served without it as an avatar and a preview, with its displayed size",
    async (name, bytes) => {
      const handle = name.toLowerCase().replace("_", "-");
      const owner = await person(handle);
      const { id, stored } = await sentBy(owner, "avatar", bytes);
      expect(stored).toMatchObject({ state: "stored", width: 24, height: 48 });
      await ask("PATCH", "/v1/account/profile", {
        headers: { cookie: owner.cookie, origin: "http://edge.test" },
        body: { avatar_upload_id: id },
      });
      const { body: profile_ } = await ask<{ avatar_url: string }>("GET", `/v1/users/${handle}`);
      const avatar = await bodyOf(profile_.avatar_url);
      expect([textOf(avatar).includes(SECRET), avatar.length]).toEqual([false, stored.size_bytes]);

      const preview = await sentBy(owner, "preview", bytes);
      await owner.must("POST", "/v1/adapters", adapterInput("gps"));
      const { slot } = await owner.must<{ slot: number }>("POST", `/v1/adapters/${handle}/gps/slot`, {});
      const upload_id = await owner.upload(
        "adapter",
        await adapterFile(slot, "<gps>"),
        "application/octet-stream",
      );
      const version = await owner.must<Version>("POST", `/v1/adapters/${handle}/gps/versions`, {
        ...{ upload_id, previews: [preview.id] },
      });
      await owner.must("POST", `/v1/versions/${version.id}/publish`);
      expect(version.previews[0]).toMatchObject({ width: 24, height: 48 });
      expect(textOf(await bodyOf(version.previews[0]?.url ?? ""))).not.toContain(SECRET);

      // The same bytes again need not travel, and what they were is nowhere.
      const again = await owner.announce("training_image", bytes, typeOf(bytes), preview.digest);
      expect(again.body.state).toBe("stored");
      expect(await env.BLOBS.head(`blobs/${preview.digest}`)).toBeNull();
      expect((await env.BLOBS.list({ prefix: "incoming/" })).objects).toEqual([]);
    },
  );

  it("other than the announced one leaves nothing behind", async () => {
    const owner = await person("Wrong");
    const announced = await owner.announce("preview", JPEG_BASELINE, "image/jpeg", "0".repeat(64));
    const reply = await put(announced.body.upload_url, JPEG_BASELINE);
    expect([reply.status, reply.body.code]).toEqual([422, "upload_mismatch"]);
    expect((await env.BLOBS.list({ prefix: "incoming/" })).objects).toEqual([]);
  });

  it("whose request was interrupted is deleted an hour later", async () => {
    await env.BLOBS.put("incoming/upl_cut", PNG);
    await dropWaitingPictures(env, Date.now());
    expect(await env.BLOBS.head("incoming/upl_cut")).not.toBeNull();
    await dropWaitingPictures(env, Date.now() + 3_700_000);
    expect(await env.BLOBS.head("incoming/upl_cut")).toBeNull();
  });
});

const inserted = (into: Uint8Array, at: number, ...chunks: [string, string][]) =>
  joined(into.slice(0, at), ...chunks.map(([type, data]) => pngChunk(type, bytesOf(data))), into.slice(at));

describe("a picture of a runner", () => {
  /** The XMP of runners' pictures holds one character beyond Latin-1: its bytes, one character each. */
  const xmp = `XML:com.adobe.xmp\0\0\0\0\0${textOf(new TextEncoder().encode(madeByModel))}`;
  const IHDR_END = 33;

  it("is unchanged if it contains only its recipe", async () => {
    const plain = await png(256, 256);
    const own = inserted(
      plain,
      IHDR_END,
      ["tEXt", "parameters\0a person"],
      ["iTXt", `orthoplex\0\0\0\0\0{}`],
      ["iTXt", xmp],
    );
    expect(await clean(own)).toEqual({ bytes: own, orientation: 1 });
    const other = inserted(plain, IHDR_END, ["iTXt", xmp.replace("Orthoplex", SECRET)]);
    expect((await clean(other)).bytes).toEqual(plain);
  });

  it("is stored without GPS data: of a generation, an own runner, a sample, a service preview", async () => {
    const owner = await person("Gerda");
    const shared = await Machine.register(await person("Operator"));
    const own = await Machine.register(owner);
    const hidden: [string, string][] = [
      ["eXIf", `MM\0*\0\0\0\b\0\0\0\0\0\0${SECRET} GPS`],
      ["tEXt", `Comment\0${SECRET}`],
      ["zTXt", `Raw profile type exif\0\0${SECRET}`],
      ["iTXt", `XML:com.adobe.xmp\0\0\0\0\0<x>${SECRET}</x>`],
      ["tIME", SECRET],
    ];
    const isHidden = async (url: string) => !textOf(await picture(owner, url)).includes(SECRET);
    for (const machine of [shared, own]) {
      const order = { base: "cast-3", prompt: "a person", size: "256x256" };
      const job = await owner.must<Generation>("POST", "/v1/generations", order);
      const [lease] = await machine.lease(1, 5);
      const bytes = inserted(await png(256, 256, machine === own ? 1 : 2), IHDR_END, ...hidden);
      const output = await machine.deliver(
        lease?.lease_id ?? "",
        {
          name: "0.png",
          role: "image",
          meta: {
            width: 256,
            height: 256,
          },
        },
        bytes,
      );
      const settled = await machine.on(lease?.lease_id ?? "", "settle", {
        outcome: "succeeded",
        outputs: [output],
      });
      expect(settled.status).toBe(200);
      const { result } = await owner.must<Generation>("GET", `/v1/generations/${job.id}`);
      expect(await isHidden(result?.images[0]?.url ?? "")).toBe(true);
      expect(await env.BLOBS.head(`blobs/${output.sha256}`)).toBeNull();
    }

    await owner.must("POST", "/v1/adapters", adapterInput("bare"));
    const { slot } = await owner.must<{ slot: number }>("POST", "/v1/adapters/gerda/bare/slot", {});
    const upload_id = await owner.upload(
      "adapter",
      await adapterFile(slot, "<bare>"),
      "application/octet-stream",
    );
    const version = await owner.must<Version>("POST", "/v1/adapters/gerda/bare/versions", { upload_id });
    await owner.must("POST", `/v1/versions/${version.id}/publish`);
    const [lease] = await own.lease(1, 5);
    if (lease?.kind !== "sample") throw new Error("No previews were ordered");
    const { width, height, count } = lease.spec;
    const outputs = [];
    for (let i = 0; i < count; i++) {
      const bytes = inserted(await png(width, height, 10 + i), IHDR_END, ...hidden);
      outputs.push(
        await own.deliver(
          lease.lease_id,
          { name: `${i}.png`, role: "image", meta: { width, height } },
          bytes,
        ),
      );
    }
    expect((await own.on(lease.lease_id, "settle", { outcome: "succeeded", outputs })).status).toBe(200);
    const shown = await owner.must<Version>("GET", `/v1/versions/${version.id}`);
    expect(shown.previews).toHaveLength(count);
    for (const { url } of shown.previews) expect(await isHidden(url)).toBe(true);
  });
});

describe("the content type of bytes", () => {
  it("follows from the bytes and their use, not from the first upload", async () => {
    const [eve, victim] = [await person("Eve"), await person("Victim")];
    const form = new FormData();
    form.append("content", new Blob([WEBP_PLAIN], { type: "text/html" }), "x.html");
    form.append("type", "application/x-sh");
    const headers = { authorization: `Bearer ${eve.key}` };
    const made = await send("/replicate/v1/files", { method: "POST", headers, body: form });
    expect([made.status, ((await made.json()) as { content_type: string }).content_type]).toEqual([
      201,
      "image/webp",
    ]);
    expect(await victim.upload("training_image", WEBP_PLAIN, "image/webp")).toMatch(/^upl_/);
    const columns = await env.DB.prepare("SELECT name FROM pragma_table_info('blobs')").all<{
      name: string;
    }>();
    expect(columns.results.map(({ name }) => name)).not.toContain("content_type");
  });

  it("is checked for pictures, also if the same bytes were uploaded as an adapter before", async () => {
    const eve = await person("Eva");
    const page = bytesOf("<script>alert(1)</script>".padEnd(64));
    const digest = await sha256Hex(page);
    const size_bytes = page.length;
    for (const multipart of [false, true]) {
      const announced = await eve.must<{
        upload_url: string | null;
        id: string;
        parts: { urls: string[] } | null;
      }>("POST", "/v1/uploads", {
        kind: "adapter",
        content_type: "image/png",
        size_bytes,
        sha256: digest,
        multipart,
      });
      if (announced.upload_url) await put(announced.upload_url, page);
      if (announced.parts) {
        await put(announced.parts.urls[0] ?? "", page);
        await eve.must("POST", `/v1/uploads/${announced.id}/complete`);
      }
      const avatar = await eve.announce("avatar", page, "image/png", digest);
      expect(avatar.body.state).toBe("announced");
      expect((await put(avatar.body.upload_url, page)).body.code).toBe("image_invalid");
    }
    const types = await env.DB.prepare(
      "SELECT DISTINCT content_type FROM uploads WHERE kind = 'adapter'",
    ).all();
    expect(types.results).toEqual([{ content_type: "application/octet-stream" }]);
  });
});
