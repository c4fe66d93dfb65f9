// The bits of a VP8 partition (RFC 6386, 7): each is read with a probability of 0 out of 256. Reads nothing behind the end, and notes that it was
// to be read.

import { UnreadBytes } from "./unread-bytes.ts";

export class BoolBits extends UnreadBytes {
  #value = 0;
  #range = 254;
  /** Bits that are there beyond the eight that are compared. */
  #bits = -8;
  /** More bits were read than there are. */
  isOver = false;

  bit(probability: number): number {
    if (this.#bits < 0) this.#load();
    const split = (this.#range * probability) >> 8;
    const isOne = this.#value >> this.#bits > split;
    let range = split + 1;
    if (isOne) {
      range = this.#range - split;
      this.#value -= (split + 1) << this.#bits;
    }
    const shift = Math.clz32(range) - 24;
    this.#bits -= shift;
    this.#range = (range << shift) - 1;
    return isOne ? 1 : 0;
  }

  #load(): void {
    this.isOver ||= this.at >= this.bytes.length;
    this.#value = (this.#value << 8) | (this.bytes[this.at++] ?? 0);
    this.#bits += 8;
  }

  /** A number of so many bits, the highest first. */
  number(bits: number): number {
    let value = 0;
    for (let i = 0; i < bits; i++) value = 2 * value + this.bit(128);
    return value;
  }

  flag(): boolean {
    return this.bit(128) === 1;
  }
}
