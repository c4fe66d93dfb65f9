// Faults by chance around the real routes: messages lost, doubled and late, runners that die or go on past their lease, a Worker that dies in
// the middle of a request, R2 that refuses, a clock that jumps. Whatever happened, scripts/chaos/rules.ts must hold afterwards.
//   DISPATCH_CHAOS='{"jobs":400,"runners":8,"seed":3}' npm test -- test/functions/dispatch/chaos.test.ts

import { env } from "cloudflare:workers";
import { expect, it } from "vitest";
import { strayObjects, type Violation, violationsOf } from "../../../scripts/chaos/rules.ts";
import { ask, type Person, person, published } from "../cast.ts";
import { type Outcome, playOut, type Scale } from "./chaos/play.ts";

const SMALL: Scale = { jobs: 40, runners: 4, seed: 1 };
const scale = env.DISPATCH_CHAOS ? (JSON.parse(env.DISPATCH_CHAOS) as Scale) : SMALL;
const LIMIT_MS = 900_000;
const OWNERS = 3;

it(
  "ends every job once, without loss, double counts or orphans, under all faults",
  async () => {
    const operator = await person("Operator");
    const owners: Person[] = [];
    for (let i = 0; i < OWNERS; i++) owners.push(await person(`Owner${i}`));
    const [ada] = owners as [Person];
    await published(ada, "used");
    await ada.must("POST", "/v1/webhooks", { url: "http://127.0.0.1:9/all", events: ["generation.*"] });

    const outcome = await playOut(env, { owners, operator, adapter: `${ada.handle}/used` }, scale);
    const found = [
      ...(await violationsOf(async (sql) => (await env.DB.prepare(sql).all()).results)),
      ...(await strays()),
      ...(await brokenWords(outcome)),
      ...(await brokenOrders(outcome)),
      ...outcome.unexpectedErrors.map((found) => ({
        rule: "a Worker that nothing is done to does not fail",
        subject: "",
        found,
      })),
    ];
    console.log(
      `DISPATCH_CHAOS ${JSON.stringify({ ...scale, ...outcome.suffered, late_refused: outcome.lateRefused, minutes: Math.round(outcome.virtualMinutes) })}`,
    );
    // Else nothing was tried.
    expect(outcome.lateRefused).toBeGreaterThan(0);
    expect(found, `Broken with seed ${scale.seed}`).toEqual([]);
  },
  LIMIT_MS,
);

async function strays(): Promise<Violation[]> {
  const objects: string[] = [];
  for (let cursor: string | undefined; ; ) {
    const page = await env.BLOBS.list(cursor === undefined ? {} : { cursor });
    objects.push(...page.objects.map(({ key }) => key));
    if (!page.truncated) break;
    cursor = page.cursor;
  }
  const rows = await env.DB.prepare("SELECT 'blobs/' || sha256 AS key FROM blobs").all<{ key: string }>();
  return strayObjects(
    objects,
    rows.results.map(({ key }) => key),
  );
}

/** What a runner was answered about its lease is so: nobody else ended that job. */
async function brokenWords({ replies }: Outcome): Promise<Violation[]> {
  const rows = await env.DB.prepare("SELECT lease_id, settled_status FROM runs").all<
    Record<string, string>
  >();
  const settled = new Map(rows.results.map((row) => [row.lease_id, row.settled_status]));
  return replies
    .filter(({ leaseId, status }) => settled.get(leaseId) !== status)
    .map(({ leaseId, status }) => ({
      ...{ rule: "what a runner was answered about its lease is so", subject: leaseId },
      found: `answered ${status}, now ${settled.get(leaseId)}`,
    }));
}

/** An order that was sent again and again is one job, and whoever watches it hears one end. */
async function brokenOrders({ ordered }: Outcome): Promise<Violation[]> {
  const found: Violation[] = [];
  const broken = (rule: string, subject: string, what: unknown) =>
    found.push({ rule, subject, found: JSON.stringify(what) });
  // The service orders previews and certificates itself.
  const rows = await env.DB.prepare(
    "SELECT id, status FROM jobs WHERE NOT EXISTS (SELECT 1 FROM versions WHERE preview_job_id = jobs.id)",
  ).all<{ id: string; status: string }>();
  const jobs = new Map(rows.results.map(({ id, status }) => [id, status]));
  const named = new Set(ordered.map(({ jobId }) => jobId));
  for (const id of jobs.keys()) {
    if (!named.has(id))
      broken("an order is one job, however often it is sent", id, "a job that no answer named");
  }
  for (const { owner, jobId } of ordered) {
    const headers = { authorization: `Bearer ${owner.key}` };
    const { body } = await ask<string>("GET", `/v1/generations/${jobId}/events?after=0`, { headers });
    const ends = body.split("\n\n").filter((text) => text.includes("event: done"));
    const status = jobs.get(jobId);
    if (ends.length !== 1 || !ends[0]?.includes(`"status":"${status}"`)) {
      broken("whoever watches a job hears its end once", jobId, { status, ends });
    }
  }
  return found;
}
