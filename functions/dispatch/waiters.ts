// Who is woken when a job becomes ready: one runner that waits for its base and may have it, and another only if nobody took the job. Waking
// all of them would cost a lease call for each idle runner and job. Keeps its state in memory: what is lost costs a runner one poll.

import type { Ready, Serving, Sleep } from "../env.ts";

export type Clock = { now(): number; after(milliseconds: number, act: () => void): () => void };

type Ring = Ready & { number: number; at: number; isTaken: boolean };
type Waiter = Serving & { wake: (ring: number | null) => void };

/** A woken runner whose connection is gone takes no job. After this time two more are woken for it, then four, and so on. */
const UNTAKEN_MS = 200;
/** Longer than any moment between `version` and `sleep` of one request. */
const KEEP_MS = 30_000;

export class Waiters {
  readonly #clock: Clock;
  readonly #epoch: string;
  readonly #waiters = new Set<Waiter>();
  #rings: Ring[] = [];
  #last = 0;
  /** Of rings that were cleared, the newest: who has seen less may have missed one. */
  #cleared = 0;

  /** `epoch` is new at every start, so that a caller sees that rings may have been lost. */
  constructor(clock: Clock, epoch: string) {
    this.#clock = clock;
    this.#epoch = epoch;
  }

  /** Read it before looking for a job, and sleep with it: then no ring is missed between. */
  version(): string {
    return `${this.#epoch}.${this.#last}`;
  }

  /** Each job at once, or where it is paused as soon as its pause has ended. */
  ring(jobs: readonly Ready[]): void {
    for (const { inMilliseconds = 0, ...job } of jobs) {
      if (inMilliseconds > 0) this.#clock.after(inMilliseconds, () => this.#ring(job));
      else this.#ring(job);
    }
  }

  #ring(job: Ready): void {
    const now = this.#clock.now();
    const ring = { ...job, number: ++this.#last, at: now, isTaken: false };
    this.#rings.push(ring);
    this.#clearBefore(now - KEEP_MS);
    this.#wakeFor(ring, 1);
  }

  /** Whatever it waits for: it shall look at its own state. */
  wakeRunner(runnerId: string): void {
    for (const waiter of this.#waiters) if (waiter.runnerId === runnerId) waiter.wake(null);
  }

  /** These jobs were leased: nobody else is woken for them. */
  took(jobs: readonly string[]): void {
    for (const ring of this.#rings) if (jobs.includes(ring.job)) ring.isTaken = true;
  }

  /**
   * Resolves with the number of the ring that woke it, or null after `milliseconds`; at once where something rang since `seen`.
   * For the ring that it answers nobody else is woken: another runner has the job.
   */
  sleep({ seen, serving, milliseconds, answered }: Sleep): Promise<number | null> {
    for (const ring of this.#rings) if (ring.number === answered) ring.isTaken = true;
    const [epoch = "", number = ""] = seen.split(".");
    if (epoch !== this.#epoch || Number(number) < this.#cleared) return Promise.resolve(null);
    const missed = this.#rings.find(
      (ring) => ring.number > Number(number) && !ring.isTaken && mayServe(serving, ring),
    );
    if (missed) return Promise.resolve(missed.number);
    return new Promise((resolve) => {
      const cancel = this.#clock.after(milliseconds, () => waiter.wake(null));
      const waiter: Waiter = {
        ...serving,
        wake: (ring) => {
          cancel();
          this.#waiters.delete(waiter);
          resolve(ring);
        },
      };
      this.#waiters.add(waiter);
    });
  }

  /** Those that wait longest come first. */
  #wakeFor(ring: Ring, count: number): void {
    let woken = 0;
    for (const waiter of this.#waiters) {
      if (woken === count) break;
      if (!mayServe(waiter, ring)) continue;
      waiter.wake(ring.number);
      woken++;
    }
    if (woken === 0) return;
    this.#clock.after(UNTAKEN_MS, () => {
      if (!ring.isTaken) this.#wakeFor(ring, 2 * count);
    });
  }

  #clearBefore(before: number): void {
    const kept = this.#rings.findIndex(({ at }) => at > before);
    const cleared = this.#rings.splice(0, kept === -1 ? this.#rings.length : kept);
    this.#cleared = cleared.at(-1)?.number ?? this.#cleared;
  }
}

const mayServe = ({ bases, ownerId }: Serving, ready: Ready) =>
  bases.includes(ready.base) && (ownerId === null || ownerId === ready.ownerId);
