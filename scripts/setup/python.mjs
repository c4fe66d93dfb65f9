// .venv, with the runner's pinned packages and the package orthoplex itself, installed editable.

import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { SetupFailure } from "./failure.mjs";
import { checkDisk, step } from "./installer.mjs";
import { pipProgress } from "./installer-output.mjs";

const PYTHON_MIN = [3, 11];
const VENV = ".venv";
const VENV_PYTHON = `${VENV}/bin/python`;
/** Records which requirement files were installed: their digests, with and without development tools. */
const STAMP = `${VENV}/orthoplex-setup.json`;
const RUN_LISTS = ["gpu-runner/requirements.txt", "gpu-runner/requirements-sd.txt"];
const RUN_FILES = [...RUN_LISTS, "gpu-runner/pyproject.toml"];
const DEV_FILES = [...RUN_FILES, "gpu-runner/requirements-dev.txt"];

export async function installPythonPackages({ dev }) {
  const wanted = { run: digestOf(RUN_FILES), ...(dev && { dev: digestOf(DEV_FILES) }) };
  const works = venvWorks();
  if (works && isInstalled(wanted)) return;

  checkDisk();
  if (!works) {
    const command = [findPython(), "-m", "venv", "--clear", VENV];
    await step("Python environment .venv", command, { duration: "seconds" });
  }
  const pip = [VENV_PYTHON, "-m", "pip", "--disable-pip-version-check", "install", "--progress-bar=off"];
  const lists = dev ? ["gpu-runner/requirements-dev.txt"] : RUN_LISTS;
  await step("Python packages", [...pip, ...lists.flatMap((list) => ["-r", list])], {
    duration: "minutes: torch is large",
    progressOf: pipProgress,
  });
  await step("package orthoplex", [...pip, "--no-deps", "-e", "gpu-runner"], { duration: "seconds" });
  writeFileSync(STAMP, JSON.stringify(wanted));
}

function digestOf(files) {
  const hash = createHash("sha256");
  for (const file of files) hash.update(readFileSync(file));
  return hash.digest("hex");
}

function isInstalled(wanted) {
  try {
    const installed = JSON.parse(readFileSync(STAMP, "utf8"));
    return Object.entries(wanted).every(([list, digest]) => installed[list] === digest);
  } catch {
    return false;
  }
}

/** A .venv whose Python was upgraded or moved still exists as a folder, but does not run. */
function venvWorks() {
  return spawnSync(VENV_PYTHON, ["-c", "import pip"]).status === 0;
}

function findPython() {
  const tooOld = [];
  for (const name of [process.env.PYTHON, "python3", "python3.13", "python3.12", "python3.11"]) {
    const version = name && versionOf(name);
    if (!version) continue;
    const [major, minor] = version.split(".").map(Number);
    if (major === PYTHON_MIN[0] && minor < PYTHON_MIN[1]) {
      tooOld.push(`${name} is ${version}`);
      continue;
    }
    if (spawnSync(name, ["-c", "import venv, ensurepip"]).status === 0) return name;
    throw new SetupFailure(
      `${name} (${version}) cannot make virtual environments. Install what it lacks, then try again.\n` +
        "  Debian, Ubuntu: sudo apt-get install python3-venv",
    );
  }
  const found = tooOld.length > 0 ? tooOld.join(", ") : "none was found";
  throw new SetupFailure(
    `Python ${PYTHON_MIN.join(".")} or newer is needed, but ${found}.\n` +
      "  Debian, Ubuntu: sudo apt-get install python3 python3-venv\n" +
      "  macOS:          brew install python\n" +
      "  Elsewhere:      name one, for example PYTHON=/usr/local/bin/python3.12 npm start",
  );
}

function versionOf(python) {
  const probe = spawnSync(python, ["-c", "import sys; print('%d.%d.%d' % sys.version_info[:3])"], {
    encoding: "utf8",
  });
  return probe.status === 0 ? probe.stdout.trim() : null;
}
