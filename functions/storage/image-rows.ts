// Counts the bytes of a PNG's rows as they are unpacked, and stops when all are present: a PNG's stated size is not trusted, and its stream may
// be a decompression bomb. Keeps nothing.

import { Unzlib } from "fflate";
import { otherTurns } from "../lib/turns.ts";

type Size = { width: number; height: number };
type Layout = { pixelBits: number; isInterlaced: boolean };

/** Deflate makes at most 1,032 bytes of one: so much is taken in before what came out is counted. Less would cost more: each step copies
 * the window of 32 KiB. */
const STEP_BYTES = 4 * 1024;
/** Of what comes out: some fifty milliseconds. A picture of 16 megapixels has up to 128 MB. */
const TURN_BYTES = 8 * 1024 * 1024;

export class RowBytes {
  readonly #unpack: Unzlib;
  readonly #needed: number;
  readonly #step = new Uint8Array(STEP_BYTES);
  #waiting = 0;
  #count = 0;
  #turns = 0;
  /** All rows are there, or the stream is damaged. */
  #isDone = false;

  constructor(size: Size, layout: Layout) {
    this.#needed = rowBytes(size, layout);
    this.#unpack = new Unzlib((chunk) => {
      this.#count += chunk.length;
    });
  }

  async write(piece: Uint8Array): Promise<void> {
    for (let at = 0; at < piece.length && !this.#isDone; ) {
      const part = piece.subarray(at, at + STEP_BYTES - this.#waiting);
      this.#step.set(part, this.#waiting);
      this.#waiting += part.length;
      at += part.length;
      if (this.#waiting === STEP_BYTES) this.#unpackStep();
      const turns = Math.floor(this.#count / TURN_BYTES);
      if (turns > this.#turns) await otherTurns();
      this.#turns = turns;
    }
  }

  #unpackStep(): void {
    try {
      this.#unpack.push(this.#step.slice(0, this.#waiting));
    } catch {
      this.#isDone = true;
    }
    this.#waiting = 0;
    if (this.#count >= this.#needed) this.#isDone = true;
  }

  /** Whether all rows came out, some bytes of them, or none. */
  end(): "all" | "some" | "none" {
    if (this.#waiting > 0 && !this.#isDone) this.#unpackStep();
    return this.#count >= this.#needed ? "all" : this.#count > 0 ? "some" : "none";
  }
}

/** First column and row, and the steps between, of the passes of Adam7 (W3C PNG 3, 8.2). */
const ADAM7 = [
  [0, 0, 8, 8],
  [4, 0, 8, 8],
  [0, 4, 4, 8],
  [2, 0, 4, 4],
  [0, 2, 2, 4],
  [1, 0, 2, 2],
  [0, 1, 1, 2],
] as const;

/** Each row has one byte for its filter. A pass without columns has no rows. */
function rowBytes({ width, height }: Size, layout: Layout): number {
  const passes = layout.isInterlaced ? ADAM7 : ([[0, 0, 1, 1]] as const);
  let bytes = 0;
  for (const [x, y, dx, dy] of passes) {
    const columns = Math.max(0, Math.ceil((width - x) / dx));
    const rows = Math.max(0, Math.ceil((height - y) / dy));
    if (columns > 0) bytes += rows * (1 + Math.ceil((columns * layout.pixelBits) / 8));
  }
  return bytes;
}
