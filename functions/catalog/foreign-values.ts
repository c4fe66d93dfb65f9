// Checks the values of a LoRA of another program as they stream: F16, BF16 or F32, all finite. No base bounds their norms.

import type { TensorEntry } from "../lib/safetensors.ts";
import type { Measured } from "./adapter-values.ts";

const BYTES: Record<string, number> = { F16: 2, BF16: 2, F32: 4 };

export class ForeignValues {
  readonly #places: { name: string; dtype: string; end: number; size: number }[];
  #place = 0;
  #at = 0;
  /** Of the value that is being read: its last two bytes so far, and whether any byte but its sign was set. */
  #before = 0;
  #byte = 0;
  #isZero = true;
  #inValue = 0;
  #notFinite: string | null = null;
  readonly #measured = { count: 0, zeros: 0 };

  /** The header was checked before: the tensors are contiguous from byte 0, and of these types. */
  constructor(tensors: Record<string, TensorEntry>) {
    this.#places = Object.entries(tensors)
      .map(([name, { dtype, end }]) => ({ name, dtype, end, size: BYTES[dtype] ?? 2 }))
      .sort((a, b) => a.end - b.end);
  }

  take(chunk: Uint8Array): void {
    for (const byte of chunk) {
      while (this.#at === this.#places[this.#place]?.end) this.#place += 1;
      const place = this.#places[this.#place];
      if (!place) return;
      this.#before = this.#byte;
      this.#byte = byte;
      this.#inValue += 1;
      this.#at += 1;
      const isLast = this.#inValue === place.size;
      if ((isLast ? byte & 0x7f : byte) !== 0) this.#isZero = false;
      if (isLast) this.#endValue(place.name, place.dtype);
    }
  }

  /** The name of the first tensor with a value that is not finite, or null. */
  get notFinite(): string | null {
    return this.#notFinite;
  }

  measured(): Measured {
    return { ...this.#measured, finite: this.#notFinite === null, norms: [] };
  }

  /** Not finite is an exponent of ones: 5 bits of F16, 8 of BF16 and F32, behind the sign in the last byte. */
  #endValue(name: string, dtype: string): void {
    const finite =
      dtype === "F16"
        ? (this.#byte & 0x7c) !== 0x7c
        : (this.#byte & 0x7f) !== 0x7f || (this.#before & 0x80) === 0;
    if (!finite) this.#notFinite ??= name;
    this.#measured.count += 1;
    if (this.#isZero) this.#measured.zeros += 1;
    this.#inValue = 0;
    this.#isZero = true;
  }
}
