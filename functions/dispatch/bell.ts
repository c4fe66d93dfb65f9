// The bell: one Durable Object that wakes long-polling runners when a job is waiting. It holds no truth; a missed ring costs one poll.

import { DurableObject } from "cloudflare:workers";
import type { BellRpc, Env } from "../env.ts";
import { randomText } from "../lib/ids.ts";

export class Bell extends DurableObject<Env> implements BellRpc {
  /** Changes with every ring and with every restart, so a caller can tell that it missed one. */
  #version = randomText(8);
  readonly #waiters = new Set<() => void>();

  version(): string {
    return this.#version;
  }

  ring(): void {
    this.#version = randomText(8);
    for (const wake of this.#waiters) wake();
    this.#waiters.clear();
  }

  /**
   * Resolves at the next ring or after `milliseconds`; at once if it rang since `heard` was read.
   * Read the tone, look for a job, then sleep on that tone: no ring can fall between.
   */
  async sleep(seen: string, milliseconds: number): Promise<void> {
    if (seen !== this.#version) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(() => wake(), milliseconds);
      const wake = () => {
        clearTimeout(timer);
        this.#waiters.delete(wake);
        resolve();
      };
      this.#waiters.add(wake);
    });
  }
}

/** D1 has the job already, and the next poll finds it: a bell that cannot be rung must not undo what was written. */
export async function ringBell(env: Env): Promise<void> {
  try {
    await bellOf(env).ring();
  } catch (error) {
    console.error("The bell was not rung", error);
  }
}

export const bellOf = (env: Env) => env.BELL.get(env.BELL.idFromName("bell"));
