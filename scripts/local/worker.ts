// The Worker under `wrangler dev`: starts, waits until it answers. Knows nothing of accounts or runners.

import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { type Child, startChild, tailOf } from "./child.ts";
import { type Home, WRANGLER } from "./paths.ts";
import { anyFreePort, HOST } from "./ports.ts";

const RELOADING = join(import.meta.dirname, "dev", "worker.ts");
const READY_TIMEOUT_MS = 90_000;
const READY_POLL_MS = 150;

/** The first two switch off wrangler's network calls (telemetry and update check), the next two what it would serve beside the Worker to
 * whoever asks, without a key: its Local Explorer, which runs SQL on the database, and the logs. */
export const WRANGLER_ENV = {
  WRANGLER_SEND_METRICS: "false",
  CLOUDFLARE_CF_FETCH_ENABLED: "false",
  X_LOCAL_EXPLORER: "false",
  X_LOCAL_OBSERVABILITY: "false",
  WRANGLER_HIDE_BANNER: "true",
  WRANGLER_SEND_ERROR_REPORTS: "false",
  CI: "true",
};

export type WorkerOptions = {
  port: number;
  envFile: string;
  /** Another module in place of functions/index.ts. */
  entry?: string;
  /** Takes up changes of the source without a restart. */
  reloads?: boolean;
};

export async function startWorker(
  home: Home,
  { port, envFile, entry, reloads = false }: WorkerOptions,
): Promise<{ url: string; child: Child }> {
  const common = [
    ...["--ip", HOST, "--port", String(port), "--persist-to", home.state, "--env-file", envFile],
    ...["--var", "WEBHOOK_ALLOW_LOOPBACK:true"],
    ...["--var", "OPERATORS_UNVERIFIED:true"],
  ];
  const wrangler = [
    ...[WRANGLER, "dev", ...(entry === undefined ? [] : [entry])],
    ...["--inspector-port", String(await anyFreePort()), "--show-interactive-dev-session=false"],
  ];
  const args = [...(reloads ? [RELOADING] : wrangler), ...common];
  const child = startChild(home, "worker", { program: process.execPath, args, env: WRANGLER_ENV });
  return { url: `http://${HOST}:${port}`, child };
}

export async function untilAnswering(url: string, worker: Child, signal: AbortSignal): Promise<void> {
  const deadline = performance.now() + READY_TIMEOUT_MS;
  while (performance.now() < deadline) {
    signal.throwIfAborted();
    if (!worker.isAlive()) throw new Error(`The Worker did not start:\n${tailOf(worker.logFile, 20)}`);
    if (await answers(url)) return;
    await pause(READY_POLL_MS);
  }
  throw new Error(
    `The Worker did not answer within ${READY_TIMEOUT_MS / 1000} s:\n${tailOf(worker.logFile, 20)}`,
  );
}

export async function answers(url: string): Promise<boolean> {
  try {
    return (await fetch(`${url}/v1/bases`, { signal: AbortSignal.timeout(5_000) })).ok;
  } catch {
    return false;
  }
}
