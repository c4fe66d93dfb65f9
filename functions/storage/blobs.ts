// Bytes in R2, named by their SHA-256 and never changed. Everything streams; no file is held in memory whole.

import type { BlobContentType } from "../../schema/contract/uploads.ts";
import type { Env } from "../env.ts";
import { rangeResponse } from "../lib/range.ts";
import { type Refusal, refuse } from "../lib/refusal.ts";
import { signUrl } from "../lib/signing.ts";

export const blobKey = (sha256: string) => `blobs/${sha256}`;

/** SQL: hashes that queued or running jobs need as inputs. */
export const LIVE_INPUTS = `
  SELECT json_extract(input.value, '$.sha256') FROM jobs, json_each(jobs.inputs) AS input
  WHERE jobs.status IN ('queued', 'running') AND json_extract(input.value, '$.sha256') IS NOT NULL`;

/** What a blob is belongs to its use: the same bytes can be one person's picture and another's file. */
export type BlobFacts = { sha256: string; sizeBytes: number };
export type ServedBlob = BlobFacts & { contentType: BlobContentType };

/** R2's error when the bytes do not have the SHA-256 they were announced with (error 10037, BadDigest). */
export const isDigestError = (error: unknown) =>
  error instanceof Error && /10037|digest|checksum/i.test(error.message);

/**
 * Streams a body of known length into R2 and lets R2 check its SHA-256. An object of that name can only hold the same
 * bytes, so writing it again changes nothing.
 */
export async function storeBlob(
  env: Env,
  facts: BlobFacts,
  body: ReadableStream<Uint8Array>,
  now: number,
): Promise<Refusal | null> {
  try {
    await env.BLOBS.put(blobKey(facts.sha256), body, { sha256: facts.sha256 });
  } catch (error) {
    if (!isDigestError(error)) throw error;
    return refuse("upload_mismatch", "The bytes do not have the SHA-256 that was announced.");
  }
  const row = env.DB.prepare("INSERT OR IGNORE INTO blobs (sha256, size_bytes, created_at) VALUES (?, ?, ?)");
  await row.bind(facts.sha256, facts.sizeBytes, now).run();
  return null;
}

/** Reads a range of a blob as a stream. */
export const readerOf = (env: Env, sha256: string) => async (offset: number, length: number) => {
  const object = await env.BLOBS.get(blobKey(sha256), { range: { offset, length } });
  if (!object) throw new Error(`Blob ${sha256} has a row but no object`);
  return object.body;
};

/** A blob as an HTTP answer: ETag is its hash, so a client that has the bytes gets 304. */
export async function blobResponse(
  env: Env,
  facts: ServedBlob,
  request: Request,
  extra: Record<string, string>,
): Promise<Response | Refusal> {
  return rangeResponse(request, {
    etag: `"${facts.sha256}"`,
    sizeBytes: facts.sizeBytes,
    headers: { "content-type": facts.contentType, ...extra },
    open: async (range) => {
      const object = await env.BLOBS.get(blobKey(facts.sha256), range ? { range } : {});
      if (!object) throw new Error(`Blob ${facts.sha256} has a row but no object`);
      return object.body;
    },
  });
}

export const signedBlobPath = (sha256: string) => `/runner/v1/blobs/${sha256}`;

/** A signed URL that anyone may GET until `expiresAt`. */
export function signedBlobUrl(env: Env, origin: string, sha256: string, expiresAt: number): Promise<string> {
  return signUrl(env.UPLOAD_SIGNING_SECRET, {
    method: "GET",
    origin,
    path: signedBlobPath(sha256),
    expiresAt,
  });
}
