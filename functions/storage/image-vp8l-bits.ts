// The bits and prefix codes of a lossless WebP (RFC 9649, 3.7): least bit first. Reads nothing behind the end, and notes that it was to be read.

import { UnreadBytes } from "./unread-bytes.ts";

/** For green, lengths and cache; red; blue; alpha; distances. */
export type PrefixGroup = readonly [PrefixCode, PrefixCode, PrefixCode, PrefixCode, PrefixCode];

export class PrefixBits extends UnreadBytes {
  #value = 0;
  #bits = 0;
  /** No more bytes come. */
  isEnded = false;
  /** More bits were read than there are. */
  isOver = false;

  /** At most 24 bits at once are looked at. */
  peek(count: number): number {
    while (this.#bits < count) {
      this.#value |= (this.bytes[this.at] ?? 0) << this.#bits;
      this.at += 1;
      this.#bits += 8;
    }
    return this.#value & ((1 << count) - 1);
  }

  skip(count: number): void {
    this.#value >>>= count;
    this.#bits -= count;
    // Bytes behind the end may be looked at, but not used.
    const used = this.at - (this.#bits >> 3);
    if (used > this.bytes.length) this.isOver = true;
  }

  read(count: number): number {
    let value = 0;
    for (let at = 0; at < count; at += 8) {
      const some = Math.min(8, count - at);
      value += this.peek(some) * 2 ** at;
      this.skip(some);
    }
    return value;
  }
}

const LENGTH_MAX = 15;
/** Codes of up to so many bits are found by one look-up. */
const SHORT_BITS = 7;
/** In this order the lengths of the lengths are written. */
const ORDER = [17, 18, 0, 1, 2, 3, 4, 5, 16, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15];
const [REPEAT, ZEROS] = [16, 17];

export class PrefixCode {
  /** Of codes without bits: the one symbol; else -1. */
  readonly #only: number;
  /** By the next bits: length in the lower four bits, symbol above; 0 for longer codes. */
  readonly #short = new Uint16Array(1 << SHORT_BITS);
  /** By length: its first code, its number of codes, and the place of its first symbol. */
  readonly #first = new Uint16Array(LENGTH_MAX + 1);
  readonly #count = new Uint16Array(LENGTH_MAX + 1);
  readonly #place = new Uint16Array(LENGTH_MAX + 1);
  readonly #symbols: Uint16Array;

  static readonly ZERO = new PrefixCode(Uint8Array.of(1));

  /** The one symbol of a code without bits; null of any other. */
  get only(): number | null {
    return this.#only >= 0 ? this.#only : null;
  }

  private constructor(lengths: Uint8Array) {
    const used = lengths.reduce((sum, length) => sum + Number(length > 0), 0);
    this.#only = used === 1 ? lengths.findIndex((length) => length > 0) : -1;
    this.#symbols = new Uint16Array(used);
    for (const length of lengths) if (length > 0) this.#count[length] = (this.#count[length] ?? 0) + 1;
    let [code, place] = [0, 0];
    for (let length = 1; length <= LENGTH_MAX; length++) {
      code <<= 1;
      this.#first[length] = code;
      this.#place[length] = place;
      const count = this.#count[length] ?? 0;
      code += count;
      place += count;
    }
    const next = this.#place.slice();
    for (const [symbol, length] of lengths.entries()) {
      if (length === 0) continue;
      const at = next[length] ?? 0;
      next[length] = at + 1;
      this.#symbols[at] = symbol;
      if (length <= SHORT_BITS)
        this.#fill(length, (this.#first[length] ?? 0) + at - (this.#place[length] ?? 0), symbol);
    }
  }

  #fill(length: number, code: number, symbol: number): void {
    let reversed = 0;
    for (let i = 0; i < length; i++) reversed |= ((code >> i) & 1) << (length - 1 - i);
    for (let at = reversed; at < 1 << SHORT_BITS; at += 1 << length) this.#short[at] = (symbol << 4) | length;
  }

  symbol(bits: PrefixBits): number {
    if (this.#only >= 0) return this.#only;
    const sixteen = bits.peek(LENGTH_MAX);
    const short = this.#short[sixteen & ((1 << SHORT_BITS) - 1)] ?? 0;
    if (short !== 0) {
      bits.skip(short & 15);
      return short >> 4;
    }
    let code = 0;
    for (let length = 1; length <= LENGTH_MAX; length++) {
      code = (code << 1) | ((sixteen >> (length - 1)) & 1);
      const index = code - (this.#first[length] ?? 0);
      if (index >= 0 && index < (this.#count[length] ?? 0)) {
        bits.skip(length);
        return this.#symbols[(this.#place[length] ?? 0) + index] ?? 0;
      }
    }
    throw new Error("A complete code has a symbol for any bits");
  }

  /** Null where the lengths are of no code, or end too early. */
  static read(bits: PrefixBits, symbols: number): PrefixCode | null {
    const lengths = bits.read(1) ? simple(bits, symbols) : normal(bits, symbols);
    return lengths && isComplete(lengths) ? new PrefixCode(lengths) : null;
  }

  /** Of the lengths themselves. */
  static of(lengths: Uint8Array): PrefixCode | null {
    return isComplete(lengths) ? new PrefixCode(lengths) : null;
  }
}

/** One symbol, or codes that fill all bits (3.7.2). */
function isComplete(lengths: Uint8Array): boolean {
  const used = lengths.filter((length) => length > 0);
  return used.length === 1 || used.reduce((sum, length) => sum + 2 ** -length, 0) === 1;
}

function simple(bits: PrefixBits, symbols: number): Uint8Array | null {
  const isTwo = bits.read(1) === 1;
  const first = bits.read(bits.read(1) ? 8 : 1);
  const second = isTwo ? bits.read(8) : first;
  if (Math.max(first, second) >= symbols) return null;
  const lengths = new Uint8Array(1 + Math.max(first, second));
  lengths[first] = 1;
  lengths[second] = 1;
  return lengths;
}

function normal(bits: PrefixBits, symbols: number): Uint8Array | null {
  const own = new Uint8Array(ORDER.length);
  const count = 4 + bits.read(4);
  for (const symbol of ORDER.slice(0, count)) own[symbol] = bits.read(3);
  let most = symbols;
  if (bits.read(1)) most = 2 + bits.read(2 + 2 * bits.read(3));
  const code = PrefixCode.of(own);
  if (!code || most > symbols) return null;
  const lengths = new Uint8Array(symbols);
  let last = 8;
  for (let at = 0; at < symbols && most > 0 && !bits.isOver; most--) {
    const symbol = code.symbol(bits);
    if (symbol < REPEAT) {
      lengths[at] = symbol;
      if (symbol > 0) last = symbol;
      at += 1;
      continue;
    }
    const times =
      symbol === REPEAT ? 3 + bits.read(2) : symbol === ZEROS ? 3 + bits.read(3) : 11 + bits.read(7);
    if (at + times > symbols) return null;
    if (symbol < ZEROS) lengths.fill(last, at, at + times);
    at += times;
  }
  return lengths;
}
