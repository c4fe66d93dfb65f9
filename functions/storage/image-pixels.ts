// Passes a picture on and throws ImageDamaged if its pixels are missing or cut off, so that no undecodable picture is stored. PNG: every row is
// present in its zlib stream. JPEG: every block is present in its Huffman codes. WebP: the coded data is present up to the stated end. Buffers
// no whole picture.

import { crc32 } from "../lib/crc32.ts";
import { type ImageHeader, pngLayout } from "./image-file.ts";
import { JpegBlocks } from "./image-jpeg-blocks.ts";
import { ImageDamaged, Pieces } from "./image-pieces.ts";
import { RowBytes } from "./image-rows.ts";

type Passing = AsyncGenerator<Uint8Array>;

export const withPixels = (header: ImageHeader, from: AsyncIterable<Uint8Array>): Passing =>
  CHECKS[header.contentType](new Pieces(from), header);

const CHECKS: Record<ImageHeader["contentType"], (from: Pieces, header: ImageHeader) => Passing> = {
  "image/jpeg": jpeg,
  "image/png": png,
  "image/webp": webp,
};

const NO_PIXELS = "The picture has no pixels.";
const CUT_OFF = "The picture is cut off.";

async function taken(from: Pieces, bytes: number): Promise<Uint8Array> {
  const piece = await from.take(bytes);
  if (!piece) throw new ImageDamaged(CUT_OFF);
  return piece;
}

/** Passes exactly this many bytes. */
async function* passed(from: Pieces, bytes: number): Passing {
  let left = bytes;
  for await (const piece of from.pass(bytes)) {
    left -= piece.length;
    yield piece;
  }
  if (left > 0) throw new ImageDamaged(CUT_OFF);
}

const viewOf = (bytes: Uint8Array) => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
const text = (bytes: Uint8Array, at: number) => String.fromCharCode(...bytes.subarray(at, at + 4));

// PNG (W3C PNG 3, 5.3, 7.2 and 10)

/** Chunks without which no pixel can be read. */
const CRITICAL = ["IHDR", "PLTE", "IDAT"];

async function* png(from: Pieces, header: ImageHeader): Passing {
  const first = await taken(from, 33);
  yield first;
  const layout = pngLayout(viewOf(first));
  if (!layout || crc32(first.subarray(12, 29)) !== viewOf(first).getUint32(29))
    throw new ImageDamaged("The PNG's header is broken.");
  const rows = new RowBytes(header, layout);
  for (;;) {
    const head = await taken(from, 8);
    const type = text(head, 4);
    yield head;
    let crc = crc32(head.subarray(4));
    for await (const piece of passed(from, viewOf(head).getUint32(0))) {
      if (type === "IDAT") await rows.write(piece);
      if (CRITICAL.includes(type)) crc = crc32(piece, crc);
      yield piece;
    }
    const stated = await taken(from, 4);
    yield stated;
    if (CRITICAL.includes(type) && viewOf(stated).getUint32(0) !== crc)
      throw new ImageDamaged("The PNG is damaged.");
    if (type === "IEND") break;
  }
  const found = rows.end();
  if (found === "none") throw new ImageDamaged(NO_PIXELS);
  if (found === "some") throw new ImageDamaged(CUT_OFF);
}

// JPEG (ITU T.81, B.2)

const [SOF0, SOF2, DHT, SOS, EOI] = [0xc0, 0xc2, 0xc4, 0xda, 0xd9];
/** Without a length: SOI, restart markers, TEM. */
const isAlone = (marker: number) => marker === 0x01 || (marker >= 0xd0 && marker <= 0xd8);

async function* jpeg(from: Pieces): Passing {
  yield await taken(from, 2);
  const blocks = new JpegBlocks();
  let bytes = 0;
  for (;;) {
    const head = await taken(from, 2);
    yield head;
    let marker = head[1] ?? 0;
    // Any marker may have fill bytes before it (B.1.1.2).
    while (marker === 0xff) {
      const next = await taken(from, 1);
      yield next;
      marker = next[0] ?? 0;
    }
    if (marker === EOI) break;
    if (isAlone(marker)) continue;
    const length = await taken(from, 2);
    yield length;
    const bodyBytes = viewOf(length).getUint16(0) - 2;
    const isFrame = marker >= SOF0 && marker <= SOF2;
    if (!isFrame && marker !== DHT && marker !== SOS) {
      yield* passed(from, bodyBytes);
      continue;
    }
    const body = await taken(from, Math.max(0, bodyBytes));
    yield body;
    if (isFrame) blocks.frame(body, marker === SOF2);
    if (marker === DHT) blocks.tables(body);
    if (marker !== SOS) continue;
    blocks.beginScan(body);
    for await (const piece of scan(from)) {
      bytes += piece.length;
      blocks.write(piece);
      yield piece;
    }
    blocks.endScan();
  }
  const found = blocks.end();
  if (bytes === 0 || found === "none") throw new ImageDamaged(NO_PIXELS);
  if (found === "some") throw new ImageDamaged(CUT_OFF);
}

/** Up to the next marker, which is left. */
async function* scan(from: Pieces): Passing {
  for (;;) {
    const held = await from.held(2);
    if (held.length < 2) throw new ImageDamaged(CUT_OFF);
    let at = held.indexOf(0xff);
    while (at >= 0 && at + 1 < held.length && !isMarker(held[at + 1] ?? 0)) at = held.indexOf(0xff, at + 2);
    const isEnd = at >= 0 && at + 1 < held.length;
    const piece = held.subarray(0, at < 0 ? held.length : at);
    from.advance(piece.length);
    if (piece.length > 0) yield piece;
    if (isEnd) return;
  }
}

const isMarker = (byte: number) => byte !== 0 && !(byte >= 0xd0 && byte <= 0xd7);

// WebP (RFC 9649, 2.5-2.7; RFC 6386, 9.1; WebP Lossless, 3)

/** The length of the header of an animation's frame. */
const FRAME_HEAD_BYTES = 16;

async function* webp(from: Pieces, header: ImageHeader): Passing {
  const riff = await taken(from, 12);
  yield riff;
  const found = { pixels: false };
  yield* webpChunks(from, viewOf(riff).getUint32(4, true) - 4, found, header);
  if (!found.pixels) throw new ImageDamaged(NO_PIXELS);
}

async function* webpChunks(
  from: Pieces,
  bytes: number,
  found: { pixels: boolean },
  size: ImageHeader | null,
): Passing {
  for (let left = bytes; left > 0; ) {
    const head = await taken(from, 8);
    yield head;
    const type = text(head, 0);
    const length = viewOf(head).getUint32(4, true);
    const padded = length + (length & 1);
    left -= 8 + padded;
    if (left < 0) throw new ImageDamaged(CUT_OFF);
    if (type === "ANMF" && length >= FRAME_HEAD_BYTES) {
      yield* passed(from, FRAME_HEAD_BYTES);
      yield* webpChunks(from, padded - FRAME_HEAD_BYTES, found, null);
    } else if (type === "VP8 " || type === "VP8L") {
      const first = (await from.held(Math.min(length, 10))).slice(0, Math.min(length, 10));
      const coded = type === "VP8 " ? lossySize(first, length) : losslessSize(first);
      if (!coded) throw new ImageDamaged(NO_PIXELS);
      if (size && (coded.width !== size.width || coded.height !== size.height))
        throw new ImageDamaged("The WebP picture says two sizes.");
      found.pixels = true;
      yield* passed(from, padded);
    } else {
      yield* passed(from, padded);
    }
  }
}

type Size = { width: number; height: number };

/** Of a key frame whose first partition is there; null of anything else. */
function lossySize(first: Uint8Array, length: number): Size | null {
  if (first.length < 10 || first[3] !== 0x9d || first[4] !== 0x01 || first[5] !== 0x2a) return null;
  const view = viewOf(first);
  const tag = view.getUint16(0, true) | ((first[2] ?? 0) << 16);
  if ((tag & 1) === 1 || 10 + (tag >>> 5) > length) return null;
  return { width: view.getUint16(6, true) & 0x3fff, height: view.getUint16(8, true) & 0x3fff };
}

function losslessSize(first: Uint8Array): Size | null {
  if (first.length < 6 || first[0] !== 0x2f) return null;
  const bits = viewOf(first).getUint32(1, true);
  return { width: 1 + (bits & 0x3fff), height: 1 + ((bits >>> 14) & 0x3fff) };
}
