// What the tests of webhooks share: a box at the receiver, and jobs that change without the Queue hearing of it.

import { env } from "cloudflare:workers";
import { drizzle } from "drizzle-orm/d1";
import { inject } from "vitest";
import type { z } from "zod";
import { deliver, type SendingOptions } from "../../../functions/webhooks/sending.ts";
import type { Delivery, Id, WebhookWithSecret } from "../../../schema/contract/index.ts";
import type { Person } from "../cast.ts";
import type { Received } from "./receiver.ts";

export type Made = z.infer<typeof WebhookWithSecret>;
const TIMEOUT_MS = 10_000;
let count = 0;

/** An address of a box of its own that answers in one way. */
export function box(how = "ok") {
  count += 1;
  const name = `box-${count}-${crypto.randomUUID()}`;
  const at = `${inject("receiver")}/${name}`;
  const arrived = async (): Promise<Received[]> => (await fetch(at)).json();
  return {
    url: `${at}/${how}`,
    arrived,
    /** Waits until so many have arrived. */
    async until(least: number): Promise<Received[]> {
      const deadline = Date.now() + TIMEOUT_MS;
      for (;;) {
        const all = await arrived();
        if (all.length >= least || Date.now() > deadline) return all;
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    },
  };
}

export const endpoint = (owner: Person, url: string, events = ["generation.*"]) =>
  owner.must<Made>("POST", "/v1/webhooks", { url, events });

/** Changes a job in the database alone: its deliveries are written, and nobody sends them but the test. */
export async function change(jobId: string, status: string): Promise<void> {
  await env.DB.prepare("UPDATE jobs SET status = ? WHERE id = ?").bind(status, jobId).run();
}

export const deliveriesOf = async (owner: Person, query = ""): Promise<Delivery[]> =>
  (await owner.must<{ items: Delivery[] }>("GET", `/v1/webhook-deliveries?limit=100${query}`)).items;

export const OPTIONS: SendingOptions = { allowLoopback: true, chance: 0.5, signer: env };

export const tryOnce = (id: string, now: number, around: SendingOptions = OPTIONS) =>
  deliver(drizzle(env.DB), id as Id<"dlv">, around, now);
