// Counts the bytes that a PNG's zlib stream unpacks to, and stops where they are more than its rows have: a PNG's stated size is not trusted, and
// its stream may be a decompression bomb. Keeps nothing.

import { otherTurns } from "../lib/turns.ts";

type Size = { width: number; height: number };
type Layout = { pixelBits: number; isInterlaced: boolean };

/** Deflate makes at most 1,032 bytes of one: so much is taken in before what came out is counted. */
const STEP_BYTES = 4 * 1024;
/** Of what comes out: some fifty milliseconds. A picture of 16 megapixels has up to 128 MB. */
const TURN_BYTES = 8 * 1024 * 1024;

export class RowBytes {
  readonly #needed: number;
  readonly #writer: WritableStreamDefaultWriter<Uint8Array>;
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  /** Whether the stream was unpacked to its end without a fault. */
  readonly #counted: Promise<boolean>;
  #count = 0;
  #turns = 0;
  /** There are more bytes than the rows have, or the stream is damaged. */
  #isDone = false;

  constructor(needed: number) {
    this.#needed = needed;
    // It also refuses a wrong checksum and bytes behind the end of the stream.
    const { readable, writable } = new DecompressionStream("deflate");
    this.#writer = writable.getWriter();
    this.#reader = readable.getReader();
    this.#writer.closed.catch(() => {});
    this.#counted = this.#read();
  }

  async #read(): Promise<boolean> {
    try {
      for (;;) {
        const { done, value } = await this.#reader.read();
        if (done) return true;
        this.#count += value.length;
        if (this.#count > this.#needed) break;
      }
    } catch {}
    this.stop();
    return false;
  }

  async write(piece: Uint8Array): Promise<void> {
    for (let at = 0; at < piece.length && !this.#isDone; at += STEP_BYTES) {
      try {
        await this.#writer.write(piece.slice(at, at + STEP_BYTES));
      } catch {
        this.stop();
      }
      const turns = Math.floor(this.#count / TURN_BYTES);
      if (turns > this.#turns) await otherTurns();
      this.#turns = turns;
    }
  }

  /** Whether exactly the rows came out, only some of their bytes, none, more than theirs, or an error: what came out before one is not certain. */
  async end(): Promise<"all" | "some" | "none" | "more" | "damaged"> {
    if (!this.#isDone) await this.#writer.close().catch(() => {});
    const isWhole = await this.#counted;
    if (this.#count > this.#needed) return "more";
    if (!isWhole) return "damaged";
    if (this.#count === this.#needed) return "all";
    return this.#count > 0 ? "some" : "none";
  }

  /** Lets go of the stream. */
  stop(): void {
    if (this.#isDone) return;
    this.#isDone = true;
    this.#writer.abort().catch(() => {});
    this.#reader.cancel().catch(() => {});
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

/** How many bytes the rows of a picture have. Each row has one byte for its filter; a pass without columns has no rows. */
export function rowBytes({ width, height }: Size, layout: Layout): number {
  const passes = layout.isInterlaced ? ADAM7 : ([[0, 0, 1, 1]] as const);
  let bytes = 0;
  for (const [x, y, dx, dy] of passes) {
    const columns = Math.max(0, Math.ceil((width - x) / dx));
    const rows = Math.max(0, Math.ceil((height - y) / dy));
    if (columns > 0) bytes += rows * (1 + Math.ceil((columns * layout.pixelBits) / 8));
  }
  return bytes;
}
