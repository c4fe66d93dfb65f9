// The bell: one Durable Object where long-polling runners wait for jobs. It stores no state that matters; a missed ring costs one poll.

import { DurableObject } from "cloudflare:workers";
import type { BellRpc, Env, Ready, Sleep } from "../env.ts";
import { randomText } from "../lib/ids.ts";
import { type Clock, Waiters } from "./waiters.ts";

const CLOCK: Clock = {
  now: Date.now,
  after(milliseconds, act) {
    const timer = setTimeout(act, milliseconds);
    return () => clearTimeout(timer);
  },
};

export class Bell extends DurableObject<Env> implements BellRpc {
  readonly #waiters = new Waiters(CLOCK, randomText(8));

  version(): string {
    return this.#waiters.version();
  }

  ring(jobs: readonly Ready[]): void {
    this.#waiters.ring(jobs);
  }

  wakeRunner(runnerId: string): void {
    this.#waiters.wakeRunner(runnerId);
  }

  took(jobs: readonly string[]): void {
    this.#waiters.took(jobs);
  }

  sleep(sleep: Sleep): Promise<number | null> {
    return this.#waiters.sleep(sleep);
  }
}

/** What a job's row says of where and when it may be leased. */
export type Waiting = { id: string; base_id: string; owner_id: string; not_before: number };

/** Never fails: D1 has the jobs already, and the next poll finds them. */
export async function ringBell(env: Env, jobs: readonly Waiting[], now: number): Promise<void> {
  if (jobs.length === 0) return;
  const ready = jobs.map((job) => ({
    job: job.id,
    base: job.base_id,
    ownerId: job.owner_id,
    inMilliseconds: Math.max(0, job.not_before - now),
  }));
  await reach(() => bellOf(env).ring(ready));
}

export const wakeRunner = (env: Env, runnerId: string) => reach(() => bellOf(env).wakeRunner(runnerId));

/** These jobs were leased: the bell wakes nobody else for them. */
export const reportTaken = (env: Env, jobs: readonly string[]) => reach(() => bellOf(env).took(jobs));

async function reach(call: () => Promise<void>): Promise<void> {
  try {
    await call();
  } catch (error) {
    console.error("The bell was not reached", error);
  }
}

export const bellOf = (env: Env) => env.BELL.get(env.BELL.idFromName("bell"));
