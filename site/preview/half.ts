// Half-precision numbers (IEEE 754 binary16) as safetensors files store them, little-endian. Pure.

/** A table of all 65,536 values, built on first use: a lookup is faster than decoding bits. */
let values: Float32Array | undefined;

function numberOf(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0x1f) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

export function fromHalf(bytes: Uint8Array): Float32Array {
  values ??= Float32Array.from({ length: 65_536 }, (_, bits) => numberOf(bits));
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const numbers = new Float32Array(bytes.byteLength / 2);
  for (let i = 0; i < numbers.length; i++) numbers[i] = values[view.getUint16(2 * i, true)] as number;
  return numbers;
}
