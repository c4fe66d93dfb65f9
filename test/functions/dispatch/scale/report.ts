// What a simulation says in numbers: waits by owner and how fair they were, how full the batches, and what each act cost. Pure.

import type { Cost } from "./counted.ts";
import { idealLeases, percentile } from "./fairness.ts";
import type { ActFigures, OwnerSize, Report } from "./figures.ts";
import type { Story } from "./simulate.ts";

const SIZES: readonly OwnerSize[] = ["one with half of all", "some with hundreds", "many with a few"];

export function reportOf(story: Story): Report {
  const leased = [...story.records.values()].flatMap((record) =>
    record.leasedAt === null || record.priority !== "normal"
      ? []
      : [{ ...record, leasedAt: record.leasedAt }],
  );
  const ideal = idealLeases(leased);
  const owners = SIZES.map((size) => {
    const [waits, ideals]: [number[], number[]] = [[], []];
    for (const [i, job] of leased.entries()) {
      if (story.owners[job.owner]?.size !== size) continue;
      waits.push((job.leasedAt - job.queuedAt) / 1000);
      ideals.push(((ideal[i] ?? 0) - job.queuedAt) / 1000);
    }
    const mean = (list: readonly number[]) =>
      list.reduce((sum, wait) => sum + wait, 0) / Math.max(1, list.length);
    return {
      ...{ size, jobs: waits.length, p50: percentile(waits, 0.5), p95: percentile(waits, 0.95) },
      // A second more on both sides: of two waits near nothing, neither is the fairer one.
      ...{
        ideal50: percentile(ideals, 0.5),
        ideal95: percentile(ideals, 0.95),
        ratio: (mean(waits) + 1) / (mean(ideals) + 1),
      },
    };
  });
  const jobs = story.records.size;
  const acts = [...story.meter.costs].map(([act, cost]) => actOf(act, cost));
  const total = (of: (cost: Cost) => number) =>
    [...story.meter.costs.values()].reduce((sum, cost) => sum + of(cost), 0);
  const full = story.batches.filter(({ waiting, max }) => waiting >= max * 4);
  const fill = (list: Story["batches"]) =>
    list.reduce((sum, { size }) => sum + size, 0) /
    Math.max(
      1,
      list.reduce((sum, { max }) => sum + max, 0),
    );
  const leases = story.meter.costs.get("lease");
  const leaseSeconds = (leases?.times ?? []).reduce((sum, time) => sum + time, 0) / 1000;
  const { lateRefused, quotaRefused, emptyLeases, deepest, virtualSeconds, wallSeconds } = story;
  return {
    ...{ jobs, owners, acts, lateRefused, quotaRefused, emptyLeases, deepest },
    ...{ virtualSeconds, wallSeconds, batchFill: fill(story.batches), batchFillWaiting: fill(full) },
    batchSize: story.batches.reduce((sum, { size }) => sum + size, 0) / Math.max(1, story.batches.length),
    statementsPerJob: total((cost) => cost.statements) / jobs,
    rowsReadPerJob: total((cost) => cost.rowsRead) / jobs,
    rowsWrittenPerJob: total((cost) => cost.rowsWritten) / jobs,
    leaseCallsPerSecond: (leases?.calls ?? 0) / Math.max(0.001, leaseSeconds),
    leasedJobsPerSecond:
      story.batches.reduce((sum, { size }) => sum + size, 0) / Math.max(0.001, leaseSeconds),
  };
}

function actOf(act: string, { calls, statements, rowsRead, rowsWritten, times, reads }: Cost): ActFigures {
  const each = (sum: number) => sum / Math.max(1, calls);
  return {
    ...{ act, calls, statements: each(statements), rowsRead: each(rowsRead), rowsWritten: each(rowsWritten) },
    ...{ p50: percentile(times, 0.5), p95: percentile(times, 0.95), reads95: percentile(reads, 0.95) },
    readsMost: reads.reduce((most, read) => Math.max(most, read), 0),
  };
}
