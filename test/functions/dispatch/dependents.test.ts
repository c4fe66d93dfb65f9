// Generations that wait for a training: they use the version that it makes, fail if it makes none, and are never left waiting by a race.

import { env } from "cloudflare:workers";
import { drizzle } from "drizzle-orm/d1";
import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import { callerOfKey } from "../../../functions/auth/keys.ts";
import { orderGeneration } from "../../../functions/dispatch/order-generation.ts";
import { place } from "../../../functions/dispatch/place.ts";
import { sweep } from "../../../functions/dispatch/sweep.ts";
import type { Generation, Lease, Training, Version } from "../../../schema/contract/index.ts";
import {
  GENERATIONS_AWAITING_MAX,
  JOB_DEADLINE_HOURS,
  JOB_RUNS_MAX,
  LEASE_TTL_SECONDS,
} from "../../../schema/contract/limits.ts";
import { ask, empty, Machine, type Person, person, published, verify, withMethods } from "../cast.ts";
import { deliverAdapter, giveUp, orderTraining, trainingImages } from "./trainings.ts";

const db = drizzle(env.DB);
const HOUR_MS = 3_600_000;

let ada: Person;
let bob: Person;
let machine: Machine;
let images: { upload_id: string }[];
let version: Version;
beforeAll(async () => {
  [ada, bob] = [await person("Ada"), await person("Bob")];
  machine = await Machine.register(await person("Operator"));
  images = await trainingImages(ada);
  version = await published(bob, "bob");
});
beforeEach(() => empty("jobs", "runs", "deliveries"));

let trainings = 0;
const training = (more = {}) => orderTraining(ada, `face-${trainings++}`, images, more);
const generateWith = (adapters: unknown[], more = {}) =>
  ada.must<Generation>("POST", "/v1/generations", { adapters, prompt: "a person", ...more });
const waiting = (job: { id: string }, more = {}) => generateWith([{ training_id: job.id }], more);
const look = (job: { id: string }) => ada.must<Generation>("GET", `/v1/generations/${job.id}`);
async function take(): Promise<Lease> {
  const [lease] = await machine.lease();
  if (!lease) throw new Error("No lease");
  return lease;
}
/** The events that a watcher gets, to the end. */
const heard = async (job: { id: string }) =>
  (await ada.ask<string>("GET", `/v1/generations/${job.id}/events?after=0`)).body;

describe("a generation with a running training", () => {
  it("is blocked: it has no place in the queue and no runner gets it", async () => {
    const trainingJob = await training();
    const job = await generateWith([{ ref: "bob/bob" }, { training_id: trainingJob.id }]);
    expect(job).toMatchObject({ status: "queued", waits_for: trainingJob.id, queue_position: null });
    expect(job.request.adapters.map(({ ref }) => ref)).toEqual(["bob/bob:1"]);
    const other = await ada.must<Generation>("POST", "/v1/generations", { base: "cast-3", prompt: "x" });
    expect(other.queue_position).toBe(2);
    expect((await machine.lease(8)).map(({ job_id }) => job_id)).toEqual([trainingJob.id]);
    expect((await machine.lease(8)).map(({ job_id }) => job_id)).toEqual([other.id]);
    expect(await machine.lease(8)).toEqual([]);
  });

  it("uses the version that was made, with the ordered strength and region", async () => {
    const trainingJob = await training();
    const region = { x: 0, y: 0, width: 0.5, height: 1 };
    const plain = await generateWith([{ training_id: trainingJob.id }, { ref: "bob/bob" }], {
      size: "512x256",
    });
    const requested = await generateWith([
      { ref: "bob/bob" },
      { training_id: trainingJob.id, strength: 0.5, region },
    ]);
    await deliverAdapter(machine, await take());
    const { result } = await ada.must<Training>("GET", `/v1/trainings/${trainingJob.id}`);
    const made = await ada.must<Version>("GET", `/v1/versions/${result?.version_id}`);
    const known = { version_id: made.id, ref: `${trainingJob.request.adapter}:1`, slot: made.slot };
    const member = { ...known, trigger: made.trigger };
    expect(await look(plain)).toMatchObject({ status: "queued", waits_for: null, queue_position: 1 });
    expect((await look(plain)).request.adapters).toEqual([
      { ...member, strength: made.strength, region: null },
      expect.objectContaining({ version_id: version.id }),
    ]);
    expect((await look(requested)).request.adapters[1]).toEqual({ ...member, strength: 0.5, region });
    const leases = [await take(), await take()];
    expect(leases.map(({ job_id }) => job_id)).toEqual([plain.id, requested.id]);
    for (const [i, lease] of leases.entries()) {
      if (lease.kind !== "sample") throw new Error("Not a generation");
      const own = lease.spec.adapters.find(({ version_id }) => version_id === made.id);
      const input = lease.inputs.find(({ name }) => name === own?.input);
      expect(own).toEqual({
        ...member,
        strength: i === 0 ? made.strength : 0.5,
        region: i === 0 ? null : region,
        input: `${made.id}.safetensors`,
      });
      expect(input).toMatchObject({ sha256: made.sha256, size_bytes: made.size_bytes });
      expect((await ask("GET", input?.url ?? "")).status).toBe(200);
      expect(lease.inputs).toHaveLength(2);
    }
  });

  it("keeps its own trigger word, and may not take another member's", async () => {
    const trainingJob = await training();
    const both = [{ ref: "bob/bob" }, { training_id: trainingJob.id, as: "<me>" }];
    const saved = await ada.must<{ id: string }>("POST", "/v1/compositions", {
      members: [{ ref: "bob/bob" }],
    });
    const job = await generateWith(both, { prompt: "<bob> sad; <me> smiling", size: "512x256" });
    for (const as of ["<bob>", undefined]) {
      const adapters = [
        { ref: "bob/bob", as: as ? undefined : trainingJob.request.trigger },
        { training_id: trainingJob.id, as },
      ];
      const reply = await ada.ask("POST", "/v1/generations", { adapters, prompt: "x" });
      expect([reply.status, reply.body.errors?.[0]?.pointer]).toEqual([400, "/adapters/1/as"]);
    }
    await deliverAdapter(machine, await take());
    const words = ({ request }: Generation) => request.adapters.map(({ trigger }) => trigger);
    expect(words(await look(job))).toEqual(["<bob>", "<me>"]);
    const lease = await take();
    if (lease.kind !== "sample") throw new Error("Not a generation");
    expect(lease.spec.adapters.map(({ trigger }) => trigger)).toEqual(["<bob>", "<me>"]);
    // From a saved composition, what a training has made keeps its word too.
    const { result } = await ada.must<Training>("GET", `/v1/trainings/${trainingJob.id}`);
    const members = [{ ref: "bob/bob" }, { version_id: result?.version_id, as: "<me>" }];
    const again = await ada.must<{ id: string }>("POST", "/v1/compositions", { members });
    for (const [composition_id, expected] of [
      [saved.id, ["<bob>"]],
      [again.id, ["<bob>", "<me>"]],
    ] as const) {
      const drawn = await ada.must<Generation>("POST", "/v1/generations", {
        composition_id,
        prompt: "x",
        size: "512x256",
      });
      expect(words(drawn)).toEqual(expected);
    }
  });

  it("goes to a runner that waits for work", async () => {
    const job = await waiting(await training());
    const lease = await take();
    const other = await Machine.register(machine.owner);
    const next = other.lease(1, 20);
    const began = Date.now();
    await deliverAdapter(machine, lease);
    expect((await next)[0]?.job_id).toBe(job.id);
    expect(Date.now() - began).toBeLessThan(5_000);
  });

  it("takes its owner's next turn then, and overtakes no waiting job", async () => {
    const trainingJob = await training();
    const own: string[] = [];
    for (let i = 0; i < 3; i++) own.push((await waiting(trainingJob)).id);
    const lease = await take();
    const theirs: string[] = [];
    for (let i = 0; i < 3; i++) {
      theirs.push(
        (await bob.must<Generation>("POST", "/v1/generations", { base: "cast-3", prompt: "x" })).id,
      );
    }
    await env.DB.prepare(
      "UPDATE jobs SET turn = turn + 500 WHERE status = 'queued' AND waits_for IS NULL",
    ).run();
    await deliverAdapter(machine, lease);
    const order = [];
    for (let i = 0; i < 6; i++) order.push((await take()).job_id);
    expect(order.filter((id) => own.includes(id))).toEqual(own);
    expect(order.map((id) => (theirs.includes(id) ? "b" : "a")).join("")).toMatch(/^(ab|ba){3}$/);
  });

  it("keeps waiting while the training is retried", async () => {
    const job = await waiting(await training());
    await giveUp(machine, await take(), true);
    expect((await look(job)).status).toBe("queued");
    await env.DB.prepare("UPDATE jobs SET not_before = 0").run();
    await deliverAdapter(machine, await take());
    expect((await look(job)).waits_for).toBe(null);
  });

  it("stays canceled if it is canceled while it waits", async () => {
    const job = await waiting(await training());
    const lease = await take();
    expect((await ada.must<Generation>("POST", `/v1/generations/${job.id}/cancel`)).status).toBe("canceled");
    await deliverAdapter(machine, lease);
    expect((await look(job)).status).toBe("canceled");
    expect(await machine.lease()).toEqual([]);
  });

  it("has its deadline from the training's end on", async () => {
    const job = await waiting(await training());
    const lease = await take();
    const late = Date.now() + (JOB_DEADLINE_HOURS + 1) * HOUR_MS;
    await env.DB.prepare("UPDATE jobs SET created_at = 1 WHERE id = ?").bind(job.id).run();
    await env.DB.prepare("UPDATE jobs SET lease_expires_at = ? WHERE kind = 'train'")
      .bind(late + HOUR_MS)
      .run();
    expect(await sweep(env, db, late)).toEqual([]);
    await deliverAdapter(machine, lease);
    expect(await sweep(env, db, Date.now())).toEqual([]);
    expect(await sweep(env, db, late)).toEqual([{ id: job.id, status: "failed" }]);
    expect((await look(job)).error?.code).toBe("deadline_passed");
  });
});

describe("a training that makes no version", () => {
  const expire = async (now: number) => {
    await env.DB.prepare("UPDATE jobs SET failures = ? WHERE kind = 'train'")
      .bind(JOB_RUNS_MAX - 1)
      .run();
    await sweep(env, db, now);
  };
  const ends: Record<string, (trainingJob: Training) => Promise<unknown>> = {
    fails: async () => giveUp(machine, await take()),
    "is canceled before it runs": (one) => ada.must("POST", `/v1/trainings/${one.id}/cancel`),
    "is canceled while it runs": async (one) => {
      const lease = await take();
      await ada.must("POST", `/v1/trainings/${one.id}/cancel`);
      await machine.on(lease.lease_id, "release", { reason: "stopping" });
    },
    "loses its last runner": async () => {
      await take();
      await expire(Date.now() + (LEASE_TTL_SECONDS + 1) * 1000);
    },
    "passes its deadline": () => sweep(env, db, Date.now() + (JOB_DEADLINE_HOURS + 1) * HOUR_MS),
  };

  it.each(Object.keys(ends))("ends what waits for it when it %s", async (name) => {
    const one = await training();
    const job = await waiting(one, { webhook: { url: "http://127.0.0.1:9/hook" } });
    const watched = heard(job);
    await ends[name]?.(one);
    const seen = await look(job);
    expect(seen).toMatchObject({ status: "failed", waits_for: one.id, error: { code: "dependency_failed" } });
    expect(seen.error?.message).toContain(one.id);
    expect(seen.finished_at).not.toBe(null);
    expect(await watched).toContain('event: done\ndata: {"status":"failed"}');
    const received = await env.DB.prepare(
      "SELECT count(*) AS n FROM deliveries WHERE job_id = ? AND type = ?",
    )
      .bind(job.id, "generation.failed")
      .first<number>("n");
    expect(received).toBe(1);
    expect(await machine.lease()).toEqual([]);
  });

  it("whose version may not be used ends them too", async () => {
    const one = await training();
    const job = await waiting(one);
    const lease = await take();
    await env.DB.prepare("UPDATE adapters SET state = 'removed' WHERE id = ?")
      .bind(one.request.adapter_id)
      .run();
    await deliverAdapter(machine, lease);
    expect(await look(job)).toMatchObject({ status: "failed", error: { code: "dependency_failed" } });
    expect(await machine.lease()).toEqual([]);
  });

  it("is not replayed for what waited", async () => {
    const job = await waiting(await training());
    await giveUp(machine, await take());
    await verify("operator", true);
    const reply = await ask("POST", `/v1/operations/jobs/${job.id}/replay`, {
      headers: { cookie: machine.owner.cookie },
    });
    expect([reply.status, reply.body.code]).toEqual([409, "job_finished"]);
  });
});

describe("an order that races with the training's end", () => {
  /** The training ends after the order has looked at it, and before its row is written. */
  const dbThatWaits = (before: () => Promise<unknown>) => {
    let stage: "looks" | "orders" | "ordered" = "looks";
    const client = withMethods(env.DB, {
      prepare: (sql: string) => {
        if (stage === "looks" && sql.includes("INSERT INTO jobs")) stage = "orders";
        return env.DB.prepare(sql);
      },
      batch: async (statements: D1PreparedStatement[]) => {
        if (stage === "orders") {
          stage = "ordered";
          await before();
        }
        return env.DB.batch(statements);
      },
    });
    return drizzle(client);
  };
  async function raced(one: Training, before: () => Promise<unknown>) {
    const caller = await callerOfKey(env, db, ada.key, Date.now());
    if (!caller) throw new Error("No caller");
    const input = { adapters: [{ training_id: one.id }], prompt: "x", negative_prompt: "", count: 1 };
    const slow = dbThatWaits(before);
    return place({ env, db: slow, now: Date.now() }, () => orderGeneration(slow, caller, input));
  }

  it("uses the version that was made meanwhile", async () => {
    const one = await training();
    const lease = await take();
    const id = await raced(one, () => deliverAdapter(machine, lease));
    const job = await look({ id: id as string });
    expect([job.waits_for, job.request.adapters[0]?.ref]).toEqual([null, `${one.request.adapter}:1`]);
    expect((await take()).job_id).toBe(job.id);
  });

  it("is refused if there will be no version", async () => {
    const one = await training();
    const lease = await take();
    const refusal = await raced(one, () => giveUp(machine, lease));
    expect(refusal).toMatchObject({
      code: "adapter_unready",
      faults: [{ pointer: "/adapters/0/training_id" }],
    });
    expect(await env.DB.prepare("SELECT count(*) AS n FROM jobs WHERE kind = 'sample'").first("n")).toBe(0);
  });

  it("never leaves a job waiting for an ended training", async () => {
    for (const end of [deliverAdapter, giveUp]) {
      for (let i = 0; i < 5; i++) {
        const one = await training();
        const lease = await take();
        const input = { adapters: [{ training_id: one.id }], prompt: "x" };
        const orders = [0, 1, 2].map(() => ada.ask<Generation>("POST", "/v1/generations", input));
        const replies = await Promise.all([...orders, end(machine, lease)]);
        for (const { status, body } of replies.slice(0, 3) as Awaited<(typeof orders)[number]>[]) {
          if (status >= 400) expect(body).toMatchObject({ code: "adapter_unready" });
          else {
            const job = await look(body);
            const isMade = end === deliverAdapter;
            expect([job.status, job.waits_for]).toEqual(isMade ? ["queued", null] : ["failed", one.id]);
          }
        }
        await env.DB.prepare("DELETE FROM jobs").run();
      }
    }
  });
});

describe("a training in a generation's request", () => {
  const refused = async (adapters: unknown[], more = {}, by = ada) => {
    const { status, body } = await by.ask("POST", "/v1/generations", { adapters, prompt: "x", ...more });
    return [status, body.code, body.errors[0]?.pointer];
  };

  it("that has succeeded is its version at once", async () => {
    const one = await training();
    await deliverAdapter(machine, await take());
    const job = await waiting(one);
    expect([job.waits_for, job.request.adapters[0]?.ref]).toEqual([null, `${one.request.adapter}:1`]);
  });

  it("must be the caller's, running or succeeded, and of one base", async () => {
    const [one, two] = [await training(), await training()];
    const at = "/adapters/0/training_id";
    expect(await refused([{ training_id: "job_0000000000000000000000" }])).toEqual([
      422,
      "adapter_unknown",
      at,
    ]);
    expect(await refused([{ training_id: one.id }], {}, bob)).toEqual([422, "adapter_unknown", at]);
    const both = [{ training_id: one.id }, { training_id: two.id }];
    expect(await refused(both)).toEqual([400, "request_invalid", "/adapters/1/training_id"]);
    expect(await refused([{ training_id: one.id, ref: "bob/bob" }])).toEqual([
      400,
      "request_invalid",
      "/adapters/0",
    ]);
    await env.DB.prepare("UPDATE jobs SET base_id = 'sdxl' WHERE id = ?").bind(one.id).run();
    expect(await refused([{ ref: "bob/bob" }, { training_id: one.id }], { base: "cast-3" })).toEqual([
      ...[422, "adapter_incompatible", "/adapters/1"],
    ]);
    await ada.must("POST", `/v1/trainings/${two.id}/cancel`);
    expect(await refused([{ training_id: two.id }])).toEqual([422, "adapter_unready", at]);
  });

  it("names the right member where another one is at fault", async () => {
    const one = await training();
    expect(await refused([{ training_id: one.id }, { ref: "bob/nobody" }])).toEqual([
      ...[422, "adapter_unknown", "/adapters/1/ref"],
    ]);
  });

  it("has a limited number of waiting generations", async () => {
    const one = await training();
    const first = await waiting(one);
    await env.DB.prepare(
      `INSERT INTO jobs (id, owner_id, kind, base_id, shape, status, turn, request, spec, inputs, created_at, waits_for)
       WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?2)
       SELECT 'job_many' || printf('%014d', i), owner_id, kind, base_id, shape, status, turn, request, spec, inputs, created_at, waits_for
       FROM jobs, n WHERE id = ?1`,
    )
      .bind(first.id, GENERATIONS_AWAITING_MAX - 1)
      .run();
    expect(await refused([{ training_id: one.id }])).toEqual([429, "quota_exceeded", undefined]);
    await giveUp(machine, await take());
    const left = "SELECT count(*) AS n FROM jobs WHERE status = 'queued'";
    expect(await env.DB.prepare(left).first("n")).toBe(0);
  });
});
