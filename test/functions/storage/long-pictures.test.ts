// Pictures that are much work to look at: the work is bounded, and others have their turn meanwhile.

import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { sha256Hex } from "../../../functions/lib/sha256.ts";
import { readImageHeader } from "../../../functions/storage/image-file.ts";
import { PNG_TEXTS_MAX_BYTES, PngTexts } from "../../../functions/storage/image-png-texts.ts";
import { storePicture } from "../../../functions/storage/image-storing.ts";
import { png, pngChunk, withMethods } from "../cast.ts";
import { iccProfile } from "./icc.ts";

const MIB = 1024 * 1024;

async function zlib(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
  const packed = new Blob([bytes]).stream().pipeThrough(new CompressionStream("deflate"));
  return new Uint8Array(await new Response(packed).arrayBuffer());
}

/** Keyword, 0, method 0, and a zlib stream. */
async function packedText(keyword: string, bytes: number | Uint8Array<ArrayBuffer>, damaged = false) {
  const packed = await zlib(typeof bytes === "number" ? new Uint8Array(bytes) : bytes);
  if (damaged) packed.fill(0xff, packed.length - 64);
  const head = new TextEncoder().encode(`${keyword}\0\0`);
  const text = new Uint8Array(head.length + packed.length);
  text.set(head);
  text.set(packed, head.length);
  return text;
}

describe("the texts of a PNG", () => {
  it("are unpacked up to a bound, kept or not, however many there are", async () => {
    const kinds: [string, Uint8Array][] = [
      ["zTXt", await packedText("parameters", MIB)],
      ["zTXt", await packedText("parameters", 3 * MIB)],
      ["zTXt", await packedText("parameters", MIB, true)],
      ["iCCP", await packedText("profile", MIB)],
      ["zTXt", await packedText("parameters", 1)],
      ["tEXt", new TextEncoder().encode("parameters\0x")],
    ];
    for (const [type, data] of kinds) {
      const texts = new PngTexts();
      let kept = 0;
      for (let i = 0; i < 2_000; i++) if (texts.keeps(type, data)) kept++;
      expect(texts.spent).toBeGreaterThanOrEqual(PNG_TEXTS_MAX_BYTES);
      expect(texts.spent).toBeLessThanOrEqual(PNG_TEXTS_MAX_BYTES + 2 * MIB);
      expect(kept).toBeLessThanOrEqual(512);
    }
  });

  it("that programs write are kept", async () => {
    const texts = new PngTexts();
    expect(texts.keeps("iCCP", await packedText("profile", iccProfile("a".repeat(3_000))))).toBe(true);
    expect(texts.keeps("tEXt", new TextEncoder().encode("parameters\0a person"))).toBe(true);
    expect(texts.keeps("zTXt", await packedText("workflow", 900_000))).toBe(true);
  });
});

it("leaves others their turn while the rows of a large PNG are counted", async () => {
  const [width, height] = [4_000, 4_000];
  const row = new Uint8Array(1 + width * 8);
  const header = new Uint8Array(13);
  const view = new DataView(header.buffer);
  view.setUint32(0, width);
  view.setUint32(4, height);
  header.set([16, 6], 8);
  const rows = new Blob(Array.from({ length: height }, () => row)).stream();
  const packed = rows.pipeThrough(new CompressionStream("deflate"));
  const parts = [
    Uint8Array.from("\x89PNG\r\n\x1a\n", (character) => character.charCodeAt(0)),
    pngChunk("IHDR", header),
    pngChunk("IDAT", new Uint8Array(await new Response(packed).arrayBuffer())),
    pngChunk("IEND", new Uint8Array()),
  ];
  const bytes = new Uint8Array(await new Blob(parts).arrayBuffer());
  const found = readImageHeader(bytes);
  if (found === "more" || "reason" in found) throw new Error("This is no PNG");
  let turns = 0;
  let ended = false;
  const others = (async () => {
    while (!ended) {
      await scheduler.wait(0);
      turns++;
    }
  })();
  const announced = { sha256: await sha256Hex(bytes), sizeBytes: bytes.length };
  const before = turns;
  const stored = await storePicture({ env, now: Date.now() }, announced, new Blob([bytes]).stream(), found);
  ended = true;
  await others;
  expect(stored).toMatchObject({ width, height });
  // 128 MB come out of 125 kB, and a turn is 8 MiB.
  expect(turns - before).toBeGreaterThanOrEqual(15);
});

it("does not wait for a store that refuses before it has read anything", async () => {
  const bytes = await png(64, 64);
  const found = readImageHeader(bytes);
  if (found === "more" || "reason" in found) throw new Error("This is no PNG");
  const put = () => Promise.reject(new Error("put: We encountered an internal error. (10001)"));
  const refusing = { ...env, BLOBS: withMethods(env.BLOBS, { put: put as unknown as R2Bucket["put"] }) };
  const announced = { sha256: await sha256Hex(bytes), sizeBytes: bytes.length };
  const stored = storePicture({ env: refusing, now: 0 }, announced, new Blob([bytes]).stream(), found);
  await expect(stored).rejects.toThrow("10001");
}, 10_000);
