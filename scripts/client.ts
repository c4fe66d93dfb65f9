// A small client of the public API. Seeding, the demo, the command line and the journeys use nothing else.

import { createHash } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import type { z } from "zod";
import type { Generation, Training } from "../schema/contract/jobs.ts";
import type { Problem } from "../schema/contract/problem.ts";
import type { Upload } from "../schema/contract/uploads.ts";

const POLL_MS = 500;

function contentTypeOf(filename: string): string {
  const types: Record<string, string> = {
    png: "image/png",
    jpg: "image/jpeg",
    jpeg: "image/jpeg",
    webp: "image/webp",
  };
  return types[filename.toLowerCase().split(".").at(-1) ?? ""] ?? "application/octet-stream";
}

export class ApiError extends Error {
  readonly problem: Problem;
  constructor(request: string, problem: Problem) {
    const pointers = problem.errors.map(({ pointer, detail }) => `\n  ${pointer}: ${detail}`).join("");
    super(`${request}: ${problem.status} ${problem.code}: ${problem.detail}${pointers}`);
    this.problem = problem;
  }
}

export class Api {
  readonly url: string;
  readonly #headers: Record<string, string>;

  /** `credentials` are headers: `{ authorization: "Bearer opx_..." }`, or a session's cookie. */
  constructor(url: string, credentials: Record<string, string> = {}) {
    this.url = url;
    this.#headers = credentials;
  }

  static withKey(url: string, apiKey: string): Api {
    return new Api(url, { authorization: `Bearer ${apiKey}` });
  }

  get<T>(path: string): Promise<T> {
    return this.#json("GET", path);
  }

  post<T>(path: string, body: unknown = {}): Promise<T> {
    return this.#json("POST", path, body);
  }

  put<T>(path: string, body: unknown = {}): Promise<T> {
    return this.#json("PUT", path, body);
  }

  /** The resource, or null where the API answers 404. */
  async find<T>(path: string): Promise<T | null> {
    try {
      return await this.get<T>(path);
    } catch (error) {
      if (error instanceof ApiError && error.problem.status === 404) return null;
      throw error;
    }
  }

  /** Declares the upload, sends the bytes to the signed address and returns the upload's id. */
  async upload(
    kind: "adapter" | "training_image" | "preview",
    bytes: Uint8Array<ArrayBuffer>,
    filename: string,
  ): Promise<string> {
    const contentType = contentTypeOf(filename);
    const upload = await this.post<z.infer<typeof Upload>>("/v1/uploads", {
      kind,
      content_type: contentType,
      size_bytes: bytes.byteLength,
      sha256: createHash("sha256").update(bytes).digest("hex"),
      filename,
    });
    if (upload.upload_url !== null && upload.state !== "stored")
      await this.#send("PUT", upload.upload_url, { "content-type": contentType }, bytes);
    return upload.id;
  }

  /** The raw response, for files and event streams. */
  stream(path: string, headers: Record<string, string> = {}): Promise<Response> {
    return this.#send("GET", path, { ...this.#headers, ...headers });
  }

  async download(path: string): Promise<Uint8Array<ArrayBuffer>> {
    const response = await this.#send("GET", path, this.#headers);
    return new Uint8Array(await response.arrayBuffer());
  }

  /** Polls a job until it has ended; throws with the reason if it did not succeed. */
  async finished<J extends Generation | Training>(
    job: J,
    onProgress: (job: J) => void = () => {},
  ): Promise<J> {
    let latest = job;
    while (latest.status === "queued" || latest.status === "running") {
      await pause(POLL_MS);
      latest = await this.get<J>(job.url);
      onProgress(latest);
    }
    if (latest.status === "succeeded") return latest;
    throw new Error(
      `${job.kind} ${job.id} ${latest.status}${latest.error ? `: ${latest.error.message}` : ""}`,
    );
  }

  async #json<T>(method: string, path: string, body?: unknown): Promise<T> {
    const type = body === undefined ? {} : { "content-type": "application/json" };
    const response = await this.#send(method, path, { ...this.#headers, ...type }, JSON.stringify(body));
    return (await response.json()) as T;
  }

  async #send(
    method: string,
    path: string,
    headers: Record<string, string>,
    body?: string | Uint8Array<ArrayBuffer>,
  ): Promise<Response> {
    const address = new URL(path, this.url);
    const response = await fetch(address, { method, headers, ...(body !== undefined && { body }) });
    if (response.ok) return response;
    const request = `${method} ${address.pathname}`;
    const text = await response.text();
    if (response.headers.get("content-type")?.includes("json")) throw new ApiError(request, JSON.parse(text));
    throw new Error(`${request}: ${response.status} ${text.slice(0, 500)}`);
  }
}
