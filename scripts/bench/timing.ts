// Times several ways of doing the same in turn, so that a busy machine slows all of them alike; as gpu-runner/bench/timing.py.

/** Seconds of every way, one a round. Each runs once before; every second round goes backwards. */
export async function interleaved<Name extends string>(
  ways: Readonly<Record<Name, () => Promise<void>>>,
  rounds: number,
): Promise<Record<Name, number[]>> {
  const names = Object.keys(ways) as Name[];
  const seconds = Object.fromEntries(names.map((name) => [name, [] as number[]])) as Record<Name, number[]>;
  for (const name of names) await ways[name]();
  for (let round = 0; round < rounds; round++) {
    for (const name of round % 2 === 0 ? names : names.toReversed()) {
      const begun = performance.now();
      await ways[name]();
      seconds[name].push((performance.now() - begun) / 1_000);
    }
  }
  return seconds;
}

/** above / below of each round: what slowed one slowed the other too. */
export const ratiosOf = (above: readonly number[], below: readonly number[]): number[] =>
  above.map((value, round) => value / (below[round] ?? Number.NaN));

/** The lower quartile, the median and the upper quartile, interpolated. */
export function quartiles(values: readonly number[]): [low: number, middle: number, high: number] {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (share: number) => {
    const place = share * (sorted.length - 1);
    const [below, above] = [sorted[Math.floor(place)] ?? Number.NaN, sorted[Math.ceil(place)] ?? Number.NaN];
    return below + (place - Math.floor(place)) * (above - below);
  };
  return [at(0.25), at(0.5), at(0.75)];
}

export const medians = (...lists: [readonly number[], readonly number[]]): [number, number] => [
  quartiles(lists[0])[1],
  quartiles(lists[1])[1],
];
