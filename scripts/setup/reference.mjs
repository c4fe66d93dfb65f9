// The API reference is rendered by Scalar, whose package contains one self-contained file. Installing it as a dependency would add
// 185 packages and 290 MB for parts that are already inside that file, so the package alone is downloaded and the file is kept.

import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { SetupFailure } from "./failure.mjs";
import { step } from "./installer.mjs";
import { npmCommand } from "./npm.mjs";

const PACKAGE = "@scalar/api-reference@1.72.1";
const SHA256 = "bf091006bdc3af6067af77c2f534812e3e633e94a94e87138069f570f33b762c";
const FOLDER = ".local/vendor";
/** Where vite.config.ts finds it. */
const FILE = join(FOLDER, "scalar.js");

export async function installReference() {
  if (existsSync(FILE) && sha256Of(FILE) === SHA256) return;
  const unpacked = join(FOLDER, "unpacked");
  rmSync(unpacked, { recursive: true, force: true });
  mkdirSync(unpacked, { recursive: true });
  await step("the API reference", "a few seconds", [
    ...npmCommand(),
    "pack",
    PACKAGE,
    "--pack-destination",
    unpacked,
    "--loglevel=error",
  ]);
  const [archive] = readdirSync(unpacked);
  await step("its one file", "a second", [
    "tar",
    "-xzf",
    join(unpacked, archive),
    "-C",
    unpacked,
    "package/dist/browser/standalone.js",
  ]);
  const file = join(unpacked, "package/dist/browser/standalone.js");
  if (sha256Of(file) !== SHA256) {
    throw new SetupFailure(`${PACKAGE} is not the file that was tested: its SHA-256 is ${sha256Of(file)}.`);
  }
  renameSync(file, FILE);
  rmSync(unpacked, { recursive: true, force: true });
}

const sha256Of = (file) => createHash("sha256").update(readFileSync(file)).digest("hex");
