// Uploads a file of any size with progress. Large files go in parts: a lost connection costs only the current part, and
// the same file chosen again resumes where it stopped, also after a reload.

import { sha256 } from "@noble/hashes/sha2.js";
import { MIB, UPLOAD_PART_BYTES } from "../../../schema/contract/limits.ts";
import { call, type Reply, type Upload, type UploadStored } from "../../api.ts";
import type { Failure } from "../../failure.ts";

export interface Sending {
  phase: "reading" | "sending" | "waiting" | "joining";
  done: number;
  total: number;
}

const TRIES_MAX = 6;
const READ_BYTES = 4 * MIB;

/** Retry delay in seconds after the nth lost connection: 1, 2, 4 ... at most 30. */
export const pauseBefore = (attempt: number) => Math.min(30, 2 ** (attempt - 1));

/** The parts that are still to be sent. */
export function missingParts({ count, received }: { count: number; received: readonly number[] }): number[] {
  return Array.from({ length: count }, (_, i) => i + 1).filter((number) => !received.includes(number));
}

export const partOf = <T extends { slice(begin: number, end: number): T }>(file: T, number: number): T =>
  file.slice((number - 1) * UPLOAD_PART_BYTES, number * UPLOAD_PART_BYTES);

/** SHA-256 in slices, so that a file larger than memory can be hashed. */
export async function hashOf(file: Blob, onRead: (bytes: number) => void): Promise<string> {
  const hash = sha256.create();
  for (let at = 0; at < file.size; at += READ_BYTES) {
    hash.update(new Uint8Array(await file.slice(at, at + READ_BYTES).arrayBuffer()));
    onRead(Math.min(file.size, at + READ_BYTES));
  }
  return Array.from(hash.digest(), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

export async function sendFile(
  file: File,
  onProgress: (sending: Sending) => void,
): Promise<Reply<{ id: string }>> {
  const total = file.size;
  const digest = await hashOf(file, (done) => onProgress({ phase: "reading", done, total }));
  const begun = await begin(file, digest);
  if (!begun.ok) return begun;
  const upload = begun.value;
  if (upload.state === "stored") return { ok: true, value: upload };
  if (upload.upload_url !== null) {
    const sent = await withRetries(
      () =>
        putBytes<UploadStored>(upload.upload_url ?? "", file, (done) =>
          onProgress({ phase: "sending", done, total }),
        ),
      (done) => onProgress({ phase: "waiting", done, total }),
    );
    return sent.ok ? { ok: true, value: upload } : sent;
  }
  const failure = await sendParts(file, upload, onProgress);
  if (failure) return { ok: false, failure };
  onProgress({ phase: "joining", done: total, total });
  const joined = await withRetries(
    () => call("post", "/v1/uploads/{upload}/complete", { params: { path: { upload: upload.id } } }),
    () => {},
  );
  if (joined.ok) clear(digest);
  return joined;
}

async function sendParts(
  file: File,
  { parts }: Upload,
  onProgress: (sending: Sending) => void,
): Promise<Failure | null> {
  if (!parts) return null;
  const total = file.size;
  const missing = missingParts(parts);
  let before = total - missing.reduce((sum, number) => sum + partOf<Blob>(file, number).size, 0);
  for (const number of missing) {
    const part = partOf<Blob>(file, number);
    const at = before;
    const sent = await withRetries(
      () =>
        putBytes(parts.urls[number - 1] ?? "", part, (done) =>
          onProgress({ phase: "sending", done: at + done, total }),
        ),
      () => onProgress({ phase: "waiting", done: at, total }),
    );
    if (!sent.ok) return sent.failure;
    before += part.size;
  }
  return null;
}

const keptAs = (digest: string) => `upload:${digest}`;
const clear = (digest: string) => sessionStorage.removeItem(keptAs(digest));

/** An open upload of these bytes that this tab began, or a new one. */
async function begin(file: File, digest: string): Promise<Reply<Upload>> {
  const known = sessionStorage.getItem(keptAs(digest));
  if (known) {
    const earlier = await call("get", "/v1/uploads/{upload}", { params: { path: { upload: known } } });
    if (earlier.ok && isOpen(earlier.value)) return earlier;
    clear(digest);
  }
  const multipart = file.size > UPLOAD_PART_BYTES;
  const announced = await call("post", "/v1/uploads", {
    body: {
      kind: "adapter",
      content_type: "application/octet-stream",
      size_bytes: file.size,
      sha256: digest,
      filename: file.name,
      multipart,
    },
  });
  if (announced.ok && multipart) sessionStorage.setItem(keptAs(digest), announced.value.id);
  return announced;
}

const isOpen = ({ state, parts, expires_at }: Upload) =>
  state === "stored" || (parts !== null && Date.parse(expires_at) > Date.now());

/** Retries while there is no answer; a refusal is an answer. */
async function withRetries<T>(
  act: () => Promise<Reply<T>>,
  onWait: (done: number) => void,
): Promise<Reply<T>> {
  for (let attempt = 1; ; attempt++) {
    const reply = await act();
    if (reply.ok || reply.failure.kind !== "unreachable" || attempt >= TRIES_MAX) return reply;
    onWait(0);
    await online(pauseBefore(attempt) * 1000);
  }
}

/** A delay that ends early when the browser reports that the connection is back. */
function online(milliseconds: number): Promise<void> {
  return new Promise((resolve) => {
    const go = () => {
      clearTimeout(timer);
      removeEventListener("online", go);
      resolve();
    };
    const timer = setTimeout(go, milliseconds);
    addEventListener("online", go);
  });
}

/** fetch does not report upload progress; XMLHttpRequest does. */
function putBytes<T>(url: string, bytes: Blob, onSent: (done: number) => void): Promise<Reply<T>> {
  return new Promise((resolve) => {
    const request = new XMLHttpRequest();
    const lost = () => resolve({ ok: false, failure: { kind: "unreachable" } });
    request.open("PUT", url);
    request.responseType = "json";
    request.upload.onprogress = ({ loaded }) => onSent(loaded);
    request.onerror = lost;
    request.ontimeout = lost;
    request.onload = () => {
      const body: unknown = request.response;
      if (request.status < 300) resolve({ ok: true, value: body as T });
      else if (typeof body === "object" && body !== null && "code" in body) {
        resolve({ ok: false, failure: { kind: "refused", problem: body as never } });
      } else resolve({ ok: false, failure: { kind: "unreadable", status: request.status } });
    };
    request.send(bytes);
  });
}
