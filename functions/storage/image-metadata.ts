// Removes metadata from a picture, as a stream: place, time and owner of a camera, thumbnails, edit histories, and anything behind the
// picture's end, such as the videos and second pictures of phones. Only what is listed here is kept: pixels, colours, animation, orientation,
// and in PNGs the texts that image generators write. Never decodes.

import { ICC_MAX_BYTES, isIccProfile, JpegProfile } from "./icc-profile.ts";
import { exifOf, orientationOf, UPRIGHT } from "./image-exif.ts";
import { type ImageHeader, isAlone } from "./image-file.ts";
import { JpegTables } from "./image-jpeg-tables.ts";
import { ImageDamaged, type Pieces } from "./image-pieces.ts";
import { cleanPng } from "./image-png-metadata.ts";

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
const APP2 = 0xe2;
/** Of Adobe's segment: its name, version, two flags and the colour transform. */
const ADOBE_BYTES = 12;

async function* cleanJpeg(from: Pieces, found: Found): AsyncGenerator<Uint8Array> {
  yield (await from.take(2)) ?? new Uint8Array();
  const profile = new JpegProfile();
  const tables = new JpegTables();
  let hasScan = false;
  for (;;) {
    const marker = await markerOf(from);
    // Without an end marker the picture may be whole: whether its blocks are there is counted afterwards.
    if (marker === null && !hasScan) return;
    if (marker === null || marker === EOI) {
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
    if (marker === APP2) for (const kept of profile.add(body)) yield segment(marker, kept);
    const kept = tables.has(marker) ? tables.kept(marker, body) : keptSegment(marker, body, found);
    if (kept) yield segment(marker, kept);
    if (marker !== SOS) continue;
    hasScan = true;
    yield* scan(from);
  }
}

/** Bytes between segments that decoders pass over, with a warning at most; they are not kept. */
const STRAY_MAX_BYTES = 64 * 1024;

async function markerOf(from: Pieces): Promise<number | null> {
  for (let stray = 0; stray <= STRAY_MAX_BYTES; stray += 1) {
    let byte = (await from.take(1))?.[0];
    if (byte === undefined) return null;
    if (byte !== 0xff) continue;
    while (byte === 0xff) {
      byte = (await from.take(1))?.[0]; // fill bytes
      if (byte === undefined) return null;
    }
    if (byte !== 0) return byte;
  }
  throw new ImageDamaged("The JPEG's segments are broken.");
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
  // What decoders need to know of its colours.
  const isAdobe = marker === 0xee && startsWith(body, "Adobe") && body.length >= ADOBE_BYTES;
  if (isAdobe) return body.slice(0, ADOBE_BYTES);
  return null;
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

// WebP (RFC 9649, 2.3-2.7): the length of the whole stands at its beginning, so what is taken out is filled up with zeros.

/** What a frame of an animation begins with; its own chunks follow. */
const FRAME_HEAD_BYTES = 16;
const CANVAS_BYTES = 10;
const ANIMATION_BYTES = 6;
/** RIFF's own name for filling. */
const FILLING = "JUNK";
const HAS_XMP = 0x04;
const HAS_PROFILE = 0x20;

async function* cleanWebp(from: Pieces, found: Found): AsyncGenerator<Uint8Array> {
  const riff = await from.take(12);
  if (!riff) return;
  yield riff;
  yield* new WebpChunks(from, found).cleaned(viewOf(riff).getUint32(4, true) - 4, false);
}

class WebpChunks {
  readonly #from: Pieces;
  readonly #found: Found;
  /** The colour profile comes next. */
  #hasProfile = false;

  constructor(from: Pieces, found: Found) {
    this.#from = from;
    this.#found = found;
  }

  /** Those of a frame are only its pixels. */
  async *cleaned(bytes: number, isFrame: boolean): AsyncGenerator<Uint8Array> {
    const seen = new Set<string>();
    for (let left = bytes; left > 0; ) {
      const head = await this.#from.take(8);
      if (!head) return;
      const type = text(head, 0, 4);
      const length = viewOf(head).getUint32(4, true);
      const padded = length + (length & 1);
      left -= 8 + padded;
      if (type === "ANMF" && length >= FRAME_HEAD_BYTES && !isFrame) {
        yield head;
        yield* this.#from.pass(FRAME_HEAD_BYTES);
        yield* this.cleaned(padded - FRAME_HEAD_BYTES, true);
      } else if (this.#isKept(type, length, isFrame, seen)) {
        yield head;
        yield* this.#kept(type, padded);
      } else if (type === "EXIF" && !seen.has(type) && length <= READ_MAX_BYTES && !isFrame) {
        yield* this.#exif(head, length, padded);
      } else {
        head.set(new TextEncoder().encode(FILLING));
        yield head;
        for await (const piece of this.#from.pass(padded)) yield new Uint8Array(piece.length);
      }
      seen.add(type);
    }
  }

  /** Every image has one chunk of pixels, with its alpha before it. `seen`: the chunks before this one. */
  #isKept(type: string, length: number, isFrame: boolean, seen: ReadonlySet<string>): boolean {
    if (seen.has(type)) return false;
    if (["VP8 ", "VP8L", "ALPH"].includes(type)) return !seen.has("VP8 ") && !seen.has("VP8L");
    if (isFrame) return false;
    if (type === "VP8X" && (seen.size > 0 || length !== CANVAS_BYTES))
      throw new ImageDamaged("The WebP's header is broken.");
    if (type === "VP8X") return true;
    return (type === "ANIM" && length === ANIMATION_BYTES) || (type === "ICCP" && this.#hasProfile);
  }

  async *#kept(type: string, padded: number): AsyncGenerator<Uint8Array> {
    if (type !== "VP8X") {
      yield* this.#from.pass(padded);
      return;
    }
    const body = await this.#from.take(padded);
    if (!body) return;
    this.#hasProfile = await isProfile(this.#from);
    body[0] = (body[0] ?? 0) & ~HAS_XMP & ~(this.#hasProfile ? 0 : HAS_PROFILE);
    body.fill(0, 1, 4); // reserved
    yield body;
  }

  async *#exif(head: Uint8Array, length: number, padded: number): AsyncGenerator<Uint8Array> {
    const body = await this.#from.take(padded);
    if (!body) return;
    this.#found.orientation = orientationOf(startsWith(body, "Exif\0") ? body.subarray(6) : body);
    const kept = exifOf(this.#found.orientation);
    const fits = kept.length <= length;
    head.set(new TextEncoder().encode(fits ? "EXIF" : FILLING));
    body.fill(0);
    if (fits) body.set(kept);
    yield head;
    yield body;
  }
}

/** Whether the next chunk is a colour profile: it stands behind the canvas (2.7). */
async function isProfile(from: Pieces): Promise<boolean> {
  const head = (await from.held(8)).slice(0, 8);
  if (head.length < 8 || text(head, 0, 4) !== "ICCP") return false;
  const length = viewOf(head).getUint32(4, true);
  if (length > ICC_MAX_BYTES) return false;
  return isIccProfile((await from.held(8 + length)).slice(8, 8 + length));
}
