// Uploads: announced with length and SHA-256, then PUT to a signed address and streamed into R2.

import { and, eq, gt, isNotNull, lte, ne, or, sql } from "drizzle-orm";
import type { z } from "zod";
import {
  AVATAR_MAX_BYTES,
  BYTES_STORED_PER_OWNER_MAX,
  IMAGE_MAX_BYTES,
  MIB,
  UPLOAD_MAX_BYTES,
  UPLOAD_URL_TTL_SECONDS,
} from "../../schema/contract/limits.ts";
import {
  type BlobContentType,
  IMAGE_CONTENT_TYPES,
  type UploadCreate,
} from "../../schema/contract/uploads.ts";
import type { StoredUpload, UploadRow } from "../../schema/tables.ts";
import { uploads } from "../../schema/tables.ts";
import type { Db } from "../db.ts";
import type { Env } from "../env.ts";
import { newId } from "../lib/ids.ts";
import { inList } from "../lib/in-list.ts";
import { Refusal, refuse } from "../lib/refusal.ts";
import { signUrl } from "../lib/signing.ts";
import type { Caller } from "../rights/rights.ts";
import { storeBlob } from "./blobs.ts";
import { storePicture } from "./image-storing.ts";
import { type ImageContentType, peekImage } from "./image-stream.ts";
import { beginParts } from "./upload-parts.ts";

/** Where bytes were not looked at, they are bytes. */
const RAW = "application/octet-stream";
/** Kinds whose bytes were looked at when they came. */
const PICTURES: readonly UploadRow["kind"][] = ["training_image", "preview", "avatar"];

const isImageType = (type: string): type is ImageContentType =>
  IMAGE_CONTENT_TYPES.some((imageType) => imageType === type);

export async function announceUpload(
  { env, db, caller, now }: { env: Env; db: Db; caller: Caller; now: number },
  input: z.infer<typeof UploadCreate>,
): Promise<UploadRow | Refusal> {
  const isImage = input.kind !== "adapter";
  const code = isImage ? "image_invalid" : "file_invalid";
  if (input.size_bytes === 0) return refuse(code, "The file is empty (0 bytes).", "/size_bytes", "empty");
  if (isImage && !isImageType(input.content_type)) {
    const detail = `A picture must be one of ${IMAGE_CONTENT_TYPES.join(", ")}.`;
    return refuse(code, detail, "/content_type", "type_unknown");
  }
  const imageMax = input.kind === "avatar" ? AVATAR_MAX_BYTES : IMAGE_MAX_BYTES;
  if (isImage && input.size_bytes > imageMax) {
    const detail = `A picture may have at most ${imageMax} bytes.`;
    return refuse(code, detail, "/size_bytes", "too_many_bytes");
  }
  const inParts = input.multipart || input.size_bytes > UPLOAD_MAX_BYTES;
  if (inParts && isImage) return refuse("request_invalid", "Only adapter files come in parts.", "/multipart");
  const facts = {
    kind: input.kind,
    contentType: typeOf(input.content_type, isImage),
    sizeBytes: input.size_bytes,
    sha256: input.sha256,
    announcedSha256: input.sha256,
    filename: input.filename,
  };
  const earlier = await sentBefore({ db, now }, caller, facts, imageMax);
  const full = earlier ? null : await storageFault({ db, now }, caller.id, input.size_bytes, "/size_bytes");
  if (full) return full;
  const row = { ...blankUpload(caller.id, now), ...facts, ...earlier };
  return insertUpload(db, inParts && !earlier ? await beginParts(env, row, now) : row);
}

/** Why this owner may not store that many more bytes; null if they may. */
export async function storageFault(
  { db, now }: { db: Db; now: number },
  ownerId: UploadRow["ownerId"],
  more: number,
  pointer?: string,
): Promise<Refusal | null> {
  const stored = await bytesOf(db, ownerId, now);
  if (stored + more <= BYTES_STORED_PER_OWNER_MAX) return null;
  const gib = (bytes: number) => (bytes / (1024 * MIB)).toFixed(1);
  const detail = `Your files take ${gib(stored)} GiB of the ${gib(BYTES_STORED_PER_OWNER_MAX)} GiB that an account may store.`;
  return refuse("quota_exceeded", detail, pointer);
}

/** Bytes that an owner stores or, up to `now`, may still send to an address given out. The same bytes count once. */
export async function bytesOf(db: Db, ownerId: UploadRow["ownerId"], now: number): Promise<number> {
  const distinct = db
    .selectDistinct({ sha256: uploads.sha256, sizeBytes: uploads.sizeBytes })
    .from(uploads)
    .where(and(eq(uploads.ownerId, ownerId), or(isNotNull(uploads.storedAt), gt(uploads.expiresAt, now))))
    .as("distinct_blobs");
  const row = await db
    .select({ bytes: sql<number>`coalesce(sum(${distinct.sizeBytes}), 0)` })
    .from(distinct)
    .get();
  return row?.bytes ?? 0;
}

/** A picture's type is checked against its bytes when they come; of anything else no text of its sender's is kept. */
export const typeOf = (announced: string, isPicture: boolean): BlobContentType =>
  isPicture && isImageType(announced) ? announced : RAW;

/**
 * Bytes that this owner stored before need not be sent again. Only their own: knowing a hash must not give access to others' bytes. And
 * only for a like use: what came as an adapter file was never looked at as a picture, and an avatar has fewer bytes than other pictures.
 */
async function sentBefore(
  { db, now }: { db: Db; now: number },
  caller: Caller,
  facts: UploadFacts,
  pictureMaxBytes: number,
) {
  const earlier = await db
    .select({
      sha256: uploads.sha256,
      sizeBytes: uploads.sizeBytes,
      width: uploads.width,
      height: uploads.height,
    })
    .from(uploads)
    .where(
      and(
        eq(uploads.ownerId, caller.id),
        eq(uploads.announcedSha256, facts.sha256),
        eq(uploads.contentType, facts.contentType),
        PICTURES.includes(facts.kind)
          ? and(
              inList(uploads.kind, PICTURES),
              isNotNull(uploads.width),
              lte(uploads.sizeBytes, pictureMaxBytes),
            )
          : and(eq(uploads.kind, facts.kind), eq(uploads.sizeBytes, facts.sizeBytes)),
        isNotNull(uploads.storedAt),
      ),
    )
    .limit(1)
    .get();
  return earlier && { ...earlier, storedAt: now };
}

type UploadFacts = Pick<
  UploadRow,
  "kind" | "contentType" | "sizeBytes" | "sha256" | "announcedSha256" | "filename"
>;

export function blankUpload(ownerId: UploadRow["ownerId"], now: number): Omit<UploadRow, keyof UploadFacts> {
  const expiresAt = now + UPLOAD_URL_TTL_SECONDS * 1000;
  return {
    id: newId("upl", now),
    ownerId,
    leaseId: null,
    name: null,
    width: null,
    height: null,
    createdAt: now,
    expiresAt,
    storedAt: null,
    metadata: null,
    multipartId: null,
  };
}

export async function insertUpload(db: Db, row: UploadRow): Promise<UploadRow> {
  await db.insert(uploads).values(row);
  return row;
}

export function uploadUrl(env: Env, origin: string, row: UploadRow): Promise<string> {
  return signUrl(env.UPLOAD_SIGNING_SECRET, {
    method: "PUT",
    origin,
    path: `/v1/uploads/${row.id}/content`,
    expiresAt: row.expiresAt,
  });
}

/** Stores the bytes. A second PUT of a stored upload gets the same reply, without reading the body. */
export async function receiveUpload(
  { env, db, now }: { env: Env; db: Db; now: number },
  id: UploadRow["id"],
  request: Request,
): Promise<StoredUpload | Refusal> {
  const row = await db.select().from(uploads).where(eq(uploads.id, id)).get();
  if (!row) return refuse("not_found", `There is no upload ${id}.`);
  if (isStored(row)) return row;
  if (row.multipartId !== null) {
    return refuse("upload_url_invalid", "This upload was announced in parts; PUT them one by one.");
  }
  const length = request.headers.get("content-length");
  if (length === null || !request.body) {
    return refuse("length_required", "Send the bytes with a Content-Length header.");
  }
  if (Number(length) !== row.sizeBytes) {
    return refuse("upload_mismatch", `${row.sizeBytes} bytes were announced, ${length} are coming.`);
  }
  const kept = await storeBytes(env, row, request.body, now);
  if (kept instanceof Refusal) return kept;
  const stored = { ...kept, storedAt: now };
  await db.update(uploads).set(stored).where(eq(uploads.id, id));
  return { ...row, ...stored };
}

/** Pictures are stored without private metadata, including those of runners, which are other people's machines. */
async function storeBytes(env: Env, row: UploadRow, body: ReadableStream<Uint8Array>, now: number) {
  if (!isImageType(row.contentType)) return (await storeBlob(env, row, body, now)) ?? {};
  const peeked = await peekImage(body, row.sizeBytes, row.contentType);
  if (peeked instanceof Refusal) return peeked;
  const keptAs = (sha256: string) =>
    env.DB.prepare("UPDATE uploads SET sha256 = ? WHERE id = ?").bind(sha256, row.id).run();
  const sent = { sha256: row.announcedSha256 ?? row.sha256, sizeBytes: row.sizeBytes, keptAs };
  return storePicture({ env, now }, sent, peeked.body, peeked.header);
}

/** An upload that this caller announced, finished or not. Outputs of runners are excluded. */
export async function findOwnUpload(
  db: Db,
  caller: Caller,
  id: UploadRow["id"],
): Promise<UploadRow | Refusal> {
  const mine = and(eq(uploads.id, id), eq(uploads.ownerId, caller.id), ne(uploads.kind, "output"));
  return (
    (await db.select().from(uploads).where(mine).get()) ?? refuse("not_found", `You have no upload ${id}.`)
  );
}

/** A finished upload of this owner and kind. Somebody else's upload gets the same refusal as one that does not exist. */
export async function findUpload(
  { db, caller }: { db: Db; caller: Caller },
  id: UploadRow["id"],
  kind: UploadRow["kind"],
  pointer: string,
): Promise<StoredUpload | Refusal> {
  const row = await db
    .select()
    .from(uploads)
    .where(and(eq(uploads.id, id), eq(uploads.ownerId, caller.id)))
    .get();
  if (!row) return refuse("upload_unknown", `You have no upload ${id}.`, pointer);
  if (row.kind !== kind)
    return refuse("upload_unknown", `Upload ${id} was announced as ${row.kind}, not as ${kind}.`, pointer);
  return isStored(row) ? row : refuse("upload_incomplete", `The bytes of ${id} have not arrived.`, pointer);
}

/** What a runner has stored under this lease, newest first. */
export async function outputsOfLease(
  db: Db,
  leaseId: NonNullable<UploadRow["leaseId"]>,
): Promise<StoredUpload[]> {
  const rows = await db
    .select()
    .from(uploads)
    .where(and(eq(uploads.leaseId, leaseId), isNotNull(uploads.storedAt)))
    .all();
  return rows.filter(isStored).sort((a, b) => b.storedAt - a.storedAt);
}

export const isStored = (row: UploadRow): row is StoredUpload => row.storedAt !== null;
