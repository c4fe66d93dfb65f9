// A runner of the simulation: it does what a real one does, in messages that may be lost, and at times it dies, freezes past its lease and
// goes on as if nothing were, or goes on writing although it was answered that its lease is gone.

import { sha256Hex } from "../../../../functions/lib/sha256.ts";
import type { Lease } from "../../../../schema/contract/index.ts";
import { HEARTBEAT_SECONDS } from "../../../../schema/contract/limits.ts";
import { BASE, png } from "../../cast.ts";
import type { Answer, Message, Service } from "./service.ts";
import type { Stage } from "./stage.ts";

/** Chances of what becomes of one batch. */
const FAULT_CHANCES = {
  dies: 0.15,
  freezes: 0.12,
  fails: 0.08,
  fails_for_good: 0.03,
  gives_back: 0.05,
} as const;
export type RunnerFault = keyof typeof FAULT_CHANCES;
const STUBBORN = 0.5;
const IDLE_MS = 12_000;
const RETRY_MS = 1_500;
const TRIES_MAX = 6;

/** What a runner was answered about its lease: true, whatever else happened. */
export type RunnerReply = { jobId: string; leaseId: string; status: string };
export type Play = {
  service: Service;
  stage: Stage;
  random: () => number;
  isOver: () => boolean;
  replies: RunnerReply[];
  runnerFaults: Map<RunnerFault, number>;
  /** Makes pictures that no other run makes. */
  shade: () => number;
};
type Held = { lease: Lease; lost: boolean; canceled: boolean; over: boolean };
class Died extends Error {}

export class FaultyRunner {
  readonly #play: Play;
  readonly #key: string;
  #frozenUntil = 0;
  #diesAt = Number.POSITIVE_INFINITY;

  constructor(play: Play, key: string) {
    this.#play = play;
    this.#key = key;
  }

  async live(): Promise<void> {
    const { stage, random, isOver } = this.#play;
    while (!isOver()) {
      try {
        const id = await this.#register();
        while (!isOver() && (await this.#serve(id)));
      } catch (error) {
        if (!(error instanceof Died)) throw error;
        this.#diesAt = Number.POSITIVE_INFINITY;
        await stage.sleep(2_000 + random() * 20_000);
      }
    }
  }

  async #register(): Promise<string> {
    const machine = { name: "shaky", version: "1", device: "cpu", dtype: "float32", memory_bytes: 1 };
    for (;;) {
      const answer = await this.#post("register", { ...machine, bases: [BASE.id] });
      if (answer?.status === 200) return String(answer.body.runner_id);
      await this.#play.stage.sleep(RETRY_MS);
    }
  }

  /** One lease call and what comes of it. False where the service does not know this runner any more. */
  async #serve(id: string): Promise<boolean> {
    const { stage, random } = this.#play;
    const input = { runner_id: id, bases: [BASE.id], max_batch: 1 + Math.floor(random() * 3) };
    const answer = await this.#post("lease", input);
    if (answer?.status === 404) return false;
    const leases = answer?.status === 200 ? (answer.body.leases as Lease[]) : [];
    if (leases.length === 0) {
      await stage.sleep(IDLE_MS * (0.5 + random()));
      return true;
    }
    const fault = this.#fault();
    const workMs = 3_000 + random() * 25_000;
    const breaksIn = random() * workMs * 1.4;
    if (fault === "dies") this.#diesAt = stage.now + breaksIn;
    if (fault === "freezes") {
      stage.enter(async () => {
        this.#frozenUntil = stage.now + 65_000 + random() * 300_000;
      }, breaksIn);
    }
    const held = leases.map((lease) => ({ lease, lost: false, canceled: false, over: false }));
    for (const each of held) stage.enter(() => this.#beat(each), HEARTBEAT_SECONDS * 1000);
    try {
      await stage.sleep(workMs);
      for (const each of held) await this.#end(each, fault);
    } finally {
      for (const each of held) each.over = true;
    }
    return true;
  }

  #fault(): RunnerFault | null {
    const { service, random, runnerFaults } = this.#play;
    let left = random();
    for (const [name, chance] of Object.entries(FAULT_CHANCES) as [RunnerFault, number][]) {
      left -= chance;
      if (left >= 0 || !service.faulty) continue;
      runnerFaults.set(name, (runnerFaults.get(name) ?? 0) + 1);
      return name;
    }
    return null;
  }

  async #beat(held: Held): Promise<void> {
    const { stage } = this.#play;
    for (let step = 1; !held.over && !held.lost && stage.now < this.#diesAt; step++) {
      const progress = { step, total: 99, message: "drawing" };
      let answer: Answer | null;
      try {
        answer = await this.#post(`leases/${held.lease.lease_id}/heartbeat`, { progress });
      } catch (error) {
        if (error instanceof Died) return;
        throw error;
      }
      if (answer?.status === 409) held.lost = true;
      if (answer?.body.cancel === true) held.canceled = true;
      await stage.sleep(answer === null ? RETRY_MS : HEARTBEAT_SECONDS * 1000);
    }
  }

  async #end(held: Held, fault: RunnerFault | null): Promise<void> {
    const { random } = this.#play;
    const isStubborn = random() < STUBBORN;
    if (held.lost && !isStubborn) return;
    if (fault === "gives_back") return this.#last(held, "release", { reason: "stopping" });
    if (held.canceled) return this.#last(held, "settle", { outcome: "canceled" });
    if (fault === "fails" || fault === "fails_for_good") {
      const error = { code: "out_of_memory", message: "too big", retryable: fault === "fails" };
      return this.#last(held, "settle", { outcome: "failed", error });
    }
    const { count } = held.lease.spec as { count: number };
    const outputs = [];
    for (let i = 0; i < count; i++) {
      const output = await this.#deliver(held, `image-${i}.png`);
      if (output === null && !isStubborn) return;
      if (output !== null) outputs.push(output);
    }
    await this.#last(held, "settle", { outcome: "succeeded", outputs });
  }

  /** Announces and sends a picture until it has arrived; null where the lease or the time is over. */
  async #deliver({ lease }: Held, name: string) {
    const { stage, random, shade } = this.#play;
    const ownSeed = random() < 0.5 ? [...lease.job_id].reduce((sum, c) => sum + c.charCodeAt(0), 0) : shade();
    const { width, height } = lease.spec as { width: number; height: number };
    // What stands behind a picture's end makes other bytes of the same pixels.
    const picture = await png(width, height, ownSeed % 251);
    const bytes = new Uint8Array(picture.length + 8);
    bytes.set(picture);
    new DataView(bytes.buffer).setFloat64(picture.length, ownSeed);
    const sha256 = await sha256Hex(bytes);
    const facts = { name, content_type: "image/png", size_bytes: bytes.length, sha256 };
    for (let tries = 0; tries < TRIES_MAX; tries++) {
      const replies = await this.#post(`leases/${lease.lease_id}/uploads`, facts);
      if (replies?.status === 409) return null;
      if (replies?.status === 200) {
        const sent = await this.#send({ method: "PUT", path: String(replies.body.upload_url), bytes });
        if (sent?.status === 200) return { ...facts, role: "image", meta: {} };
        if (sent?.status === 409) return null;
      }
      await stage.sleep(RETRY_MS);
    }
    return null;
  }

  /** The end of a run, said until it is heard. */
  async #last({ lease }: Held, act: "settle" | "release", body: unknown): Promise<void> {
    const { stage, replies } = this.#play;
    for (let tries = 0; tries < TRIES_MAX; tries++) {
      const answer = await this.#post(`leases/${lease.lease_id}/${act}`, body);
      if (answer?.status === 200) {
        replies.push({
          jobId: lease.job_id,
          leaseId: lease.lease_id,
          status: String(answer.body.status),
        });
      }
      if (answer !== null && answer.status < 500) return;
      await stage.sleep(RETRY_MS);
    }
  }

  #post(path: string, body: unknown): Promise<Answer | null> {
    return this.#send({ method: "POST", path: `/runner/v1/${path}`, key: this.#key, body });
  }

  /** Who is frozen says nothing until it thaws, who is dead nothing at all. */
  async #send(message: Message): Promise<Answer | null> {
    const { stage, service } = this.#play;
    while (stage.now < this.#frozenUntil) await stage.sleep(this.#frozenUntil - stage.now);
    if (stage.now >= this.#diesAt) throw new Died();
    return service.send(message);
  }
}
