// Half-precision numbers (IEEE 754 binary16) as their 16 bits, converted by the engine's Float16Array. Pure.

/// <reference lib="es2025.float16" />

const halves = new Float16Array(1);
const bits = new Uint16Array(halves.buffer);

/** The bits of the half nearest to a number, ties to even; beyond the range it is infinite. */
export function halfOf(value: number): number {
  halves[0] = value;
  return bits[0] ?? 0;
}

export function numberOf(half: number): number {
  bits[0] = half;
  return halves[0] ?? 0;
}
