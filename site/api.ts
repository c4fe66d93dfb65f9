// The only caller of the API. Every call returns a Reply: a refusal or a lost connection is a value, never an exception.
// Paths, parameters, bodies and answers are typed from schema/openapi.json; responses are not validated again here.

import type { Answer, Args, Method, PathOf, Schema } from "../schema/client/index.ts";
import type { Failure } from "./failure.ts";

export type { Schema } from "../schema/client/index.ts";
export type Adapter = Schema<"Adapter">;
export type AdapterWithVersions = Schema<"AdapterWithVersions">;
export type Version = Schema<"Version">;
export type Licence = Schema<"Licence">;
export type Foreign = Schema<"Foreign">;
export type Base = Schema<"BaseWithSlots">;
export type Region = Schema<"Region">;
export type Composition = Schema<"Composition">;
export type Generation = Schema<"Generation">;
export type GeneratedImage = Schema<"GeneratedImage">;
export type Training = Schema<"Training">;
export type Job = Generation | Training;
interface Estimated {
  /** Seconds until the job has probably ended. */
  eta_seconds?: number | null;
}
type StatusEvent = Pick<Job, "status" | "queue_position"> & Estimated;
type ProgressEvent = NonNullable<Job["progress"]> & Estimated & { preview: string | null };
export type JobStatus = Job["status"];
export type Account = Schema<"Account">;
export type Key = Schema<"Key">;
export type KeyCreated = Schema<"KeyCreated">;
export type KeyKind = Key["kind"];
export type Scope = Account["scopes"][number];
export type Upload = Schema<"Upload">;
export type UploadStored = Schema<"UploadStored">;
export type AdapterCreate = Schema<"AdapterCreate">;
export type AdapterPatch = Schema<"AdapterPatch">;
export type CompositionCreate = Schema<"CompositionCreate">;
export type GenerationCreate = Schema<"GenerationCreate">;
export type TrainingCreate = Schema<"TrainingCreate">;
export type KeyCreate = Schema<"KeyCreate">;

export type Reply<T> = { ok: true; value: T } | { ok: false; failure: Failure };
export interface Page<T> {
  items: T[];
  next_cursor: string | null;
}
export interface AdapterQuery {
  q?: string;
  base?: string;
  class?: string;
  tag?: string;
  tag_match?: "any" | "all";
  owner?: string;
  sort?: "relevance" | "trending" | "newest" | "most_used" | "most_liked" | "name";
  limit?: number;
  cursor?: string;
}
/** Where a page of a list begins. */
export interface At {
  limit?: number;
  cursor?: string;
}
export interface JobQuery extends At {
  status?: JobStatus;
}
type Init = {
  params?: { path?: Record<string, string>; query?: Record<string, unknown> };
  body?: unknown;
  signal?: AbortSignal;
};

/** Only for api.ts and the api-*.ts files beside it. */
export function call<M extends Method, P extends PathOf<M>>(
  method: M,
  path: P,
  ...args: Args<P, M>
): Promise<Reply<Answer<P, M>>> {
  // The parameter's type depends on the path; what is read of it is the same for all.
  const { params, body, signal } = (args[0] ?? {}) as Init;
  const address = path.replace(/\{(\w+)\}/g, (_, name) => encodeURIComponent(params?.path?.[name] ?? ""));
  return send(method.toUpperCase(), `${address}${queryOf(params?.query)}`, body, signal);
}

/** Of a request that outlives its page: browsers let at most 64 KiB of them wait at once. */
const KEEPALIVE_MAX_CHARACTERS = 8192;

/** For better-auth's routes, which the API's description does not hold, and for addresses out of answers. */
export async function send<T>(
  method: string,
  address: string,
  body?: unknown,
  signal?: AbortSignal,
): Promise<Reply<T>> {
  const headers: Record<string, string> = { accept: "application/json" };
  if (body !== undefined) headers["content-type"] = "application/json";
  if (method === "POST") headers["idempotency-key"] = crypto.randomUUID();
  const request: RequestInit = { method, headers, credentials: "same-origin" };
  const text = body === undefined ? "" : JSON.stringify(body);
  if (body !== undefined) request.body = text;
  // A change that was sent is not lost when the page is left before the answer.
  if (method !== "GET" && text.length <= KEEPALIVE_MAX_CHARACTERS) request.keepalive = true;
  if (signal) request.signal = signal;
  try {
    return await replyOf<T>(await fetch(address, request));
  } catch {
    return { ok: false, failure: { kind: "unreachable" } };
  }
}

async function replyOf<T>(response: Response): Promise<Reply<T>> {
  const text = await response.text();
  let body: unknown = null;
  try {
    body = text === "" ? null : JSON.parse(text);
  } catch {
    return { ok: false, failure: { kind: "unreadable", status: response.status } };
  }
  if (response.ok) return { ok: true, value: body as T };
  if (isProblem(body)) return { ok: false, failure: { kind: "refused", problem: body } };
  if (hasMessage(body)) return { ok: false, failure: { kind: "declined", message: body.message } };
  return { ok: false, failure: { kind: "unreadable", status: response.status } };
}

function isProblem(body: unknown): body is Schema<"Problem"> {
  return typeof body === "object" && body !== null && "code" in body && "errors" in body && "title" in body;
}

/** The sign-in routes belong to better-auth and answer in its own format. */
function hasMessage(body: unknown): body is { message: string } {
  return typeof body === "object" && body !== null && "message" in body && typeof body.message === "string";
}

function queryOf(values: Record<string, unknown> = {}): string {
  const given = Object.entries(values).filter(([, v]) => v !== undefined && v !== "");
  return given.length === 0 ? "" : `?${new URLSearchParams(given.map(([k, v]) => [k, String(v)]))}`;
}

/** `owner/name` as parameters of a path. */
export function ownerAndName(ref: string): { owner: string; name: string } {
  const [owner = "", name = ""] = ref.split("/");
  return { owner, name };
}
export const of = (ref: string) => ({ params: { path: ownerAndName(ref) } });
const signalled = (signal?: AbortSignal) => (signal ? { signal } : {});

export const api = {
  bases: () => call("get", "/v1/bases"),
  base: (id: string) => call("get", "/v1/bases/{id}", { params: { path: { id } } }),

  adapters: (query: AdapterQuery, signal?: AbortSignal) =>
    call("get", "/v1/adapters", { params: { query }, ...signalled(signal) }),
  adapter: (ref: string) => call("get", "/v1/adapters/{owner}/{name}", of(ref)),
  changeAdapter: (ref: string, body: AdapterPatch) =>
    call("patch", "/v1/adapters/{owner}/{name}", { ...of(ref), body }),

  version: (version: string) => call("get", "/v1/versions/{version}", { params: { path: { version } } }),
  publishVersion: (version: string) =>
    call("post", "/v1/versions/{version}/publish", { params: { path: { version } } }),

  compose: (body: CompositionCreate, signal?: AbortSignal) =>
    call("post", "/v1/compositions", { body, ...signalled(signal) }),

  generate: (body: GenerationCreate) => call("post", "/v1/generations", { body }),
  generations: (query: JobQuery) => call("get", "/v1/generations", { params: { query } }),
  generation: (job: string) => call("get", "/v1/generations/{job}", { params: { path: { job } } }),

  train: (body: TrainingCreate) => call("post", "/v1/trainings", { body }),
  trainings: (query: JobQuery) => call("get", "/v1/trainings", { params: { query } }),
  training: (job: string) => call("get", "/v1/trainings/{job}", { params: { path: { job } } }),

  job: <J extends Job>(job: J) => send<J>("GET", job.url),
  cancel: <J extends Job>(job: J) => send<J>("POST", `${job.url}/cancel`),

  session: () => send<{ user: { id: string } } | null>("GET", "/auth/get-session"),
  signUp: (wanted: { name: string; email: string; password: string }) =>
    send<unknown>("POST", "/auth/sign-up/email", wanted),
  signIn: (wanted: { email: string; password: string }) =>
    send<unknown>("POST", "/auth/sign-in/email", wanted),
  signOut: () => send<unknown>("POST", "/auth/sign-out", {}),
  account: () => call("get", "/v1/account"),
  keys: () => call("get", "/v1/keys"),
  createKey: (body: KeyCreate) => call("post", "/v1/keys", { body }),
  rotateKey: (key: string) => call("post", "/v1/keys/{key}/rotate", { params: { path: { key } }, body: {} }),
  revokeKey: (key: string) => call("delete", "/v1/keys/{key}", { params: { path: { key } } }),
};

/** Declares the upload, sends the bytes to the signed address, and returns the upload's id. */
export async function upload(
  kind: Upload["kind"],
  file: Blob,
  filename: string,
): Promise<Reply<UploadStored>> {
  const bytes = await file.arrayBuffer();
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  const sha256 = Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
  const announced = await call("post", "/v1/uploads", {
    body: { kind, content_type: file.type, size_bytes: file.size, sha256, filename },
  });
  if (!announced.ok) return announced;
  try {
    const response = await fetch(announced.value.upload_url ?? "", {
      method: "PUT",
      body: bytes,
      headers: { "content-type": file.type },
    });
    return await replyOf<UploadStored>(response);
  } catch {
    return { ok: false, failure: { kind: "unreachable" } };
  }
}

/** What an ended job has shown while it ran, as far as it is kept: a day. Returns how to stop. */
export function replay(job: Job, seen: (event: ProgressEvent) => void): () => void {
  const source = new EventSource(`${job.events_url}?after=0`);
  const stop = () => source.close();
  source.addEventListener("progress", (event) =>
    seen(JSON.parse((event as MessageEvent<string>).data) as ProgressEvent),
  );
  // After its end, or where nothing is kept any more, a stream closes: the browser would ask again.
  for (const end of ["done", "error"]) source.addEventListener(end, stop);
  return stop;
}

export interface Watcher {
  status: (event: StatusEvent) => void;
  progress: (event: ProgressEvent) => void;
  done: () => void;
}

const POLL_MS = 3_000;

/** Follows a job until it ends. The browser reconnects a broken event stream; where it gives up, the job is polled instead. */
export function watch(job: Job, watcher: Watcher): () => void {
  const source = new EventSource(job.events_url);
  let timer: ReturnType<typeof setTimeout> | undefined;
  const stop = () => {
    source.close();
    clearTimeout(timer);
  };
  const ask = async () => {
    const reply = await api.job(job);
    if (reply.ok) {
      const { status, queue_position, progress } = reply.value;
      watcher.status({ status, queue_position });
      if (progress) watcher.progress({ ...progress, preview: null });
      if (status !== "queued" && status !== "running") {
        stop();
        watcher.done();
        return;
      }
    }
    timer = setTimeout(ask, POLL_MS);
  };
  const read = <T>(event: Event) => JSON.parse((event as MessageEvent<string>).data) as T;
  source.addEventListener("status", (event) => watcher.status(read<StatusEvent>(event)));
  source.addEventListener("progress", (event) => watcher.progress(read<ProgressEvent>(event)));
  source.addEventListener("done", () => {
    stop();
    watcher.done();
  });
  source.addEventListener("error", () => {
    if (source.readyState === EventSource.CLOSED) ask();
  });
  return stop;
}
