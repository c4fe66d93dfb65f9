// The operators' pages: the state of queues and runners, failures, and replaying a job once.

import { env } from "cloudflare:workers";
import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import type {
  FailedJob,
  Generation,
  Operations,
  Problem,
  RunnerStanding,
} from "../../../schema/contract/index.ts";
import { ask, Machine, type Person, person, published } from "../cast.ts";
import { adapterKey, moderator } from "../moderation/desk.ts";

type Page<T> = { items: T[]; next_cursor: string | null };

let ada: Person;
let operator: Person;
beforeAll(async () => {
  ada = await person("Ada");
  operator = await person("Operator");
});
beforeEach(async () => {
  await env.DB.batch(["jobs", "runs", "runners"].map((table) => env.DB.prepare(`DELETE FROM ${table}`)));
});

const generate = () =>
  ada.must<Generation>("POST", "/v1/generations", { base: "cast-3", prompt: "a person", seed: 7 });
const desk = <T = Problem>(method: string, path: string) =>
  ask<T>(method, `/v1/operations${path}`, { headers: { cookie: operator.cookie } });

/** A job that its runner gave up for good. */
async function failing(machine: Machine): Promise<Generation> {
  const job = await generate();
  const [lease] = await machine.lease();
  const error = { code: "out_of_memory", message: "The device is too small.", retryable: false };
  await machine.on(lease?.lease_id ?? "", "settle", { outcome: "failed", error });
  return job;
}

describe("the operations API", () => {
  it("reports queues, runners and failures as they are", async () => {
    const machine = await Machine.register(operator);
    const gone = await Machine.register(operator);
    await operator.must("POST", "/runner/v1/deregister", { runner_id: gone.id });
    await failing(machine);
    const first = await generate();
    await generate();
    await machine.lease();
    const { body } = await desk<Operations>("GET", "");
    expect(body).toMatchObject({
      runners: 1,
      failed_last_day: 1,
      webhooks: { pending: 0, overdue_seconds: 0 },
    });
    expect(body.queues).toMatchObject([{ base: "cast-3", kind: "sample", queued: 1, running: 1 }]);
    expect(Date.parse(body.queues[0]?.oldest_queued_at ?? "")).toBeGreaterThanOrEqual(
      Date.parse(first.created_at),
    );
    const runners = await desk<Page<RunnerStanding>>("GET", "/runners");
    expect(runners.body.items).toMatchObject([
      { id: machine.id, owner: "operator", bases: ["cast-3"], holds: 1 },
    ]);
  });

  it("lists runners and failures by pages without gap or double", async () => {
    const machine = await Machine.register(operator);
    for (let i = 0; i < 4; i++) await Machine.register(operator);
    for (let i = 0; i < 5; i++) await failing(machine);
    // Ended in the same moment: the id decides.
    await env.DB.prepare(
      "UPDATE jobs SET finished_at = 1000 WHERE id IN (SELECT id FROM jobs LIMIT 3)",
    ).run();
    for (const path of ["/failures", "/runners"]) {
      const whole = (await desk<Page<{ id: string }>>("GET", `${path}?limit=100`)).body.items.map(
        ({ id }) => id,
      );
      expect(whole.length).toBe(5);
      for (const limit of [1, 2, 3]) {
        const walked: string[] = [];
        for (let cursor: string | null = ""; cursor !== null; ) {
          const at: string = `${path}?limit=${limit}${cursor && `&cursor=${cursor}`}`;
          const { body } = await desk<Page<{ id: string }>>("GET", at);
          walked.push(...body.items.map(({ id }) => id));
          cursor = body.next_cursor;
        }
        expect(walked).toEqual(whole);
      }
    }
  });
});

describe("replaying a failed job", () => {
  it("creates one new job of the same work and owner", async () => {
    const machine = await Machine.register(operator);
    const job = await failing(machine);
    const replies = await Promise.all(
      [0, 1, 2].map(() => desk<{ job_id: string }>("POST", `/jobs/${job.id}/replay`)),
    );
    expect(replies.map(({ status }) => status)).toEqual([201, 201, 201]);
    const [fresh, ...others] = new Set(replies.map(({ body }) => body.job_id));
    expect(others).toEqual([]);
    const again = await ada.must<Generation>("GET", `/v1/generations/${fresh}`);
    expect(again).toMatchObject({ status: "queued", request: job.request, error: null, started_at: null });
    expect(await ada.must("GET", `/v1/generations/${job.id}`)).toMatchObject({ status: "failed" });
    const { body } = await desk<Page<FailedJob>>("GET", "/failures");
    expect(body.items).toMatchObject([
      { id: job.id, owner: "ada", error: { code: "out_of_memory" }, attempts: 1, replayed_as: fresh },
    ]);
    const [lease] = await machine.lease();
    expect([lease?.job_id, lease?.attempt]).toEqual([fresh, 1]);
  });

  it("is refused if an adapter of it was removed", async () => {
    await published(ada, "evil");
    const { id } = await ada.must<Generation>("POST", "/v1/generations", {
      adapters: [{ ref: "ada/evil" }],
      prompt: "a portrait",
    });
    const mod = await moderator("Maud");
    await mod.mustDecide(await adapterKey("ada/evil"), "remove");
    const reply = await desk("POST", `/jobs/${id}/replay`);
    expect([reply.status, reply.body.code]).toEqual([410, "adapter_removed"]);
    const { results } = await env.DB.prepare(
      "SELECT id FROM jobs WHERE NOT EXISTS (SELECT 1 FROM versions WHERE preview_job_id = jobs.id)",
    ).all();
    expect(results).toEqual([{ id }]);
  });

  it("is refused for a job that did not fail, and for an unknown one", async () => {
    const job = await generate();
    const waiting = await desk("POST", `/jobs/${job.id}/replay`);
    expect([waiting.status, waiting.body.code]).toEqual([409, "job_finished"]);
    expect((await desk("POST", "/jobs/job_00000000000000000000/replay")).status).toBe(404);
  });
});
