// Runs one installer: shows that it works and for how long, its last lines and a remedy when it fails.

import { spawn } from "node:child_process";
// Imported as a namespace: a named import that an old Node lacks would fail before we can say that it is too old.
import fs from "node:fs";
import { SetupFailure } from "./failure.mjs";
import { withoutProgress } from "./installer-output.mjs";
import { diagnose } from "./remedies.mjs";
import { beginStep } from "./step-line.mjs";

const LOG = ".local/logs/setup.log";
/** node_modules take 0.8 GB, .venv 1.1 GB with the CPU build of torch; the installers need room to unpack. */
const FREE_DISK_MIN_BYTES = 4e9;
const SHOWN_LINES = 8;

export function checkDisk() {
  const { bavail, bsize } = fs.statfsSync(".");
  if (bavail * bsize >= FREE_DISK_MIN_BYTES) return;
  throw new SetupFailure(
    `Only ${gigabytes(bavail * bsize)} are free here; installing needs ${gigabytes(FREE_DISK_MIN_BYTES)}. Free some space, then try again.`,
  );
}

function gigabytes(bytes) {
  return `${(bytes / 1e9).toFixed(1)} GB`;
}

/**
 * Resolves when the program has exited with 0; its whole output goes to the log. `duration` is how long it usually takes, in words,
 * `progressOf` reads its progress from its output so far.
 * @param {string} title
 * @param {string[]} command
 * @param {{ duration: string, progressOf?: (output: string) => string }} shown
 */
export function step(title, [program, ...args], { duration, progressOf }) {
  const shown = beginStep({ doing: `Installing ${title} (${duration})`, done: `Installed ${title}` });
  fs.mkdirSync(".local/logs", { recursive: true, mode: 0o700 });
  fs.appendFileSync(LOG, `\n$ ${program} ${args.join(" ")}\n`);

  return new Promise((resolve, reject) => {
    let output = "";
    const keep = (chunk) => {
      fs.appendFileSync(LOG, chunk);
      output += chunk;
      if (progressOf) shown.detail(progressOf(output));
    };
    const child = spawn(program, args, { stdio: ["ignore", "pipe", "pipe"] });
    child.stdout.on("data", keep);
    child.stderr.on("data", keep);
    child.on("error", (error) => keep(`${error.message}\n`));
    child.on("close", (code, signal) => {
      if (code === 0) {
        shown.done();
        resolve();
        return;
      }
      shown.failed();
      const ending = signal ? `was ended by ${signal}` : `failed with code ${code}`;
      const remedy = diagnose(output);
      reject(
        new SetupFailure(
          `Installing ${title} ${ending}:\n\n${excerpt(withoutProgress(output))}\n\n` +
            `${remedy ? `${remedy}\n` : ""}The whole output is in ${LOG}. The same command goes on from here.`,
        ),
      );
    });
  });
}

/** npm prints the cause first, pip prints it last. */
function excerpt(output) {
  const lines = output
    .trimEnd()
    .split("\n")
    .map((line) => `  ${line}`);
  if (lines.length <= 2 * SHOWN_LINES) return lines.join("\n");
  return [...lines.slice(0, SHOWN_LINES), "  ...", ...lines.slice(-SHOWN_LINES)].join("\n");
}
