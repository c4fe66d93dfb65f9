// Shared orthonormal bases in closed form: nothing to store. Pure; runs in a Worker and a browser. `signed-dct-2` is for
// layers whose whole input is used, `unit` for reserved channels: its columns are the channels themselves.
// Twin of gpu-runner/orthoplex/ortho/basis.py, bound to it by schema/examples/basis.json (equal to 1e-15: Math.cos and
// libm may round the last bit differently). Out-of-range input is a caller's defect and throws RangeError.

export const BASIS_NAME = "signed-dct-2";
export const UNIT_BASIS = "unit";
export type BasisName = typeof BASIS_NAME | typeof UNIT_BASIS;

const MASK_64 = (1n << 64n) - 1n;
const GOLDEN_GAMMA = 0x9e3779b97f4a7c15n;
const LIMIT_32 = 2 ** 32;

/** The output function of SplitMix64 on a 64-bit counter (Steele, Lea, Flood, OOPSLA 2014, fig. 13), modulo 2^64. */
export function splitmix64(state: bigint): bigint {
  let z = state & MASK_64;
  z = ((z ^ (z >> 30n)) * 0xbf58476d1ce4e5b9n) & MASK_64;
  z = ((z ^ (z >> 27n)) * 0x94d049bb133111ebn) & MASK_64;
  return z ^ (z >> 31n);
}

/**
 * s_i in {+1, -1}, i = 0..n-1: -1 where bit 63 of draw i is set; draw i = splitmix64(seed 2^32 + n + (i + 1) gamma).
 * `seed` and `n` are unsigned 32-bit integers.
 */
export function signRow(n: number, seed: number): Int8Array {
  if (!Number.isInteger(n) || n < 1 || n >= LIMIT_32) throw new RangeError(`No basis has dimension ${n}.`);
  if (!Number.isInteger(seed) || seed < 0 || seed >= LIMIT_32)
    throw new RangeError(`No basis has seed ${seed}.`);
  const start = (BigInt(seed) << 32n) | BigInt(n);
  return Int8Array.from({ length: n }, (_, i) =>
    splitmix64(start + BigInt(i + 1) * GOLDEN_GAMMA) >> 63n ? -1 : 1,
  );
}

/**
 * t_m = cos(pi m / 2n), m = 0..4n-1: one whole period, so that (2i + 1) k only needs a remainder by 4n. Only angles up to
 * pi/4 are evaluated, the rest is reflected: t_n is exactly 0 and symmetric entries are exactly equal or opposite.
 */
export function cosineTable(n: number): Float64Array {
  const step = Math.PI / (2 * n);
  const table = new Float64Array(4 * n);
  for (let m = 0; m <= n; m++) {
    const cosine = 2 * m <= n ? Math.cos(step * m) : Math.sin(step * (n - m));
    table[m] = cosine;
    table[2 * n - m] = -cosine;
    table[(4 * n - m) % (4 * n)] = cosine;
    table[(2 * n + m) % (4 * n)] = -cosine;
  }
  table[n] = 0;
  table[3 * n] = 0;
  return table;
}

/** down (r x n) of a basis by name, row-major, fp64. */
export function rowsOfBasis(name: BasisName, n: number, seed: number, ks: readonly number[]): Float64Array {
  if (name === BASIS_NAME) return downRows(n, seed, ks);
  checkColumns(n, ks);
  const down = new Float64Array(ks.length * n);
  ks.forEach((k, j) => {
    down[j * n + k] = 1;
  });
  return down;
}

function checkColumns(n: number, ks: readonly number[]): void {
  const wrong = ks.find((k) => !Number.isInteger(k) || k < 0 || k >= n);
  if (wrong !== undefined)
    throw new RangeError(`Basis columns of dimension ${n} are 0..${n - 1}, got ${wrong}.`);
}

/**
 * down (r x n), row-major, fp64: row j is column k = ks[j] of the basis, s_i c_k cos(pi (2i + 1) k / 2n), with
 * c_0 = sqrt(1/n) and c_k = sqrt(2/n). Rows are orthonormal to 1e-12 for n <= 2048.
 */
export function downRows(n: number, seed: number, ks: readonly number[]): Float64Array {
  checkColumns(n, ks);
  const signs = signRow(n, seed);
  const table = cosineTable(n);
  const down = new Float64Array(ks.length * n);
  ks.forEach((k, j) => {
    const scale = Math.sqrt((k === 0 ? 1 : 2) / n);
    for (let i = 0; i < n; i++) {
      down[j * n + i] = (signs[i] as number) * (scale * (table[((2 * i + 1) * k) % (4 * n)] as number));
    }
  });
  return down;
}
