// npm test: runs every stage in order, prints the name and duration of each, and at the end what each test runner counted.
//   npm test                    everything
//   npm test -- edge journey  these stages only
//   npm run check               the quick ones: types, lint, docs

import { spawn } from "node:child_process";
import { findOrInstallChromium } from "./chromium.ts";
import { ROOT } from "./local/paths.ts";
import { type Command, STAGE_ENV, STAGES, type Stage } from "./stages.ts";
import { addCounts, type Counts, countsIn, noCounts } from "./test-counts.ts";

type Outcome = { stage: string; ok: boolean; seconds: number; counts: Counts; note: string };

const args = process.argv.slice(2);
const unknown = args.filter((arg) => arg !== "--quick" && !STAGES.some(({ name }) => name === arg));
if (unknown.length > 0) {
  console.error(
    `✗ No stage is called ${unknown.join(", ")}. There are: ${STAGES.map(({ name }) => name).join(", ")}.`,
  );
  process.exit(1);
}
const chosen = STAGES.filter((stage) =>
  args.includes("--quick") ? stage.quick : args.length === 0 || args.includes(stage.name),
);

const outcomes: Outcome[] = [];
for (const stage of chosen) outcomes.push(await runStage(stage));
report(outcomes);
process.exitCode = outcomes.every(({ ok }) => ok) ? 0 : 1;

async function runStage(stage: Stage): Promise<Outcome> {
  console.log(`\n── ${stage.name} ${"─".repeat(Math.max(3, 90 - stage.name.length))}`);
  const begun = performance.now();
  const ended = (ok: boolean, counts: Counts, note = "") => {
    const seconds = (performance.now() - begun) / 1000;
    console.log(`${ok ? "✓" : "✗"} ${stage.name}: ${seconds.toFixed(1)} s`);
    return { stage: stage.name, ok, seconds, counts, note };
  };
  const env: Record<string, string> = { ...STAGE_ENV };
  if (stage.needsChromium) {
    const chromium = await findOrInstallChromium();
    if (!chromium) {
      const note = "SKIPPED: Chromium was not found, and only root may install it (apt-get install chromium)";
      console.log(`\n!!! ${note} !!!\n`);
      return ended(true, { ...noCounts, skipped: 1 }, note);
    }
    env.CHROMIUM = chromium;
  }
  let counts = noCounts;
  let ok = true;
  for (const command of stage.commands) {
    const { code, output } = await runCommand(command, env);
    counts = addCounts(counts, countsIn(output));
    ok &&= code === 0;
  }
  return ended(ok, counts);
}

/** Output goes to the terminal as it arrives, and is kept so that its summary can be parsed. */
function runCommand(
  [program, ...args]: Command,
  env: Record<string, string>,
): Promise<{ code: number | null; output: string }> {
  const child = spawn(program, args, {
    cwd: ROOT,
    env: { ...process.env, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  child.stdout.on("data", (chunk: Buffer) => {
    output += chunk;
    process.stdout.write(chunk);
  });
  child.stderr.on("data", (chunk: Buffer) => {
    output += chunk;
    process.stderr.write(chunk);
  });
  return new Promise((resolve) => {
    child.on("error", (error) => resolve({ code: 127, output: `${program}: ${error.message}` }));
    child.on("close", (code) => resolve({ code, output }));
  });
}

function report(outcomes: Outcome[]): void {
  console.log(`\n── summary ${"─".repeat(83)}`);
  for (const { stage, ok, seconds, counts, note } of outcomes) {
    const counted =
      counts.passed + counts.failed > 0 ? `${counts.passed} passed, ${counts.failed} failed` : "";
    const skipped = counts.skipped > 0 ? `${counts.skipped} skipped` : "";
    const details = [counted, skipped, note].filter(Boolean).join(", ");
    console.log(`${ok ? "✓" : "✗"} ${stage.padEnd(18)}${seconds.toFixed(1).padStart(7)} s   ${details}`);
  }
  const all = outcomes.map(({ counts }) => counts).reduce(addCounts, noCounts);
  // Stages that run no tests (types, lint) count as failed tests only by the exit code.
  console.log(`\ntests: ${all.passed} passed, ${all.failed} failed, ${all.skipped} skipped`);
}
