// A stage of npm test: what a runner may rely on, asked of the edge double and of a real Worker (without runners, so that
// the suite itself can be one), and what the OpenAPI document promises, by a short run of npm run fuzz. Arguments go on to pytest.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { SETTINGS } from "./fuzz/place.ts";
import { fuzz } from "./fuzz/schemathesis.ts";
import { ROOT, VENV_PYTHON } from "./local/paths.ts";
import { writePrivately } from "./local/secrets.ts";
import { startTemporaryServer } from "./local/temporary.ts";

/** Under a minute; the long run is npm run fuzz. */
const FUZZ = { maxExamples: 3, seed: 1, coverage: false };

const stop = new AbortController();
process.on("SIGINT", () => stop.abort());
process.on("SIGTERM", () => stop.abort());

const server = await startTemporaryServer({
  runners: 0,
  settings: SETTINGS,
  signal: stop.signal,
  say: () => {},
});
const told = mkdtempSync(join(tmpdir(), "orthoplex-edge-"));
const file = join(told, "edge.json");
try {
  const { url, demo, house } = server;
  const operator = { email: house.email, password: house.password };
  writePrivately(file, JSON.stringify({ url, user_key: demo.api_key, runner_key: house.api_key, operator }));
  // Not spawnSync: what holds still that long finds its connections closed by the other side.
  const pytest = spawn(VENV_PYTHON, ["-m", "pytest", ...process.argv.slice(2)], {
    cwd: ROOT,
    env: { ...process.env, ORTHOPLEX_TEST_EDGE: file },
    stdio: "inherit",
  });
  const [status] = (await once(pytest, "close")) as [number | null];
  const { passed } = await fuzz(server, FUZZ);
  process.exitCode = passed ? (status ?? 1) : 1;
} finally {
  rmSync(told, { recursive: true, force: true });
  await server.end();
}
