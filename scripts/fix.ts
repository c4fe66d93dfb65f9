// npm run fix: formats everything and applies the linters' automatic fixes.

import { spawnSync } from "node:child_process";
import { ROOT, VENV_PYTHON } from "./local/paths.ts";
import { PYPROJECT, PYTHON_SOURCES } from "./test/stages.ts";

const RUFF = [VENV_PYTHON, "-m", "ruff"];
const COMMANDS = [
  [process.execPath, "node_modules/@biomejs/biome/bin/biome", "check", "--write"],
  [...RUFF, "check", "--fix", "--config", PYPROJECT, ...PYTHON_SOURCES],
  [...RUFF, "format", "--config", PYPROJECT, ...PYTHON_SOURCES],
];

for (const [program = "", ...args] of COMMANDS) {
  if (spawnSync(program, args, { cwd: ROOT, stdio: "inherit" }).status !== 0) process.exitCode = 1;
}
