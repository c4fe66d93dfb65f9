// Whether the coded data of a lossy WebP holds all of its blocks (RFC 6386): skips their codes without decoding pixels. A picture that was cut ends
// before its last block, whatever sizes were written into it afterwards. Buffers the partition of the modes, half a MiB at most, and pictures in
// several partitions up to a bound.

import { joinedBytes } from "../lib/joined-bytes.ts";
import { BoolBits } from "./image-vp8-bits.ts";
import { BLOCK_MODES, COEFFICIENT_UPDATES, COEFFICIENTS } from "./image-vp8-tables.ts";

type Size = { width: number; height: number };
/** Of one macroblock: that it has no codes; that its blocks have modes of their own, and then no block of means. */
const [SKIPPED, APART] = [1, 2];

const HEAD_BYTES = 10;
/** More than the codes of a macroblock may take: 400 coefficients of some 20 bits, each of a byte at most. */
const MACROBLOCK_BYTES = 16 * 1024;
/** Of pictures in several partitions, whose rows take turns; of a longer one only the stated sizes are checked. No program writes them unasked. */
const PARTITIONED_MAX_BYTES = 8 * 1024 * 1024;

/** What encoders flush behind the last code: one to three bytes have been seen. */
const BEHIND_MAX_BYTES = 64;

/** Bands of the coefficients' places (13.3); the last stands behind the sixteenth. */
const BANDS = [0, 1, 2, 3, 6, 4, 5, 6, 6, 6, 6, 6, 6, 6, 6, 7, 0];
const [PLACES, CONTEXTS, BAND] = [11, 3, 33];
const TYPE = 8 * BAND;
/** Further bits of large values, by category 3 to 6 (13.2). */
const EXTRA = [
  [173, 148, 140],
  [176, 155, 140, 135],
  [180, 157, 141, 134, 130],
  [254, 254, 243, 230, 196, 177, 153, 140, 133, 130, 129],
];

export class Vp8Blocks {
  readonly #across: number;
  readonly #down: number;
  readonly #bytes: number;
  #held: Uint8Array[] = [];
  #heldBytes = 0;
  #needed = HEAD_BYTES;
  #modesBytes = -1;
  #blocks: Macroblocks | null = null;
  #tokens: BoolBits | null = null;
  /** Only sizes are checked. */
  #isUncounted = false;

  /** `bytes`: the length of the chunk. */
  constructor({ width, height }: Size, bytes: number) {
    this.#across = Math.ceil(width / 16);
    this.#down = Math.ceil(height / 16);
    this.#bytes = bytes;
  }

  write(piece: Uint8Array): void {
    if (this.#isUncounted) return;
    if (this.#tokens) {
      this.#tokens.append(piece);
      this.#blocks?.count([this.#tokens], MACROBLOCK_BYTES);
      return;
    }
    this.#held.push(piece.slice());
    this.#heldBytes += piece.length;
    if (this.#heldBytes >= this.#needed) this.#begin();
  }

  #begin(): void {
    const held = joinedBytes(this.#held, this.#heldBytes);
    this.#held = [held];
    if (this.#modesBytes < 0) {
      const tag = (held[0] ?? 0) | ((held[1] ?? 0) << 8) | ((held[2] ?? 0) << 16);
      this.#modesBytes = tag >>> 5;
      this.#needed = HEAD_BYTES + this.#modesBytes;
      if (this.#heldBytes < this.#needed) return;
    }
    const modesEnd = HEAD_BYTES + this.#modesBytes;
    this.#blocks ??= new Macroblocks(
      new BoolBits(held.subarray(HEAD_BYTES, modesEnd)),
      this.#across,
      this.#down,
    );
    if (this.#blocks.partitions > 1) {
      this.#isUncounted = this.#bytes > PARTITIONED_MAX_BYTES;
      this.#needed = this.#isUncounted ? this.#needed : Number.POSITIVE_INFINITY;
      return;
    }
    this.#tokens = new BoolBits(held.slice(modesEnd));
    this.#held = [];
    this.#blocks.count([this.#tokens], MACROBLOCK_BYTES);
  }

  /** Whether all blocks are there, only some, or bytes behind the last one. */
  end(): "all" | "some" | "more" {
    const blocks = this.#blocks;
    if (!blocks || blocks.isOver) return "some";
    if (this.#isUncounted) return "all";
    const tokens = this.#tokens ? [this.#tokens] : this.#partitions(blocks.partitions);
    if (!tokens) return "some";
    blocks.count(tokens, 0);
    if (!blocks.isDone) return "some";
    return tokens.some(({ left }) => left > BEHIND_MAX_BYTES) ? "more" : "all";
  }

  /** Behind the modes: the sizes of all partitions but the last, then the partitions (9.5). */
  #partitions(count: number): BoolBits[] | null {
    const rest = joinedBytes(this.#held, this.#heldBytes).subarray(HEAD_BYTES + this.#modesBytes);
    let at = 3 * (count - 1);
    const sizes = Array.from({ length: count }, (_, i) =>
      i < count - 1
        ? (rest[3 * i] ?? 0) | ((rest[3 * i + 1] ?? 0) << 8) | ((rest[3 * i + 2] ?? 0) << 16)
        : -1,
    );
    const parts = sizes.map((size) => {
      const part = rest.subarray(at, size < 0 ? undefined : at + size);
      at += Math.max(0, size);
      return new BoolBits(part);
    });
    return at > rest.length ? null : parts;
  }
}

/** The macroblocks of a picture, row by row. */
class Macroblocks {
  partitions = 1;
  /** The header, the modes or the codes end too early. */
  isOver = false;
  readonly #across: number;
  readonly #down: number;
  readonly #kinds: Uint8Array;
  readonly #coefficients = COEFFICIENTS.slice();
  /** Whether the blocks above and to the left have codes: four of brightness, two and two of colour, one of means. */
  readonly #above: Uint8Array;
  readonly #left = new Uint8Array(9);
  #next = 0;

  constructor(bits: BoolBits, across: number, down: number) {
    [this.#across, this.#down] = [across, down];
    this.#kinds = new Uint8Array(across * down);
    this.#above = new Uint8Array(9 * across);
    const modes = this.#header(bits);
    this.#modes(bits, modes);
    this.isOver = bits.isOver;
  }

  get isDone(): boolean {
    return this.#next === this.#kinds.length && !this.isOver;
  }

  /** The frame's header (9.2 to 9.11): how segments and skipped macroblocks are coded. */
  #header(bits: BoolBits): { segments: number[] | null; skipped: number | null } {
    const delta = (size: number) => bits.flag() && bits.number(size + 1);
    bits.number(2);
    let segments: number[] | null = null;
    if (bits.flag()) {
      const hasMap = bits.flag();
      if (bits.flag()) {
        bits.flag();
        for (let i = 0; i < 4; i++) delta(7);
        for (let i = 0; i < 4; i++) delta(6);
      }
      if (hasMap) segments = [0, 1, 2].map(() => (bits.flag() ? bits.number(8) : 255));
    }
    bits.number(1 + 6 + 3);
    if (bits.flag() && bits.flag()) for (let i = 0; i < 8; i++) delta(6);
    this.partitions = 1 << bits.number(2);
    bits.number(7);
    for (let i = 0; i < 5; i++) delta(4);
    bits.flag();
    for (const [i, probability] of COEFFICIENT_UPDATES.entries()) {
      if (bits.bit(probability)) this.#coefficients[i] = bits.number(8);
    }
    return { segments, skipped: bits.flag() ? bits.number(8) : null };
  }

  /** Segments, which macroblocks are skipped, and modes (10, 11.1 to 11.4). */
  #modes(bits: BoolBits, { segments, skipped }: { segments: number[] | null; skipped: number | null }): void {
    const above = new Uint8Array(4 * this.#across);
    const left = new Uint8Array(4);
    for (let at = 0; at < this.#kinds.length && !bits.isOver; at++) {
      const x = at % this.#across;
      if (x === 0) left.fill(0);
      if (segments) bits.bit(segments[bits.bit(segments[0] ?? 0) ? 2 : 1] ?? 0);
      let kind = skipped !== null && bits.bit(skipped) ? SKIPPED : 0;
      if (bits.bit(145)) {
        const mode = bits.bit(156) ? (bits.bit(128) ? 1 : 3) : bits.bit(163) ? 2 : 0;
        above.fill(mode, 4 * x, 4 * x + 4);
        left.fill(mode);
      } else {
        kind |= APART;
        for (let block = 0; block < 16; block++) {
          const [column, row] = [4 * x + (block & 3), block >> 2];
          const mode = blockMode(bits, 9 * (10 * (above[column] ?? 0) + (left[row] ?? 0)));
          above[column] = mode;
          left[row] = mode;
        }
      }
      if (bits.bit(142) && bits.bit(114)) bits.bit(183);
      this.#kinds[at] = kind;
    }
  }

  /** Goes on with the macroblocks as long as so many bytes are left for each. Rows take turns with the partitions. */
  count(partitions: readonly BoolBits[], reserve: number): void {
    while (this.#next < this.#kinds.length && !this.isOver) {
      const row = Math.floor(this.#next / this.#across);
      const bits = partitions[row % partitions.length];
      if (!bits || bits.left < reserve) return;
      this.#skip(bits, this.#next - row * this.#across);
      this.isOver = bits.isOver;
      this.#next += 1;
    }
  }

  /** The codes of one macroblock (13). */
  #skip(bits: BoolBits, x: number): void {
    const kind = this.#kinds[this.#next] ?? 0;
    const [left, above] = [this.#left, this.#above.subarray(9 * x, 9 * x + 9)];
    if (x === 0) left.fill(0);
    const isApart = (kind & APART) !== 0;
    if (kind & SKIPPED) {
      left.fill(0, 0, isApart ? 8 : 9);
      above.fill(0, 0, isApart ? 8 : 9);
      return;
    }
    let first = 0;
    if (!isApart) {
      const found = this.#block(bits, 1, (above[8] ?? 0) + (left[8] ?? 0), 0);
      left[8] = above[8] = found > 0 ? 1 : 0;
      first = 1;
    }
    const type = isApart ? 3 : 0;
    for (let block = 0; block < 24; block++) {
      const isBright = block < 16;
      // Brightness in rows of four; then two planes of colour in rows of two.
      const [column, row] = isBright
        ? [block & 3, block >> 2]
        : [4 + ((block >> 2) & 1) * 2 + (block & 1), 4 + ((block >> 2) & 1) * 2 + ((block >> 1) & 1)];
      const context = (above[column] ?? 0) + (left[row] ?? 0);
      const begin = isBright ? first : 0;
      const found = this.#block(bits, isBright ? type : 2, context, begin);
      left[row] = above[column] = found > begin ? 1 : 0;
    }
  }

  /** The codes of one block. Returns the place behind its last coefficient. */
  #block(bits: BoolBits, type: number, context: number, begin: number): number {
    const probabilities = this.#coefficients;
    let place = begin;
    let at = TYPE * type + BAND * (BANDS[place] ?? 0) + PLACES * context;
    const p = (i: number) => probabilities[at + i] ?? 0;
    while (place < 16) {
      if (!bits.bit(p(0))) return place;
      while (!bits.bit(p(1))) {
        place += 1;
        if (place === 16) return 16;
        at = TYPE * type + BAND * (BANDS[place] ?? 0);
      }
      const isLarge = bits.bit(p(2)) === 1;
      if (isLarge) largeValue(bits, probabilities, at);
      bits.bit(128);
      place += 1;
      at = TYPE * type + BAND * (BANDS[place] ?? 0) + PLACES * (isLarge ? CONTEXTS - 1 : 1);
    }
    return 16;
  }
}

/** A value of two and more (13.2). */
function largeValue(bits: BoolBits, probabilities: Uint8Array, at: number): void {
  const bit = (i: number) => bits.bit(probabilities[at + i] ?? 0);
  if (!bit(3)) {
    if (bit(4)) bit(5);
  } else if (!bit(6)) {
    if (!bit(7)) bits.bit(159);
    else {
      bits.bit(165);
      bits.bit(145);
    }
  } else {
    const high = bit(8);
    for (const probability of EXTRA[2 * high + bit(9 + high)] ?? []) bits.bit(probability);
  }
}

/** The mode of a 4 x 4 block by its tree (11.2). */
function blockMode(bits: BoolBits, at: number): number {
  const bit = (i: number) => bits.bit(BLOCK_MODES[at + i] ?? 0);
  if (!bit(0)) return 0;
  if (!bit(1)) return 1;
  if (!bit(2)) return 2;
  if (!bit(3)) return bit(4) ? (bit(5) ? 5 : 4) : 3;
  if (!bit(6)) return 6;
  if (!bit(7)) return 7;
  return bit(8) ? 9 : 8;
}
