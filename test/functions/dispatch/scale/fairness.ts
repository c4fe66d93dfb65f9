// How long each owner's jobs would have waited had the very same moments of leasing been dealt out one by one, in turn. Pure.

export type Waited = { owner: number; queuedAt: number; leasedAt: number };

/** The ideal moment of lease of each job, in the order given. Knows no bases, shapes or batches: nothing can be fairer than this. */
export function idealLeases(jobs: readonly Waited[]): number[] {
  const ideal = new Array<number>(jobs.length).fill(0);
  const arrivals = jobs.map((_, i) => i).sort((a, b) => (jobs[a]?.queuedAt ?? 0) - (jobs[b]?.queuedAt ?? 0));
  const moments = jobs.map((job) => job.leasedAt).sort((a, b) => a - b);
  const waiting = new Map<number, number[]>();
  let arrived = 0;
  for (const moment of moments) {
    for (; arrived < arrivals.length; arrived++) {
      const at = arrivals[arrived] ?? 0;
      const job = jobs[at];
      if (!job || job.queuedAt > moment) break;
      waiting.set(job.owner, [...(waiting.get(job.owner) ?? []), at]);
    }
    const next = waiting.entries().next().value;
    if (!next) throw new Error("A job was leased before it came");
    const [owner, [first, ...rest]] = next;
    waiting.delete(owner);
    // To the end of the row: a Map keeps the order in which keys were set.
    if (rest.length > 0) waiting.set(owner, rest);
    ideal[first ?? 0] = moment;
  }
  return ideal;
}

export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
}
