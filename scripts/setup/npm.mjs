// node_modules, with Node 24 among them: everything after setup runs on that Node.

import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { SetupFailure } from "./failure.mjs";
import { checkDisk, step } from "./installer.mjs";
import { npmProgress } from "./installer-output.mjs";
import { lockfileIsInstalled, packagesToInstall } from "./lockfile.mjs";

const NODE = "node_modules/.bin/node";

export async function installNpmPackages() {
  if (lockfileIsInstalled(".") && existsSync(NODE)) return;
  checkDisk();
  const total = packagesToInstall();
  await step("npm packages", [...npmCommand(), "ci", "--no-audit", "--no-fund", "--loglevel=http"], {
    duration: "about a minute",
    progressOf: (output) => npmProgress(output, total),
  });
  if (existsSync(NODE)) return;
  throw new SetupFailure(
    "npm installed its packages without running their install scripts, so Node 24 is missing.\n" +
      "  Run `npm rebuild node --ignore-scripts=false`, or unset ignore-scripts in your npm configuration.",
  );
}

/** Under `npm start` npm_execpath names the npm in use; that one is run, else the one on PATH. */
export function npmCommand() {
  if (process.env.npm_execpath) return [process.execPath, process.env.npm_execpath];
  if (spawnSync("npm", ["--version"]).status === 0) return ["npm"];
  throw new SetupFailure(
    "npm was not found. Install Node.js 20 or newer together with npm, then try again.\n" +
      "  Debian, Ubuntu: sudo apt-get install nodejs npm\n" +
      "  macOS:          brew install node",
  );
}
