// Half-precision numbers (IEEE 754 binary16) as their 16 bits. Pure.

/** The half nearest to a finite number, ties to even; beyond the range it is infinite. */
export function halfOf(value: number): number {
  const sign = value < 0 || Object.is(value, -0) ? 0x8000 : 0;
  const size = Math.abs(value);
  if (size < 2 ** -14) return sign | roundEven(size * 2 ** 24);
  if (size >= 65_520) return sign | 0x7c00;
  const exponent = exponentOf(size);
  // A mantissa that rounds up to 2048 carries into the exponent, as it should.
  return sign | ((exponent + 14) * 1024 + roundEven(size * 2 ** (10 - exponent)));
}

export function numberOf(half: number): number {
  const exponent = (half >>> 10) & 31;
  const fraction = half & 1023;
  const sign = half & 0x8000 ? -1 : 1;
  if (exponent === 31) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return sign * (exponent === 0 ? fraction * 2 ** -24 : (1024 + fraction) * 2 ** (exponent - 25));
}

/** floor(log2(size)), exactly: Math.log2 may round up just below a power of two. */
function exponentOf(size: number): number {
  const guess = Math.floor(Math.log2(size));
  if (size < 2 ** guess) return guess - 1;
  return size >= 2 ** (guess + 1) ? guess + 1 : guess;
}

function roundEven(value: number): number {
  const floor = Math.floor(value);
  const rest = value - floor;
  return rest > 0.5 || (rest === 0.5 && floor % 2 === 1) ? floor + 1 : floor;
}
