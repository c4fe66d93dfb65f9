// A job's life as one table: in each state, what each event makes of it. Pure. Settle decides by it; the SQL guards of lease, cancel, release,
// sweep and dependents say the same, and a test drives every pair through them. docs/lifecycle.md is drawn from it.

import type { JobStatus } from "../../schema/contract/jobs.ts";
import { JOB_RUNS_MAX } from "../../schema/contract/limits.ts";
import type { Settle } from "../../schema/contract/runner.ts";

/** `blocked` is a queued job that waits for a training, `canceling` a running one whose owner has asked for its end. */
export const STATES = [
  "blocked",
  "queued",
  "running",
  "canceling",
  "succeeded",
  "failed",
  "canceled",
] as const;
export type State = (typeof STATES)[number];

export const EVENTS = {
  ready: "the training that it waits for has made its version",
  unmet: "that training has ended without",
  lease: "a runner takes it",
  beat: "its runner says that it is alive",
  succeed: "its runner delivers what was promised",
  fail: "its runner fails for good",
  stumble: "its runner fails, and another run may help",
  stumble_last: "the same, and no run is left",
  stop: "its runner stops as if asked to",
  release: "its runner gives it back",
  expire: "its runner falls silent",
  expire_last: "the same, and no run is left",
  overdue: "nobody has done it in time",
  cancel: "its owner cancels it",
} as const;
export type Event = keyof typeof EVENTS;

/** failure: one run less is left; pause: none may begin for a while; ring: runners that wait are woken; end: it has finished, which is told and never changes. */
export type Effect = "failure" | "pause" | "ring" | "end";
export type Step = { to: State; effects: readonly Effect[] };

const step = (to: State, ...effects: Effect[]): Step => ({ to, effects });

/** Null: refused, and nothing changes. */
export const LIFE: Record<State, Record<Event, Step | null>> = {
  blocked: {
    ...nothing(),
    ready: step("queued", "ring"),
    unmet: step("failed", "end"),
    cancel: step("canceled", "end"),
  },
  queued: {
    ready: null,
    unmet: null,
    lease: step("running"),
    beat: null,
    succeed: null,
    fail: null,
    stumble: null,
    stumble_last: null,
    stop: null,
    release: null,
    expire: null,
    expire_last: null,
    overdue: step("failed", "end"),
    cancel: step("canceled", "end"),
  },
  running: {
    ready: null,
    unmet: null,
    lease: null,
    beat: step("running"),
    succeed: step("succeeded", "end"),
    fail: step("failed", "failure", "end"),
    stumble: step("queued", "failure", "pause", "ring"),
    stumble_last: step("failed", "failure", "end"),
    stop: step("queued", "ring"),
    release: step("queued", "ring"),
    expire: step("queued", "failure", "pause", "ring"),
    expire_last: step("failed", "failure", "end"),
    overdue: null,
    cancel: step("canceling"),
  },
  canceling: {
    ready: null,
    unmet: null,
    lease: null,
    beat: step("canceling"),
    succeed: step("succeeded", "end"),
    fail: step("canceled", "failure", "end"),
    stumble: step("canceled", "failure", "end"),
    stumble_last: step("canceled", "failure", "end"),
    stop: step("canceled", "end"),
    release: step("canceled", "end"),
    expire: step("canceled", "failure", "end"),
    expire_last: step("canceled", "failure", "end"),
    overdue: null,
    cancel: step("canceling"),
  },
  succeeded: nothing(),
  failed: nothing(),
  canceled: { ...nothing(), cancel: step("canceled") },
};

function nothing(): Record<Event, null> {
  return Object.fromEntries(Object.keys(EVENTS).map((event) => [event, null])) as Record<Event, null>;
}

export const stateOf = (job: { status: JobStatus; cancelRequested: boolean; waits?: boolean }): State =>
  job.status === "running" && job.cancelRequested
    ? "canceling"
    : job.status === "queued" && job.waits
      ? "blocked"
      : job.status;

/** Which event a runner's report is. `failures` are those before it. */
export function eventOf(report: Pick<Settle, "outcome" | "error">, failures: number): Event {
  if (report.outcome === "succeeded") return "succeed";
  if (report.outcome === "canceled") return "stop";
  if (!report.error?.retryable) return "fail";
  return failures + 1 < JOB_RUNS_MAX ? "stumble" : "stumble_last";
}

/** The table as a Mermaid state diagram: one arrow for all events that lead from one state to another. */
export function diagram(): string {
  const lines = [
    "stateDiagram-v2",
    "    [*] --> queued: its owner orders it",
    "    [*] --> blocked: its owner orders it with a training that goes on",
  ];
  for (const from of STATES) {
    for (const to of STATES) {
      const events = (Object.keys(EVENTS) as Event[]).filter((event) => LIFE[from][event]?.to === to);
      if (events.length > 0 && from !== to) lines.push(`    ${from} --> ${to}: ${events.join(", ")}`);
    }
    if (!Object.values(LIFE[from]).some((each) => each !== null && each.to !== from))
      lines.push(`    ${from} --> [*]`);
  }
  return lines.join("\n");
}
