// Every event in every state, through the real routes and the real SQL, compared with the table of lifecycle.ts.

import { env } from "cloudflare:workers";
import { drizzle } from "drizzle-orm/d1";
import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import {
  EVENTS,
  type Event,
  LIFE,
  STATES,
  type State,
  stateOf,
} from "../../../functions/dispatch/lifecycle.ts";
import { sweep } from "../../../functions/dispatch/sweep.ts";
import type { Generation, Lease } from "../../../schema/contract/index.ts";
import type { JobStatus } from "../../../schema/contract/jobs.ts";
import { JOB_RUNS_MAX } from "../../../schema/contract/limits.ts";
import { empty, type Machine, type Person, png } from "../cast.ts";
import { deliverAdapter, giveUp, orderTraining, trainerAndRunner } from "./trainings.ts";

let ada: Person;
let machine: Machine;
let images: { upload_id: string }[];
beforeAll(async () => {
  [ada, machine, images] = await trainerAndRunner();
});
beforeEach(() => empty("jobs", "runs"));

type Facts = {
  status: string;
  cancel_requested_at: number | null;
  failures: number;
  finished_at: number | null;
  not_before: number;
  waits_for: string | null;
};
/** `old` was given back; `own` is the lease that is held, where one is; `training` that of the training that it waits for. */
type Subject = { job: string; old: string; own: string | null; training?: Lease };

const factsOf = async (job: string) =>
  (await env.DB.prepare(
    "SELECT status, cancel_requested_at, failures, finished_at, not_before, waits_for FROM jobs WHERE id = ?",
  )
    .bind(job)
    .first<Facts>()) as Facts;
const stateNow = ({ status, cancel_requested_at, waits_for }: Facts): State =>
  stateOf({
    status: status as JobStatus,
    cancelRequested: cancel_requested_at !== null,
    waits: waits_for !== null,
  });
const take = async () => (await machine.lease())[0]?.lease_id ?? null;
const failure = (retryable: boolean) => ({
  outcome: "failed",
  error: { code: "runner_error", message: "x", retryable },
});

async function delivered(lease: string) {
  const output = await machine.deliver(
    lease,
    { name: "a.png", role: "image", meta: {} },
    await png(256, 256),
  );
  return { outcome: "succeeded", outputs: [output] };
}

let trainings = 0;
/** A training of the owner that runs. */
async function training(): Promise<Lease> {
  await orderTraining(ada, `face-${trainings++}`, images);
  await env.DB.prepare("UPDATE jobs SET priority = 1 WHERE kind = 'train'").run();
  const [lease] = await machine.lease();
  if (!lease) throw new Error("No lease");
  return lease;
}

async function inState(state: State): Promise<Subject> {
  if (state === "blocked") {
    const lease = await training();
    const adapters = [{ training_id: lease.job_id }];
    const { id: job } = await ada.must<Generation>("POST", "/v1/generations", {
      adapters,
      prompt: "a person",
    });
    return { job, old: "lse_00000000000000000000000", own: null, training: lease };
  }
  const { id: job } = await ada.must<Generation>("POST", "/v1/generations", {
    base: "cast-3",
    prompt: "a person",
  });
  const old = (await take()) ?? "";
  await machine.on(old, "release", { reason: "stopping" });
  if (state === "queued") return { job, old, own: null };
  const own = (await take()) ?? "";
  if (state === "succeeded") await machine.on(own, "settle", await delivered(own));
  if (state === "failed") await machine.on(own, "settle", failure(false));
  if (state === "canceling" || state === "canceled") await ada.must("POST", `/v1/generations/${job}/cancel`);
  if (state === "canceled") await machine.on(own, "release", { reason: "stopping" });
  expect(stateNow(await factsOf(job))).toBe(state);
  // In an ended job its last run's word would be a repeated one, which is answered again: what comes late comes from the one before.
  return { job, old, own: state === "running" || state === "canceling" ? own : null };
}

/** True if the event was taken, false if it was refused or found nothing. */
async function happen({ job, old, own, training: awaited }: Subject, event: Event): Promise<boolean> {
  const lease = own ?? old;
  const sent = async (act: string, body: unknown) => (await machine.on(lease, act, body)).status === 200;
  const expired = async () => {
    await env.DB.prepare("UPDATE jobs SET lease_expires_at = 1 WHERE id = ? AND status = 'running'")
      .bind(job)
      .run();
    return (await sweep(env, drizzle(env.DB), Date.now())).length > 0;
  };
  const lastRun = () =>
    env.DB.prepare("UPDATE jobs SET failures = ? WHERE id = ?")
      .bind(JOB_RUNS_MAX - 1, job)
      .run();
  switch (event) {
    case "ready":
      // Of a job that waits for none, it is the end of any other training.
      await deliverAdapter(machine, awaited ?? (await training()));
      return awaited !== undefined;
    case "dependency_failed":
      await giveUp(machine, awaited ?? (await training()));
      return awaited !== undefined;
    case "lease":
      return (await take()) !== null;
    case "heartbeat":
      return sent("heartbeat", {});
    case "succeed":
      return own === null
        ? sent("settle", { outcome: "succeeded", outputs: [] })
        : sent("settle", await delivered(own));
    case "fail":
      return sent("settle", failure(false));
    case "retry":
      return sent("settle", failure(true));
    case "retry_last":
      await lastRun();
      return sent("settle", failure(true));
    case "stop":
      return sent("settle", { outcome: "canceled" });
    case "release":
      // The old lease was released before: releasing it again is answered, and changes nothing.
      return own === null ? false : sent("release", { reason: "stopping" });
    case "expire":
      return expired();
    case "expire_shared":
      await env.DB.prepare(
        `INSERT INTO runs (id, job_id, lease_id, runner_id, attempt, started_at)
         SELECT 'run_sibling', job_id, substr(lease_id, 1, 14) || '0', runner_id, 99, started_at FROM runs WHERE lease_id = ?`,
      )
        .bind(lease)
        .run();
      return expired();
    case "expire_last":
      await lastRun();
      return expired();
    case "overdue":
      await env.DB.prepare("UPDATE jobs SET created_at = 1 WHERE id = ?").bind(job).run();
      return (await sweep(env, drizzle(env.DB), Date.now())).length > 0;
    case "cancel":
      return (await ada.ask("POST", `/v1/generations/${job}/cancel`)).status === 200;
  }
}

describe.each(STATES)("a job that is %s", (state) => {
  it.each(Object.keys(EVENTS) as Event[])("takes %s as the table says", async (event) => {
    const subject = await inState(state);
    const before = await factsOf(subject.job);
    const taken = await happen(subject, event);
    const after = await factsOf(subject.job);
    const step = LIFE[state][event];
    expect([event, taken, stateNow(after)]).toEqual([event, step !== null, step?.to ?? state]);
    const setBack = event.endsWith("_last") ? JOB_RUNS_MAX - 1 : before.failures;
    expect(after.failures - setBack).toBe(step?.effects.includes("failure") ? 1 : 0);
    expect(after.not_before > Date.now()).toBe(step?.effects.includes("pause") ?? false);
    const isEnd = step?.effects.includes("end") ?? false;
    expect(after.finished_at !== null).toBe(isEnd || before.finished_at !== null);
    if (before.finished_at !== null) expect(after.finished_at).toBe(before.finished_at);
  });
});

describe("the table", () => {
  it("ends every job once: final states have no transitions, and every end is published", () => {
    for (const from of STATES) {
      for (const step of Object.values(LIFE[from])) {
        if (!step) continue;
        const reaches = ["succeeded", "failed", "canceled"].includes(step.to);
        expect(step.effects.includes("end")).toBe(reaches && step.to !== from);
        expect(step.effects.includes("ring")).toBe(step.to === "queued");
        if (["succeeded", "failed", "canceled"].includes(from)) expect(step.to).toBe(from);
      }
    }
  });
});
