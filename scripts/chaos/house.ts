// The real Worker and real runners of one chaos run, with the means to harm them: kill, freeze, restart, set the clock off.

import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { type Account, DEMO, ensureAccount, HOUSE } from "../local/accounts.ts";
import { type Child, startChild } from "../local/child.ts";
import { type Home, VENV_PYTHON } from "../local/paths.ts";
import { workerEnvFile, writePrivately } from "../local/secrets.ts";
import { buildSite } from "../local/site.ts";
import { freePort, migrate, startWorker, untilAnswering } from "../local/worker.ts";

const ENTRY = "test/functions/dispatch/chaos/faulty-worker.ts";
const GRACE_MS = 10_000;
/** A runner that ended by itself comes back after so long. */
const COMES_BACK_MS = 1_000;

export class House {
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

  static async open(home: Home): Promise<{ house: House; demo: Account; operator: Account }> {
    // The Worker's configuration names its folder; no page is asked for.
    await buildSite();
    await migrate(home);
    const house = new House(home, await freePort(0));
    try {
      await house.#start();
      const operator = await ensureAccount(home, house.url, HOUSE);
      return { house, operator, demo: await ensureAccount(home, house.url, DEMO) };
    } catch (error) {
      await house.close();
      throw error;
    }
  }

  async #start(): Promise<void> {
    const envFile = workerEnvFile(this.#home, { OPERATOR_EMAILS: HOUSE.email });
    const { child } = await startWorker(this.#home, this.#port, envFile, ENTRY);
    this.#worker = child;
    await untilAnswering(this.url, child, new AbortController().signal);
  }

  /** At once with SIGKILL, or in order. Its clock is right again afterwards. */
  restart(isSudden: boolean): Promise<void> {
    this.#restarting = this.#restarting.then(async () => {
      if (isSudden && this.#worker?.isAlive()) process.kill(-this.#worker.pid, "SIGKILL");
      await this.#worker?.end(GRACE_MS);
      await this.#start();
    });
    return this.#restarting;
  }

  /** Sets a handle of the faulty Worker; null where it is away. */
  async handle(wish: { skew_ms?: number; puts_failing?: number; cron_at?: number }) {
    try {
      const body = JSON.stringify(wish);
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

/** A runner process that is started again whenever it has died. */
export class Runner {
  readonly #start: () => Child;
  #child: Child;
  #leaving = false;
  isFrozen = false;

  constructor(home: Home, url: string, token: string, number: number) {
    const tokenFile = join(home.secrets, "runner-token");
    writePrivately(tokenFile, token);
    const name = `runner-${number}`;
    this.#start = () =>
      startChild(home, name, VENV_PYTHON, ["-m", "orthoplex", "run"], {
        ORTHOPLEX_URL: url,
        ORTHOPLEX_RUNNER_TOKEN_FILE: tokenFile,
        ORTHOPLEX_RUNNER_NAME: name,
        ORTHOPLEX_CACHE_DIR: join(home.path, "cache", name),
        ORTHOPLEX_MAX_BATCH: "2",
        ORTHOPLEX_WAIT_SECONDS: "5",
        OMP_NUM_THREADS: "1",
        PYTHONUNBUFFERED: "1",
      });
    this.#child = this.#start();
    void this.#watch();
  }

  async #watch(): Promise<void> {
    while (!this.#leaving) {
      await this.#child.ended;
      await pause(COMES_BACK_MS);
      if (!this.#leaving) this.#child = this.#start();
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

  async leave(): Promise<void> {
    this.#leaving = true;
    if (this.isFrozen) this.thaw();
    await this.#child.end(GRACE_MS);
  }
}
