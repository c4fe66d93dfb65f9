// Secrets of a local server, generated once and kept in files that only their owner may read.

import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Home } from "./paths.ts";

const OWNER_ONLY = 0o600;

export function newSecret(): string {
  return randomBytes(32).toString("base64url");
}

/** Writes the file atomically, readable by its owner alone. */
export function writePrivately(file: string, text: string): void {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  const draft = `${file}.${process.pid}`;
  writeFileSync(draft, text, { mode: OWNER_ONLY });
  renameSync(draft, file);
}

export function readJson<T>(file: string): T | null {
  return existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as T) : null;
}

/** The file of `NAME=value` lines that wrangler passes to the Worker as secrets and settings. What it says stays; settings that it lacks are added. */
export function workerEnvFile(home: Home, settings: Record<string, string>): string {
  const file = join(home.secrets, "worker.env");
  const kept = existsSync(file) ? readFileSync(file, "utf8") : "";
  const wanted = { BETTER_AUTH_SECRET: newSecret(), UPLOAD_SIGNING_SECRET: newSecret(), ...settings };
  const missing = Object.entries(wanted).filter(
    ([name]) => !kept.split("\n").some((line) => line.startsWith(`${name}=`)),
  );
  if (missing.length > 0)
    writePrivately(file, kept + missing.map(([name, value]) => `${name}=${value}\n`).join(""));
  return file;
}
