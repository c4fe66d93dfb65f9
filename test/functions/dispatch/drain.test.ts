// Draining a runner: it learns of it wherever it is, gets no more jobs, and may finish what it holds.

import { env } from "cloudflare:workers";
import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { Generation, Lease, Problem, RunnerStanding } from "../../../schema/contract/index.ts";
import { ask, BASE, Machine, type Person, person, png } from "../cast.ts";

type Answer = { leases: Lease[]; drain: boolean };

let ada: Person;
let operator: Person;
let machine: Machine;
beforeAll(async () => {
  [ada, operator] = [await person("Ada"), await person("Operator")];
});
beforeEach(async () => {
  await env.DB.batch(["jobs", "runs", "runners"].map((table) => env.DB.prepare(`DELETE FROM ${table}`)));
  machine = await Machine.register(operator);
});

const generate = () => ada.must<Generation>("POST", "/v1/generations", { base: BASE.id, prompt: "a person" });
const turn = <T = RunnerStanding>(act: "drain" | "resume", id = machine.id) =>
  ask<T>("POST", `/v1/operations/runners/${id}/${act}`, { headers: { cookie: operator.cookie } });
const poll = (wait_seconds = 0) =>
  operator.must<Answer>("POST", "/runner/v1/lease", {
    ...{ runner_id: machine.id, bases: [BASE.id], max_batch: 1, wait_seconds },
  });
const beat = async (leaseId: string) =>
  (await machine.on<{ drain: boolean; cancel: boolean }>(leaseId, "heartbeat", {})).body;

describe("a runner that is asked to leave", () => {
  it("gets no job and is notified; others get it", async () => {
    const job = await generate();
    expect((await turn("drain")).body.drain_requested_at).not.toBeNull();
    expect(await poll()).toEqual({ leases: [], drain: true });
    const [lease] = await (await Machine.register(operator)).lease();
    expect(lease?.job_id).toBe(job.id);
  });

  it("is woken where it waits for work", async () => {
    const began = Date.now();
    const waiting = poll(20);
    await turn("drain");
    expect(await waiting).toEqual({ leases: [], drain: true });
    expect(Date.now() - began).toBeLessThan(5_000);
  });

  it("is notified by its heartbeats and still finishes its jobs", async () => {
    const job = await generate();
    const { leases } = await poll();
    const lease = leases[0]?.lease_id ?? "";
    expect(await beat(lease)).toMatchObject({ drain: false, cancel: false });
    expect((await turn("drain")).body.holds).toBe(1);
    expect(await beat(lease)).toMatchObject({ drain: true, cancel: false });
    const meta = { width: 256, height: 256, recipe: {} };
    const output = await machine.deliver(
      lease,
      { name: "image-0.png", role: "image", meta },
      await png(256, 256),
    );
    const settled = await machine.on(lease, "settle", { outcome: "succeeded", outputs: [output] });
    expect(settled.body).toEqual({ status: "succeeded" });
    expect(await ada.must("GET", `/v1/generations/${job.id}`)).toMatchObject({ status: "succeeded" });
  });

  it("continues if it is resumed before it has left", async () => {
    const first = await turn("drain");
    const again = await turn("drain");
    expect(again.body).toEqual(first.body);
    const job = await generate();
    const resumed = await turn("resume");
    expect([resumed.status, resumed.body.drain_requested_at]).toEqual([200, null]);
    const { leases, drain } = await poll();
    expect([leases[0]?.job_id, drain]).toEqual([job.id, false]);
    expect(await beat(leases[0]?.lease_id ?? "")).toMatchObject({ drain: false });
  });

  it("cannot be drained or resumed once it has left, or if it does not exist", async () => {
    await operator.must("POST", "/runner/v1/deregister", { runner_id: machine.id });
    for (const act of ["drain", "resume"] as const) {
      for (const id of [machine.id, "rnr_00000000000000000000"]) {
        const reply = await turn<Problem>(act, id);
        expect([reply.status, reply.body.code]).toEqual([404, "not_found"]);
      }
    }
  });

  it("never gets a job that races with the request", async () => {
    for (let i = 0; i < 5; i++) {
      await generate();
      const [, answer] = await Promise.all([turn("drain"), poll()]);
      const held = await env.DB.prepare("SELECT count(*) AS n FROM jobs WHERE status = 'running'").first("n");
      expect([answer.leases.length, answer.drain]).toEqual(held === 1 ? [1, false] : [0, true]);
      // Whatever came first, nothing comes after.
      await generate();
      expect(await poll()).toEqual({ leases: [], drain: true });
      await turn("resume");
      await env.DB.prepare("DELETE FROM jobs").run();
    }
  });
});
