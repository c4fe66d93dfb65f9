// Which chunks of a PNG are kept (W3C PNG 3, 5 and 11): pixels, colours, animation, orientation, and the texts that image generators write.
// Those of fixed size are kept in that size and once, so that nothing else is carried in them. Never decodes.

import { crc32 } from "../lib/crc32.ts";
import { exifOf, orientationOf, UPRIGHT } from "./image-exif.ts";
import { ImageDamaged, type Pieces } from "./image-pieces.ts";
import { PngTexts } from "./image-png-texts.ts";

const text = (bytes: Uint8Array, at: number, length: number) =>
  String.fromCharCode(...bytes.subarray(at, at + length));
const viewOf = (bytes: Uint8Array) => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

/** No text or EXIF that is kept or read is longer. */
const READ_MAX_BYTES = 1024 * 1024;

/** Bytes of chunks that stand before the pixels at most once (5.6). */
const BYTES: Record<string, number> = {
  IHDR: 13,
  cHRM: 32,
  cICP: 4,
  gAMA: 4,
  mDCV: 24,
  mDCv: 24,
  cLLI: 8,
  cLLi: 8,
  sRGB: 1,
  pHYs: 9,
  acTL: 8,
};
/** The same where they depend on the colour type: grey, RGB, palette, grey and alpha, RGB and alpha (11.3). */
const BYTES_BY_COLOUR: Record<string, Record<number, number>> = {
  sBIT: { 0: 1, 2: 3, 3: 3, 4: 2, 6: 4 },
  bKGD: { 0: 2, 2: 6, 3: 1, 4: 2, 6: 6 },
  tRNS: { 0: 2, 2: 6 },
};
const PALETTE = 3;
const PALETTE_MAX = 256;
const FRAME_BYTES = 26;

/** What was seen of one PNG so far. */
class Chunks {
  #colour = -1;
  readonly #seen = new Set<string>();

  begin(header: Uint8Array): void {
    this.#colour = header[9] ?? -1;
  }

  /** Whether a chunk of pixels, colours or animation is kept at this place. Refuses pixels without their palette. */
  keeps(type: string, length: number): boolean {
    if (type === "IDAT") this.#seen.add(type);
    if (type === "IDAT" && this.#colour === PALETTE && !this.#seen.has("PLTE"))
      throw new ImageDamaged("The PNG has no palette.");
    if (type === "IDAT") return true;
    if (type === "fcTL") return this.#seen.has("acTL") && length === FRAME_BYTES;
    if (type === "fdAT") return this.#seen.has("acTL") && this.#seen.has("IDAT");
    if (this.isLate(type) || !this.#isOfItsSize(type, length)) return false;
    this.#seen.add(type);
    return true;
  }

  /** Whether it stands behind the pixels, or there was one before. */
  isLate(type: string): boolean {
    return this.#seen.has("IDAT") || this.#seen.has(type);
  }

  note(type: string): void {
    this.#seen.add(type);
  }

  #isOfItsSize(type: string, length: number): boolean {
    if (type === "PLTE") return length > 0 && length % 3 === 0 && length <= 3 * PALETTE_MAX;
    if (type === "tRNS" && this.#colour === PALETTE) return length > 0 && length <= PALETTE_MAX;
    return length === (BYTES[type] ?? BYTES_BY_COLOUR[type]?.[this.#colour]);
  }
}

export async function* cleanPng(from: Pieces, found: { orientation: number }): AsyncGenerator<Uint8Array> {
  yield (await from.take(8)) ?? new Uint8Array();
  const [texts, chunks] = [new PngTexts(), new Chunks()];
  for (;;) {
    const head = await from.take(8);
    if (!head) return;
    const length = viewOf(head).getUint32(0);
    const type = text(head, 4, 4);
    if (length > 0x7fffffff) throw new ImageDamaged("A chunk of the PNG is longer than any may be.");
    if (type === "IEND") {
      if (await from.take(length + 4)) yield pngChunk("IEND", new Uint8Array());
      return;
    }
    if (type === "IHDR") chunks.begin(await from.held(length));
    if (chunks.keeps(type, length)) {
      if (isAncillary(type)) {
        const body = await from.take(length + 4);
        if (!body) return;
        // Programs differ in what they make of a wrong checksum, so a chunk that is not needed is left out.
        if (!isIntact(head, body)) continue;
        yield head;
        yield body;
        continue;
      }
      yield head;
      yield* from.pass(length + 4);
      continue;
    }
    const isRead = ["eXIf", "tEXt", "iTXt", "zTXt", "iCCP"].includes(type) && length <= READ_MAX_BYTES;
    if (!isRead) {
      await from.skip(length + 4);
      continue;
    }
    const body = await from.take(length + 4);
    if (!body) return;
    if (!isIntact(head, body)) continue;
    if (type === "eXIf") {
      if (found.orientation !== UPRIGHT) continue;
      found.orientation = orientationOf(body.subarray(0, length));
      if (found.orientation !== UPRIGHT) yield pngChunk("eXIf", exifOf(found.orientation));
      continue;
    }
    if (type === "iCCP" && chunks.isLate(type)) continue;
    if (!texts.keeps(type, body.subarray(0, length))) continue;
    chunks.note(type);
    yield head;
    yield body;
  }
}

/** By its name (5.4): decoders can do without it. All that are kept are short. */
const isAncillary = (type: string) => /^[a-z]/.test(type) && type !== "fcTL" && type !== "fdAT";

/** Whether a chunk has its checksum (5.3): that of its type and data. */
function isIntact(head: Uint8Array, body: Uint8Array): boolean {
  const end = body.length - 4;
  return crc32(body.subarray(0, end), crc32(head.subarray(4))) === viewOf(body).getUint32(end);
}

function pngChunk(type: string, data: Uint8Array): Uint8Array {
  const chunk = new Uint8Array(12 + data.length);
  viewOf(chunk).setUint32(0, data.length);
  chunk.set(new TextEncoder().encode(type), 4);
  chunk.set(data, 8);
  viewOf(chunk).setUint32(8 + data.length, crc32(chunk.subarray(4, 8 + data.length)));
  return chunk;
}
