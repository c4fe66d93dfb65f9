// npm run bench -- dispatch: simulates many owners and runners around the real dispatch code, with a simulated clock, in workerd with D1. Writes
// docs/dispatch-bench.md. It asserts nothing about time; test/functions/dispatch/scale.test.ts asserts what must hold at any scale.
//   npm run bench -- dispatch --jobs 4000 --runners 200

import { spawn } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { parseArgs } from "node:util";
import { ROOT } from "../local/paths.ts";
import { type DispatchFigures, dispatchPage } from "./dispatch-page.ts";

const MARK = "DISPATCH_SCALE ";

const { values } = parseArgs({
  options: {
    jobs: { type: "string", default: "4000" },
    runners: { type: "string", default: "200" },
    seed: { type: "string", default: "42" },
  },
});
const scale = { jobs: Number(values.jobs), runners: Number(values.runners), seed: Number(values.seed) };
if (
  !Number.isInteger(scale.jobs) ||
  scale.jobs < 200 ||
  !Number.isInteger(scale.runners) ||
  scale.runners < 4
) {
  console.error("--jobs must be a whole number of at least 200, --runners one of at least 4.");
  process.exit(1);
}
if (!Number.isInteger(scale.seed)) {
  console.error("--seed must be a whole number.");
  process.exit(1);
}

const child = spawn(
  process.execPath,
  ["node_modules/vitest/vitest.mjs", "run", "test/functions/dispatch/scale.test.ts"],
  {
    cwd: ROOT,
    env: { ...process.env, DISPATCH_SCALE: JSON.stringify(scale) },
    stdio: ["ignore", "pipe", "inherit"],
  },
);
const ended = once(child, "close");
let figures: DispatchFigures | null = null;
for await (const line of createInterface({ input: child.stdout })) {
  // Vitest may put colour codes before it.
  const at = line.indexOf(MARK);
  if (at >= 0) figures = JSON.parse(line.slice(at + MARK.length)) as DispatchFigures;
  else console.log(line);
}
const [code] = (await ended) as [number | null];
if (code !== 0 || figures === null) {
  console.error("✗ The simulation did not hold what it must; nothing was written.");
  process.exit(1);
}
const file = join(ROOT, "docs", "dispatch-bench.md");
writeFileSync(file, dispatchPage(figures));
console.log(`Written: ${file}`);
