// Leases: each job goes to one runner at a time, in fair order, in batches of one shape, and only to runners that may serve it.

import { env } from "cloudflare:workers";
import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { Generation, Version } from "../../../schema/contract/index.ts";
import { WARM_NAMED_MAX, WARM_WAIT_SECONDS } from "../../../schema/contract/limits.ts";
import { ask, BASE, Machine, type Person, person, published, verify } from "../cast.ts";

let ada: Person;
let bob: Person;
let operator: Person;
let machine: Machine;
let version: Version;

beforeAll(async () => {
  ada = await person("Ada");
  bob = await person("Bob");
  operator = await person("Operator");
  machine = await Machine.register(operator);
  version = await published(ada, "ada");
});
beforeEach(async () => {
  await env.DB.prepare("DELETE FROM jobs").run();
});

const generate = (by: Person, more: Record<string, unknown> = {}) =>
  by.must<Generation>("POST", "/v1/generations", { base: "cast-3", prompt: "a person", ...more });

describe("a lease", () => {
  it("carries everything a runner needs, with addresses that anyone who holds them can read", async () => {
    const region = { x: 0, y: 0, width: 0.5, height: 1 };
    const adapters = [{ version_id: version.id, strength: 0.8, region }];
    const job = await generate(bob, {
      base: undefined,
      adapters,
      prompt: "<ada>",
      seed: 7,
      size: "512x256",
      count: 2,
    });
    const [lease] = await machine.lease();
    expect(lease).toMatchObject({ job_id: job.id, attempt: 1, kind: "sample", base: "cast-3" });
    expect(lease?.spec).toEqual({
      ...{
        prompt: "<ada>",
        negative_prompt: "",
        seed: 7,
        steps: 24,
        guidance: BASE.guidance.default,
        sampler: "Euler",
        width: 512,
        height: 256,
        count: 2,
      },
      adapters: [
        {
          ...{
            version_id: version.id,
            ref: "ada/ada:1",
            trigger: "<ada>",
            strength: 0.8,
            slot: version.slot,
          },
          ...{ input: `${version.id}.safetensors`, region },
        },
      ],
    });
    const [input] = lease?.inputs ?? [];
    expect(input).toMatchObject({ name: `${version.id}.safetensors`, sha256: version.sha256 });
    expect((await ask("GET", input?.url ?? "")).status).toBe(200);
    // Not the last character: two of its six bits are padding, so that four characters there say the same.
    const forged = (input?.url ?? "").replace(/(.)(.{9})$/, (_, at, rest) => (at === "x" ? "y" : "x") + rest);
    expect((await ask("GET", forged)).status).toBe(403);
    const seen = await bob.must<Generation>("GET", `/v1/generations/${job.id}`);
    expect([seen.status, seen.queue_position]).toEqual(["running", null]);
  });

  it("gives two runners that ask at once different jobs", async () => {
    const other = await Machine.register(operator);
    const ordered = [];
    for (let i = 0; i < 6; i++) ordered.push((await generate(ada)).id);
    const asked = await Promise.all([0, 1, 2, 3, 4, 5, 6, 7].map((i) => (i % 2 ? machine : other).lease()));
    const leased = asked.flat();
    expect(leased.map((lease) => lease.job_id).sort()).toEqual(ordered.sort());
    expect(new Set(leased.map((lease) => lease.lease_id)).size).toBe(6);
  });

  it("batches jobs of one size only", async () => {
    const small = [await generate(ada), await generate(ada)];
    await generate(ada, { size: "768x256" });
    small.push(await generate(ada));
    expect((await machine.lease(2)).map(({ job_id }) => job_id)).toEqual([small[0]?.id, small[1]?.id]);
    expect((await machine.lease(8)).length).toBe(1);
    expect((await machine.lease(8)).map(({ job_id }) => job_id)).toEqual([small[2]?.id]);
    expect(await machine.lease(8)).toEqual([]);
  });

  it("lets one owner's single job pass another owner's many", async () => {
    for (let i = 0; i < 5; i++) await generate(ada);
    const single = await generate(bob);
    expect(single.queue_position).toBe(2);
    const order = [];
    for (let i = 0; i < 3; i++) order.push((await machine.lease())[0]?.job_id);
    expect(order.indexOf(single.id)).toBe(1);
  });

  it("goes from anyone's runner only to its owner's jobs, from an operator's of a verified address to everybody's", async () => {
    const own = await Machine.register(bob);
    const job = await generate(ada);
    expect(await own.lease()).toEqual([]);
    const mine = await generate(bob);
    expect((await own.lease(8)).map(({ job_id }) => job_id)).toEqual([mine.id]);
    await verify("operator", false);
    expect(await machine.lease(8)).toEqual([]);
    await verify("operator", true);
    expect((await machine.lease(8)).map(({ job_id }) => job_id)).toEqual([job.id]);
  });

  it("is refused for another account's runner and for one that has left", async () => {
    const input = { runner_id: machine.id, bases: ["cast-3"], max_batch: 1 };
    expect((await bob.ask("POST", "/runner/v1/lease", input)).body.code).toBe("not_found");
    const leaving = await Machine.register(operator);
    await operator.must("POST", "/runner/v1/deregister", { runner_id: leaving.id });
    const reply = await operator.ask("POST", "/runner/v1/lease", { ...input, runner_id: leaving.id });
    expect([reply.status, reply.body.errors[0]?.pointer]).toEqual([404, "/runner_id"]);
  });

  it("contains no job of a base that the runner did not register", async () => {
    await generate(ada);
    const input = { runner_id: machine.id, bases: ["sdxl"], max_batch: 1 };
    expect(await operator.must("POST", "/runner/v1/lease", input)).toEqual({ leases: [], drain: false });
  });

  it("wakes a waiting runner as soon as a job arrives", async () => {
    const began = Date.now();
    const waiting = machine.lease(1, 20);
    const job = await generate(ada);
    expect((await waiting)[0]?.job_id).toBe(job.id);
    expect(Date.now() - began).toBeLessThan(5_000);
  });

  it("answers without jobs when the wait is over", async () => {
    expect(await machine.lease(1, 0.2)).toEqual([]);
  });
});

describe("a runner with files on disk", () => {
  let bare: Version;
  beforeAll(async () => {
    bare = await published(bob, "bob");
  });
  /** Two owners' first jobs: of one turn. Bob's is the younger. */
  async function two() {
    const cold = await generate(ada, { base: undefined, adapters: [{ ref: "bob/bob" }], prompt: "<bob>" });
    const warm = await generate(bob, { base: undefined, adapters: [{ ref: "ada/ada" }], prompt: "<ada>" });
    const turns = await env.DB.prepare("SELECT DISTINCT turn FROM jobs").all();
    expect(turns.results).toHaveLength(1);
    return { cold: cold.id, warm: warm.id };
  }
  const age = (id: string, seconds: number) =>
    env.DB.prepare("UPDATE jobs SET created_at = created_at - ? WHERE id = ?")
      .bind(seconds * 1000, id)
      .run();
  const next = async (warm: string[]) => (await machine.lease(1, 0, warm))[0]?.job_id;

  it("gets the job first that needs no other, among those of one turn", async () => {
    const { cold, warm } = await two();
    expect(await next([version.sha256])).toBe(warm);
    expect(await next([version.sha256])).toBe(cold);
  });

  it("gets them by age where it has all files or none", async () => {
    for (const files of [[], [version.sha256, bare.sha256], ["0".repeat(64)]]) {
      const { cold, warm } = await two();
      expect([await next(files), await next(files)]).toEqual([cold, warm]);
      await env.DB.prepare("DELETE FROM jobs").run();
    }
  });

  it("gets the older one although it lacks its files, once that has waited long enough", async () => {
    const { cold, warm } = await two();
    await age(cold, WARM_WAIT_SECONDS);
    expect([await next([version.sha256]), await next([version.sha256])]).toEqual([cold, warm]);
  });

  it("does not pass a turn or a priority", async () => {
    const { cold, warm } = await two();
    for (const column of ["turn = turn - 1", "turn = turn + 1, priority = 1"]) {
      await env.DB.prepare(`UPDATE jobs SET ${column}, status = 'queued', lease_id = NULL WHERE id = ?`)
        .bind(cold)
        .run();
      expect(await next([version.sha256])).toBe(cold);
    }
    expect(await next([version.sha256])).toBe(warm);
  });

  it("fills its batch with what it has before what it lacks", async () => {
    const { cold, warm } = await two();
    const carol = await generate(operator, {
      base: undefined,
      adapters: [{ ref: "ada/ada" }],
      prompt: "<ada>",
    });
    const leased = await machine.lease(2, 0, [version.sha256]);
    expect(leased.map(({ job_id }) => job_id).sort()).toEqual([warm, carol.id].sort());
    expect(await next([version.sha256])).toBe(cold);
  });

  it("names a limited number of files, each by its full hash", async () => {
    const input = { runner_id: machine.id, bases: ["cast-3"], max_batch: 1 };
    const hashes = Array.from({ length: WARM_NAMED_MAX + 1 }, (_, n) => n.toString(16).padStart(64, "0"));
    const ask = (warm: string[]) => operator.ask("POST", "/runner/v1/lease", { ...input, warm });
    expect((await ask(hashes.slice(1))).status).toBe(200);
    const many = await ask(hashes);
    expect([many.status, many.body.errors[0]?.pointer]).toEqual([400, "/warm"]);
    const short = await ask(["abc"]);
    expect([short.status, short.body.errors[0]?.pointer]).toEqual([400, "/warm/0"]);
  });
});

describe("a lease's address", () => {
  it("is known only to the account whose runner holds it", async () => {
    await generate(ada);
    const [lease] = await machine.lease();
    const reply = await bob.ask("POST", `/runner/v1/leases/${lease?.lease_id}/heartbeat`, {});
    expect([reply.status, reply.body.code]).toEqual([409, "lease_lost"]);
    expect((await machine.on(lease?.lease_id ?? "", "heartbeat", {})).status).toBe(200);
  });
});
