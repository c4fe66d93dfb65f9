// npm test: runs every stage, prints the name and duration of each, and at the end what each test runner counted.
//   npm test                    everything
//   npm test -- edge journey    these stages only
//   npm test -- test/functions/dispatch/lease.test.ts    these test files only
//   npm test -- --changed       what concerns the files changed since main
//   npm run check               the quick stages: types, lint, docs

import { spawn, spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { availableParallelism, setPriority, tmpdir } from "node:os";
import { join } from "node:path";
import { findOrInstallChromium } from "./chromium.ts";
import { ROOT } from "./local/paths.ts";
import { keepSeeded } from "./local/seeded.ts";
import { buildSite } from "./local/site.ts";
import { type Chosen, chooseChanged, chooseNamed } from "./test/choice.ts";
import { addCounts, type Counts, countsIn, failedFiles, failuresIn, noCounts } from "./test/counts.ts";
import { type Command, STAGES } from "./test/stages.ts";
import { makeTemporaryFolder, removeTemporaryFolder } from "./test/temporary-folder.ts";

type Outcome = {
  stage: string;
  ok: boolean;
  seconds: number;
  counts: Counts;
  note: string;
  failures: string[];
};

const args = process.argv.slice(2);
const chosen = choose(args);
if (typeof chosen === "string") {
  console.error(`✗ ${chosen}`);
  process.exit(1);
}
const begun = performance.now();
// Most stages keep one core busy, so as many of them run at once as there are cores (one more was slower on two); beyond four their servers'
// timing suffers. Those that wait most of their time run beside these, one after another.
const LANES_MAX = 4;
/**
 * So many test files that failed are run once more, alone, when their stage has ended. Passing then, they are called unstable in the summary,
 * with what failed first, and do not fail the run: a machine that was busy elsewhere is no fault of the change. More of them is none of chance.
 */
const RUN_AGAIN_MAX = 3;
/**
 * Of stages without servers, while others have some. Those measure time against servers: with an equal share of two cores that four processes
 * want, a flood of writes took longer than the minute that it is counted in, and its stage ended long after all others.
 */
const NICE = 5;
const busy = chosen.filter(({ stage }) => !stage.waits);
const waiting = chosen.filter(({ stage }) => stage.waits);
const someServe = chosen.some(({ stage }) => stage.needsServer);
const lanes = Math.max(1, Math.min(availableParallelism(), LANES_MAX, busy.length));
const threads = String(Math.floor(availableParallelism() / lanes));
let prepared: Promise<void> | undefined;
useTemporaryFolder();
const outcomes = (await Promise.all([inParallel(busy, lanes), inParallel(waiting, 1)])).flat();
report(outcomes);
process.exitCode = outcomes.every(({ ok }) => ok) ? 0 : 1;

function choose(args: readonly string[]): Chosen[] | string {
  const all = STAGES.map((stage) => ({ stage, commands: stage.commands }));
  if (args.length === 0) return all;
  if (args.includes("--quick")) return all.filter(({ stage }) => stage.quick);
  if (!args.includes("--changed")) return chooseNamed(STAGES, args);
  const base = git("merge-base", "HEAD", git("rev-parse", "--verify", "-q", "main")[0] ?? "origin/main")[0];
  if (base === undefined) return "There is no branch main to compare with.";
  const changed = [...git("diff", "--name-only", base), ...git("ls-files", "--others", "--exclude-standard")];
  const tests = git("ls-files", "--cached", "--others", "--exclude-standard", "test");
  console.log(`${changed.length} files changed since main`);
  const textOf = (test: string) => readFileSync(join(ROOT, test), "utf8");
  return chooseChanged(STAGES, changed, tests, textOf);
}

function git(...args: string[]): string[] {
  const { stdout } = spawnSync("git", args, { cwd: ROOT, encoding: "utf8", maxBuffer: 2 ** 26 });
  return (stdout ?? "").split("\n").filter((line) => line !== "");
}

async function inParallel(stages: Chosen[], limit: number): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  let next = 0;
  const worker = async () => {
    for (let at = next++; at < stages.length; at = next++) {
      const each = stages[at];
      if (each) outcomes[at] = await runStage(each, chosen.length === 1);
    }
  };
  await Promise.all(Array.from({ length: Math.min(limit, stages.length) }, worker));
  return outcomes;
}

/** For this process, which seeds a server, and for all that it starts. What the caller chose is kept. */
function useTemporaryFolder(): void {
  const folder = process.env.TMPDIR === undefined ? makeTemporaryFolder() : null;
  if (folder !== null) {
    process.env.TMPDIR = folder;
    process.on("exit", () => removeTemporaryFolder(folder));
    for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => process.exit(1));
  }
  // Node's own name for it. Every test file, command and wrangler is a process that would strip types and compile the same modules.
  process.env.NODE_COMPILE_CACHE ??= join(tmpdir(), "node-compile-cache");
}

/** Once for all stages that start servers: two that did it at once would build the same folder. */
async function prepareServers(): Promise<void> {
  await buildSite();
  await keepSeeded(new AbortController().signal);
}

/** `live`: output goes to the terminal as it arrives; otherwise all of it when the stage has ended. */
async function runStage({ stage, commands }: Chosen, live: boolean): Promise<Outcome> {
  const title = `\n── ${stage.name} ${"─".repeat(Math.max(3, 90 - stage.name.length))}`;
  console.log(live ? title : `· ${stage.name} begins`);
  const begun = performance.now();
  const ended = (ok: boolean, counts: Counts, note = "", failures: string[] = []) => {
    const seconds = (performance.now() - begun) / 1000;
    console.log(`${ok ? "✓" : "✗"} ${stage.name}: ${seconds.toFixed(1)} s`);
    return { stage: stage.name, ok, seconds, counts, note, failures };
  };
  const env: Record<string, string> = { OMP_NUM_THREADS: threads, OMP_WAIT_POLICY: "passive" };
  const nice = someServe && !stage.needsServer ? NICE : 0;
  if (stage.needsServer) {
    prepared ??= prepareServers();
    const failure = await prepared.then(
      () => null,
      (error: unknown) => String(error),
    );
    if (failure !== null) return ended(false, noCounts, failure);
  }
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
  let kept = "";
  let note = "";
  const failures: string[] = [];
  for (const command of commands) {
    const { code, output } = await runCommand(command, env, { live, nice });
    counts = addCounts(counts, countsIn(output));
    ok &&= code === 0;
    if (code !== 0) failures.push(...failuresIn(output));
    kept += output;
  }
  const again = ok ? [] : failedFiles(kept);
  if (stage.some && again.length > 0 && again.length <= RUN_AGAIN_MAX) {
    const { code, output } = await runCommand(stage.some(again), env, { live, nice });
    kept += output;
    if (code === 0) {
      ok = true;
      note = `UNSTABLE, passed when run again: ${again.join(", ")}`;
      counts = { ...counts, passed: counts.passed + counts.failed, failed: 0 };
    }
  }
  if (!live) process.stdout.write(`${title}\n${kept}`);
  return ended(ok, counts, note, failures);
}

/** The output is kept so that its summary can be parsed. */
function runCommand(
  [program, ...args]: Command,
  env: Record<string, string>,
  { live, nice }: { live: boolean; nice: number },
): Promise<{ code: number | null; output: string }> {
  const child = spawn(program, args, {
    cwd: ROOT,
    env: { ...process.env, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  if (nice > 0 && child.pid !== undefined) setPriority(child.pid, nice);
  let output = "";
  const take = (stream: NodeJS.WriteStream) => (chunk: Buffer) => {
    output += chunk;
    if (live) stream.write(chunk);
  };
  child.stdout.on("data", take(process.stdout));
  child.stderr.on("data", take(process.stderr));
  return new Promise((resolve) => {
    child.on("error", (error) => resolve({ code: 127, output: `${program}: ${error.message}` }));
    child.on("close", (code) => resolve({ code, output }));
  });
}

function report(outcomes: Outcome[]): void {
  // Once more at the end: a log is often read, or kept, from its end only.
  for (const { stage, failures } of outcomes) {
    if (failures.length > 0) console.log(`\n── failed in ${stage}\n${failures.join("\n")}`);
  }
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
  console.log(`\n${((performance.now() - begun) / 1000).toFixed(1)} s`);
  console.log(`tests: ${all.passed} passed, ${all.failed} failed, ${all.skipped} skipped`);
}
