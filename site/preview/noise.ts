// The starting noise of a seed, the same as the runner's: torch's CPU generator (MT19937, Matsumoto & Nishimura 1998) and
// its normal_fill (Box-Muller over blocks of 16). With one seed a preview and its generation start from the same noise. Pure.

const STATE = 624;
const SHIFT = 397;
const BLOCK = 16;

/** Outputs of MT19937 as 32-bit integers, seeded as torch does: with the low 32 bits. */
function mersenneTwister(seed: number): () => number {
  const state = new Uint32Array(STATE);
  state[0] = seed % 2 ** 32;
  for (let i = 1; i < STATE; i++) {
    const before = state[i - 1] as number;
    state[i] = Math.imul(1812433253, before ^ (before >>> 30)) + i;
  }
  let at = STATE;
  const twist = () => {
    for (let i = 0; i < STATE; i++) {
      const mixed = ((state[i] as number) & 0x80000000) | ((state[(i + 1) % STATE] as number) & 0x7fffffff);
      const turned = (mixed >>> 1) ^ (mixed & 1 ? 0x9908b0df : 0);
      state[i] = (state[(i + SHIFT) % STATE] as number) ^ turned;
    }
    at = 0;
  };
  return () => {
    if (at === STATE) twist();
    let y = state[at++] as number;
    y ^= y >>> 11;
    y ^= (y << 7) & 0x9d2c5680;
    y ^= (y << 15) & 0xefc60000;
    return (y ^ (y >>> 18)) >>> 0;
  };
}

/** `count` standard normal numbers, count a multiple of 16: torch.randn(count, generator=manual_seed(seed)). */
export function noiseOf(seed: number, count: number): Float32Array {
  if (count % BLOCK !== 0) throw new RangeError(`Noise comes in blocks of ${BLOCK}, not ${count}.`);
  const next = mersenneTwister(seed);
  const noise = Float32Array.from({ length: count }, () => (next() & 0xffffff) / 2 ** 24);
  for (let block = 0; block < count; block += BLOCK) {
    for (let i = block; i < block + BLOCK / 2; i++) {
      const radius = Math.sqrt(-2 * Math.log(1 - (noise[i] as number)));
      const angle = 2 * Math.PI * (noise[i + BLOCK / 2] as number);
      noise[i] = radius * Math.cos(angle);
      noise[i + BLOCK / 2] = radius * Math.sin(angle);
    }
  }
  return noise;
}
