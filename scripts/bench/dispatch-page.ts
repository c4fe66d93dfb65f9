// Writes the page of npm run bench -- dispatch: the measured numbers of the simulation and the conclusions from them.

import { execFileSync } from "node:child_process";
import { cpus, loadavg } from "node:os";
import type { Depth, Report, Scale } from "../../test/functions/dispatch/scale/figures.ts";
import { ROOT } from "../local/paths.ts";

export type DispatchFigures = Report & { scale: Scale; depths: Depth[] };

const whole = (value: number) => Math.round(value).toLocaleString("en");
const tenths = (value: number) => value.toFixed(1);
const percent = (value: number) => `${(100 * value).toFixed(0)} %`;

export function dispatchPage(figures: DispatchFigures): string {
  const git = (...args: string[]) => execFileSync("git", args, { cwd: ROOT, encoding: "utf8" }).trim();
  const { scale } = figures;
  const leases = figures.acts.find(({ act }) => act === "lease");
  const last = figures.depths.at(-1);
  const deepest = {
    depth: last?.depth ?? 0,
    reads: last?.acts.find(({ act }) => act === "lease of 1, common base")?.reads ?? 0,
  };
  const owners = figures.owners.map(
    ({ size, jobs, p50, p95, ideal50, ideal95, ratio }) =>
      `| ${size} | ${jobs} | ${[p50, ideal50, p95, ideal95].map(whole).join(" | ")} | ${ratio.toFixed(2)} |`,
  );
  const acts = figures.acts.map(
    ({ act, calls, statements, rowsRead, readsMost, rowsWritten, p50, p95 }) =>
      `| ${act} | ${whole(calls)} | ${tenths(statements)} | ${whole(rowsRead)} | ${whole(readsMost)} | ${tenths(rowsWritten)} | ${p50} | ${p95} |`,
  );
  const depths = figures.depths.flatMap(({ depth, acts: probed }) =>
    probed.map(
      ({ act, reads, p50, p95 }) => `| ${whole(depth)} | ${act} | ${whole(reads)} | ${p50} | ${p95} |`,
    ),
  );
  const rates = figures.depths.map(
    ({ depth, leasesPerSecond }) => `| ${whole(depth)} | ${whole(leasesPerSecond)} |`,
  );
  return `# Dispatch: cost and fairness
A discrete-event simulation: ${whole(scale.jobs)} jobs, ${whole(scale.runners)} runners, four bases and three sizes, one owner with half of all jobs,
five with hundreds, the rest with one to nine. Enqueue, lease, heartbeat, settle, release and sweep are the real ones on a real
D1 in workerd; only the clock, the run times and the runners are simulated. Every tenth runner stops responding once and comes back
too late. Written by \`npm run bench -- dispatch\`.

- Machine: ${cpus().length} × ${cpus()[0]?.model ?? "unknown"}; load average at the end ${loadavg().map(tenths).join(", ")}; commit ${git("rev-parse", "--short", "HEAD")}
- Command: \`npm run bench -- dispatch --jobs ${scale.jobs} --runners ${scale.runners} --seed ${scale.seed}\`
- ${whole(figures.virtualSeconds)} s of the simulated clock in ${whole(figures.wallSeconds)} s; at most ${whole(figures.deepest)} jobs waited at once, for an owner
  may have 1,000 under way: the largest was refused ${whole(figures.quotaRefused)} times and sent the rest as its jobs ended
- Every job ended once, none was held by two, ${whole(figures.lateRefused)} late settles were refused. These are asserted, and at 200 jobs in every
  test run: [scale.test.ts](../test/functions/dispatch/scale.test.ts). No time is
- Not in it: HTTP, keys, the bytes of pictures and the rows of their uploads, the live objects, calls between Worker and bell (who is woken is decided as there), the network. Times are of workerd's clock, in whole milliseconds

## Waiting, by owner
Simulated seconds from the accepted order to the lease, normal priority (one job in twenty is low, one high); requests that the quota held back do not count as waiting. The ideal deals the same moments of leasing out one by one to the owners in
turn and knows no base, size or batch. The ratio is of the means, each with a second added.

| owner | jobs | p50 | ideal p50 | p95 | ideal p95 | ratio |
|---|---|---|---|---|---|---|
${owners.join("\n")}

Batches: ${tenths(figures.batchSize)} jobs on average, ${percent(figures.batchFill)} of what runners asked for; ${percent(figures.batchFillWaiting)} while at least four times as much waited.

## D1
Per job, from request to end: ${tenths(figures.statementsPerJob)} statements, ${whole(figures.rowsReadPerJob)} rows read, ${tenths(figures.rowsWrittenPerJob)} rows written (indexes and triggers included;
D1 does not report rows read through Drizzle; the statements are counted).

| act | calls | statements | rows read | most | rows written | p50 ms | p95 ms |
|---|---|---|---|---|---|---|---|
${acts.join("\n")}

One caller after the other: ${whole(figures.leaseCallsPerSecond)} lease calls a second, ${whole(figures.leasedJobsPerSecond)} jobs leased a second. ${whole(figures.emptyLeases)} calls found nothing.

## By depth of the queue
| waiting | act | rows read | p50 ms | p95 ms |
|---|---|---|---|---|
${depths.join("\n")}

| waiting | leases a second, 32 callers at once, one job each |
|---|---|
${rates.join("\n")}

## Limits, and how to shard
- What a lease reads does not grow with the queue: at ${whole(deepest.depth)} waiting, one job of the common base costs ${whole(deepest.reads)} rows. It walks
  \`jobs_waiting\` (base, pause, shape, priority, turn) from its head ([lease-sql.ts](../functions/dispatch/lease-sql.ts), held by a test at two depths); what is left
  grows with the shapes that wait and with the owners whose turn it is, up to 32 of a shape
- An order counts its owner's jobs under way in one index: the thousandth reads a thousand rows, and none more, for that is the quota. A counter by
  owner would read one, and write one for every job that ends; D1 charges as much for a written row as for a thousand read ones
- A ring wakes one runner that may have the job ([waiters.ts](../functions/dispatch/waiters.ts)), so what grows with idle runners is only that each asks again when
  its long poll ends: ${whole(figures.emptyLeases)} of ${whole(leases?.calls ?? 0)} lease calls here found nothing
- What breaks first is the database: each base has its own queue and no lease spans two, so jobs and runs go to one D1 for each base (or group of
  bases), and only an owner's quota and turn must be asked across. One caller took jobs from order to end at ${tenths(figures.jobs / figures.wallSeconds)} a second on this
  machine, ${tenths(figures.statementsPerJob)} statements each. As a rule of thumb, not a measurement: past half of the leases a second in the last table at the depth one expects, it is time;
  what is left is the room for retries and heartbeats. A D1 in Cloudflare's network was not measured
`;
}
