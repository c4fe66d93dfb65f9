// Uploads in parts, for files larger than one request may be. Parts are stored beside the blobs, under the upload's own name, and become a blob
// only when the whole has the announced SHA-256: no upload can overwrite a blob that others use.

import { and, asc, eq, isNull, sql } from "drizzle-orm";
import { UPLOAD_MULTIPART_TTL_SECONDS, UPLOAD_PART_BYTES } from "../../schema/contract/limits.ts";
import type { StoredUpload, UploadRow } from "../../schema/tables.ts";
import { uploadParts, uploads } from "../../schema/tables.ts";
import type { Db } from "../db.ts";
import type { Env } from "../env.ts";
import { eachIsolated } from "../lib/isolated.ts";
import { type Refusal, refuse } from "../lib/refusal.ts";
import { signUrl } from "../lib/signing.ts";
import { storeBlob } from "./blobs.ts";

const gatheredKey = (row: { id: string }) => `parts/${row.id}`;

export const partCount = (sizeBytes: number) => Math.ceil(sizeBytes / UPLOAD_PART_BYTES);

/** R2 wants parts of one size; the last one holds the rest. Parts are numbered from 1. */
export const partBytes = (sizeBytes: number, number: number) =>
  Math.min(UPLOAD_PART_BYTES, sizeBytes - (number - 1) * UPLOAD_PART_BYTES);

/** The row of an upload that comes in parts: it expires later, since it can be resumed after an interruption. */
export async function beginParts(
  env: Env,
  row: UploadRow,
  now: number,
): Promise<UploadRow & { multipartId: string }> {
  const gathered = await env.BLOBS.createMultipartUpload(gatheredKey(row));
  return { ...row, multipartId: gathered.uploadId, expiresAt: now + UPLOAD_MULTIPART_TTL_SECONDS * 1000 };
}

export async function receivedParts(db: Db, row: UploadRow) {
  return db
    .select()
    .from(uploadParts)
    .where(eq(uploadParts.uploadId, row.id))
    .orderBy(asc(uploadParts.number))
    .all();
}

export function partUrls(env: Env, origin: string, row: UploadRow): Promise<string[]> {
  return Promise.all(
    Array.from({ length: partCount(row.sizeBytes) }, (_, i) =>
      signUrl(env.UPLOAD_SIGNING_SECRET, {
        method: "PUT",
        origin,
        path: `/v1/uploads/${row.id}/parts/${i + 1}`,
        expiresAt: row.expiresAt,
      }),
    ),
  );
}

/** Stores one part. Sent again, it replaces the earlier one. */
export async function receivePart(
  { env, db }: { env: Env; db: Db },
  id: UploadRow["id"],
  number: number,
  request: Request,
): Promise<{ id: UploadRow["id"]; number: number; size_bytes: number } | Refusal> {
  const row = await db.select().from(uploads).where(eq(uploads.id, id)).get();
  if (!row || row.multipartId === null || number > partCount(row.sizeBytes)) {
    return refuse("not_found", `Upload ${id} has no part ${number}.`);
  }
  const size = partBytes(row.sizeBytes, number);
  const stored = { id, number, size_bytes: size };
  if (row.storedAt !== null) return stored;
  const length = request.headers.get("content-length");
  if (length === null || !request.body) {
    return refuse("length_required", "Send the part with a Content-Length header.");
  }
  if (Number(length) !== size) {
    return refuse("upload_mismatch", `Part ${number} has ${size} bytes, ${length} are coming.`);
  }
  const etag = await putPart(env, row, { multipartId: row.multipartId, number, body: request.body });
  if (etag !== null && (await notePart(db, { id, multipartId: row.multipartId, number, etag, size }))) {
    return stored;
  }
  const current = await db.select().from(uploads).where(eq(uploads.id, id)).get();
  if (current && current.storedAt !== null) return stored;
  return refuse("upload_incomplete", `What came before part ${number} was dropped: see what is missing.`);
}

/** Null where the parts were joined or dropped before this one arrived. */
async function putPart(
  env: Env,
  row: UploadRow,
  { multipartId, number, body }: { multipartId: string; number: number; body: ReadableStream },
): Promise<string | null> {
  try {
    const gathered = env.BLOBS.resumeMultipartUpload(gatheredKey(row), multipartId);
    return (await gathered.uploadPart(number, body)).etag;
  } catch (error) {
    if (isUnknown(error)) return null;
    throw error;
  }
}

/** Records nothing where the upload was finished or restarted in the meantime: the part does not belong to the present attempt. */
async function notePart(
  db: Db,
  part: { id: string; multipartId: string; number: number; etag: string; size: number },
): Promise<boolean> {
  const { meta } = await db.$client
    .prepare(
      `INSERT INTO upload_parts (upload_id, number, etag, size_bytes)
        SELECT id, ?3, ?4, ?5 FROM uploads WHERE id = ?1 AND multipart_id = ?2 AND stored_at IS NULL
        ON CONFLICT (upload_id, number) DO UPDATE SET etag = excluded.etag, size_bytes = excluded.size_bytes`,
    )
    .bind(part.id, part.multipartId, part.number, part.etag, part.size)
    .run();
  return meta.changes > 0;
}

/**
 * Joins the parts and copies the whole to its blob; R2 checks the SHA-256 on the way. After an interruption it may be called again.
 * Bytes other than announced are dropped, and the same upload can be sent again.
 */
export async function completeParts(
  env: Env,
  db: Db,
  row: UploadRow,
  now: number,
): Promise<StoredUpload | Refusal> {
  if (row.storedAt !== null) return { ...row, storedAt: row.storedAt };
  if (row.multipartId === null) {
    return refuse(
      "upload_incomplete",
      row.expiresAt <= now
        ? "The time to send this upload is over: announce it again."
        : "This upload comes in one request: PUT its bytes to upload_url.",
    );
  }
  const parts = await receivedParts(db, row);
  const missing = partCount(row.sizeBytes) - parts.length;
  if (missing > 0)
    return refuse("upload_incomplete", `${missing} of ${parts.length + missing} parts are missing.`);
  const whole = await joined(env, row, row.multipartId, parts);
  if (whole === "gone") {
    // A concurrent call was faster, or an earlier one was interrupted while it dropped bytes or recorded a part.
    const current = await db.select().from(uploads).where(eq(uploads.id, row.id)).get();
    if (current && current.storedAt !== null) return { ...current, storedAt: current.storedAt };
    await startAnew({ env, db, now }, row, row.multipartId);
    return refuse("upload_incomplete", "The parts are not there any more: send them again.");
  }
  const facts = { sha256: row.sha256, sizeBytes: row.sizeBytes };
  const refusal =
    whole.size === row.sizeBytes
      ? await storeBlob(env, facts, whole.body, now)
      : refuse("upload_mismatch", `${row.sizeBytes} bytes were announced, ${whole.size} came.`);
  if (refusal) {
    await env.BLOBS.delete(gatheredKey(row));
    await startAnew({ env, db, now }, row, row.multipartId);
    return refusal;
  }
  await db.batch([
    db
      .update(uploads)
      .set({ storedAt: now })
      .where(and(eq(uploads.id, row.id), isNull(uploads.storedAt))),
    db.delete(uploadParts).where(eq(uploadParts.uploadId, row.id)),
  ]);
  // The id is kept until the parts are gone: after an interruption cron continues.
  await env.BLOBS.delete(gatheredKey(row));
  await db.update(uploads).set({ multipartId: null }).where(eq(uploads.id, row.id));
  return { ...row, storedAt: now };
}

/** Drops the parts and restarts the upload, unless a concurrent call did. */
async function startAnew(
  { env, db, now }: { env: Env; db: Db; now: number },
  row: UploadRow,
  before: string,
): Promise<void> {
  const { multipartId } = await beginParts(env, row, now);
  const still = and(eq(uploads.id, row.id), isNull(uploads.storedAt), eq(uploads.multipartId, before));
  const [changed] = await db.batch([
    db.update(uploads).set({ multipartId }).where(still),
    db
      .delete(uploadParts)
      .where(
        sql`${uploadParts.uploadId} in (select id from uploads where id = ${row.id} and multipart_id = ${multipartId})`,
      ),
  ]);
  await abort(env, row.id, changed.meta.changes === 0 ? multipartId : before);
}

/** R2 knows no multipart upload of this id: it was joined and dropped, or aborted. */
const isUnknown = (error: unknown) => error instanceof Error && /10024|does not exist/.test(error.message);

/** R2 has a newer part than the recorded one. */
const isOutdated = (error: unknown) => error instanceof Error && /10025/.test(error.message);

/** The joined object. After an interruption the parts may be joined already; then it is only read. */
async function joined(
  env: Env,
  row: UploadRow,
  multipartId: string,
  parts: readonly { number: number; etag: string }[],
): Promise<R2ObjectBody | "gone"> {
  const before = await env.BLOBS.get(gatheredKey(row));
  if (before) return before;
  const sent = parts.map(({ number, etag }) => ({ partNumber: number, etag }));
  try {
    await env.BLOBS.resumeMultipartUpload(gatheredKey(row), multipartId).complete(sent);
  } catch (error) {
    if (!isUnknown(error) && !isOutdated(error)) throw error;
  }
  return (await env.BLOBS.get(gatheredKey(row))) ?? "gone";
}

/** Deletes the parts, joined or not, of an abandoned upload. */
export async function dropParts(env: Env, id: string, multipartId: string): Promise<void> {
  await env.BLOBS.delete(gatheredKey({ id }));
  await abort(env, id, multipartId);
}

async function abort(env: Env, id: string, multipartId: string): Promise<void> {
  try {
    await env.BLOBS.resumeMultipartUpload(gatheredKey({ id }), multipartId).abort();
  } catch (error) {
    if (!isUnknown(error)) throw error;
  }
}

/** Cron: deletes parts of expired uploads, and of uploads whose completion was interrupted. */
export async function dropUnfinishedParts(env: Env, db: Db, now: number): Promise<number> {
  const late = await db.$client
    .prepare(
      "SELECT id, multipart_id FROM uploads WHERE multipart_id IS NOT NULL AND expires_at <= ? LIMIT 50",
    )
    .bind(now)
    .all<{ id: UploadRow["id"]; multipart_id: string }>();
  await eachIsolated(
    "parts_not_dropped",
    late.results,
    ({ id }) => id,
    async ({ id, multipart_id }) => {
      await dropParts(env, id, multipart_id);
      await db.batch([
        db.delete(uploadParts).where(eq(uploadParts.uploadId, id)),
        db.update(uploads).set({ multipartId: null }).where(eq(uploads.id, id)),
      ]);
    },
  );
  return late.results.length;
}
