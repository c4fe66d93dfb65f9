// What the tests of live events share: a customer who watches a stream, and a runner that ends the job.

import { exports } from "cloudflare:workers";
import { beforeAll, beforeEach, expect } from "vitest";
import type { Generation } from "../../../schema/contract/index.ts";
import { customerAndRunner, empty, type Machine, ORIGIN, type Person, png } from "../cast.ts";

export const INPUT = { base: "cast-3", prompt: "a person" };
export let ada: Person;
export let machine: Machine;

/** Called once by each test file. */
export function beginLive(): void {
  beforeAll(async () => {
    [ada, machine] = await customerAndRunner();
  });
  beforeEach(() => empty("jobs"));
}

export const generate = () => ada.must<Generation>("POST", "/v1/generations", INPUT);

export async function watch(job: Generation, query = "", more: Record<string, string> = {}) {
  const headers = { authorization: `Bearer ${ada.key}`, ...more };
  const url = new URL(job.events_url + query, ORIGIN);
  const response = await exports.default.fetch(new Request(url, { headers }));
  expect(response.headers.get("content-type")).toContain("text/event-stream");
  return reading(response);
}

export function reading(response: Response) {
  if (!response.body) throw new Error("No stream");
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  let id: number | undefined;
  /** The next event, or null when the stream has ended. */
  const next = async (): Promise<[string, unknown] | null> => {
    for (;;) {
      const match = /^(?:id: (\d+)\n)?event: (.+)\ndata: (.+)\n\n/.exec(rest);
      if (match) {
        rest = rest.slice(match[0].length);
        if (match[1] !== undefined) id = Number(match[1]);
        return [match[2] ?? "", JSON.parse(match[3] ?? "null")];
      }
      const { done, value } = await reader.read();
      if (done) return null;
      rest += value;
    }
  };
  return { next, leave: () => reader.cancel(), lastId: () => id };
}

export async function settle(leaseId: string) {
  const output = await machine.deliver(
    leaseId,
    { name: "a.png", role: "image", meta: { width: 256, height: 256 } },
    await png(256, 256),
  );
  return machine.on(leaseId, "settle", { outcome: "succeeded", outputs: [output] });
}
