// Removes metadata from a picture, as a stream: place, time and owner of a camera, thumbnails, edit histories, and anything behind the
// picture's end, such as the videos and second pictures of phones. Only what is listed here is kept: pixels, colours, animation, orientation,
// and in PNGs the texts that image generators write. Never decodes.

import { crc32 } from "../lib/crc32.ts";
import { exifOf, orientationOf, UPRIGHT } from "./image-exif.ts";
import type { ImageHeader } from "./image-file.ts";
import { ImageDamaged, type Pieces } from "./image-pieces.ts";
import { PngTexts } from "./image-png-texts.ts";

/** What is learnt on the way; true once the stream has ended. */
export type Found = { orientation: number };

type Cleaner = (from: Pieces, found: Found) => AsyncGenerator<Uint8Array>;

export const cleaned = (type: ImageHeader["contentType"], from: Pieces, found: Found) =>
  CLEANERS[type](from, found);

const CLEANERS: Record<ImageHeader["contentType"], Cleaner> = {
  "image/jpeg": cleanJpeg,
  "image/png": cleanPng,
  "image/webp": cleanWebp,
};

const text = (bytes: Uint8Array, at: number, length: number) =>
  String.fromCharCode(...bytes.subarray(at, at + length));
const viewOf = (bytes: Uint8Array) => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
const startsWith = (bytes: Uint8Array, magic: string) => text(bytes, 0, magic.length) === magic;

/** No text or EXIF that is kept or read is longer. */
const READ_MAX_BYTES = 1024 * 1024;

// JPEG (ITU T.81, B.1; JFIF 1.02; EXIF 2.32, 4.7.2; ICC.1:2022, B.4)

const SOS = 0xda;
const EOI = 0xd9;
/** Of Adobe's segment: its name, version, two flags and the colour transform. */
const ADOBE_BYTES = 12;
const isAlone = (marker: number) => marker === 0x01 || (marker >= 0xd0 && marker <= 0xd8);

async function* cleanJpeg(from: Pieces, found: Found): AsyncGenerator<Uint8Array> {
  yield (await from.take(2)) ?? new Uint8Array();
  for (;;) {
    const marker = await markerOf(from);
    if (marker === null) return;
    if (marker === EOI) {
      yield new Uint8Array([0xff, EOI]);
      return;
    }
    if (isAlone(marker)) {
      yield new Uint8Array([0xff, marker]);
      continue;
    }
    const head = await from.take(2);
    if (!head) return;
    const length = viewOf(head).getUint16(0);
    if (length < 2) throw new ImageDamaged("A segment of the JPEG has no length.");
    const body = await from.take(length - 2);
    if (!body) return;
    const kept = keptSegment(marker, body, found);
    if (kept) yield segment(marker, kept);
    if (marker === SOS) yield* scan(from);
  }
}

async function markerOf(from: Pieces): Promise<number | null> {
  const first = await from.take(1);
  if (!first) return null;
  if (first[0] !== 0xff) throw new ImageDamaged("The JPEG's segments are broken.");
  for (;;) {
    const next = await from.take(1);
    if (!next) return null;
    if (next[0] !== 0xff) return next[0] ?? null; // else a fill byte
  }
}

function segment(marker: number, body: Uint8Array): Uint8Array {
  const whole = new Uint8Array(4 + body.length);
  whole.set([0xff, marker]);
  viewOf(whole).setUint16(2, 2 + body.length);
  whole.set(body, 4);
  return whole;
}

function keptSegment(marker: number, body: Uint8Array, found: Found): Uint8Array | null {
  if (marker === 0xe0 && startsWith(body, "JFIF\0") && body.length >= 14) {
    const kept = body.slice(0, 14);
    kept.set([0, 0], 12); // no thumbnail
    return kept;
  }
  if (marker === 0xe1 && startsWith(body, "Exif\0") && found.orientation === UPRIGHT) {
    found.orientation = orientationOf(body.subarray(6));
    if (found.orientation === UPRIGHT) return null;
    const kept = new Uint8Array(32);
    kept.set([0x45, 0x78, 0x69, 0x66, 0, 0]);
    kept.set(exifOf(found.orientation), 6);
    return kept;
  }
  if (marker === 0xe2) return startsWith(body, "ICC_PROFILE\0") ? body : null;
  // What decoders need to know of its colours.
  if (marker === 0xee) return startsWith(body, "Adobe") ? body.slice(0, ADOBE_BYTES) : null;
  const isTable = (marker >= 0xc0 && marker <= 0xdf) || marker === SOS;
  return isTable ? body : null;
}

/** The coded pixels up to the next marker, which is left: 0xff00 is a value, and 0xffd0 to 0xffd7 belong to the scan. */
async function* scan(from: Pieces): AsyncGenerator<Uint8Array> {
  for (;;) {
    const held = await from.held(2);
    if (held.length < 2) {
      from.advance(held.length);
      if (held.length > 0) yield held;
      return;
    }
    let at = held.indexOf(0xff);
    while (at >= 0 && at + 1 < held.length) {
      const next = held[at + 1] ?? 0;
      if (next !== 0 && next !== 0xff && !(next >= 0xd0 && next <= 0xd7)) {
        from.advance(at);
        yield held.subarray(0, at);
        return;
      }
      at = held.indexOf(0xff, next === 0xff ? at + 1 : at + 2);
    }
    const end = at < 0 ? held.length : at;
    from.advance(end);
    yield held.subarray(0, end);
  }
}

// PNG (W3C PNG 3, 5 and 11)

const PNG_KEPT =
  "IHDR PLTE IDAT tRNS cHRM cICP gAMA mDCV mDCv cLLI cLLi sBIT sRGB bKGD hIST pHYs sPLT acTL fcTL fdAT".split(
    " ",
  );
async function* cleanPng(from: Pieces, found: Found): AsyncGenerator<Uint8Array> {
  yield (await from.take(8)) ?? new Uint8Array();
  const texts = new PngTexts();
  for (;;) {
    const head = await from.take(8);
    if (!head) return;
    const length = viewOf(head).getUint32(0);
    const type = text(head, 4, 4);
    if (length > 0x7fffffff) throw new ImageDamaged("A chunk of the PNG is longer than any may be.");
    if (type === "IEND" || PNG_KEPT.includes(type)) {
      yield head;
      yield* from.pass(length + 4);
      if (type === "IEND") return;
      continue;
    }
    const isRead = ["eXIf", "tEXt", "iTXt", "zTXt", "iCCP"].includes(type) && length <= READ_MAX_BYTES;
    if (!isRead) {
      await from.skip(length + 4);
      continue;
    }
    const body = await from.take(length + 4);
    if (!body) return;
    if (type === "eXIf") {
      found.orientation = orientationOf(body.subarray(0, length));
      if (found.orientation !== UPRIGHT) yield pngChunk("eXIf", exifOf(found.orientation));
      continue;
    }
    if (!texts.keeps(type, body.subarray(0, length))) continue;
    yield head;
    yield body;
  }
}

function pngChunk(type: string, data: Uint8Array): Uint8Array {
  const chunk = new Uint8Array(12 + data.length);
  viewOf(chunk).setUint32(0, data.length);
  chunk.set(new TextEncoder().encode(type), 4);
  chunk.set(data, 8);
  viewOf(chunk).setUint32(8 + data.length, crc32(chunk.subarray(4, 8 + data.length)));
  return chunk;
}

// WebP (RFC 9649, 2.3-2.7): the length of the whole stands at its beginning, so what is taken out is filled up with zeros.

const WEBP_KEPT = ["VP8 ", "VP8L", "ALPH", "ANIM", "ICCP"];
/** What a frame of an animation begins with; its own chunks follow. */
const FRAME_HEAD_BYTES = 16;
/** RIFF's own name for filling. */
const FILLING = "JUNK";
const HAS_XMP = 0x04;

async function* cleanWebp(from: Pieces, found: Found): AsyncGenerator<Uint8Array> {
  const riff = await from.take(12);
  if (!riff) return;
  yield riff;
  yield* cleanChunks(from, viewOf(riff).getUint32(4, true) - 4, found);
}

async function* cleanChunks(from: Pieces, bytes: number, found: Found): AsyncGenerator<Uint8Array> {
  for (let left = bytes; left > 0; ) {
    const head = await from.take(8);
    if (!head) return;
    const type = text(head, 0, 4);
    const length = viewOf(head).getUint32(4, true);
    const padded = length + (length & 1);
    left -= 8 + padded;
    if (WEBP_KEPT.includes(type)) {
      yield head;
      yield* from.pass(padded);
    } else if (type === "ANMF" && length >= FRAME_HEAD_BYTES) {
      yield head;
      yield* from.pass(FRAME_HEAD_BYTES);
      yield* cleanChunks(from, padded - FRAME_HEAD_BYTES, found);
    } else if (type === "VP8X" && length <= READ_MAX_BYTES) {
      const body = await from.take(padded);
      if (!body) return;
      body[0] = (body[0] ?? 0) & ~HAS_XMP;
      yield head;
      yield body;
    } else if (type === "EXIF" && length <= READ_MAX_BYTES) {
      const body = await from.take(padded);
      if (!body) return;
      found.orientation = orientationOf(startsWith(body, "Exif\0") ? body.subarray(6) : body);
      const kept = exifOf(found.orientation);
      const fits = kept.length <= length;
      head.set(new TextEncoder().encode(fits ? "EXIF" : FILLING));
      body.fill(0);
      if (fits) body.set(kept);
      yield head;
      yield body;
    } else {
      head.set(new TextEncoder().encode(FILLING));
      yield head;
      for await (const piece of from.pass(padded)) yield new Uint8Array(piece.length);
    }
  }
}
