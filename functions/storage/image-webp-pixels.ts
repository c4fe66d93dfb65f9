// Passes a WebP on and throws ImageDamaged unless its coded data, and that of an animation's frames, holds all pixels and nothing else (RFC 9649,
// 2.5-2.7). Buffers no whole picture.

import { otherTurns } from "../lib/turns.ts";
import type { ImageHeader } from "./image-file.ts";
import { CUT_OFF, ImageDamaged, NO_PIXELS, type Pieces, passed, taken } from "./image-pieces.ts";
import { Vp8Blocks } from "./image-vp8.ts";
import { Vp8lPixels } from "./image-vp8l.ts";

type Passing = AsyncGenerator<Uint8Array>;
type Size = { width: number; height: number };
/** Counts what is coded. */
type Counter = { write(piece: Uint8Array): void; end(): "all" | "some" | "more" };

const viewOf = (bytes: Uint8Array) => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
const text = (bytes: Uint8Array, at: number) => String.fromCharCode(...bytes.subarray(at, at + 4));

/** The length of the header of an animation's frame. */
const FRAME_HEAD_BYTES = 16;
/** Of all frames together: each costs time, however few bytes it has. */
const FRAMES_MAX_PIXELS = 256_000_000;
/** Some fifty milliseconds. */
const TURN_PIXELS = 4_000_000;

export async function* webpPixels(from: Pieces, header: ImageHeader): Passing {
  const riff = await taken(from, 12);
  yield riff;
  const chunks = new Chunks(from, header);
  yield* chunks.passed(viewOf(riff).getUint32(4, true) - 4, null);
  if (chunks.pixels === 0) throw new ImageDamaged(NO_PIXELS);
}

class Chunks {
  pixels = 0;
  #turned = 0;
  readonly #from: Pieces;
  readonly #canvas: Size;

  constructor(from: Pieces, canvas: Size) {
    this.#from = from;
    this.#canvas = canvas;
  }

  /** `frame`: the size of the frame whose chunks these are. */
  async *passed(bytes: number, frame: Size | null): Passing {
    for (let left = bytes; left > 0; ) {
      const head = await taken(this.#from, 8);
      yield head;
      const type = text(head, 0);
      const length = viewOf(head).getUint32(4, true);
      const padded = length + (length & 1);
      left -= 8 + padded;
      if (left < 0) throw new ImageDamaged(CUT_OFF);
      if (type === "ANMF" && length >= FRAME_HEAD_BYTES && !frame) {
        const place = await taken(this.#from, FRAME_HEAD_BYTES);
        yield place;
        yield* this.passed(padded - FRAME_HEAD_BYTES, frameOf(viewOf(place), this.#canvas));
        continue;
      }
      const counter = await this.#counter(type, length, frame ?? this.#canvas);
      yield* counter ? counted(this.#from, counter, length) : passed(this.#from, length);
      yield* passed(this.#from, padded - length);
      if (this.pixels - this.#turned > TURN_PIXELS) {
        this.#turned = this.pixels;
        await otherTurns();
      }
    }
  }

  async #counter(type: string, length: number, size: Size): Promise<Counter | null> {
    if (type !== "VP8 " && type !== "VP8L" && type !== "ALPH") return null;
    const first = (await this.#from.held(Math.min(length, 10))).slice(0, Math.min(length, 10));
    if (type === "ALPH") return alphaCounter(first[0] ?? 0, length, size);
    const coded = type === "VP8 " ? lossySize(first, length) : losslessSize(first);
    if (!coded) throw new ImageDamaged(NO_PIXELS);
    if (coded.width !== size.width || coded.height !== size.height)
      throw new ImageDamaged("The WebP picture says two sizes.");
    this.pixels += size.width * size.height;
    if (this.pixels > FRAMES_MAX_PIXELS)
      throw new ImageDamaged("The animation has more pixels than are accepted.");
    return type === "VP8 " ? new Vp8Blocks(size, length) : new Vp8lPixels(size, true);
  }
}

async function* counted(from: Pieces, counter: Counter, length: number): Passing {
  for await (const piece of passed(from, length)) {
    counter.write(piece);
    yield piece;
  }
  const found = counter.end();
  if (found === "some") throw new ImageDamaged(CUT_OFF);
  if (found === "more") throw new ImageDamaged("The WebP has more data than its pixels.");
}

/** Alpha as bytes, or coded as a lossless picture without its header, behind one byte of how (2.7.1.2). */
function alphaCounter(how: number, length: number, size: Size): Counter {
  if ((how & 3) > 1) throw new ImageDamaged("The WebP's pixels are damaged.");
  if ((how & 3) === 0) {
    if (length !== 1 + size.width * size.height) throw new ImageDamaged(CUT_OFF);
    return { write() {}, end: () => "all" };
  }
  const pixels = new Vp8lPixels(size, false);
  let isFirst = true;
  return {
    write(piece) {
      pixels.write(isFirst ? piece.subarray(1) : piece);
      isFirst = false;
    },
    end: () => pixels.end(),
  };
}

const uint24 = (view: DataView, at: number) => view.getUint16(at, true) | (view.getUint8(at + 2) << 16);

/** A frame lies on the canvas (2.7.1.1). */
function frameOf(view: DataView, canvas: Size): Size {
  const [x, y] = [2 * uint24(view, 0), 2 * uint24(view, 3)];
  const size = { width: 1 + uint24(view, 6), height: 1 + uint24(view, 9) };
  if (x + size.width > canvas.width || y + size.height > canvas.height)
    throw new ImageDamaged("A frame is not within its picture.");
  return size;
}

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
