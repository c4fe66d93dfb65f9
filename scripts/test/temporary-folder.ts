// The temporary folder of a run of all tests, in memory where the system offers it. Local D1 syncs its file after each statement: on a disk the
// edge tests wait for that a hundred thousand times.

import { mkdirSync, readdirSync, readFileSync, rmSync, statfsSync } from "node:fs";
import { join } from "node:path";

const MEMORY = "/dev/shm";
/** All stages together write less than half of this. A container's /dev/shm often has 64 MB. */
const FREE_BYTES_MIN = 3 * 2 ** 30;
const PREFIX = "orthoplex-tests-";

/** A new folder below `parent`, or null where that is no suitable filesystem in memory: tests then use the system's own folder. */
export function makeTemporaryFolder(
  parent = MEMORY,
  mounts = mountsOf(),
  freeBytesMin = FREE_BYTES_MIN,
): string | null {
  if (!isInMemory(parent, mounts) || freeBytesOf(parent) < freeBytesMin) return null;
  removeAbandoned(parent);
  const folder = join(parent, `${PREFIX}${process.pid}`);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  return folder;
}

export function removeTemporaryFolder(folder: string): void {
  rmSync(folder, { recursive: true, force: true });
}

/** `mounts` as /proc/mounts has it. Tests start programs that they have written, which `noexec` forbids. */
function isInMemory(parent: string, mounts: string): boolean {
  const mounted = mounts.split("\n").findLast((line) => line.split(" ")[1] === parent);
  const [, , type, options = ""] = mounted?.split(" ") ?? [];
  return type === "tmpfs" && !options.split(",").some((each) => each === "noexec" || each === "ro");
}

function freeBytesOf(folder: string): number {
  const { bavail, bsize } = statfsSync(folder);
  return bavail * bsize;
}

function mountsOf(): string {
  try {
    return readFileSync("/proc/mounts", "utf8");
  } catch {
    return "";
  }
}

/** Folders of runs that were killed: what lies in them takes memory. */
function removeAbandoned(parent: string): void {
  for (const name of readdirSync(parent)) {
    const pid = name.startsWith(PREFIX) ? Number(name.slice(PREFIX.length)) : Number.NaN;
    if (Number.isInteger(pid) && !isAlive(pid)) removeTemporaryFolder(join(parent, name));
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
