// Metrics in Prometheus text format 0.0.4. Every query reads live jobs or a few rows of counters, never history.

import { RUNNER_SEEN_SECONDS } from "../../schema/contract/limits.ts";
import type { Db } from "../db.ts";
import { SEEN_RUNNERS } from "./operations.ts";

type Labels = Record<string, string>;
type Sample = { name: string; labels: Labels; value: number };
type Family = { name: string; help: string; type: "gauge" | "counter" | "histogram"; samples: Sample[] };

const BUCKETS = 13;
/** Upper bounds of the buckets in seconds since the lease was taken, and their labels. */
const LEASE_AGES = [
  [60, "1m"],
  [600, "10m"],
  [3_600, "1h"],
  [Number.POSITIVE_INFINITY, "more"],
] as const;

const QUEUED =
  "SELECT base_id, kind, count(*) AS n, min(coalesce(ready_at, created_at)) AS oldest FROM jobs WHERE status = 'queued' AND waits_for IS NULL GROUP BY base_id, kind";
const LEASES = `
SELECT jobs.base_id, jobs.kind, runs.started_at FROM jobs JOIN runs ON runs.lease_id = jobs.lease_id
WHERE jobs.status = 'running' AND jobs.lease_expires_at > 0`;
const RUNNERS = `
SELECT value AS base_id, count(*) AS n FROM runners, json_each(runners.bases)
WHERE runners.id IN (${SEEN_RUNNERS}) GROUP BY value`;
const COUNTS =
  "SELECT metric, base_id, kind, outcome, bucket, count, sum_ms FROM dispatch_counts ORDER BY 1, 2, 3, 4, 5";
const DELIVERIES =
  "SELECT count(*) AS n, min(next_attempt_at) AS next FROM deliveries WHERE state = 'pending'";

type Queued = { base_id: string; kind: string; n: number; oldest: number };
type Leased = { base_id: string; kind: string; started_at: number };
type Count = {
  metric: "wait" | "run";
  base_id: string;
  kind: string;
  outcome: string;
  bucket: number;
  count: number;
  sum_ms: number;
};

export async function metricsText(db: Db, now: number): Promise<string> {
  const d1 = db.$client;
  const [queued, leases, runners, counts, deliveries] = await d1.batch([
    d1.prepare(QUEUED),
    d1.prepare(LEASES),
    d1.prepare(RUNNERS).bind(now - RUNNER_SEEN_SECONDS * 1000),
    d1.prepare(COUNTS),
    d1.prepare(DELIVERIES),
  ]);
  return textOf([
    ...queueFamilies(rowsOf<Queued>(queued), now),
    ...leaseFamilies(rowsOf<Leased>(leases), now),
    gauge(
      "orthoplex_runners",
      "Runners that were heard of lately",
      rowsOf<{ base_id: string; n: number }>(runners).map(({ base_id, n }) => [{ base: base_id }, n]),
    ),
    ...countFamilies(rowsOf<Count>(counts)),
    ...deliveryFamilies(rowsOf<{ n: number; next: number | null }>(deliveries), now),
  ]);
}

const rowsOf = <T>(result: D1Result | undefined) => (result?.results ?? []) as T[];
const gauge = (name: string, help: string, samples: [Labels, number][]): Family => ({
  name,
  help,
  type: "gauge",
  samples: samples.map(([labels, value]) => ({ name, labels, value })),
});
const labelsOf = ({ base_id, kind }: { base_id: string; kind: string }): Labels => ({ base: base_id, kind });

function queueFamilies(rows: readonly Queued[], now: number): Family[] {
  return [
    gauge(
      "orthoplex_jobs_queued",
      "Jobs that wait for a runner",
      rows.map((row) => [labelsOf(row), row.n]),
    ),
    gauge(
      "orthoplex_oldest_queued_seconds",
      "How long the oldest of them has waited since it was ordered",
      rows.map((row) => [labelsOf(row), seconds(now - row.oldest)]),
    ),
  ];
}

function leaseFamilies(rows: readonly Leased[], now: number): Family[] {
  const running = counted(rows, labelsOf);
  const ages = counted(rows, (row) => {
    const age = seconds(now - row.started_at);
    return { ...labelsOf(row), age: LEASE_AGES.find(([upTo]) => age <= upTo)?.[1] ?? "more" };
  });
  return [
    gauge("orthoplex_jobs_running", "Jobs that a runner holds", running),
    gauge("orthoplex_leases", "Leases that are held, by the time since they were taken (up to `age`)", ages),
  ];
}

function counted<T>(rows: readonly T[], labels: (row: T) => Labels): [Labels, number][] {
  const found = new Map<string, [Labels, number]>();
  for (const row of rows) {
    const own = labels(row);
    const key = JSON.stringify(own);
    found.set(key, [own, (found.get(key)?.[1] ?? 0) + 1]);
  }
  return [...found.values()];
}

function countFamilies(rows: readonly Count[]): Family[] {
  const runs = rows.filter(({ metric }) => metric === "run");
  return [
    {
      name: "orthoplex_runs_total",
      help: "Runs that ended, by outcome",
      type: "counter",
      samples: [...groups(runs)].map(([labels, group]) => ({
        name: "orthoplex_runs_total",
        labels,
        value: group.reduce((sum, { count }) => sum + count, 0),
      })),
    },
    histogram(
      "orthoplex_queue_wait_seconds",
      "From the order of a job to its first lease",
      rows.filter(({ metric }) => metric === "wait"),
    ),
    histogram("orthoplex_run_seconds", "From a lease to the end of its run", runs),
  ];
}

function* groups(rows: readonly Count[]): Generator<[Labels, Count[]]> {
  const found = new Map<string, Count[]>();
  for (const row of rows) {
    const key = JSON.stringify([row.base_id, row.kind, row.outcome]);
    found.set(key, [...(found.get(key) ?? []), row]);
  }
  for (const group of found.values()) {
    const [first] = group;
    if (first) yield [{ ...labelsOf(first), ...(first.outcome && { outcome: first.outcome }) }, group];
  }
}

function histogram(name: string, help: string, rows: readonly Count[]): Family {
  const samples = [...groups(rows)].flatMap(([labels, group]) => {
    const upTo = (bucket: number) =>
      group.filter((row) => row.bucket <= bucket).reduce((sum, { count }) => sum + count, 0);
    const total = upTo(Number.POSITIVE_INFINITY);
    return [
      ...Array.from({ length: BUCKETS }, (_, i) => ({
        name: `${name}_bucket`,
        labels: { ...labels, le: String(2 ** i) },
        value: upTo(i),
      })),
      { name: `${name}_bucket`, labels: { ...labels, le: "+Inf" }, value: total },
      { name: `${name}_sum`, labels, value: group.reduce((sum, { sum_ms }) => sum + sum_ms, 0) / 1000 },
      { name: `${name}_count`, labels, value: total },
    ];
  });
  return { name, help, type: "histogram", samples };
}

function deliveryFamilies([row]: readonly { n: number; next: number | null }[], now: number): Family[] {
  const overdue = row?.next == null ? 0 : Math.max(0, seconds(now - row.next));
  return [
    gauge("orthoplex_webhook_backlog", "Deliveries of webhooks that wait for their first or next attempt", [
      [{}, row?.n ?? 0],
    ]),
    gauge("orthoplex_webhook_overdue_seconds", "How long the attempt that is due longest is late", [
      [{}, overdue],
    ]),
  ];
}

const seconds = (ms: number) => Math.max(0, ms / 1000);

function textOf(families: readonly Family[]): string {
  return families
    .map(({ name, help, type, samples }) =>
      [`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`, ...samples.map(lineOf)]
        .map((line) => `${line}\n`)
        .join(""),
    )
    .join("");
}

function lineOf({ name, labels, value }: Sample): string {
  const pairs = Object.entries(labels).map(([key, text]) => `${key}="${escaped(text)}"`);
  return `${name}${pairs.length > 0 ? `{${pairs.join(",")}}` : ""} ${value}`;
}

const escaped = (text: string) =>
  text.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n");
