// GPU runner processes beside a local Worker: started with the operator's token, restarted after a crash (not after a normal exit), stopped in order.

import { availableParallelism } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { type Child, startChild, tailOf } from "./child.ts";
import { type Home, VENV_PYTHON } from "./paths.ts";
import { writePrivately } from "./secrets.ts";

const RESTARTS_MAX = 3;
const RESTART_PAUSE_MS = 1_000;
/** A runner first finishes its current step and releases its leases. */
const END_GRACE_MS = 15_000;
const REGISTER_TIMEOUT_MS = 60_000;
const REGISTER_POLL_MS = 100;
/** The log event of a runner that has registered with the edge. */
const REGISTERED = '"event": "registered"';

export type Runner = {
  name: string;
  /** Resolves when the edge knows the runner; false if that takes longer than a minute. */
  registered(): Promise<boolean>;
  /** Resolves with the reason once the runner has crashed too often. Never resolves after `end`. */
  failed: Promise<string>;
  /** Puts a process with the code as it is now in its place; resolves when the edge knows that one, false after a minute. */
  reload(): Promise<boolean>;
  end(): Promise<void>;
};

export type RunnerOptions = {
  url: string;
  token: string;
  /** This is runner `index` of `count`. */
  index: number;
  count: number;
  /** Keeps PyTorch imported in a parent, so that `reload` takes no seconds. */
  reloads: boolean;
};

export function startRunner(home: Home, { url, token, index, count, reloads }: RunnerOptions): Runner {
  const name = count === 1 ? "runner" : `runner-${index + 1}`;
  const tokenFile = join(home.secrets, "runner-token");
  writePrivately(tokenFile, token);
  // npm test says how many threads a stage may use beside the others.
  const cores = Number(process.env.OMP_NUM_THREADS) || availableParallelism();
  const threads = Math.max(1, Math.floor(cores / count));
  const start = () =>
    startChild(home, name, {
      program: VENV_PYTHON,
      args: ["-m", reloads ? "orthoplex.reload" : "orthoplex", "run"],
      env: {
        ORTHOPLEX_URL: url,
        ORTHOPLEX_RUNNER_TOKEN_FILE: tokenFile,
        ORTHOPLEX_RUNNER_NAME: `local-${name}`,
        ORTHOPLEX_CACHE_DIR: join(home.path, "cache"),
        OMP_NUM_THREADS: String(threads),
        PYTHONUNBUFFERED: "1",
      },
    });
  let ending = false;
  let child = start();
  const failed = new Promise<string>((resolve) => {
    const watch = async () => {
      for (let restarts = 0; ; restarts += 1) {
        const { code, signal } = await child.ended;
        if (ending) return;
        if (code === 0) {
          console.log(`The ${name} has left, as it was asked to. The next start brings it back.`);
          return;
        }
        const how = signal ?? `code ${code}`;
        if (restarts === RESTARTS_MAX) return resolve(reasonOf(name, how, child));
        console.error(
          `! The ${name} ended with ${how}; starting it again (${restarts + 1} of ${RESTARTS_MAX}).`,
        );
        await pause(RESTART_PAUSE_MS * 2 ** restarts);
        if (ending) return;
        child = start();
      }
    };
    void watch();
  });
  return {
    name,
    failed,
    registered: () => until(() => ending || registrations(child) > 0),
    reload() {
      const before = registrations(child);
      child.reload();
      return until(() => ending || registrations(child) > before);
    },
    async end() {
      ending = true;
      await child.end(END_GRACE_MS);
    },
  };
}

/** How often a runner of this log has registered. */
const registrations = (child: Child) =>
  tailOf(child.logFile, Number.POSITIVE_INFINITY).split(REGISTERED).length - 1;

async function until(holds: () => boolean): Promise<boolean> {
  for (const deadline = performance.now() + REGISTER_TIMEOUT_MS; performance.now() < deadline; ) {
    if (holds()) return true;
    await pause(REGISTER_POLL_MS);
  }
  return false;
}

function reasonOf(name: string, how: string, child: Child): string {
  return `The ${name} died ${RESTARTS_MAX + 1} times, last with ${how}. The end of ${child.logFile}:\n${tailOf(child.logFile, 15)}`;
}
