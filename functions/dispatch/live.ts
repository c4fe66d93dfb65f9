// One Durable Object per job: sends its events to watchers, as server-sent events (WHATWG HTML, 9.2) or over hibernating WebSockets. D1 is
// the source of truth; this keeps a numbered log until a day after the end, so that a watcher who reconnects misses nothing.

import { DurableObject } from "cloudflare:workers";
import type { Id } from "../../schema/contract/ids.ts";
import type { StatusEvent } from "../../schema/contract/jobs.ts";
import { LIVE_LOG_TTL_SECONDS } from "../../schema/contract/limits.ts";
import type { Env, JobLiveRpc, LiveEvent } from "../env.ts";
import { LiveLog, type LoggedEvent } from "./live-log.ts";
import { outlookOf, runningSeconds } from "./outlook.ts";

/** The first messages to a watcher, and the id of the event up to which they are the present state. */
type Start = { events: readonly LiveEvent[]; id: number | undefined };
/** The job whose queue position is being watched, and the position that was last published. */
type Queued = { jobId: Id<"job">; place: number | null };
/** `cursor` is the id of the last event that was sent. */
type Watcher = { writer: WritableStreamDefaultWriter<Uint8Array>; cursor: number; busy: boolean };

const KEEP_ALIVE_MS = 15_000;
/** How often the queue position is read while there are watchers. */
const OUTLOOK_MS = 5_000;
/** The log of a job that never ended is kept so much longer. */
const UNFINISHED_FACTOR = 8;
const encoder = new TextEncoder();

export const eventText = (event: LiveEvent, id?: number) =>
  `${id === undefined ? "" : `id: ${id}\n`}event: ${event.name}\ndata: ${JSON.stringify(event.data)}\n\n`;
const messageText = (event: LiveEvent, id?: number) =>
  JSON.stringify({ ...(id !== undefined && { id }), event: event.name, data: event.data });

export class JobLive extends DurableObject<Env> implements JobLiveRpc {
  readonly #log: LiveLog;
  readonly #watchers = new Set<Watcher>();
  readonly #waiting = new Set<() => void>();
  #keepAlive: ReturnType<typeof setInterval> | null = null;

  constructor(state: DurableObjectState, env: Env) {
    super(state, env);
    this.#log = new LiveLog(state.storage.sql);
    state.setWebSocketAutoResponse(new WebSocketRequestResponsePair("ping", "pong"));
  }

  /** A job ends once: events after its end are repetitions, since the first publication may have been lost. */
  async publish(event: LiveEvent, framesKept = 1): Promise<void> {
    if (this.#log.newest("done")) return this.#wakeWaiting();
    this.#log.append(this.#withPace(event), Date.now(), framesKept);
    for (const watcher of this.#watchers) void this.#pump(watcher);
    for (const socket of this.ctx.getWebSockets()) this.#catchUp(socket);
    if (event.name === "done") this.#wakeWaiting();
    if (event.name === "done" || (await this.ctx.storage.getAlarm()) === null) await this.#rest();
  }

  /** Resolves when the job is done or after `milliseconds`. Read D1 afterwards: this only says that reading is worthwhile. */
  async whenDone(milliseconds: number): Promise<void> {
    if (this.#log.newest("done")) return;
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

  /**
   * The events after `?after=`, then new ones as they come. Without it the present state comes first: the status as D1 had it (the request's
   * body, or for a WebSocket the header x-status), the last progress, the end.
   */
  override async fetch(request: Request): Promise<Response> {
    const isSocket = request.headers.get("upgrade") === "websocket";
    const text = isSocket ? request.headers.get("x-status") : await request.text();
    const snapshot = JSON.parse(text ?? "null") as StatusEvent;
    const query = new URL(request.url).searchParams;
    const jobId = query.get("job") as Id<"job"> | null;
    if (jobId !== null && snapshot.status === "queued") {
      await this.#watchQueue({ jobId, place: snapshot.queue_position });
    }
    const after = query.get("after");
    if (after === null) {
      const start = { events: this.#present(snapshot), id: this.#log.lastId() };
      return isSocket ? this.#openSocket(start, start.id) : this.#openStream(start, start.id);
    }
    const cursor = Number(after);
    const done = this.#log.newest("done");
    // A browser reconnects after the end unless it gets 204.
    if (done && cursor >= done.id && !isSocket) return new Response(null, { status: 204 });
    const lost = this.#lostEnd(snapshot);
    const start = { events: lost ? [{ name: "status" as const, data: snapshot }, lost] : [], id: undefined };
    return isSocket ? this.#openSocket(start, cursor) : this.#openStream(start, cursor);
  }

  override async alarm(): Promise<void> {
    const queued = await this.ctx.storage.get<Queued>("queued");
    if (queued && this.#isWatched() && (await this.#publishQueueEstimate(queued))) return;
    if (queued) await this.ctx.storage.delete("queued");
    await this.#rest();
  }

  /** Deletes the log where its time is over; else sets the alarm for that time. */
  async #rest(): Promise<void> {
    const last = this.#log.last();
    const dropAt = last ? dropTime(last) : 0;
    if (dropAt > Date.now()) return this.ctx.storage.setAlarm(dropAt);
    await this.ctx.storage.deleteAll();
    this.#log.clear();
  }

  /** Watchers only listen. */
  override webSocketMessage(): void {}

  override webSocketClose(socket: WebSocket, code: number): void {
    // 1005 and 1006 are reserved for closing without a code and must not be sent (RFC 6455, 7.4.1).
    socket.close(code === 1005 || code === 1006 ? 1000 : code);
  }

  /** The remaining time of the run, extrapolated from its progress since the first report. */
  #withPace(event: LiveEvent): LiveEvent {
    const first = event.name === "progress" ? this.#log.firstProgress() : null;
    if (event.name !== "progress" || first?.name !== "progress") return event;
    const eta = runningSeconds(
      { progress: first.data, at: first.at },
      { progress: event.data, at: Date.now() },
    );
    return { ...event, data: { ...event.data, eta_seconds: eta } };
  }

  /** Where D1 and the log agree on the status, D1's snapshot has the queue position as well; otherwise the log is newer. */
  #present(snapshot: StatusEvent): LiveEvent[] {
    const logged = this.#log.newest("status");
    const isNewer = logged?.name === "status" && logged.data.status !== snapshot.status;
    const status: LiveEvent = isNewer ? logged : { name: "status", data: snapshot };
    const end = this.#log.newest("done") ?? this.#lostEnd(snapshot);
    return [status, this.#log.progress(), end].filter((event) => event !== null);
  }

  /** Where D1 has the end and the log does not, its event was lost or deleted: it is published from D1. */
  #lostEnd({ status }: StatusEvent): LiveEvent | null {
    if (status === "queued" || status === "running" || this.#log.newest("done")) return null;
    return { name: "done", data: { status } };
  }

  #openStream(start: Start, cursor: number): Response {
    const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>(
      {},
      { highWaterMark: 8 },
      { highWaterMark: 8 },
    );
    const watcher: Watcher = { writer: writable.getWriter(), cursor, busy: true };
    watcher.writer.closed.catch(() => this.#drop(watcher));
    this.#watchers.add(watcher);
    this.#keepAlive ??= setInterval(() => this.#sendKeepAlive(), KEEP_ALIVE_MS);
    const texts = textsOf(start, eventText);
    const isOver = start.events.some(({ name }) => name === "done");
    const first = texts.length > 0 ? watcher.writer.write(encoder.encode(texts.join(""))) : Promise.resolve();
    void first
      .then(() => {
        watcher.busy = false;
        return isOver ? this.#close(watcher) : this.#pump(watcher);
      })
      .catch(() => this.#drop(watcher));
    return new Response(readable, {
      headers: { "content-type": "text/event-stream; charset=utf-8", "cache-control": "no-store" },
    });
  }

  /** Sends the watcher the events after its cursor as fast as it reads: the log is the buffer. */
  async #pump(watcher: Watcher): Promise<void> {
    if (watcher.busy) return;
    watcher.busy = true;
    try {
      for (let event = this.#log.next(watcher.cursor); event; event = this.#log.next(watcher.cursor)) {
        await watcher.writer.write(encoder.encode(eventText(event, event.id)));
        watcher.cursor = event.id;
        if (event.name === "done") return this.#close(watcher);
      }
      watcher.busy = false;
    } catch {
      this.#drop(watcher);
    }
  }

  #close(watcher: Watcher): void {
    watcher.writer.close().catch(() => {});
    this.#drop(watcher);
  }

  #drop(watcher: Watcher): void {
    this.#watchers.delete(watcher);
    if (this.#watchers.size > 0 || this.#keepAlive === null) return;
    clearInterval(this.#keepAlive);
    this.#keepAlive = null;
  }

  /** Comments keep proxies from closing an idle stream and detect closed connections. */
  #sendKeepAlive(): void {
    for (const watcher of this.#watchers) {
      if (!watcher.busy) watcher.writer.write(encoder.encode(": alive\n\n")).catch(() => this.#drop(watcher));
    }
  }

  #openSocket(start: Start, cursor: number): Response {
    const { 0: theirs, 1: ours } = new WebSocketPair();
    this.ctx.acceptWebSocket(ours);
    ours.serializeAttachment({ cursor });
    for (const text of textsOf(start, messageText)) ours.send(text);
    if (start.events.some(({ name }) => name === "done")) ours.close(1000, "done");
    this.#catchUp(ours);
    return new Response(null, { status: 101, webSocket: theirs });
  }

  /** The attachment survives hibernation, and with it the cursor of a socket. */
  #catchUp(socket: WebSocket): void {
    if (socket.readyState !== WebSocket.OPEN) return;
    let { cursor } = socket.deserializeAttachment() as { cursor: number };
    for (let event = this.#log.next(cursor); event; event = this.#log.next(cursor)) {
      socket.send(messageText(event, event.id));
      cursor = event.id;
      if (event.name === "done") socket.close(1000, "done");
    }
    socket.serializeAttachment({ cursor });
  }

  #wakeWaiting(): void {
    for (const resolve of this.#waiting) resolve();
    this.#waiting.clear();
  }

  #isWatched(): boolean {
    return this.#watchers.size > 0 || this.ctx.getWebSockets().length > 0;
  }

  async #watchQueue(queued: Queued): Promise<void> {
    await this.ctx.storage.put("queued", queued);
    await this.ctx.storage.setAlarm(Date.now() + OUTLOOK_MS);
  }

  /** While a waiting job is watched: publishes its queue position and estimate where they changed. False once it has left the queue. */
  async #publishQueueEstimate({ jobId, place }: Queued): Promise<boolean> {
    const outlook = await outlookOf(this.env.DB, jobId, Date.now());
    if (!outlook) return false;
    if (outlook.queue_position !== place) {
      await this.publish({ name: "status", data: { status: "queued", ...outlook } });
    }
    await this.#watchQueue({ jobId, place: outlook.queue_position });
    return true;
  }
}

const dropTime = ({ name, at }: LoggedEvent) =>
  at + LIVE_LOG_TTL_SECONDS * 1000 * (name === "done" ? 1 : UNFINISHED_FACTOR);

/** Only the last message carries an id, from which a reconnecting watcher resumes. */
const textsOf = ({ events, id }: Start, write: (event: LiveEvent, id?: number) => string) =>
  events.map((event, i) => (i === events.length - 1 ? write(event, id) : write(event)));

export const liveOf = (env: Env, jobId: string) => env.JOB_LIVE.get(env.JOB_LIVE.idFromName(jobId));
