// Installs what is missing, and nothing else: npm packages, then .venv with the runner's Python packages.
// Runs on whatever Node the user has, before anything is installed: scripts/setup/ may import only Node's own modules.
//   node scripts/setup.mjs         what `npm start` needs
//   node scripts/setup.mjs --dev   and what `npm test` needs on top: pytest, ruff, mypy

import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { SetupFailure } from "./setup/failure.mjs";
import { installNpmPackages } from "./setup/npm.mjs";
import { installPythonPackages } from "./setup/python.mjs";

const NODE_MAJOR_MIN = 20;

process.chdir(join(fileURLToPath(import.meta.url), "..", ".."));
try {
  if (process.platform === "win32") {
    throw new SetupFailure(
      "Orthoplex starts on Linux and macOS. On Windows use it inside WSL (`wsl --install`).",
    );
  }
  if (Number.parseInt(process.versions.node, 10) < NODE_MAJOR_MIN) {
    throw new SetupFailure(
      `Node.js ${NODE_MAJOR_MIN} or newer is needed to begin with; this is ${process.versions.node}.\n` +
        "  Get one from https://nodejs.org, or from your system's packages.",
    );
  }
  await installNpmPackages();
  await installPythonPackages({ dev: process.argv.includes("--dev") });
} catch (failure) {
  if (!(failure instanceof SetupFailure)) throw failure;
  console.error(`\n✗ ${failure.message}\n`);
  process.exitCode = 1;
}
