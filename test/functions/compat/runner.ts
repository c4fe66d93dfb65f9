// A runner for the tests of the compatible APIs: takes waiting jobs, sends frames, delivers grey pictures.

import { env, exports } from "cloudflare:workers";
import { Machine, ORIGIN, person, png } from "../cast.ts";

/** Every lease counts its pictures up from here, so that no two have the same bytes. */
let shade = 1;
let machine: Machine | undefined;

/** Each file begins on an empty database: so does its runner. */
export async function beginRunner(): Promise<void> {
  machine = await Machine.register(await person("Operator"));
}

export function runner(): Machine {
  if (!machine) throw new Error("No runner has begun");
  return machine;
}

type Generated = { id: string; prompt: string; width: number; height: number; seed: number };

/** Draws the next job of the queue; waits until there is one. */
export async function runNext(frames = 0): Promise<Generated> {
  const at = runner();
  const [lease] = await at.lease(1, 5);
  if (lease?.kind !== "sample") throw new Error("No sample job waits");
  const { count, width, height, seed, prompt } = lease.spec;
  for (let step = 1; step <= frames; step += 1) {
    const preview = Buffer.from(await png(8, 8, step)).toString("base64");
    const progress = { step, total: frames, message: "drawing" };
    await at.on(lease.lease_id, "heartbeat", { progress, preview });
  }
  const outputs = [];
  for (let i = 0; i < count; i += 1) {
    shade = (shade + 1) % 256;
    const delivered = lease.spec.enlarge_to ?? { width, height };
    const meta = { ...delivered, seed: seed + i, recipe: {} };
    const bytes = await png(delivered.width, delivered.height, shade);
    outputs.push(await at.deliver(lease.lease_id, { name: `${i}.png`, role: "image", meta }, bytes));
  }
  await at.on(lease.lease_id, "settle", { outcome: "succeeded", outputs });
  return { id: lease.job_id, prompt, width, height, seed };
}

export async function failNext(code: string, message: string): Promise<void> {
  const at = runner();
  const [lease] = await at.lease(1, 5);
  if (!lease) throw new Error("No job waits");
  await at.on(lease.lease_id, "settle", { outcome: "failed", error: { code, message, retryable: false } });
}

export const clearQueue = () => env.DB.prepare("DELETE FROM jobs").run();

/** A request as it is, for what is no JSON. */
export const send = (path: string, init: RequestInit = {}) =>
  exports.default.fetch(new Request(new URL(path, ORIGIN), init));

export async function eventsOf(response: Response): Promise<{ event: string; data: string; id: string }[]> {
  const field = (block: string, name: string) =>
    block
      .split("\n")
      .filter((line) => line.startsWith(`${name}: `))
      .map((line) => line.slice(name.length + 2))
      .join("\n");
  return (await response.text())
    .split("\n\n")
    .filter((block) => block.includes("event: "))
    .map((block) => ({ event: field(block, "event"), data: field(block, "data"), id: field(block, "id") }));
}
