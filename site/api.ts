// The only caller of the API. Every call returns a Reply: a refusal or a lost connection is a value, never an exception.
// Types come from the contract; responses are not validated again here.

import type { z } from "zod";
import type * as contract from "../schema/contract/index.ts";
import type { Failure } from "./ui/failure.ts";

export type Adapter = contract.Adapter;
export type AdapterWithVersions = z.infer<typeof contract.AdapterWithVersions>;
export type Version = contract.Version;
export type Licence = contract.Licence;
export type Base = z.infer<typeof contract.BaseWithSlots>;
export type Region = contract.Region;
export type Composition = contract.Composition;
export type Generation = contract.Generation;
export type GeneratedImage = z.infer<typeof contract.GeneratedImage>;
export type Training = contract.Training;
export type Job = contract.Job;
type StatusEvent = contract.StatusEvent;
type ProgressEvent = contract.ProgressEvent;
export type JobStatus = contract.JobStatus;
export type Account = contract.Account;
export type Key = z.infer<typeof contract.Key>;
export type KeyCreated = z.infer<typeof contract.KeyCreated>;
export type KeyKind = Key["kind"];
export type Scope = contract.Scope;
export type Upload = z.infer<typeof contract.Upload>;
export type UploadStored = z.infer<typeof contract.UploadStored>;
export type AdapterCreate = z.input<typeof contract.AdapterCreate>;
export type AdapterPatch = z.input<typeof contract.AdapterPatch>;
export type CompositionCreate = z.input<typeof contract.CompositionCreate>;
export type GenerationCreate = z.input<typeof contract.GenerationCreate>;
export type TrainingCreate = z.input<typeof contract.TrainingCreate>;
export type KeyCreate = z.input<typeof contract.KeyCreate>;
type AdapterSort = (typeof contract.ADAPTER_SORTS)[number];

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
  owner?: string;
  sort?: AdapterSort;
  limit?: number;
  cursor?: string;
}

type Method = "GET" | "POST" | "PUT" | "PATCH" | "DELETE";

/** Only for api.ts and the api-*.ts files beside it. */
export async function call<T>(
  method: Method,
  path: string,
  body?: unknown,
  signal?: AbortSignal,
): Promise<Reply<T>> {
  const headers: Record<string, string> = { accept: "application/json" };
  if (body !== undefined) headers["content-type"] = "application/json";
  if (method === "POST") headers["idempotency-key"] = crypto.randomUUID();
  const request: RequestInit = { method, headers, credentials: "same-origin" };
  if (body !== undefined) request.body = JSON.stringify(body);
  if (signal) request.signal = signal;
  try {
    return await replyOf<T>(await fetch(path, request));
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

function isProblem(body: unknown): body is contract.Problem {
  return typeof body === "object" && body !== null && "code" in body && "errors" in body && "title" in body;
}

/** The sign-in routes belong to better-auth and answer in its own format. */
function hasMessage(body: unknown): body is { message: string } {
  return typeof body === "object" && body !== null && "message" in body && typeof body.message === "string";
}

export const query = (values: Record<string, string | number | undefined>): string => {
  const given = Object.entries(values).filter(([, v]) => v !== undefined && v !== "");
  return given.length === 0 ? "" : `?${new URLSearchParams(given.map(([k, v]) => [k, String(v)]))}`;
};
export const path = (ref: string) => ref.split("/").map(encodeURIComponent).join("/");

export const api = {
  bases: () => call<Page<Base>>("GET", "/v1/bases"),
  base: (id: string) => call<Base>("GET", `/v1/bases/${path(id)}`),

  adapters: (wanted: AdapterQuery, signal?: AbortSignal) =>
    call<Page<Adapter>>("GET", `/v1/adapters${query({ ...wanted })}`, undefined, signal),
  adapter: (ref: string) => call<AdapterWithVersions>("GET", `/v1/adapters/${path(ref)}`),
  changeAdapter: (ref: string, patch: AdapterPatch) =>
    call<Adapter>("PATCH", `/v1/adapters/${path(ref)}`, patch),
  withdrawAdapter: (ref: string) => call<Adapter>("POST", `/v1/adapters/${path(ref)}/withdraw`),

  version: (id: string) => call<Version>("GET", `/v1/versions/${id}`),
  publishVersion: (id: string) => call<Version>("POST", `/v1/versions/${id}/publish`),

  compose: (wanted: CompositionCreate, signal?: AbortSignal) =>
    call<Composition>("POST", "/v1/compositions", wanted, signal),

  generate: (wanted: GenerationCreate) => call<Generation>("POST", "/v1/generations", wanted),
  generations: (wanted: { limit?: number; cursor?: string }) =>
    call<Page<Generation>>("GET", `/v1/generations${query(wanted)}`),
  generation: (id: string) => call<Generation>("GET", `/v1/generations/${id}`),

  train: (wanted: TrainingCreate) => call<Training>("POST", "/v1/trainings", wanted),
  trainings: (wanted: { limit?: number; cursor?: string }) =>
    call<Page<Training>>("GET", `/v1/trainings${query(wanted)}`),
  training: (id: string) => call<Training>("GET", `/v1/trainings/${id}`),

  job: <J extends Job>(job: J) => call<J>("GET", job.url),
  cancel: <J extends Job>(job: J) => call<J>("POST", `${job.url}/cancel`),

  session: () => call<{ user: { id: string } } | null>("GET", "/auth/get-session"),
  signUp: (wanted: { name: string; email: string; password: string }) =>
    call<unknown>("POST", "/auth/sign-up/email", wanted),
  signIn: (wanted: { email: string; password: string }) =>
    call<unknown>("POST", "/auth/sign-in/email", wanted),
  signOut: () => call<unknown>("POST", "/auth/sign-out", {}),
  account: () => call<Account>("GET", "/v1/account"),
  keys: () => call<Page<Key>>("GET", "/v1/keys"),
  createKey: (wanted: KeyCreate) => call<KeyCreated>("POST", "/v1/keys", wanted),
  rotateKey: (id: string) => call<KeyCreated>("POST", `/v1/keys/${id}/rotate`, {}),
  revokeKey: (id: string) => call<null>("DELETE", `/v1/keys/${id}`),
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
  const announced = await call<Upload>("POST", "/v1/uploads", {
    kind,
    content_type: file.type,
    size_bytes: file.size,
    sha256,
    filename,
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
