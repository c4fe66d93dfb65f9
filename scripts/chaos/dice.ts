// Chance that can be had again by its seed (mulberry32).

export type Dice = {
  /** From 0 up to 1. */
  next(): number;
  between(least: number, most: number): number;
  /** One of the names, by their chances; null where none comes. */
  fall<N extends string>(chances: Readonly<Record<N, number>>): N | null;
};

export function diceOf(seed: number): Dice {
  let state = seed;
  const next = () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t ^= t + Math.imul(t ^ (t >>> 7), 61 | t);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
  return {
    next,
    between: (least, most) => least + next() * (most - least),
    fall<N extends string>(chances: Readonly<Record<N, number>>): N | null {
      let left = next();
      for (const [name, chance] of Object.entries<number>(chances)) {
        left -= chance;
        if (left < 0) return name as N;
      }
      return null;
    },
  };
}
