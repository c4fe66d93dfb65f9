// Skips work while its inputs are unchanged: a stamp file holds their digest.

import { createHash } from "node:crypto";
import { existsSync, globSync, mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { ROOT } from "./paths.ts";

/** SHA-256 over names and contents of every file that matches, relative to the checkout. */
export function digestOf(patterns: string[]): string {
  const hash = createHash("sha256");
  const files = globSync(patterns, { cwd: ROOT }).filter((file) => statSync(join(ROOT, file)).isFile());
  for (const file of files.sort()) {
    hash
      .update(file)
      .update("\0")
      .update(readFileSync(join(ROOT, file)))
      .update("\0");
  }
  return hash.digest("hex");
}

/** Runs `work` unless `stampFile` holds this digest. Returns whether it ran. */
export async function unlessDone(
  stampFile: string,
  digest: string,
  work: () => Promise<void>,
): Promise<boolean> {
  if (existsSync(stampFile) && readFileSync(stampFile, "utf8") === digest) return false;
  await work();
  mkdirSync(dirname(stampFile), { recursive: true, mode: 0o700 });
  writeFileSync(stampFile, digest, { mode: 0o600 });
  return true;
}
