// One Durable Object per job: fans live progress out to watchers as server-sent events (WHATWG HTML, 9.2). D1 holds the truth;
// this holds the last event of each name, for whoever comes late, and forgets it an hour after the job ended.

import { DurableObject } from "cloudflare:workers";
import type { DoneEvent, JobEventName, ProgressEvent, StatusEvent } from "../../schema/contract/jobs.ts";
import type { Env } from "../env.ts";

export type LiveEvent =
  | { name: "status"; data: StatusEvent }
  | { name: "progress"; data: ProgressEvent }
  | { name: "done"; data: DoneEvent };

type Watcher = { writer: WritableStreamDefaultWriter<Uint8Array>; ready: boolean; missed: Set<JobEventName> };

const KEEP_ALIVE_MS = 15_000;
const FORGET_AFTER_MS = 3_600_000;
const encoder = new TextEncoder();

export const eventText = (event: LiveEvent) =>
  `event: ${event.name}\ndata: ${JSON.stringify(event.data)}\n\n`;

export class JobLive extends DurableObject<Env> {
  readonly #watchers = new Set<Watcher>();
  readonly #waiting = new Set<() => void>();
  /** Kept in memory only: frames come every few seconds and are worth nothing once the next is there. */
  readonly #last = new Map<JobEventName, LiveEvent>();
  #keepAlive: ReturnType<typeof setInterval> | null = null;

  constructor(state: DurableObjectState, env: Env) {
    super(state, env);
    void state.blockConcurrencyWhile(async () => {
      const done = await state.storage.get<LiveEvent>("done");
      if (done) this.#last.set("done", done);
    });
  }

  async publish(event: LiveEvent): Promise<void> {
    this.#last.set(event.name, event);
    // The next run begins anew: the frames of the one before are no progress of it.
    if (event.name === "status" && event.data.status === "queued") this.#last.delete("progress");
    for (const watcher of this.#watchers) this.#send(watcher, event);
    if (event.name !== "done") return;
    await this.ctx.storage.put("done", event);
    await this.ctx.storage.setAlarm(Date.now() + FORGET_AFTER_MS);
    for (const resolve of this.#waiting) resolve();
    this.#waiting.clear();
    for (const watcher of this.#watchers) this.#close(watcher);
  }

  /** Resolves when the job is done or after `milliseconds`. Read D1 afterwards: this promises only that it is worth it. */
  async whenDone(milliseconds: number): Promise<void> {
    if (this.#last.has("done")) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(() => wake(), milliseconds);
      const wake = () => {
        clearTimeout(timer);
        this.#waiting.delete(wake);
        resolve();
      };
      this.#waiting.add(wake);
    });
  }

  /** The event stream. The request's body is the job's state as D1 had it: the first event of the stream. */
  override async fetch(request: Request): Promise<Response> {
    const snapshot = { name: "status" as const, data: await request.json<StatusEvent>() };
    const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>(
      {},
      { highWaterMark: 8 },
      { highWaterMark: 8 },
    );
    const watcher: Watcher = { writer: writable.getWriter(), ready: true, missed: new Set() };
    watcher.writer.closed.catch(() => this.#drop(watcher));
    this.#watchers.add(watcher);
    this.#keepAlive ??= setInterval(() => this.#breathe(), KEEP_ALIVE_MS);
    const told = this.#last.get("status");
    // Of one status D1 knows more: the place in the queue. Of another, what was told here is newer.
    const status = told?.name === "status" && told.data.status !== snapshot.data.status ? told : snapshot;
    for (const event of [status, this.#last.get("progress"), this.#last.get("done")]) {
      if (event) this.#send(watcher, event);
    }
    if (this.#last.has("done")) this.#close(watcher);
    return new Response(readable, {
      headers: { "content-type": "text/event-stream; charset=utf-8", "cache-control": "no-store" },
    });
  }

  override async alarm(): Promise<void> {
    this.#last.clear();
    await this.ctx.storage.deleteAll();
  }

  /** A slow watcher skips frames rather than piling them up: it gets the newest once it has read what it has. */
  #send(watcher: Watcher, event: LiveEvent): void {
    if (!watcher.ready && event.name !== "done") {
      watcher.missed.add(event.name);
      return;
    }
    watcher.ready = false;
    watcher.writer
      .write(encoder.encode(eventText(event)))
      .then(() => this.#catchUp(watcher))
      .catch(() => this.#drop(watcher));
  }

  #catchUp(watcher: Watcher): void {
    watcher.ready = true;
    for (const name of ["status", "progress"] as const) {
      const event = watcher.missed.delete(name) ? this.#last.get(name) : undefined;
      if (event) {
        this.#send(watcher, event);
        return;
      }
    }
  }

  #close(watcher: Watcher): void {
    watcher.writer.close().catch(() => {});
    this.#drop(watcher);
  }

  #drop(watcher: Watcher): void {
    this.#watchers.delete(watcher);
    if (this.#watchers.size > 0) return;
    clearInterval(this.#keepAlive);
    this.#keepAlive = null;
  }

  /** Comments keep proxies from closing a quiet stream and find out who has gone. */
  #breathe(): void {
    for (const watcher of this.#watchers) {
      if (watcher.ready) watcher.writer.write(encoder.encode(": alive\n\n")).catch(() => this.#drop(watcher));
    }
  }
}

export const liveOf = (env: Env, jobId: string) => env.JOB_LIVE.get(env.JOB_LIVE.idFromName(jobId));
