// A picture that has no pixels, or not all of them, is no picture: it is refused whatever it is for, and whoever sends it.

import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { sha256Hex } from "../../../functions/lib/sha256.ts";
import { type ImageHeader, readImageHeader } from "../../../functions/storage/image-file.ts";
import { Machine, person, png, pngChunk, put } from "../cast.ts";
import { send } from "../compat/runner.ts";
import * as pictures from "./camera-pictures.ts";
import { iccProfile } from "./icc.ts";
import {
  type Bytes,
  bytesOf,
  chunk,
  END,
  header,
  image,
  joined,
  kept,
  SIGNATURE,
  textOf,
  webp,
  zlib,
} from "./picture-parts.ts";

const { JPEG_BASELINE, JPEG_PROGRESSIVE, WEBP_LOSSLESS, WEBP_LOSSY, WEBP_PLAIN } = pictures;
const TRAININGS = "/replicate/v1/models/bases/cast-3/versions/cast-3/trainings";

const CANVAS = chunk("VP8X", "\0\0\0\0\x2f\0\0\x17\0\0");

/** With another SOF2 behind the first, of 65535 x 65535. */
function withSecondSize(jpeg: string): string {
  const at = jpeg.indexOf("\xff\xc2");
  const end = at + 2 + jpeg.charCodeAt(at + 2) * 256 + jpeg.charCodeAt(at + 3);
  const huge = `${jpeg.slice(at, at + 5)}\xff\xff\xff\xff${jpeg.slice(at + 9, end)}`;
  return `${jpeg.slice(0, end)}${huge}${jpeg.slice(end)}`;
}

async function withoutPixels(): Promise<Record<string, Bytes>> {
  const grey = header(8, 8, {});
  const rows = await zlib(new Uint8Array(72));
  const jpeg = textOf(JPEG_BASELINE);
  const scan = jpeg.indexOf("\xff\xda");
  const coded = scan + 2 + jpeg.charCodeAt(scan + 2) * 256 + jpeg.charCodeAt(scan + 3);
  const frame = jpeg.indexOf("\xff\xc0");
  const progressive = textOf(JPEG_PROGRESSIVE);
  const lossy = textOf(WEBP_PLAIN).slice(20);
  return {
    "a PNG without IDAT": image(grey),
    "a PNG with an empty IDAT": image(grey, pngChunk("IDAT", new Uint8Array())),
    "a PNG of noise": image(grey, pngChunk("IDAT", bytesOf("no zlib stream at all"))),
    "a PNG whose stream is cut": image(grey, pngChunk("IDAT", rows.slice(0, 5))),
    "a PNG of one row too few": image(grey, pngChunk("IDAT", await zlib(new Uint8Array(63)))),
    "a PNG that is cut in its IDAT": image(grey, pngChunk("IDAT", rows)).slice(0, -20),
    "a PNG without its end": image(grey, pngChunk("IDAT", rows)).slice(0, -12),
    "a PNG whose IDAT was changed": joined(
      SIGNATURE,
      grey,
      pngChunk("IDAT", rows).map((byte, i, all) => (i === all.length - 1 ? byte ^ 1 : byte)),
      END,
    ),
    "a PNG whose rows are followed by a byte": image(grey, pngChunk("IDAT", await zlib(new Uint8Array(73)))),
    "a PNG whose rows are followed by megabytes": image(
      grey,
      pngChunk("IDAT", await zlib(new Uint8Array(5_000_000))),
    ),
    "a PNG whose stream is followed by a text": image(grey, pngChunk("IDAT", joined(rows, "hello"))),
    "a PNG whose stream is followed by a chunk": image(
      ...[grey, pngChunk("IDAT", rows), pngChunk("IDAT", bytesOf("hello"))],
    ),
    "a PNG without its checksum": image(grey, pngChunk("IDAT", rows.slice(0, -4))),
    "a PNG of another checksum": image(
      grey,
      pngChunk("IDAT", joined(rows.slice(0, -1), new Uint8Array([(rows.at(-1) ?? 0) ^ 1]))),
    ),
    "a PNG without its palette": image(header(8, 8, { colour: 3 }), pngChunk("IDAT", rows)),
    "a PNG of three bits": image(header(8, 8, { depth: 3 }), pngChunk("IDAT", rows)),
    "a PNG of colours that there are not": image(header(8, 8, { colour: 5 }), pngChunk("IDAT", rows)),
    "a PNG without columns": image(header(0, 8, {}), pngChunk("IDAT", rows)),
    "a PNG without rows": image(header(8, 0, {}), pngChunk("IDAT", rows)),
    "a JPEG whose scan is empty": bytesOf(`${jpeg.slice(0, coded)}\xff\xd9`),
    "a JPEG without a scan": bytesOf(`${jpeg.slice(0, scan)}\xff\xd9`),
    "a JPEG of arithmetic coding": bytesOf(`${jpeg.slice(0, frame)}\xff\xc9${jpeg.slice(frame + 2)}`),
    "a JPEG without loss": bytesOf(`${jpeg.slice(0, frame)}\xff\xc3${jpeg.slice(frame + 2)}`),
    "a JPEG whose scan has no table": bytesOf(
      jpeg.replace("\xff\xda\0\x0c\x03\x01\0", "\xff\xda\0\x0c\x03\x01\x22"),
    ),
    "a JPEG that is cut in its scan": JPEG_BASELINE.slice(0, coded + 20),
    "a JPEG that was cut in the middle and closed again": bytesOf(
      `${jpeg.slice(0, (coded + jpeg.length) >> 1)}\xff\xd9`,
    ),
    "a JPEG that was cut near its end and closed again": bytesOf(`${jpeg.slice(0, -12)}\xff\xd9`),
    "a JPEG that was cut behind a restart and closed again": bytesOf(
      `${jpeg.slice(0, scan)}\xff\xdd\0\x04\0\x03${jpeg.slice(scan, coded + 20)}\xff\xd0\xff\xd9`,
    ),
    "a progressive JPEG that states a second size, of gigabytes": bytesOf(withSecondSize(progressive)),
    "a progressive JPEG that was cut in its first scan and closed again": bytesOf(
      `${progressive.slice(0, progressive.indexOf("\xff\xda") + 16)}\xff\xd9`,
    ),
    "a JPEG that says more than its scan can hold": bytesOf(
      `${jpeg.slice(0, frame + 5)}\x0f\xa0\x0f\xa0${jpeg.slice(frame + 9, coded)}\x01\x02\xff\xd9`,
    ),
    "a WebP of a canvas alone": webp(CANVAS, chunk("note", "\0".repeat(40))),
    "a WebP animation of empty frames": webp(CANVAS, chunk("ANMF", "\0".repeat(16))),
    "a WebP that is cut": WEBP_LOSSLESS.slice(0, -30),
    "a WebP whose pixels are cut": webp(chunk("VP8 ", lossy.slice(0, 40))),
    "a WebP that begins between two frames": webp(
      chunk("VP8 ", String.fromCharCode(lossy.charCodeAt(0) | 1) + lossy.slice(1)),
    ),
    "a WebP that says two sizes": webp(chunk("VP8X", "\0\0\0\0\x01\0\0\x01\0\0"), chunk("VP8 ", lossy)),
  };
}

describe("pixels", () => {
  it("that are complete pass, in every coding", async () => {
    for (const bytes of Object.values(pictures)) {
      for (const step of [1, 7, 4_096]) expect(typeof (await kept(bytes, step))).toBe("object");
    }
    // Any marker may have fill bytes before it.
    for (const jpeg of [textOf(JPEG_BASELINE), textOf(JPEG_PROGRESSIVE)]) {
      const scan = jpeg.indexOf("\xff\xda");
      const filled = `${jpeg.slice(0, scan)}\xff\xff${jpeg.slice(scan, -2)}\xff\xff\xff\xd9`;
      for (const step of [1, 4_096]) expect(typeof (await kept(bytesOf(filled), step))).toBe("object");
    }
    const kinds = [
      { depth: 1, colour: 0, row: 1 },
      { depth: 16, colour: 0, row: 10 },
      { depth: 8, colour: 2, row: 15 },
      { depth: 16, colour: 2, row: 30 },
      { depth: 8, colour: 4, row: 10 },
      { depth: 16, colour: 6, row: 40 },
    ];
    for (const { row, ...kind } of kinds) {
      const rows = await zlib(new Uint8Array(3 * (1 + row)));
      const whole = image(header(5, 3, kind), pngChunk("IDAT", rows));
      expect(await kept(whole)).toEqual(whole);
      const less = await zlib(new Uint8Array(3 * (1 + row) - 1));
      expect(await kept(image(header(5, 3, kind), pngChunk("IDAT", less)))).toBe("The picture is cut off.");
    }
    // Adam7 of 5 x 7 bytes: rows and columns of the passes are 1x1, 1x1, 1x2, 2x1, 2x3, 4x2 and 3x5.
    const passes = 2 + 2 + 3 + 2 * 2 + 2 * 4 + 4 * 3 + 3 * 6;
    const interlaced = (bytes: Bytes) => image(header(5, 7, { interlace: 1 }), pngChunk("IDAT", bytes));
    expect(typeof (await kept(interlaced(await zlib(new Uint8Array(passes)))))).toBe("object");
    expect(await kept(interlaced(await zlib(new Uint8Array(passes - 1))))).toBe("The picture is cut off.");
  });

  it("of a progressive JPEG are refused wherever it was cut and closed again: in any scan, and between two", async () => {
    const whole = textOf(JPEG_PROGRESSIVE);
    const scans = [...whole.matchAll(/\xff\xda/g)].map(({ index }) => index);
    // Spectral selection and successive approximation: more than one scan refines what others coded.
    const refining = scans.filter((at) => {
      const parameters = at + 5 + 2 * whole.charCodeAt(at + 4);
      return whole.charCodeAt(parameters + 2) >> 4 > 0;
    });
    expect([scans.length, refining.length]).toEqual([10, 5]);
    for (const [i, at] of scans.entries()) {
      const next = scans[i + 1] ?? whole.length - 2;
      for (const end of [at, at + 16, (at + 16 + next) >> 1]) {
        const cutOff = await kept(bytesOf(`${whole.slice(0, end)}\xff\xd9`));
        expect([i, end - at, typeof cutOff]).toEqual([i, end - at, "string"]);
      }
    }
  });

  it("in too many scans are refused early", async () => {
    const whole = textOf(JPEG_PROGRESSIVE);
    const last = whole.slice(whole.lastIndexOf("\xff\xda"), -2);
    const many = bytesOf(`${whole.slice(0, -2)}${last.repeat(100)}\xff\xd9`);
    expect(await kept(many)).toBe("The picture is in more parts than any program writes.");
  });

  it("that are split over many chunks are read", async () => {
    const rows = await zlib(new Uint8Array(72).map((_, i) => (i % 9 ? i * 7 : 0)));
    const one = (byte: number) => pngChunk("IDAT", new Uint8Array([byte]));
    expect(typeof (await kept(image(header(8, 8, {}), ...Array.from(rows, one))))).toBe("object");
  });

  it("in too many chunks are refused early", async () => {
    const many = "The picture is in more parts than any program writes.";
    const rows = pngChunk("IDAT", await zlib(new Uint8Array(72)));
    const empty = new Uint8Array(12 * 120_000);
    for (let at = 0; at < empty.length; at += 12) empty.set(pngChunk("IDAT", new Uint8Array()), at);
    const [head, tail] = [bytesOf(SIGNATURE), END];
    const whole = new Uint8Array(await new Blob([head, header(8, 8, {}), rows, empty, tail]).arrayBuffer());
    expect(await kept(whole, 65_536)).toBe(many);
  });

  it("are checked in every uploaded picture", async () => {
    const owner = await person("Pia");
    const machine = await Machine.register(owner);
    for (const [name, bytes] of Object.entries(await withoutPixels())) {
      const reason = await kept(bytes);
      expect([name, typeof reason]).toEqual([name, "string"]);
      expect(await kept(bytes, 1)).toBe(reason);
    }
    const { "a PNG without IDAT": empty, "a JPEG whose scan is empty": jpeg } = await withoutPixels();
    if (!empty || !jpeg) throw new Error("A case was renamed");
    for (const bytes of [empty, jpeg, WEBP_LOSSY.slice(0, -10)]) {
      const type = (readImageHeader(bytes) as ImageHeader).contentType;
      for (const kind of ["avatar", "preview", "training_image"]) {
        const announced = await owner.announce(kind, bytes, type, await sha256Hex(bytes));
        const reply = await put(announced.body.upload_url, bytes);
        expect([kind, reply.status, reply.body.code]).toEqual([kind, 422, "image_invalid"]);
      }
      const form = new FormData();
      form.append("content", new Blob([bytes], { type }), "empty.png");
      const headers = { authorization: `Bearer ${owner.key}` };
      const file = await send("/replicate/v1/files", { method: "POST", headers, body: form });
      const { urls } = (await file.json()) as { urls: { get: string } };
      const trained = await owner.ask<{ detail: string }>("POST", TRAININGS, {
        destination: `pia/${type.slice(6)}`,
        input: { input_images: [urls.get], trigger_word: "pia", steps: 5 },
      });
      expect([trained.status, trained.body.detail]).toEqual([422, expect.stringContaining("empty.png: The")]);
    }
    const order = { base: "cast-3", prompt: "a person", size: "256x256" };
    await owner.must("POST", "/v1/generations", order);
    const [lease] = await machine.lease(1, 5);
    const output = { name: "0.png", role: "image", meta: { width: 8, height: 8 } };
    await expect(machine.deliver(lease?.lease_id ?? "", output, empty)).rejects.toThrow("image_invalid");
    expect((await env.BLOBS.list({ prefix: "incoming/" })).objects).toEqual([]);
    expect(typeof (await kept(await png(256, 256)))).toBe("object");
  });
});

describe("compressed metadata of a PNG", () => {
  const around = async (...chunks: Uint8Array[]) =>
    image(header(8, 8, {}), ...chunks, pngChunk("IDAT", await zlib(new Uint8Array(72))));
  const packed = (type: string, before: string, data: Uint8Array) => pngChunk(type, joined(before, data));

  it("is kept if it can be unpacked", async () => {
    const text = await zlib(bytesOf("a person, steps 4"));
    for (const each of [
      packed("zTXt", "parameters\0\0", text),
      packed("iTXt", "workflow\0\x01\0en\0arbeit\0", text),
      packed("iCCP", "sRGB\0\0", await zlib(iccProfile())),
    ]) {
      const whole = await around(each);
      expect(await kept(whole)).toEqual(whole);
    }
  });

  it("is dropped if it is damaged, or a decompression bomb alone or together", async () => {
    const bomb = await zlib(new Uint8Array(3_000_000));
    const plain = await around();
    for (const each of [
      packed("zTXt", "parameters\0\0", bomb),
      packed("iTXt", "workflow\0\x01\0\0\0", bomb),
      packed("iCCP", "profile\0\0", bomb),
      packed("iCCP", "profile\0\0", bytesOf("no zlib stream")),
      packed("zTXt", "parameters\0\x01", await zlib(bytesOf("another method"))),
      packed("iTXt", "prompt\0\x01\0", new Uint8Array()),
    ]) {
      expect(await kept(await around(each))).toEqual(plain);
    }
    const half = packed("zTXt", "prompt\0\0", await zlib(new Uint8Array(1_000_000)));
    expect(await kept(await around(...Array<Uint8Array>(12).fill(half)))).toEqual(
      await around(...Array<Uint8Array>(4).fill(half)),
    );
  });
});
