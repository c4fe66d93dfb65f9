// Passes a WebP on and throws ImageDamaged if its coded data is not present up to the stated end. Buffers no whole picture.

import type { ImageHeader } from "./image-file.ts";
import { CUT_OFF, ImageDamaged, NO_PIXELS, type Pieces, passed, taken } from "./image-pieces.ts";

type Passing = AsyncGenerator<Uint8Array>;

const viewOf = (bytes: Uint8Array) => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
const text = (bytes: Uint8Array, at: number) => String.fromCharCode(...bytes.subarray(at, at + 4));

// WebP (RFC 9649, 2.5-2.7; RFC 6386, 9.1; WebP Lossless, 3)

/** The length of the header of an animation's frame. */
const FRAME_HEAD_BYTES = 16;

export async function* webpPixels(from: Pieces, header: ImageHeader): Passing {
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
