// Many owners and runners around the real dispatch on a simulated clock: every job ends once, none is held twice, and no owner starves.
// `npm run bench -- dispatch` runs the same at a large scale and writes the costs into docs/dispatch-bench.md. No time is asserted.

import { env } from "cloudflare:workers";
import { expect, it } from "vitest";
import { probeDepths } from "./scale/depth.ts";
import { reportOf } from "./scale/report.ts";
import { type Story, simulate } from "./scale/simulate.ts";

const SMALL = { jobs: 200, runners: 10, seed: 7 };
const scale = env.DISPATCH_SCALE ? (JSON.parse(env.DISPATCH_SCALE) as typeof SMALL) : SMALL;
const DEPTHS = [1_000, 3_000, 10_000];
const LIMIT_MS = 1_800_000;
/**
 * Set from what was seen, with room: at 200 jobs, ids of one moment fall in a new order each time, and the small owners' ratio was 1.4 to
 * 3.7 over ten seeds (1.6 to 1.9 in three runs of this one), their median wait at most a quarter of the large one's.
 */
const UNFAIR_MAX = 5;
const SMALL_SHARE_MAX = 0.5;

it(
  "ends every job once, never leases one twice, and lets the small owners pass the large one",
  async () => {
    const story = await simulate(env, scale);
    expect(story.faults).toEqual([]);
    await expectOneEndEach(story);
    const report = reportOf(story);
    if (env.DISPATCH_SCALE) {
      const reply = { ...report, scale, depths: await probeDepths(env, DEPTHS) };
      console.log(`DISPATCH_SCALE ${JSON.stringify(reply)}`);
    }
    expect(story.lateRefused).toBeGreaterThan(0);
    // At another scale fairness is reported, not judged: the bounds were seen at this one.
    if (env.DISPATCH_SCALE) return;
    const [large, , small] = report.owners;
    expect(small?.p50).toBeLessThan(SMALL_SHARE_MAX * (large?.p50 ?? 0));
    expect(small?.ratio).toBeLessThan(UNFAIR_MAX);
  },
  LIMIT_MS,
);

async function expectOneEndEach(story: Story): Promise<void> {
  expect(story.records.size).toBe(scale.jobs);
  const rows = await env.DB.prepare(
    `SELECT id, status, (SELECT count(*) FROM images WHERE job_id = jobs.id) AS images,
       (SELECT count(*) FROM runs WHERE job_id = jobs.id AND settled_status = jobs.status) AS ends,
       (SELECT count(*) FROM runs WHERE job_id = jobs.id AND outcome IS NULL) AS open FROM jobs`,
  ).all<{ id: string; status: string; images: number; ends: number; open: number }>();
  expect(rows.results).toHaveLength(scale.jobs);
  for (const { id, status, images, ends, open } of rows.results) {
    const isDone = status === "succeeded";
    expect([id, ["succeeded", "failed"].includes(status), images, ends <= 1, open]).toEqual([
      ...[id, true, isDone ? 1 : 0, true, 0],
    ]);
    if (isDone) expect([id, ends]).toEqual([id, 1]);
  }
}
