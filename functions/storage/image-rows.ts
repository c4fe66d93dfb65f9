// Counts the bytes that a PNG's zlib stream unpacks to, looks at the filter of each row, and stops where there are more than its rows have: a PNG's
// stated size is not trusted, and its stream may be a decompression bomb. Keeps nothing.

import { otherTurns } from "../lib/turns.ts";

type Size = { width: number; height: number };
type Layout = { pixelBits: number; isInterlaced: boolean };

/** Deflate makes at most 1,032 bytes of one: so much is taken in before what came out is counted. */
const STEP_BYTES = 4 * 1024;
/** Of what comes out: some fifty milliseconds. A picture of 16 megapixels has up to 128 MB. */
const TURN_BYTES = 8 * 1024 * 1024;

/** Rows of one length in bytes, the filter's among them. */
export type Rows = { count: number; bytes: number };

/** Of the ways to predict a row (9.2), the last. */
const FILTER_MAX = 4;

export class RowBytes {
  readonly #needed: number;
  readonly #rows: Rows[];
  /** Where the next row begins, and how many rows of its length are still to come. */
  #nextRow = 0;
  #left = 0;
  readonly #writer: WritableStreamDefaultWriter<Uint8Array>;
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  /** Whether the stream was unpacked to its end without a fault. */
  readonly #counted: Promise<boolean>;
  #count = 0;
  #turns = 0;
  /** There are more bytes than the rows have, or the stream is damaged. */
  #isDone = false;

  constructor(rows: readonly Rows[]) {
    this.#needed = bytesOf(rows);
    this.#rows = [...rows];
    this.#left = this.#rows[0]?.count ?? 0;
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
        const hasFilters = this.#areFilters(value);
        this.#count += value.length;
        if (!hasFilters || this.#count > this.#needed) break;
      }
    } catch {}
    this.stop();
    return false;
  }

  /** Whether the rows that begin in what came out have filters that there are. */
  #areFilters(value: Uint8Array): boolean {
    while (this.#nextRow < this.#count + value.length) {
      while (this.#left === 0 && this.#rows.length > 0) {
        this.#rows.shift();
        this.#left = this.#rows[0]?.count ?? 0;
      }
      const [rows] = this.#rows;
      if (!rows) break;
      if ((value[this.#nextRow - this.#count] ?? 0) > FILTER_MAX) return false;
      this.#nextRow += rows.bytes;
      this.#left -= 1;
    }
    return true;
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

export const bytesOf = (rows: readonly Rows[]) =>
  rows.reduce((sum, { count, bytes }) => sum + count * bytes, 0);

/** The rows of a picture, pass by pass. Each row has one byte for its filter; a pass without columns has no rows. */
export function rowsOf({ width, height }: Size, layout: Layout): Rows[] {
  const passes = layout.isInterlaced ? ADAM7 : ([[0, 0, 1, 1]] as const);
  return passes.flatMap(([x, y, dx, dy]) => {
    const columns = Math.max(0, Math.ceil((width - x) / dx));
    const count = Math.max(0, Math.ceil((height - y) / dy));
    return columns > 0 && count > 0
      ? [{ count, bytes: 1 + Math.ceil((columns * layout.pixelBits) / 8) }]
      : [];
  });
}
