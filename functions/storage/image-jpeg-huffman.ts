// A Huffman table of a JPEG (ITU T.81, Annex C): finds the symbol whose code a sequence of bits begins with. Pure.

/** Codes of up to so many bits are found by one look-up. A larger table would cost more to build than it saves. */
const SHORT_BITS = 9;
const LONG_BITS = 16;

export class HuffmanTable {
  /** Length of the code in the upper byte, its symbol in the lower; 0 if no short code matches. */
  readonly #short = new Uint16Array(1 << SHORT_BITS);
  /** By length: one more than its last code, and the index of a symbol less its code. */
  readonly #end = new Int32Array(LONG_BITS + 1);
  readonly #offset = new Int32Array(LONG_BITS + 1);
  readonly #symbols: Uint8Array;

  /** `lengths[i]`: number of codes of i + 1 bits. */
  constructor(lengths: Uint8Array, symbols: Uint8Array) {
    this.#symbols = symbols;
    let code = 0;
    let at = 0;
    for (let bits = 1; bits <= LONG_BITS; bits++) {
      const count = lengths[bits - 1] ?? 0;
      this.#offset[bits] = at - code;
      for (let i = 0; i < count && bits <= SHORT_BITS; i++) {
        const first = (code + i) << (SHORT_BITS - bits);
        this.#short.fill((bits << 8) | (symbols[at + i] ?? 0), first, first + (1 << (SHORT_BITS - bits)));
      }
      code += count;
      at += count;
      this.#end[bits] = code;
      code <<= 1;
    }
  }

  /** Of the next 16 bits: the code's length in the upper byte, its symbol in the lower; null if no code matches. */
  find(sixteen: number): number | null {
    const short = this.#short[sixteen >> (LONG_BITS - SHORT_BITS)] ?? 0;
    if (short !== 0) return short;
    for (let bits = SHORT_BITS + 1; bits <= LONG_BITS; bits++) {
      const code = sixteen >> (LONG_BITS - bits);
      const at = code + (this.#offset[bits] ?? 0);
      if (code < (this.#end[bits] ?? 0) && at >= 0) return (bits << 8) | (this.#symbols[at] ?? 0);
    }
    return null;
  }
}
