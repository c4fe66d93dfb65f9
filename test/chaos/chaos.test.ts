// npm run x -- chaos at a small count: two real runners and the real Worker, killed, frozen and cut off while they work.

import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { runChaos } from "../../scripts/chaos/run.ts";
import { homeAt } from "../../scripts/local/paths.ts";

/** Its first five faults are a kill, a freeze, a kill, a jump of the clock and the death of the Worker. */
const SEED = Number(process.env.CHAOS_SEED ?? "239");

test("every job ends once and nothing is lost, doubled or left behind, whoever is killed", {
  timeout: 300_000,
}, async (t) => {
  const home = homeAt(mkdtempSync(join(tmpdir(), "orthoplex-chaos-")));
  try {
    const scale = {
      ...{
        jobs: 8,
        runners: 2,
        seed: SEED,
        orderEveryMs: 1_800,
        faultEveryMs: 2_500,
        faultsAfterMs: 3_000,
        poisonEvery: 4,
      },
      ...{ frozenMs: [5_000, 9_000] as [number, number], clockIsFast: true, seeded: false },
    };
    const { violations, ...facts } = await runChaos(home, scale, () => {});
    t.diagnostic(JSON.stringify(facts));
    assert.deepEqual(violations, [], `Broken with CHAOS_SEED=${SEED}`);
    assert.equal(
      Object.values(facts.jobs).reduce((sum, n) => sum + n, 0),
      8,
    );
  } finally {
    rmSync(home.path, { recursive: true, force: true });
  }
});
