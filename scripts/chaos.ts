// npm run x -- chaos: kills, freezes and disconnects the real Worker and real runners while they work, then checks the invariants in what they
// stored. Exit code 1, with the seed, where an invariant is violated.
//   npm run x -- chaos --jobs 200 --runners 3 --seed 1

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { runChaos } from "./chaos/run.ts";
import { homeAt } from "./local/paths.ts";

const { values } = parseArgs({
  options: {
    jobs: { type: "string", default: "200" },
    runners: { type: "string", default: "3" },
    seed: { type: "string", default: String(Date.now() % 100_000) },
  },
});
const [jobs, runners, seed] = [Number(values.jobs), Number(values.runners), Number(values.seed)];
if (!Number.isInteger(jobs) || jobs < 1 || jobs > 1_000) {
  console.error("✗ --jobs must be a whole number from 1 to 1000.");
  process.exit(1);
}
if (!Number.isInteger(runners) || runners < 1 || runners > 16 || !Number.isInteger(seed)) {
  console.error("✗ --runners must be a whole number from 1 to 16, --seed a whole number.");
  process.exit(1);
}

const home = homeAt(mkdtempSync(join(tmpdir(), "orthoplex-chaos-")));
console.log(`${jobs} jobs over ${runners} runners, seed ${seed}`);
const { violations, ...facts } = await runChaos(
  home,
  {
    ...{
      jobs,
      runners,
      seed,
      orderEveryMs: 2_400,
      faultEveryMs: 6_000,
      faultsAfterMs: 20_000,
      poisonEvery: 20,
    },
    ...{ frozenMs: [65_000, 100_000], clockIsFast: false, seeded: true },
  },
  (line) => console.log(`· ${line}`),
);
console.log(JSON.stringify(facts, null, 2));
if (violations.length === 0) {
  rmSync(home.path, { recursive: true, force: true });
  console.log("✓ Every job ended once, none was lost, nothing was counted twice or left behind.");
} else {
  for (const { rule, subject, found } of violations) console.error(`✗ ${rule}: ${subject}: ${found}`);
  console.error(`✗ ${violations.length} violations with seed ${seed}. State and logs: ${home.path}`);
  process.exitCode = 1;
}
