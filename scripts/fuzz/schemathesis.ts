// One run of Schemathesis against a local server: its checks, its settings and its report.

import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Orthoplex } from "../../schema/client/index.ts";
import type { Account } from "../local/accounts.ts";
import { ROOT, VENV_PYTHON } from "../local/paths.ts";
import { writePrivately } from "../local/secrets.ts";
import { makePlace } from "./place.ts";
import { startIdleRunner } from "./runner.ts";

/** No 5xx, and every response as documented: status, content type, headers, body. */
const CHECKS = [
  "not_a_server_error",
  "status_code_conformance",
  "content_type_conformance",
  "response_headers_conformance",
  "response_schema_conformance",
];
const REQUEST_TIMEOUT_SECONDS = 120;

/** `coverage` adds about fifty requests an operation, each invalid in one way. */
export type FuzzOptions = { maxExamples: number; seed: number; coverage: boolean; only?: string | undefined };
export type FuzzResult = FuzzOptions & { passed: boolean; report: Report };
type Report = {
  schemathesis_version: string;
  operations: { total: number; tested: number };
  test_cases: { generated: number; with_failures: number };
};
type Server = { url: string; operator: Account; demo: Account; logs: string };

export async function fuzz(server: Server, options: FuzzOptions): Promise<FuzzResult> {
  const runner = await startIdleRunner(new Orthoplex({ url: server.url, key: server.operator.api_key }));
  const folder = mkdtempSync(join(tmpdir(), "orthoplex-fuzz-"));
  const reportFile = join(folder, "report.json");
  try {
    const placeFile = join(folder, "place.json");
    writePrivately(placeFile, JSON.stringify(await makePlace(server, runner.id)));
    const code = await run(server.url, options, reportFile, {
      ORTHOPLEX_FUZZ_PLACE: placeFile,
      PYTHONPATH: join(ROOT, "test", "fuzz"),
      SCHEMATHESIS_HOOKS: "hooks",
      PYTHONDONTWRITEBYTECODE: "1",
    });
    return { ...options, passed: code === 0, report: JSON.parse(readFileSync(reportFile, "utf8")) as Report };
  } finally {
    await runner.end();
    rmSync(folder, { recursive: true, force: true });
  }
}

function run(
  url: string,
  { maxExamples, seed, coverage, only }: FuzzOptions,
  reportFile: string,
  env: Record<string, string>,
) {
  const args = [
    ...["-m", "schemathesis.cli", "run", `${url}/v1/openapi.json`],
    ...["--checks", CHECKS.join(","), "--max-examples", String(maxExamples), "--seed", String(seed)],
    ...["--phases", coverage ? "examples,coverage,fuzzing" : "examples,fuzzing"],
    ...["--generation-database", "none"],
    ...["--request-timeout", String(REQUEST_TIMEOUT_SECONDS), "--suppress-health-check", "all"],
    ...["--report", "json", "--report-json-path", reportFile, "--warnings", "off", "--no-color"],
    ...(only === undefined ? [] : ["--include-path-regex", only]),
  ];
  const child = spawn(VENV_PYTHON, args, { cwd: ROOT, env: { ...process.env, ...env }, stdio: "inherit" });
  return new Promise<number | null>((resolve) => child.on("close", resolve));
}
