// The bell: one Durable Object that wakes long-polling runners when a job is waiting. It stores no state that matters; a missed ring costs one poll.

import { DurableObject } from "cloudflare:workers";
import type { BellRpc, Env } from "../env.ts";
import { randomText } from "../lib/ids.ts";

export class Bell extends DurableObject<Env> implements BellRpc {
  /** Changes with every ring and with every restart, so a caller sees that it missed one. */
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
   * Resolves at the next ring or after `milliseconds`; at once if it rang since `seen` was read.
   * Read the version, look for a job, then sleep with that version: no ring is missed in between.
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

/** Never fails: D1 has the job already, and the next poll finds it. */
export async function ringBell(env: Env): Promise<void> {
  try {
    await bellOf(env).ring();
  } catch (error) {
    console.error("The bell was not rung", error);
  }
}

export const bellOf = (env: Env) => env.BELL.get(env.BELL.idFromName("bell"));
