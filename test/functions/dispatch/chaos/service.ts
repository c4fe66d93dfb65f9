// The service under test: the Worker's real routes and cron, reached over a wire that loses, delays and doubles what is sent, in front of a
// Worker that may die at any act and storage that may refuse. Whoever sends hears an answer or nothing.

import { createExecutionContext, createScheduledController, waitOnExecutionContext } from "cloudflare:test";
import { app } from "../../../../functions/app.ts";
import type { Env } from "../../../../functions/env.ts";
import worker from "../../../../functions/index.ts";
import { ORIGIN } from "../../cast.ts";
import { Fuse, faultyBlobs, fusedEnv, type PutFault } from "./faulty-env.ts";
import type { Stage } from "./stage.ts";

export type Message = {
  method: string;
  path: string;
  key?: string;
  body?: unknown;
  bytes?: Uint8Array<ArrayBuffer>;
  headers?: Record<string, string>;
};
export type Answer = { status: number; body: Record<string, unknown> };

/** Chances of each fault of one message; together less than one. */
const CHANCES = {
  request_lost: 0.04,
  answer_lost: 0.07,
  worker_dies: 0.09,
  doubled_at_once: 0.07,
  doubled_later: 0.07,
  delayed: 0.05,
} as const;
export type Fault = keyof typeof CHANCES | "put_fails" | "clock_jumps" | "cron_dies";
const PUT_FAILS = 0.1;
const CRON_DIES = 0.3;
/** A request makes about so many acts on the outside at most. */
const ACTS_MAX = 16;
const DELAY_MAX_MS = 150_000;
const LATER_MAX_MS = 900_000;

export class Service {
  /** While they last, everything may fail. */
  faulty = true;
  readonly suffered = new Map<Fault, number>();
  /** Failures of a Worker to which nothing was done. */
  readonly unexpectedErrors: string[] = [];
  /** Messages of runners whose lease was gone. */
  lateRefused = 0;
  #putsFailed = 0;
  readonly #env: Env;
  readonly #stage: Stage;
  readonly #random: () => number;

  constructor(env: Env, stage: Stage, random: () => number) {
    this.#stage = stage;
    this.#random = random;
    // What the queues carry is lost: outbox and cron must do without.
    const silent = { send: async () => {}, sendBatch: async () => {} };
    const quiet = { ...env, WEBHOOKS: silent, SCANS: silent } as unknown as Env;
    this.#env = faultyBlobs(quiet, () => this.#putFault());
  }

  note(fault: Fault): void {
    this.suffered.set(fault, (this.suffered.get(fault) ?? 0) + 1);
  }

  /** The answer, or null where none came. */
  async send(message: Message): Promise<Answer | null> {
    const fault = this.#faultOfMessage();
    if (fault !== null) this.note(fault);
    switch (fault) {
      case "request_lost":
        return null;
      case "answer_lost":
        await this.#reachAlive(message);
        return null;
      case "worker_dies":
        return this.#reachDying(message);
      case "doubled_at_once": {
        const [first] = await Promise.all([this.#reachAlive(message), this.#reachAlive(message)]);
        return first;
      }
      case "doubled_later":
        this.#stage.enter(async () => void (await this.#reachAlive(message)), this.#random() * LATER_MAX_MS);
        return this.#reachAlive(message);
      case "delayed":
        await this.#stage.sleep(this.#random() * DELAY_MAX_MS);
        return this.#reachAlive(message);
      default:
        return this.#reachAlive(message);
    }
  }

  /** Cron, as the platform calls it once a minute. */
  async cron(): Promise<void> {
    const fuse = new Fuse(1 + Math.floor(this.#random() * ACTS_MAX), this.#random() < 0.5);
    const isDying = this.faulty && this.#random() < CRON_DIES;
    if (isDying) this.note("cron_dies");
    const controller = createScheduledController({ scheduledTime: Date.now() });
    await worker
      .scheduled(controller, isDying ? fusedEnv(this.#env, fuse.pass) : this.#env)
      .catch((error: unknown) => {
        if (!isDying) throw error;
      });
  }

  #faultOfMessage(): keyof typeof CHANCES | null {
    if (!this.faulty) return null;
    let left = this.#random();
    for (const [fault, chance] of Object.entries(CHANCES)) {
      left -= chance;
      if (left < 0) return fault as keyof typeof CHANCES;
    }
    return null;
  }

  #putFault(): PutFault {
    if (!this.faulty || this.#random() >= PUT_FAILS) return null;
    this.note("put_fails");
    this.#putsFailed++;
    return this.#random() < 0.5 ? "before" : "after";
  }

  async #reachAlive(message: Message): Promise<Answer> {
    const failedBefore = this.#putsFailed;
    const answer = await this.#reach(message, this.#env);
    if (answer.status >= 500 && this.#putsFailed === failedBefore) {
      this.unexpectedErrors.push(`${message.method} ${message.path}: ${JSON.stringify(answer)}`);
    }
    return answer;
  }

  async #reachDying(message: Message): Promise<Answer | null> {
    const fuse = new Fuse(1 + Math.floor(this.#random() * ACTS_MAX), this.#random() < 0.5);
    const answer = await this.#reach(message, fusedEnv(this.#env, fuse.pass));
    return fuse.blown ? null : answer;
  }

  async #reach({ method, path, key, body, bytes, headers }: Message, env: Env): Promise<Answer> {
    const sent = new Headers(headers);
    if (key !== undefined) sent.set("authorization", `Bearer ${key}`);
    if (body !== undefined) sent.set("content-type", "application/json");
    const content = bytes ?? (body === undefined ? null : JSON.stringify(body));
    if (bytes) sent.set("content-length", String(bytes.length));
    const request = new Request(new URL(path, ORIGIN), { method, headers: sent, body: content });
    const context = createExecutionContext();
    const response = await app.fetch(request, env, context);
    const text = await response.text();
    if (response.status === 409 && path.startsWith("/runner/")) this.lateRefused++;
    await waitOnExecutionContext(context);
    return { status: response.status, body: text ? (JSON.parse(text) as Answer["body"]) : {} };
  }
}
