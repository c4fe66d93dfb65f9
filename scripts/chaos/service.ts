// The real Worker and real runners of one chaos run, and the faults that can be injected: kill, freeze, restart, change the clock.

import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { type Account, DEMO, ensureAccount, OPERATOR } from "../local/accounts.ts";
import { type Child, startChild } from "../local/child.ts";
import { migrate } from "../local/migrate.ts";
import { type Home, VENV_PYTHON } from "../local/paths.ts";
import { anyFreePort } from "../local/ports.ts";
import { workerEnvFile, writePrivately } from "../local/secrets.ts";
import { buildSite } from "../local/site.ts";
import { startWorker, untilAnswering } from "../local/worker.ts";

const ENTRY = "test/functions/dispatch/chaos/faulty-worker.ts";
const GRACE_MS = 10_000;
/** Delay before a runner that exited is started again. */
const COMES_BACK_MS = 1_000;

export class Service {
  readonly url: string;
  readonly #home: Home;
  readonly #port: number;
  #worker: Child | null = null;
  #restarting: Promise<void> = Promise.resolve();

  private constructor(home: Home, port: number) {
    this.#home = home;
    this.#port = port;
    this.url = `http://127.0.0.1:${port}`;
  }

  static async open(home: Home): Promise<{ service: Service; demo: Account; operator: Account }> {
    // wrangler.toml names the site's folder, so it must exist; no page is requested.
    await buildSite();
    await migrate(home);
    const service = new Service(home, await anyFreePort());
    try {
      await service.#start();
      const operator = await ensureAccount(home, service.url, OPERATOR);
      return { service, operator, demo: await ensureAccount(home, service.url, DEMO) };
    } catch (error) {
      await service.close();
      throw error;
    }
  }

  async #start(): Promise<void> {
    const envFile = workerEnvFile(this.#home, { OPERATOR_EMAILS: OPERATOR.email });
    const { child } = await startWorker(this.#home, { port: this.#port, envFile, entry: ENTRY });
    this.#worker = child;
    await untilAnswering(this.url, child, new AbortController().signal);
  }

  /** With SIGKILL or gracefully. The Worker's clock has no offset afterwards. */
  restart(isSudden: boolean): Promise<void> {
    this.#restarting = this.#restarting.then(async () => {
      if (isSudden && this.#worker?.isAlive()) process.kill(-this.#worker.pid, "SIGKILL");
      await this.#worker?.end(GRACE_MS);
      await this.#start();
    });
    return this.#restarting;
  }

  /** Sets a fault switch of the faulty Worker; null while the Worker is down. */
  async handle(switches: { skew_ms?: number; puts_failing?: number; cron_at?: number }) {
    try {
      const body = JSON.stringify(switches);
      const answer = await fetch(`${this.url}/v1/chaos`, { method: "POST", body });
      return answer.ok ? ((await answer.json()) as { now: number; puts_failed: number }) : null;
    } catch {
      return null;
    }
  }

  async close(): Promise<void> {
    await this.#restarting.catch(() => {});
    await this.#worker?.end(GRACE_MS);
  }
}

/** A runner process that is restarted whenever it exits. */
export class Runner {
  readonly #start: () => Child;
  #child: Child;
  #stopping = false;
  isFrozen = false;

  constructor(home: Home, url: string, token: string, number: number) {
    const tokenFile = join(home.secrets, "runner-token");
    writePrivately(tokenFile, token);
    const name = `runner-${number}`;
    this.#start = () =>
      startChild(home, name, {
        program: VENV_PYTHON,
        args: ["-m", "orthoplex", "run"],
        env: {
          ORTHOPLEX_URL: url,
          ORTHOPLEX_RUNNER_TOKEN_FILE: tokenFile,
          ORTHOPLEX_RUNNER_NAME: name,
          ORTHOPLEX_CACHE_DIR: join(home.path, "cache", name),
          ORTHOPLEX_MAX_BATCH: "2",
          ORTHOPLEX_WAIT_SECONDS: "5",
          OMP_NUM_THREADS: "1",
          PYTHONUNBUFFERED: "1",
        },
      });
    this.#child = this.#start();
    void this.#watch();
  }

  async #watch(): Promise<void> {
    while (!this.#stopping) {
      await this.#child.ended;
      await pause(COMES_BACK_MS);
      if (!this.#stopping) this.#child = this.#start();
    }
  }

  kill(): void {
    this.isFrozen = false;
    this.#signal("SIGKILL");
  }

  freeze(): void {
    this.isFrozen = true;
    this.#signal("SIGSTOP");
  }

  thaw(): void {
    this.isFrozen = false;
    this.#signal("SIGCONT");
  }

  #signal(signal: NodeJS.Signals): void {
    if (this.#child.isAlive()) process.kill(-this.#child.pid, signal);
  }

  async stop(): Promise<void> {
    this.#stopping = true;
    if (this.isFrozen) this.thaw();
    await this.#child.end(GRACE_MS);
  }
}
