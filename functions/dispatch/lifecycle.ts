// The state machine of a job as one table: the next state for each state and event. Pure. Settle decides by it; the SQL guards of lease,
// cancel, release, sweep and dependents implement the same transitions, and a test drives every pair through them. docs/lifecycle.md is
// generated from it.

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
  dependency_failed: "that training has ended without a version",
  lease: "a runner takes it",
  heartbeat: "its runner renews the lease",
  succeed: "its runner delivers what was promised",
  fail: "its runner fails for good",
  retry: "its runner fails with a retryable error",
  retry_last: "the same, on the last run that is allowed",
  stop: "its runner reports that it was canceled",
  release: "its runner gives it back",
  expire: "its lease ends without a heartbeat",
  expire_last: "the same, on the last run that is allowed",
  expire_shared: "its lease ends without a heartbeat, and its runner had leased other jobs with it",
  overdue: "its deadline passes before a run ends it",
  cancel: "its owner cancels it",
} as const;
export type Event = keyof typeof EVENTS;

/** failure: one run less is left; pause: no run may start for a while; ring: waiting runners are woken; end: final, published to watchers and webhooks. */
export type Effect = "failure" | "pause" | "ring" | "end";
export type Step = { to: State; effects: readonly Effect[] };

const step = (to: State, ...effects: Effect[]): Step => ({ to, effects });

/** Null: the event is refused and nothing changes. */
export const LIFE: Record<State, Record<Event, Step | null>> = {
  blocked: {
    ...nothing(),
    ready: step("queued", "ring"),
    dependency_failed: step("failed", "end"),
    cancel: step("canceled", "end"),
  },
  queued: {
    ready: null,
    dependency_failed: null,
    lease: step("running"),
    heartbeat: null,
    succeed: null,
    fail: null,
    retry: null,
    retry_last: null,
    stop: null,
    release: null,
    expire: null,
    expire_last: null,
    expire_shared: null,
    overdue: step("failed", "end"),
    cancel: step("canceled", "end"),
  },
  running: {
    ready: null,
    dependency_failed: null,
    lease: null,
    heartbeat: step("running"),
    succeed: step("succeeded", "end"),
    fail: step("failed", "failure", "end"),
    retry: step("queued", "failure", "pause", "ring"),
    retry_last: step("failed", "failure", "end"),
    stop: step("queued", "ring"),
    release: step("queued", "ring"),
    expire: step("queued", "failure", "pause", "ring"),
    expire_last: step("failed", "failure", "end"),
    expire_shared: step("queued", "pause", "ring"),
    overdue: null,
    cancel: step("canceling"),
  },
  canceling: {
    ready: null,
    dependency_failed: null,
    lease: null,
    heartbeat: step("canceling"),
    succeed: step("succeeded", "end"),
    fail: step("canceled", "failure", "end"),
    retry: step("canceled", "failure", "end"),
    retry_last: step("canceled", "failure", "end"),
    stop: step("canceled", "end"),
    release: step("canceled", "end"),
    expire: step("canceled", "failure", "end"),
    expire_last: step("canceled", "failure", "end"),
    expire_shared: step("canceled", "end"),
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
  return failures + 1 < JOB_RUNS_MAX ? "retry" : "retry_last";
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
