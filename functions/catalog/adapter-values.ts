// Checks and measures the F16 values of an adapter as they stream: all finite, and no layer's up larger than the base allows.
// down is orthonormal, so the Frobenius norm of up is that of the residual at strength 1.

import { ENTRY_PREFIX, UP_PREFIX } from "../../schema/contract/adapter-file.ts";
import type { FileReason } from "../../schema/contract/codes.ts";
import type { TensorEntry } from "../lib/safetensors.ts";

type ValueFault = { reason: FileReason; detail: string };

/** `norms` holds one number for each layer; NaN where a value of it is not finite. */
export type Measured = { count: number; zeros: number; finite: boolean; norms: number[] };

/** The square of every half-precision number by its 16 bits (IEEE 754 binary16); NaN for what is not finite. */
const SQUARES = Float64Array.from({ length: 1 << 16 }, (_, bits) => {
  const exponent = (bits >>> 10) & 31;
  const fraction = (bits & 1023) / 1024;
  if (exponent === 31) return Number.NaN;
  const magnitude = exponent === 0 ? fraction * 2 ** -14 : (1 + fraction) * 2 ** (exponent - 15);
  return magnitude * magnitude;
});

export class ValueChecker {
  readonly #places: (TensorEntry & { name: string })[];
  readonly #normMax: number;
  #at = 0;
  #place = 0;
  #sum = 0;
  /** The low byte of a value whose high byte is in the next chunk. */
  #low: number | null = null;
  #fault: ValueFault | null = null;
  readonly #measured: Measured = { count: 0, zeros: 0, finite: true, norms: [] };

  /** The header was checked before: the tensors are contiguous from byte 0, and all are F16. */
  constructor(tensors: Record<string, TensorEntry>, normMax: number) {
    this.#places = Object.entries(tensors)
      .map(([name, entry]) => ({ name, ...entry }))
      .sort((a, b) => a.begin - b.begin);
    this.#normMax = normMax;
  }

  take(chunk: Uint8Array): void {
    for (const byte of chunk) {
      if (this.#low === null) {
        this.#low = byte;
      } else {
        const square = SQUARES[this.#low | (byte << 8)] ?? Number.NaN;
        this.#sum += square;
        // The square of the smallest positive half is positive in double precision, so zero means zero.
        if (square === 0) this.#measured.zeros += 1;
        this.#low = null;
        this.#at += 2;
        if (this.#at === this.#places[this.#place]?.end) this.#endTensor();
      }
    }
  }

  finish(): ValueFault | null {
    return this.#fault;
  }

  /** The measurements so far. */
  measured(): Measured {
    return { ...this.#measured, count: this.#at / 2 };
  }

  #endTensor(): void {
    const name = this.#places[this.#place]?.name ?? "";
    const norm = Math.sqrt(this.#sum);
    if (name.startsWith(UP_PREFIX)) this.#measured.norms.push(norm);
    if (Number.isNaN(norm)) {
      this.#measured.finite = false;
      this.#fault ??= {
        reason: "value_not_finite",
        detail: `Tensor "${name}" holds a value that is not finite.`,
      };
    } else if ([UP_PREFIX, ENTRY_PREFIX].some((prefix) => name.startsWith(prefix)) && norm > this.#normMax) {
      const detail = `||${name}|| is ${norm.toFixed(1)}, above ${this.#normMax}.`;
      this.#fault ??= { reason: "norm_too_large", detail };
    }
    this.#sum = 0;
    this.#place += 1;
  }
}
