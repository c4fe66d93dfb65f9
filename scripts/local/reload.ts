// What `npm run dev` adds to a local server: the site by Vite's development server, and runners that reload when their Python changes. The
// Worker is not handled here: dev/worker.ts watches its own modules.

import { join, relative } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { type Child, startChild, tailOf } from "./child.ts";
import { type Home, ROOT, VITE } from "./paths.ts";
import type { Runner } from "./runners.ts";
import { watchTree } from "./watch-tree.ts";

const READY_TIMEOUT_MS = 60_000;
const READY_POLL_MS = 100;
const GRACE_MS = 5_000;
/** Editors write several files at once. */
const DEBOUNCE_MS = 100;

/** Vite's server at `port`, which passes API calls on to the Worker at `edge`; resolves when it answers. */
export async function startVite(home: Home, port: number, edge: string, signal: AbortSignal): Promise<Child> {
  const args = [VITE, "--port", String(port), "--strictPort", "--clearScreen", "false"];
  const child = startChild(home, "vite", { program: process.execPath, args, env: { ORTHOPLEX_EDGE: edge } });
  const url = `http://127.0.0.1:${port}/`;
  for (const deadline = performance.now() + READY_TIMEOUT_MS; performance.now() < deadline; ) {
    signal.throwIfAborted();
    if (!child.isAlive()) break;
    if ((await fetch(url).catch(() => null))?.ok) return child;
    await pause(READY_POLL_MS);
  }
  await child.end(GRACE_MS);
  throw new Error(`Vite did not start:\n${tailOf(child.logFile, 20)}`);
}

/** Reloads every runner after a change of a Python file; returns what stops the watching. */
export function reloadOnChange(runners: readonly Runner[], say: (line: string) => void): () => void {
  let timer: NodeJS.Timeout | undefined;
  const reload = async (file: string) => {
    const begun = performance.now();
    const known = await Promise.all(runners.map((runner) => runner.reload()));
    const seconds = ((performance.now() - begun) / 1000).toFixed(1);
    if (known.every(Boolean)) say(`${file} changed: the runner runs it after ${seconds} s`);
    else say(`${file} changed, but the runner has not started with it: see .local/logs`);
  };
  const unwatch = watchTree(join(ROOT, "gpu-runner", "orthoplex"), (path) => {
    if (!path.endsWith(".py")) return;
    clearTimeout(timer);
    timer = setTimeout(() => void reload(relative(ROOT, path)), DEBOUNCE_MS);
  });
  return () => {
    clearTimeout(timer);
    unwatch();
  };
}
