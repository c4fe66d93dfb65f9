// One scan of a JPEG: how many blocks its Huffman codes hold (ITU T.81, F.2.2, G.1.2.2 and G.1.2.3). Decodes no pixels; buffers less than one block,
// and of progressive scans one bit for each coefficient.

import type { HuffmanTable } from "./image-jpeg-huffman.ts";

export const BLOCK_COEFFICIENTS = 64;
/** The tables of one component in a scan. */
export type Coded = { dc: HuffmanTable | undefined; ac: HuffmanTable | undefined };
/** The coefficients that the scan codes; `refines`: one more bit of each. */
type Range = { first: number; last: number; refines: boolean };
/** What the scans so far have said of one component. */
export type Known = {
  /** By coefficient: the lowest bit that was coded, -1 where none was. */
  open: Int8Array;
  /** By block two words: the coefficients 0 to 31 and 32 to 63 that are not zero. */
  nonZero: Uint32Array;
  /** Whether all of its scans could be counted. */
  isCounted: boolean;
};
/** Coefficients 0 to 31 and 32 to 63. */
type Mask = [low: number, high: number];

/** The run length that stands for sixteen zeros. */
const ZEROS = 15;

function mark(mask: Mask, at: number): void {
  mask[at >> 5 === 0 ? 0 : 1] |= 1 << (at & 31);
}
const isMarked = (mask: Mask, at: number) => ((mask[at >> 5 === 0 ? 0 : 1] >>> (at & 31)) & 1) === 1;

/** Of the coefficients from `first` to `last`. */
function countMarked(mask: Mask, first: number, last: number): number {
  if (mask[0] === 0 && mask[1] === 0) return 0;
  let count = 0;
  for (let at = first; at <= last; at++) if (isMarked(mask, at)) count += 1;
  return count;
}

export class Scan {
  found = 0;
  /** Whether an invalid code was found anywhere. */
  wasLost = false;
  /** Bytes that are no blocks: behind the last one, or behind an invalid code. */
  behind = 0;
  /** Without stuffed zeros, from the first block on that is not yet counted. */
  #bytes: Uint8Array = new Uint8Array();
  #bit = 0;
  /** Index of the next block in its MCU. */
  #next = 0;
  /** An invalid code was found: the rest up to the next restart marker is skipped. */
  #isLost = false;
  #restarts = 0;
  /** How many blocks, this one included, an end of band still covers in a refinement. */
  #covered = 0;
  readonly codes: readonly Coded[];
  readonly range: Range;
  readonly expected: number;
  readonly known: Known | null;

  constructor(codes: readonly Coded[], range: Range, expected: number, known: Known | null) {
    this.codes = codes;
    this.range = range;
    this.expected = expected;
    this.known = known;
  }

  write(piece: Uint8Array): void {
    let from = 0;
    for (let at = piece.indexOf(0xff); at >= 0; at = piece.indexOf(0xff, at + 2)) {
      if (piece[at + 1] === 0) continue;
      this.#restarts += 1;
      this.#read(piece.subarray(from, at));
      this.#bytes = new Uint8Array();
      [this.#bit, this.#next, this.#isLost, this.#covered] = [0, 0, false, 0];
      from = at + 2;
    }
    this.#read(piece.subarray(from));
  }

  #read(stuffed: Uint8Array): void {
    // A restart interval has at least one MCU.
    if (this.#isLost || this.found >= this.expected || this.#restarts > this.expected) {
      this.behind += stuffed.length;
      return;
    }
    const held = this.#bytes.subarray(this.#bit >> 3);
    this.#bit &= 7;
    // Two more bytes, so that 16 bits can be read from any position.
    const bytes = new Uint8Array(held.length + stuffed.length + 2);
    bytes.set(held);
    let end = held.length;
    for (let at = 0; at < stuffed.length; at++) {
      const byte = stuffed[at] ?? 0;
      bytes[end++] = byte;
      if (byte === 0xff) at += 1;
    }
    this.#bytes = bytes.subarray(0, end);
    const bits = new Bits(bytes, this.#bit, 8 * end);
    while (!this.#isLost && this.found < this.expected) {
      const begun = bits.at;
      const run = this.range.refines ? this.#refinement(bits) : this.#block(bits);
      if (run === "more") {
        bits.at = begun;
        break;
      }
      this.#isLost = run === "lost";
      this.wasLost ||= this.#isLost;
      if (typeof run === "number") this.#count(run);
    }
    this.#bit = bits.at;
    if (this.#isLost || this.found >= this.expected) this.behind += Math.max(0, end - Math.ceil(bits.at / 8));
  }

  #count(blocks: number): void {
    const counted = this.#next + blocks;
    this.found = Math.min(this.expected, this.found + Math.floor(counted / this.codes.length));
    this.#next = counted % this.codes.length;
  }

  /** Skips the codes of a block. Returns how many blocks end with them. */
  #block(bits: Bits): number | "more" | "lost" {
    const { dc, ac } = this.codes[this.#next] ?? { dc: undefined, ac: undefined };
    const { first, last } = this.range;
    let at = first;
    const coded: Mask = [0, 0];
    if (first === 0) {
      const size = bits.symbol(dc);
      if (typeof size === "string") return size;
      bits.at += size;
      at = 1;
    }
    while (at <= last) {
      const symbol = bits.symbol(ac);
      if (typeof symbol === "string") return symbol;
      const [zeros, size] = [symbol >> 4, symbol & 15];
      if (size > 0) {
        bits.at += size;
        at += zeros + 1;
        mark(coded, at - 1);
      } else if (zeros === ZEROS) at += 16;
      else if (first === 0) break;
      // Progressive: end of band of so many blocks (G.1.2.2).
      else if (bits.isOver(zeros)) return "more";
      else return this.#noted(coded, (1 << zeros) + bits.take(zeros));
    }
    return bits.isOver(0) ? "more" : this.#noted(coded, 1);
  }

  /** Notes which coefficients of the present block are not zero, for its refinements. */
  #noted([low, high]: Mask, blocks: number): number {
    const { nonZero } = this.known ?? {};
    const at = 2 * this.found;
    // Scans of the DC coefficients may be interleaved, and note nothing: only the others have a history.
    if (!nonZero || this.range.first === 0 || at >= nonZero.length) return blocks;
    nonZero[at] = (nonZero[at] ?? 0) | low;
    nonZero[at + 1] = (nonZero[at + 1] ?? 0) | high;
    return blocks;
  }

  /** Skips one more bit of every coefficient of a block that is known not to be zero, and the codes of those that become so (G.1.2.3). */
  #refinement(bits: Bits): number | "more" | "lost" {
    const { first, last } = this.range;
    if (first === 0) {
      bits.at += 1;
      return bits.isOver(0) ? "more" : 1;
    }
    const block: Mask = [
      this.known?.nonZero[2 * this.found] ?? 0,
      this.known?.nonZero[2 * this.found + 1] ?? 0,
    ];
    const coded: Mask = [0, 0];
    let covered = this.#covered;
    let at = first;
    while (covered === 0 && at <= last) {
      const symbol = bits.symbol(this.codes[0]?.ac);
      if (typeof symbol === "string") return symbol;
      const [zeros, size] = [symbol >> 4, symbol & 15];
      if (size > 1) return "lost";
      if (size === 0 && zeros < ZEROS) {
        if (bits.isOver(zeros)) return "more";
        covered = (1 << zeros) + bits.take(zeros);
        break;
      }
      bits.at += size;
      for (let left = zeros; at <= last; at++) {
        if (isMarked(block, at)) bits.at += 1;
        else if (left === 0) break;
        else left -= 1;
      }
      if (size > 0 && at <= last) mark(coded, at);
      at += 1;
    }
    if (covered > 0) {
      bits.at += countMarked(block, at, last);
      covered -= 1;
    }
    if (bits.isOver(0)) return "more";
    this.#covered = covered;
    return this.#noted(coded, 1);
  }
}

class Bits {
  readonly bytes: Uint8Array;
  at: number;
  readonly end: number;
  constructor(bytes: Uint8Array, at: number, end: number) {
    [this.bytes, this.at, this.end] = [bytes, at, end];
  }

  isOver(more: number): boolean {
    return this.at + more > this.end;
  }

  /** The next bits, at most sixteen. */
  take(count: number): number {
    const bits = this.#sixteen() >> (16 - count);
    this.at += count;
    return bits;
  }

  symbol(table: HuffmanTable | undefined): number | "more" | "lost" {
    if (this.at >= this.end) return "more";
    const found = table?.find(this.#sixteen()) ?? null;
    if (found === null) return this.isOver(16) ? "more" : "lost";
    this.at += found >> 8;
    return this.isOver(0) ? "more" : found & 0xff;
  }

  #sixteen(): number {
    const { bytes, at } = this;
    const byte = at >> 3;
    const three = ((bytes[byte] ?? 0) << 16) | ((bytes[byte + 1] ?? 0) << 8) | (bytes[byte + 2] ?? 0);
    return (three >> (8 - (at & 7))) & 0xffff;
  }
}
