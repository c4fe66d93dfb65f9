// One child process of a local server: output to a log file, a graceful shutdown, and no orphans after a crash.

import { execFileSync, spawn } from "node:child_process";
import {
  chmodSync,
  closeSync,
  existsSync,
  globSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { type Home, ROOT } from "./paths.ts";

const OWNER_ONLY = 0o600;
const LEFTOVER_GRACE_MS = 10_000;
const LEFTOVER_POLL_MS = 100;

type Ending = { code: number | null; signal: NodeJS.Signals | null };

export type Child = {
  name: string;
  pid: number;
  logFile: string;
  /** Resolves when the process has exited, by itself or by `end`. */
  ended: Promise<Ending>;
  isAlive(): boolean;
  /** Sends SIGHUP to the process alone, not to its group. */
  reload(): void;
  /** Sends SIGTERM, then, after `graceMs`, SIGKILL to the whole process group. */
  end(graceMs: number): Promise<Ending>;
};

export function startChild(
  home: Home,
  name: string,
  { program, args, env }: { program: string; args: string[]; env: Record<string, string> },
): Child {
  keepPrivate(home);
  mkdirSync(home.logs, { recursive: true, mode: 0o700 });
  mkdirSync(home.children, { recursive: true, mode: 0o700 });
  const logFile = join(home.logs, `${name}.log`);
  // Emails are in the Worker's log, links that sign in among them.
  const log = openSync(logFile, "a", OWNER_ONLY);
  // A process group of its own: Ctrl-C in the terminal must reach only us, so that we can stop children in order.
  const options = { cwd: ROOT, env: { ...process.env, ...env }, detached: true };
  const child = privately(() => spawn(program, args, { ...options, stdio: ["ignore", log, log] }));
  closeSync(log);
  const pidFile = join(home.children, name);
  let alive = true;
  const ended = new Promise<Ending>((resolve) => {
    const gone = (ending: Ending) => {
      alive = false;
      // wrangler has children of its own; after a crash of wrangler they would live on and keep the port.
      if (child.pid) signalGroup(child.pid, "SIGKILL");
      rmSync(pidFile, { force: true });
      resolve(ending);
    };
    child.on("exit", (code, signal) => gone({ code, signal }));
    child.on("error", () => gone({ code: 127, signal: null }));
  });
  const pid = child.pid ?? 0;
  if (pid > 0) writeFileSync(pidFile, String(pid), { mode: OWNER_ONLY });
  return {
    name,
    pid,
    logFile,
    ended,
    isAlive: () => alive,
    reload: () => void (alive && process.kill(pid, "SIGHUP")),
    async end(graceMs) {
      if (alive) signalGroup(pid, "SIGTERM");
      const force = setTimeout(() => alive && signalGroup(pid, "SIGKILL"), graceMs);
      const ending = await ended;
      clearTimeout(force);
      return ending;
    },
  };
}

/** Starts a process whose files, the database first of all, only their owner may read: it keeps the umask of the moment of its birth. */
export function privately<T>(start: () => T): T {
  const umask = process.umask(0o077);
  try {
    return start();
  } finally {
    process.umask(umask);
  }
}

/** The folder of a home that an earlier version made may be open to others, and with it every file inside. */
function keepPrivate(home: Home): void {
  mkdirSync(home.path, { recursive: true, mode: 0o700 });
  chmodSync(home.path, 0o700);
}

function signalGroup(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}

/** Rotates log files: they grow while a server runs, and the next server keeps one generation of them. */
export function setLogsAside(home: Home): void {
  for (const file of globSync("{worker,runner,runner-*}.log", { cwd: home.logs })) {
    renameSync(join(home.logs, file), join(home.logs, file.replace(/log$/, "previous.log")));
  }
}

/** The last lines of a log file, without terminal colours; empty if there is none. */
export function tailOf(logFile: string, lines: number): string {
  try {
    // biome-ignore lint/suspicious/noControlCharactersInRegex: colour codes begin with ESC
    const plain = readFileSync(logFile, "utf8").replace(/\x1b\[[0-9;]*[A-Za-z]/g, "");
    return plain.trimEnd().split("\n").slice(-lines).join("\n");
  } catch {
    return "";
  }
}

export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** Stops processes that an earlier server of this home left behind when it was killed. */
export async function endLeftovers(home: Home): Promise<void> {
  if (!existsSync(home.children)) return;
  for (const name of readdirSync(home.children)) {
    const pidFile = join(home.children, name);
    const pid = Number(readFileSync(pidFile, "utf8"));
    // The pid may have been reused by another program since; its command line decides.
    const isOurs = () => pid > 1 && commandOf(pid).includes(ROOT);
    if (isOurs()) signalGroup(pid, "SIGTERM");
    const deadline = performance.now() + LEFTOVER_GRACE_MS;
    while (isOurs() && performance.now() < deadline) await pause(LEFTOVER_POLL_MS);
    if (isOurs()) signalGroup(pid, "SIGKILL");
    rmSync(pidFile, { force: true });
  }
}

function commandOf(pid: number): string {
  try {
    return execFileSync("ps", ["-o", "command=", "-ww", "-p", String(pid)], { encoding: "utf8" });
  } catch {
    return "";
  }
}
