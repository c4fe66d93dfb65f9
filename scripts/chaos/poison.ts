// Poisoned jobs of a chaos run: the proxy changes what a runner receives of them, so that it can never finish them. Each must fail with its own
// error, and no job that shares their batch may be affected.

import type { Violation } from "./rules.ts";

/** By the prompt that it is requested with: what the wire makes of its lease, and how it may end. */
const POISONS = {
  "a person who is half a character": {
    spoil: (spec: Spec) => ({ ...spec, prompt: `${spec.prompt} \ud83d` }),
    codes: ["prompt_invalid"],
  },
  "a person of an unknown shape": {
    spoil: (spec: Spec) => ({ ...spec, steps: "many" }),
    codes: ["runner_error", "runs_exhausted"],
  },
} as const;
type Spec = { prompt?: unknown };
type Lease = { spec: Spec };

const PROMPTS = Object.keys(POISONS) as (keyof typeof POISONS)[];
const poisonOf = (prompt: unknown) => Object.entries(POISONS).find(([name]) => name === prompt)?.[1] ?? null;

/** The prompt of request `number` where every `every`th is poisoned; null for one that is not. */
export function poisonedPrompt(number: number, every: number): string | null {
  return number % every === 2 ? (PROMPTS[Math.floor(number / every) % PROMPTS.length] ?? null) : null;
}

/** The answer to a lease call, as the wire passes it on. What is cut off stays as it is. */
export function corruptLeases(body: Buffer): Buffer {
  try {
    const reply = JSON.parse(body.toString("utf8")) as { leases: Lease[] };
    const leases = reply.leases.map((lease) => ({
      ...lease,
      spec: poisonOf(lease.spec.prompt)?.spoil(lease.spec) ?? lease.spec,
    }));
    return Buffer.from(JSON.stringify({ ...reply, leases }));
  } catch {
    return body;
  }
}

/** A poisoned job that ended otherwise, or another one that ended as only a poisoned one does. */
export function poisonViolation(job: {
  id: string;
  status: string;
  prompt: string;
  code: string | null;
}): Violation | null {
  const found = `${job.status} ${job.code}`;
  const poison = poisonOf(job.prompt);
  if (poison === null) {
    return job.code === "prompt_invalid" || job.code === "input_invalid"
      ? { rule: "a poisoned job spoils no other", subject: job.id, found }
      : null;
  }
  const isRight =
    job.status === "canceled" || (job.status === "failed" && poison.codes.some((code) => code === job.code));
  return isRight ? null : { rule: "a poisoned job fails for its own reason", subject: job.id, found };
}
