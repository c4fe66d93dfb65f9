// A stage of npm test: starts one server with a runner for all journeys in a browser, then runs the test files that are given. The files run one
// after another, each in a process of its own.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ROOT } from "./local/paths.ts";
import { writePrivately } from "./local/secrets.ts";
import { startTemporaryServer } from "./local/temporary.ts";

const stop = new AbortController();
const server = await startTemporaryServer({ runners: 1, signal: stop.signal, say: () => {} });
const folder = mkdtempSync(join(tmpdir(), "orthoplex-journeys-"));
const file = join(folder, "server.json");
try {
  const { url, logs, demo, operator } = server;
  writePrivately(file, JSON.stringify({ url, logs, demo, operator }));
  const options = ["--test", "--test-reporter=spec", "--test-concurrency=1"];
  const tests = spawn(process.execPath, [...options, ...process.argv.slice(2)], {
    cwd: ROOT,
    env: { ...process.env, ORTHOPLEX_JOURNEYS: file },
    stdio: "inherit",
  });
  const [status] = (await once(tests, "close")) as [number | null];
  process.exitCode = status ?? 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
  await server.end();
}
