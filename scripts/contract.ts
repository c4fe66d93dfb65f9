// A stage of npm test: runs the runner contract suite against the edge double and against a real Worker (without runners, so that the
// suite itself can be one), then a short run of npm run x -- fuzz against the OpenAPI document. Arguments are passed to pytest.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fuzz } from "./fuzz/schemathesis.ts";
import { startFuzzedServer } from "./fuzz/server.ts";
import { ROOT, VENV_PYTHON } from "./local/paths.ts";
import { writePrivately } from "./local/secrets.ts";

/** Takes less than a minute; npm run x -- fuzz is the long run. */
const FUZZ = { maxExamples: 2, seed: 1, coverage: false };

const server = await startFuzzedServer(() => {});
const folder = mkdtempSync(join(tmpdir(), "orthoplex-edge-"));
const file = join(folder, "edge.json");
try {
  const { url, demo, operator } = server;
  const { email, password } = operator;
  writePrivately(
    file,
    JSON.stringify({
      url,
      user_key: demo.api_key,
      runner_key: operator.api_key,
      operator: { email, password },
    }),
  );
  // Not spawnSync: it would block the event loop until the server closes idle keep-alive connections.
  const pytest = spawn(VENV_PYTHON, ["-m", "pytest", ...process.argv.slice(2)], {
    cwd: ROOT,
    env: { ...process.env, ORTHOPLEX_TEST_EDGE: file },
    stdio: "inherit",
  });
  const [status] = (await once(pytest, "close")) as [number | null];
  const { passed } = await fuzz(server, FUZZ);
  process.exitCode = passed ? (status ?? 1) : 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
  await server.end();
}
