// The stages of `npm test` by name, in the order in which they run. `npm run check` runs those marked quick.

import { availableParallelism } from "node:os";
import { VENV_PYTHON } from "./local/paths.ts";

export type Command = [program: string, ...args: string[]];
export type Stage = { name: string; quick: boolean; needsChromium?: boolean; commands: Command[] };

export const PYTHON_SOURCES = ["gpu-runner", "test/runner", "test/contract", "test/clients", "test/fuzz"];
export const PYPROJECT = "gpu-runner/pyproject.toml";

const node = (script: string, ...args: string[]): Command => [
  process.execPath,
  `node_modules/${script}`,
  ...args,
];
const python = (module: string, ...args: string[]): Command => [VENV_PYTHON, "-m", module, ...args];
/** -rs names what was skipped and why. */
const PYTEST = ["-c", PYPROJECT, "--rootdir", ".", "-q", "-rs"];
const nodeTests = (...globs: string[]): Command => [
  process.execPath,
  "--test",
  "--test-reporter=spec",
  ...globs,
];

export const STAGES: Stage[] = [
  {
    name: "types",
    quick: true,
    commands: [".", "tsconfig.node.json", "tsconfig.site.json"].map((project) =>
      node("typescript/bin/tsc", "-p", project),
    ),
  },
  {
    name: "biome",
    quick: true,
    commands: [node("@biomejs/biome/bin/biome", "check", "--error-on-warnings")],
  },
  {
    name: "ruff",
    quick: true,
    commands: [
      python("ruff", "check", "--config", PYPROJECT, ...PYTHON_SOURCES),
      python("ruff", "format", "--check", "--config", PYPROJECT, ...PYTHON_SOURCES),
    ],
  },
  {
    name: "mypy",
    quick: true,
    commands: [python("mypy", "--config-file", PYPROJECT, "gpu-runner/orthoplex")],
  },
  {
    name: "repo",
    quick: true,
    commands: [nodeTests("test/scripts/*.test.ts", "test/docs/*.test.ts")],
  },
  { name: "edge", quick: false, commands: [node("vitest/vitest.mjs", "run")] },
  {
    name: "site",
    quick: false,
    commands: [node("vitest/vitest.mjs", "run", "--config", "vitest.site.config.ts")],
  },
  {
    name: "runner",
    quick: false,
    commands: [python("pytest", ...PYTEST, "test/runner")],
  },
  {
    name: "contract",
    quick: false,
    commands: [[process.execPath, "scripts/contract.ts", ...PYTEST, "test/contract"]],
  },
  { name: "chaos", quick: false, commands: [nodeTests("test/chaos/*.test.ts")] },
  { name: "clients", quick: false, commands: [nodeTests("test/clients/*.test.ts")] },
  { name: "journey", quick: false, needsChromium: true, commands: [nodeTests("test/journeys/*.test.ts")] },
];

/** Stages run one after another, so torch may use every core. */
export const STAGE_ENV = { OMP_NUM_THREADS: String(availableParallelism()) };
