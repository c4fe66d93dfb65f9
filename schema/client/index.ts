// The typed client of the public API: paths, parameters, bodies and answers are those of schema/openapi.json. Scripts, the command line and
// tests call the API through it, and `npm run pack` makes @orthoplex/client of it. It has no routes beside the document's.

import { EventSourceParserStream } from "eventsource-parser/stream";
import createFetch, { type MaybeOptionalInit } from "openapi-fetch";
import type { components, paths } from "./openapi.ts";

export type { components, paths } from "./openapi.ts";
/** A named schema of the document: `Schema<"Generation">`. */
export type Schema<Name extends keyof components["schemas"]> = components["schemas"][Name];
export type Generation = Schema<"Generation">;
export type Training = Schema<"Training">;
export type Adapter = Schema<"Adapter">;
export type Version = Schema<"Version">;
export type Composition = Schema<"Composition">;
export type Problem = Schema<"Problem">;
type Job = Generation | Training;

export type Method = "get" | "post" | "put" | "patch" | "delete";
export type PathOf<M extends Method> = {
  [P in keyof paths]: paths[P] extends Record<M, { responses: unknown }> ? P : never;
}[keyof paths];
type Init<P extends keyof paths, M extends Method> = MaybeOptionalInit<paths[P], M & keyof paths[P]>;
export type Args<P extends keyof paths, M extends Method> =
  undefined extends Init<P, M> ? [init?: Init<P, M>] : [init: Init<P, M>];
type Success = 200 | 201 | 202 | 204;
/** The JSON of an answer that is a success; null where it has no body. */
export type Answer<P extends keyof paths, M extends Method> =
  paths[P] extends Record<M, { responses: infer R }>
    ? {
        [Status in keyof R & Success]: R[Status] extends { content: { "application/json": infer Body } }
          ? Body
          : null;
      }[keyof R & Success]
    : never;
/** What openapi-fetch does, without the types that Args and Answer give already. */
type Untyped = (
  method: Method,
  path: string,
  init?: object,
) => Promise<{ data?: unknown; error?: unknown; response: Response }>;

export type ClientOptions = {
  url: string;
  /** An API key, `opx_...` or `opk_...`. */
  key?: string;
  /** Other credentials, such as a session's cookie. */
  headers?: Record<string, string>;
  fetch?: (request: Request) => Promise<Response>;
};
export type JobEvent = { id: string | undefined; event: string; data: Record<string, unknown> };

const POLL_MS = 1_000;

/** A refusal of the API, or another answer that is no success. `problem` is null where the answer was not the API's. */
export class ApiError extends Error {
  readonly status: number;
  readonly problem: Problem | null;

  constructor(request: string, status: number, body: unknown) {
    const problem = isProblem(body) ? body : null;
    const pointers = (problem?.errors ?? []).map(({ pointer, detail }) => `\n  ${pointer}: ${detail}`);
    const text = problem
      ? `${problem.code}: ${problem.detail}${pointers.join("")}`
      : Array.from(String(body)).slice(0, 500).join("");
    super(`${request}: ${status} ${text}`);
    this.status = status;
    this.problem = problem;
  }
}

export class Orthoplex {
  readonly url: string;
  readonly #headers: Record<string, string>;
  readonly #fetch: (request: Request) => Promise<Response>;
  readonly #request: Untyped;

  constructor({ url, key, headers = {}, fetch = (request) => globalThis.fetch(request) }: ClientOptions) {
    this.url = url;
    this.#headers = { ...(key !== undefined && { authorization: `Bearer ${key}` }), ...headers };
    this.#fetch = fetch;
    this.#request = createFetch<paths>({ baseUrl: url, headers: this.#headers, fetch }).request as Untyped;
  }

  get<P extends PathOf<"get">>(path: P, ...args: Args<P, "get">): Promise<Answer<P, "get">> {
    return this.#call("get", path, args[0]);
  }

  post<P extends PathOf<"post">>(path: P, ...args: Args<P, "post">): Promise<Answer<P, "post">> {
    return this.#call("post", path, args[0]);
  }

  put<P extends PathOf<"put">>(path: P, ...args: Args<P, "put">): Promise<Answer<P, "put">> {
    return this.#call("put", path, args[0]);
  }

  patch<P extends PathOf<"patch">>(path: P, ...args: Args<P, "patch">): Promise<Answer<P, "patch">> {
    return this.#call("patch", path, args[0]);
  }

  delete<P extends PathOf<"delete">>(path: P, ...args: Args<P, "delete">): Promise<Answer<P, "delete">> {
    return this.#call("delete", path, args[0]);
  }

  /** The resource, or null where the API answers 404. */
  async find<P extends PathOf<"get">>(path: P, ...args: Args<P, "get">): Promise<Answer<P, "get"> | null> {
    try {
      return await this.get(path, ...args);
    } catch (error) {
      if (error instanceof ApiError && error.status === 404) return null;
      throw error;
    }
  }

  /** Declares the upload, sends the bytes to the signed address and returns the upload's id. */
  async upload(
    kind: Schema<"UploadCreate">["kind"],
    bytes: Uint8Array<ArrayBuffer>,
    filename: string,
  ): Promise<string> {
    const type = contentTypeOf(filename);
    const sha256 = hex(new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)));
    const upload = await this.post("/v1/uploads", {
      body: { kind, content_type: type, size_bytes: bytes.byteLength, sha256, filename },
    });
    if (upload.upload_url !== null && upload.state !== "stored") {
      await this.#send(upload.upload_url, { method: "PUT", headers: { "content-type": type }, body: bytes });
    }
    return upload.id;
  }

  /** The raw answer, for files and event streams. */
  stream(path: string, headers: Record<string, string> = {}): Promise<Response> {
    return this.#send(path, { headers: { ...this.#headers, ...headers } });
  }

  async download(path: string): Promise<Uint8Array<ArrayBuffer>> {
    return new Uint8Array(await (await this.stream(path)).arrayBuffer());
  }

  /** The job as it is now. */
  async job<J extends Job>(job: J): Promise<J> {
    const init = { params: { path: { job: job.id } } };
    const path = job.kind === "train" ? "/v1/trainings/{job}" : "/v1/generations/{job}";
    return this.#call("get", path, init);
  }

  /** Events of a job (`status`, `progress`, `done`) after the one named, until the connection ends. */
  async *events(job: Job, after?: string): AsyncGenerator<JobEvent> {
    const from: Record<string, string> = after === undefined ? {} : { "last-event-id": after };
    const { body } = await this.stream(job.events_url, { accept: "text/event-stream", ...from });
    for await (const event of eventsOf(body)) yield { ...event, data: JSON.parse(event.data) };
  }

  /** Polls a job until it has ended; throws with the reason if it did not succeed. */
  async finished<J extends Job>(job: J, onProgress: (job: J) => void = () => {}): Promise<J> {
    let latest = job;
    while (latest.status === "queued" || latest.status === "running") {
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
      latest = await this.job(latest);
      onProgress(latest);
    }
    if (latest.status === "succeeded") return latest;
    const reason = latest.error ? `: ${latest.error.message}` : "";
    throw new Error(`${job.kind} ${job.id} ${latest.status}${reason}`);
  }

  /** The types of `init` and of the answer are checked by the callers' signatures. */
  async #call<T>(method: Method, path: string, init: object | undefined): Promise<T> {
    const { data, error, response } = await this.#request(method, path, init);
    if (error === undefined && response.ok) return (data ?? null) as T;
    throw new ApiError(`${method.toUpperCase()} ${path}`, response.status, error);
  }

  async #send(path: string, init: RequestInit): Promise<Response> {
    const address = new URL(path, this.url);
    const response = await this.#fetch(new Request(address, init));
    if (response.ok) return response;
    const text = await response.text();
    const isJson = response.headers.get("content-type")?.includes("json") === true;
    const request = `${init.method ?? "GET"} ${address.pathname}`;
    throw new ApiError(request, response.status, isJson ? JSON.parse(text) : text);
  }
}

/** Server-sent events; `id` is that of the last event that had one (WHATWG HTML, 9.2.6). */
export async function* eventsOf(
  body: ReadableStream<Uint8Array<ArrayBuffer>> | null,
): AsyncGenerator<{ id: string | undefined; event: string; data: string }> {
  if (!body) return;
  const events = body.pipeThrough(new TextDecoderStream()).pipeThrough(new EventSourceParserStream());
  let last: string | undefined;
  for await (const { id, event = "message", data } of events) {
    last = id ?? last;
    yield { id: last, event, data };
  }
}

function isProblem(body: unknown): body is Problem {
  return typeof body === "object" && body !== null && "code" in body && "detail" in body && "errors" in body;
}

const hex = (bytes: Uint8Array) => [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");

function contentTypeOf(filename: string): string {
  const types: Record<string, string> = {
    png: "image/png",
    jpg: "image/jpeg",
    jpeg: "image/jpeg",
    webp: "image/webp",
  };
  return types[filename.toLowerCase().split(".").at(-1) ?? ""] ?? "application/octet-stream";
}
