// Seeded pseudo-random numbers (mulberry32), so that a run can be repeated.

export type Random = {
  /** In [0, 1). */
  next(): number;
  between(least: number, most: number): number;
  /** One of the names with the given probabilities; null for the remaining probability. */
  choose<N extends string>(chances: Readonly<Record<N, number>>): N | null;
};

/** Numbers in [0, 1). */
export function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t ^= t + Math.imul(t ^ (t >>> 7), 61 | t);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

export function seededRandom(seed: number): Random {
  const next = randomOf(seed);
  return {
    next,
    between: (least, most) => least + next() * (most - least),
    choose<N extends string>(chances: Readonly<Record<N, number>>): N | null {
      let left = next();
      for (const [name, chance] of Object.entries<number>(chances)) {
        left -= chance;
        if (left < 0) return name as N;
      }
      return null;
    },
  };
}
