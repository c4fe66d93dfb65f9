// What `login` saves: the server's address and the key, in a file that only its owner can read.

import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join } from "node:path";

export type Config = { url?: string; key?: string };

/** XDG Base Directory: $XDG_CONFIG_HOME, else ~/.config. */
export function configPath(): string {
  const base = process.env.XDG_CONFIG_HOME || join(homedir(), ".config");
  return join(base, "orthoplex", "config.json");
}

export function readConfig(): Config {
  const path = configPath();
  if (!existsSync(path)) return {};
  try {
    return JSON.parse(readFileSync(path, "utf8")) as Config;
  } catch {
    throw new Error(`${path} is not JSON. Delete it and log in again.`);
  }
}

export function writeConfig(config: Config): string {
  const path = configPath();
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  rmSync(path, { force: true }); // the mode counts only for a new file
  writeFileSync(path, `${JSON.stringify(config, null, 2)}\n`, { mode: 0o600 });
  return path;
}

export function deleteConfig(): boolean {
  const existed = existsSync(configPath());
  rmSync(configPath(), { force: true });
  return existed;
}
