// A made-up day of the service: who orders what and when, and which runners there are. The same for the same seed.

import type { JobPriority } from "../../../../schema/contract/jobs.ts";
import { randomOf } from "../../../../scripts/chaos/random.ts";
import type { OwnerSize, Scale } from "./figures.ts";

export type Order = { owner: number; at: number; base: string; shape: string; priority: JobPriority };
export type RunnerPlan = {
  bases: string[];
  maxBatch: number;
  /** Falls silent in the run of this number and comes back after a long pause; null for one that never does. */
  silentIn: number | null;
};
export type Owner = { size: OwnerSize; jobs: number };
export type Workload = { owners: Owner[]; orders: Order[]; runners: RunnerPlan[] };

/** One common base, two less so, and one that few runners have. */
const BASES: readonly [name: string, share: number][] = [
  ["base-a", 0.6],
  ["base-b", 0.25],
  ["base-c", 0.12],
  ["base-rare", 0.03],
];
const SHAPES: readonly [name: string, share: number][] = [
  ["512x512", 0.5],
  ["768x512", 0.3],
  ["1024x1024", 0.2],
];
/** Seconds of a batch of one; each further job of the batch adds a quarter of it. */
const RUN_SECONDS: Record<string, number> = { "512x512": 8, "768x512": 12, "1024x1024": 30 };
const BATCHES = [1, 4, 8];
const SILENT_EVERY = 10;
const PRIORITIES: readonly [name: JobPriority, share: number][] = [
  ["normal", 0.9],
  ["low", 0.05],
  ["high", 0.05],
];
/** The small ones come while the large one waits already. */
const ARRIVAL_MS = 60_000;

/** At least one share; the first takes what rounding leaves. */
function chosen<T extends string>(random: () => number, shares: readonly (readonly [T, number])[]): T {
  let left = random();
  for (const [name, share] of shares) {
    left -= share;
    if (left < 0) return name;
  }
  return (shares[0] as readonly [T, number])[0];
}

export function workloadOf({ jobs, runners, seed }: Scale): Workload {
  const random = randomOf(seed);
  const owners: Owner[] = [{ size: "one with half of all", jobs: Math.floor(jobs / 2) }];
  for (let i = 0; i < 5; i++) owners.push({ size: "some with hundreds", jobs: Math.floor(jobs / 25) });
  let left = jobs - owners.reduce((sum, owner) => sum + owner.jobs, 0);
  while (left > 0) {
    const count = Math.min(left, 1 + Math.floor(random() * 9));
    owners.push({ size: "many with a few", jobs: count });
    left -= count;
  }
  const orders: Order[] = [];
  for (const [owner, { size, jobs: count }] of owners.entries()) {
    const at = size === "many with a few" ? 1_000 + Math.floor(random() * ARRIVAL_MS) : 0;
    for (let i = 0; i < count; i++) {
      const [base, shape] = [chosen(random, BASES), chosen(random, SHAPES)];
      orders.push({ owner, at, base, shape, priority: chosen(random, PRIORITIES) });
    }
  }
  return {
    owners,
    orders,
    runners: Array.from({ length: runners }, (_, i) => ({
      // Every second has one base; one in ten has the rare one too. The first has all, so that nothing waits for ever.
      bases:
        i === 0
          ? BASES.map(([name]) => name)
          : [
              chosen(random, BASES.slice(0, 3)),
              ...(i % 2 ? ["base-a"] : []),
              ...(i % 10 ? [] : ["base-rare"]),
            ],
      maxBatch: BATCHES[i % BATCHES.length] ?? 1,
      silentIn: i % SILENT_EVERY === 3 ? 1 + Math.floor(random() * 3) : null,
    })),
  };
}

export const runMs = (shape: string, size: number, random: () => number) =>
  Math.round(1000 * (RUN_SECONDS[shape] ?? 8) * (1 + (size - 1) / 4) * (0.7 + 0.6 * random()));
