// The client of a chaos run: repeats a request until it is answered, under one Idempotency-Key, cancels some jobs, receives webhooks, and
// finally checks every job through the public API.

import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as pause } from "node:timers/promises";
import { EMBEDDED_BASE } from "../../schema/bases/index.ts";
import { type Generation, Orthoplex } from "../../schema/client/index.ts";
import { poisonViolation } from "./poison.ts";
import type { Violation } from "./rules.ts";

const RETRY_MS = 1_000;

/** Retries as long as the Worker is down. */
async function retried<T>(act: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await act();
    } catch (error) {
      // fetch throws a TypeError when a connection is refused or lost.
      if (!(error instanceof TypeError)) throw error;
      await pause(RETRY_MS);
    }
  }
}

export class ChaosClient {
  readonly jobs: string[] = [];
  readonly received = new Set<string>();
  readonly #url: string;
  readonly #key: string;
  readonly #api: Orthoplex;
  readonly #receiver = createServer();

  constructor(url: string, key: string) {
    this.#url = url;
    this.#key = key;
    this.#api = new Orthoplex({ url, key: key });
  }

  /** Starts a webhook receiver in this process and registers it for the end of every job. */
  async listen(): Promise<void> {
    this.#receiver.on("request", async (request, response) => {
      let text = "";
      for await (const chunk of request) text += chunk;
      const { type, data } = JSON.parse(text) as { type: string; data: { id: string } };
      this.received.add(`${data.id} ${type}`);
      response.writeHead(204).end();
    });
    await new Promise<void>((resolve) => this.#receiver.listen(0, "127.0.0.1", resolve));
    const { port } = this.#receiver.address() as AddressInfo;
    const events = ["generation.succeeded", "generation.failed", "generation.canceled"];
    await this.#api.post("/v1/webhooks", { body: { url: `http://127.0.0.1:${port}/received`, events } });
  }

  async order(
    number: number,
    order: { count: number; steps: number; adapter: string | null; prompt: string },
  ): Promise<string> {
    const { count, steps, adapter, prompt } = order;
    const adapters = adapter === null ? [] : [{ ref: adapter }];
    const body = JSON.stringify({
      base: EMBEDDED_BASE.id,
      prompt,
      size: EMBEDDED_BASE.default_size,
      steps,
      count,
      adapters,
    });
    const headers = {
      authorization: `Bearer ${this.#key}`,
      "content-type": "application/json",
      "idempotency-key": `order-${number}`,
    };
    for (;;) {
      const answer = await retried(() =>
        fetch(`${this.#url}/v1/generations`, { method: "POST", headers, body }),
      );
      const text = await answer.text().catch(() => "");
      if (answer.status === 202) {
        const { id } = JSON.parse(text) as Generation;
        this.jobs.push(id);
        return id;
      }
      if (answer.status < 500 && answer.status !== 409)
        throw new Error(`A request was refused: ${answer.status} ${text}`);
      await pause(RETRY_MS);
    }
  }

  /** A job that has ended is not changed by it. */
  async cancel(id: string): Promise<void> {
    const headers = { authorization: `Bearer ${this.#key}`, "content-type": "application/json" };
    const address = `${this.#url}/v1/generations/${id}/cancel`;
    await fetch(address, { method: "POST", headers, body: "{}" }).catch(() => {});
  }

  async open(): Promise<number> {
    const pages = await Promise.all(
      (["queued", "running"] as const).map((status) =>
        retried(() => this.#api.get("/v1/generations", { params: { query: { status, limit: 100 } } })),
      ),
    );
    return pages.reduce((sum, { items }) => sum + items.length, 0);
  }

  /** Jobs as their owner sees them: ended, with complete pictures, notified once. */
  async violations(): Promise<Violation[]> {
    const found: Violation[] = [];
    if (new Set(this.jobs).size !== this.jobs.length) {
      found.push({ rule: "two orders are two jobs", subject: "", found: JSON.stringify(this.jobs) });
    }
    for (const id of this.jobs) {
      const job = await this.#api.get("/v1/generations/{job}", { params: { path: { job: id } } });
      const poisoned = poisonViolation({
        ...{ id, status: job.status, prompt: job.request.prompt, code: job.error?.code ?? null },
      });
      if (poisoned) found.push(poisoned);
      const pictures = job.result?.images ?? [];
      const ordered = job.status === "succeeded" ? job.request.count : 0;
      if (pictures.length !== ordered) {
        found.push({
          rule: "a job returns as many pictures as were requested",
          subject: id,
          found: JSON.stringify(job),
        });
      }
      for (const { url } of pictures) {
        const bytes = await this.#api.download(new URL(url).pathname);
        // A complete PNG ends with the IEND chunk and its CRC.
        if (Buffer.from(bytes.subarray(-8)).toString("hex") !== "49454e44ae426082") {
          found.push({ rule: "a picture that is shown is whole", subject: id, found: url });
        }
      }
      const events = await (await this.#api.stream(`/v1/generations/${id}/events?after=0`)).text();
      const ends = events.split("\n\n").filter((text) => text.includes("event: done"));
      if (ends.length !== 1 || !ends[0]?.includes(`"status":"${job.status}"`)) {
        found.push({
          rule: "the event stream of a job reports its end once",
          subject: id,
          found: JSON.stringify(ends),
        });
      }
      const notified = [...this.received].filter((each) => each.startsWith(`${id} `));
      if (notified.length !== 1 || notified[0] !== `${id} generation.${job.status}`) {
        found.push({
          rule: "a webhook reports the end of a job once, and no other status",
          subject: id,
          found: `${job.status}: ${notified}`,
        });
      }
    }
    return found;
  }

  stop(): void {
    this.#receiver.closeAllConnections();
    this.#receiver.close();
  }
}
