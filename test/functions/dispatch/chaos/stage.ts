// Time for many actors at once, without waiting for it: one actor runs until it sleeps, then the next whose time has come. The clock that the
// Worker reads goes with it, and may jump.

import { vi } from "vitest";
import { Agenda } from "../scale/agenda.ts";

export class Stage {
  readonly #agenda = new Agenda();
  #rest: () => void = () => {};
  #fault: unknown = null;
  /** How far the Worker's clock is off. */
  skew = 0;

  constructor(begun: number) {
    this.#agenda.now = begun;
  }

  /** True time: it only goes forward, and actors live by it. */
  get now(): number {
    return this.#agenda.now;
  }

  /** From now on every clock in this isolate shows the stage's time; the act that is returned gives the real one back. */
  takeClock(): () => void {
    const spy = vi.spyOn(Date, "now").mockImplementation(() => Math.floor(this.now + this.skew));
    return () => spy.mockRestore();
  }

  /** Begins `after` milliseconds from now. */
  enter(actor: () => Promise<void>, after = 0): void {
    this.#agenda.add(this.now + after, () =>
      this.#until(() => {
        actor().then(
          () => this.#rest(),
          (error: unknown) => {
            this.#fault ??= error;
            this.#rest();
          },
        );
      }),
    );
  }

  /** Only an actor sleeps, and only it alone: not inside a Promise.all. */
  async sleep(milliseconds: number): Promise<void> {
    const woken = new Promise<void>((resolve) => {
      this.#agenda.add(this.now + milliseconds, () => this.#until(resolve));
    });
    this.#rest();
    await woken;
  }

  /** Until every actor has left. The first that threw ends the play. */
  async play(): Promise<void> {
    await this.#agenda.run(() => this.#fault === null);
    if (this.#fault !== null) throw this.#fault;
  }

  /** Resolves when whoever `begin` sets going sleeps or leaves. */
  #until(begin: () => void): Promise<void> {
    return new Promise((resolve) => {
      this.#rest = resolve;
      begin();
    });
  }
}
