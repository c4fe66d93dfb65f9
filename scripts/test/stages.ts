// The stages of `npm test` by name, in the order in which they begin: the quick ones, then the long ones, so that two lanes end at about the same
// time and browsers begin when most of the stages that wait for servers have ended. `npm run check` runs those marked quick.

import { globSync } from "node:fs";
import { join } from "node:path";
import { LOCAL, ROOT, VENV_PYTHON } from "../local/paths.ts";

export type Command = [program: string, ...args: string[]];
export type Stage = {
  name: string;
  quick: boolean;
  needsChromium?: boolean;
  /** It starts servers: the site is built and the seeded state made before it begins. */
  needsServer?: boolean;
  /** It waits most of its time: it runs beside the others. */
  waits?: boolean;
  commands: Command[];
  /** Files that the stage checks; a change elsewhere does not concern it. */
  covers: RegExp;
  /** The command for some of its test files; absent where the stage has no test files of its own. */
  some?: (files: string[]) => Command;
};

export const PYTHON_SOURCES = ["gpu-runner", "test/runner", "test/contract", "test/clients", "test/fuzz"];
export const PYPROJECT = "gpu-runner/pyproject.toml";

const node = (script: string, ...args: string[]): Command => [
  process.execPath,
  `node_modules/${script}`,
  ...args,
];
const python = (module: string, ...args: string[]): Command => [VENV_PYTHON, "-m", module, ...args];
/** -rsfE names what was skipped and why, and what failed. */
const PYTEST = ["-c", PYPROJECT, "--rootdir", ".", "-q", "-rsfE"];
const nodeTests = (...files: string[]): Command => [
  process.execPath,
  "--test",
  "--test-reporter=spec",
  ...files,
];
/** Incremental: only what a change affects is checked again. TypeScript 7 is native and several times faster than 6. */
const tsc = (project: string): Command => {
  const cache = join(
    LOCAL,
    "tsc",
    `${project === "." ? "edge" : project.replace(/^tsconfig\.|\.json$/g, "")}`,
  );
  return node(
    "typescript7/bin/tsc",
    "-p",
    project,
    "--singleThreaded",
    "--incremental",
    "--tsBuildInfoFile",
    cache,
  );
};
/** Half of the journeys by their time: a stage of its own, so that two cores share them. */
export const PAGES = /^test\/journeys\/(?:cli|lists|pages|weight)\.test\.ts$/;
const journeys = (isChosen: (file: string) => boolean): Command[] => [
  [
    process.execPath,
    "scripts/journeys.ts",
    ...globSync("test/journeys/*.test.ts", { cwd: ROOT }).filter(isChosen).sort(),
  ],
];
/** Nearly half of the Python tests by their time: a stage of its own, for the same reason. */
const BASES = "test/runner/bases";
export const RUNNER_BASES = new RegExp(`^${BASES}/`);
const SITE_CONFIG = ["--config", "vitest.site.config.ts"];
const PYTHON = /\.py$|^gpu-runner\/(pyproject|requirements)/;
const CODE = /\.(ts|tsx|mjs|json)$/;

export const STAGES: Stage[] = [
  {
    name: "types",
    quick: true,
    commands: [".", "tsconfig.node.json", "tsconfig.site.json"].map(tsc),
    covers: CODE,
  },
  {
    name: "biome",
    quick: true,
    commands: [node("@biomejs/biome/bin/biome", "check", "--error-on-warnings")],
    covers: /\.(ts|tsx|mjs|json|css|html)$/,
  },
  {
    name: "knip",
    quick: true,
    commands: [node("knip/bin/knip.js", "--no-progress", "--treat-config-hints-as-errors")],
    covers: CODE,
  },
  {
    name: "ruff",
    quick: true,
    commands: [
      python("ruff", "check", "--config", PYPROJECT, ...PYTHON_SOURCES),
      python("ruff", "format", "--check", "--config", PYPROJECT, ...PYTHON_SOURCES),
    ],
    covers: PYTHON,
  },
  {
    name: "mypy",
    quick: true,
    commands: [python("mypy", "--config-file", PYPROJECT, "gpu-runner/orthoplex")],
    covers: PYTHON,
  },
  {
    name: "repo",
    quick: true,
    commands: [nodeTests("test/scripts/*.test.ts", "test/docs/*.test.ts", "test/structure/*.test.ts")],
    covers: /./,
    some: (files) => nodeTests(...files),
  },
  {
    name: "edge",
    quick: false,
    commands: [node("vitest/vitest.mjs", "run")],
    covers: /^(functions|schema|test\/(functions|schema))\//,
    some: (files) => node("vitest/vitest.mjs", "run", ...files),
  },
  {
    name: "runner-rest",
    quick: false,
    commands: [python("pytest", ...PYTEST, "test/runner", `--ignore=${BASES}`)],
    covers: /^(gpu-runner|test\/runner)\//,
    some: (files) => python("pytest", ...PYTEST, ...files),
  },
  {
    name: "journey",
    quick: false,
    needsServer: true,
    needsChromium: true,
    commands: journeys((file) => !PAGES.test(file)),
    covers: /^test\/journeys\//,
    some: (files) => nodeTests(...files),
  },
  {
    name: "runner-bases",
    quick: false,
    commands: [python("pytest", ...PYTEST, BASES)],
    covers: /^(gpu-runner\/orthoplex\/bases|test\/runner\/bases)\//,
    some: (files) => python("pytest", ...PYTEST, ...files),
  },
  {
    name: "pages",
    quick: false,
    needsServer: true,
    needsChromium: true,
    commands: journeys((file) => PAGES.test(file)),
    covers: PAGES,
    some: (files) => nodeTests(...files),
  },
  {
    name: "clients",
    quick: false,
    waits: true,
    needsServer: true,
    commands: [nodeTests("test/clients/*.test.ts")],
    covers: /^test\/clients\//,
    some: (files) => nodeTests(...files),
  },
  {
    name: "contract",
    quick: false,
    waits: true,
    needsServer: true,
    commands: [[process.execPath, "scripts/contract.ts", ...PYTEST, "test/contract"]],
    covers: /^test\/contract\//,
    some: (files) => [process.execPath, "scripts/contract.ts", ...PYTEST, ...files],
  },
  {
    name: "chaos",
    quick: false,
    waits: true,
    needsServer: true,
    commands: [nodeTests("test/chaos/*.test.ts")],
    covers: /^(scripts|test)\/chaos\//,
    some: (files) => nodeTests(...files),
  },
  {
    name: "site",
    quick: false,
    commands: [node("vitest/vitest.mjs", "run", ...SITE_CONFIG)],
    covers: /^(site|test\/site|functions\/lib|schema\/contract)\//,
    some: (files) => node("vitest/vitest.mjs", "run", ...SITE_CONFIG, ...files),
  },
];
