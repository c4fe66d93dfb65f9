// Files of Replicate's API: they are sent as forms and stored as uploads of the kind "file". Trainings take pictures from them.

import { and, desc, eq } from "drizzle-orm";
import type { ReplicateFile } from "../../schema/contract/compat-replicate.ts";
import { cutText, shortened } from "../../schema/contract/cut-text.ts";
import {
  IMAGE_MAX_BYTES,
  REPLICATE_FILE_MAX_BYTES,
  REPLICATE_FILES_MAX,
  TRAINING_IMAGES_MAX,
} from "../../schema/contract/limits.ts";
import { cleaned, isVisible } from "../../schema/contract/text.ts";
import { type BlobContentType, IMAGE_CONTENT_TYPES } from "../../schema/contract/uploads.ts";
import { type UploadRow, uploads } from "../../schema/tables.ts";
import { dropUploads } from "../catalog/unneeded-blobs.ts";
import type { Db } from "../db.ts";
import type { Env } from "../env.ts";
import { isoTime } from "../lib/clock.ts";
import { orUndo } from "../lib/or-undo.ts";
import { Refusal, refuse } from "../lib/refusal.ts";
import { sha256Hex } from "../lib/sha256.ts";
import type { Caller } from "../rights/rights.ts";
import { blobKey, storeBlob } from "../storage/blobs.ts";
import { readImageHeader } from "../storage/image-file.ts";
import { storePicture } from "../storage/image-storing.ts";
import { blankUpload, insertUpload, storageFault } from "../storage/uploads.ts";
import { unpackTraining } from "./training-zip.ts";
import { isZip } from "./zip.ts";

type Place = { env: Env; db: Db; caller: Caller; now: number };
type Arrived = { bytes: Uint8Array<ArrayBuffer>; name: string };
type TrainingPicture = { upload_id: UploadRow["id"]; caption: string };

export async function storeFile(
  place: Place,
  file: Arrived,
  metadata: Record<string, unknown>,
): Promise<UploadRow | Refusal> {
  if (file.bytes.length === 0)
    return refuse("file_invalid", "The file is empty (0 bytes).", "/content", "empty");
  if (file.bytes.length > REPLICATE_FILE_MAX_BYTES) {
    return refuse("body_too_large", `A file has at most ${REPLICATE_FILE_MAX_BYTES} bytes.`, "/content");
  }
  const { db, caller } = place;
  const mine = and(eq(uploads.ownerId, caller.id), eq(uploads.kind, "file"));
  if ((await db.$count(uploads, mine)) >= REPLICATE_FILES_MAX) {
    return refuse("quota_exceeded", `An account has at most ${REPLICATE_FILES_MAX} files. Delete some.`);
  }
  const { env, now } = place;
  const full = await storageFault({ db, now }, caller.id, file.bytes.length);
  if (full) return full;
  const sha256 = await sha256Hex(file.bytes);
  const facts = { sha256, announcedSha256: sha256, sizeBytes: file.bytes.length };
  const refusal = await storeBlob(env, facts, new Blob([file.bytes]).stream(), now);
  if (refusal) return refusal;
  return insertUpload(db, {
    ...blankUpload(caller.id, now),
    ...facts,
    kind: "file",
    contentType: typeOfBytes(file.bytes),
    filename: fileName(file.name),
    metadata,
    storedAt: now,
  });
}

/** Nothing is refused for its name: a client that uploads has often none to choose. */
const fileName = (name: string) => {
  const plain = cutText(cleaned(name), 255);
  return isVisible(plain) ? plain : "file";
};

/** Whatever its sender calls it. */
function typeOfBytes(bytes: Uint8Array): BlobContentType {
  if (isZip(bytes)) return "application/zip";
  const header = readImageHeader(bytes);
  return header !== "more" && "contentType" in header ? header.contentType : "application/octet-stream";
}

export async function findFile(db: Db, caller: Caller, id: string): Promise<UploadRow | Refusal> {
  const row = await db
    .select()
    .from(uploads)
    .where(
      and(eq(uploads.id, id as UploadRow["id"]), eq(uploads.ownerId, caller.id), eq(uploads.kind, "file")),
    )
    .get();
  return row ?? refuse("not_found", `You have no file ${shortened(id, 64)}.`);
}

export function listFiles(db: Db, caller: Caller): Promise<UploadRow[]> {
  return db
    .select()
    .from(uploads)
    .where(and(eq(uploads.ownerId, caller.id), eq(uploads.kind, "file")))
    .orderBy(desc(uploads.id))
    .limit(REPLICATE_FILES_MAX)
    .all();
}

export function fileJson(row: UploadRow, root: string): ReplicateFile {
  return {
    id: row.id,
    name: row.filename,
    content_type: row.contentType,
    size: row.sizeBytes,
    etag: row.sha256,
    checksums: { sha256: row.sha256 },
    metadata: row.metadata ?? {},
    created_at: isoTime(row.createdAt),
    expires_at: null,
    urls: { get: `${root}/files/${row.id}` },
  };
}

/**
 * Pictures of a training from what files.create gave: one zip, or pictures one by one. Each becomes an upload of its own; where one
 * of them is refused, none is left.
 */
export async function trainingPictures(
  place: Place,
  given: string | readonly string[],
  captions: readonly string[],
): Promise<TrainingPicture[] | Refusal> {
  const places = typeof given === "string" ? [given] : given;
  const pictures: TrainingPicture[] = [];
  const take = async () => {
    for (const [i, address] of places.entries()) {
      const pointer = typeof given === "string" ? "/input/input_images" : `/input/input_images/${i}`;
      const refusal = await takePictures(place, address, pointer, pictures);
      if (refusal) return refusal;
    }
    return null;
  };
  const drop = () =>
    dropUploads(
      place.env,
      place.db,
      pictures.map(({ upload_id }) => upload_id),
    );
  const refusal = await orUndo(take, drop);
  return (
    refusal ?? pictures.map(({ upload_id, caption }, i) => ({ upload_id, caption: captions[i] ?? caption }))
  );
}

/** Adds the pictures at one address to those that are kept. */
async function takePictures(
  place: Place,
  address: string,
  pointer: string,
  kept: TrainingPicture[],
): Promise<Refusal | null> {
  const id = /(?:^|\/files\/)(upl_[0-9a-z]{20,32})$/.exec(address)?.[1];
  if (id === undefined) {
    const detail =
      "Send the pictures with files.create and name what it gave; other addresses are not fetched.";
    return refuse("request_invalid", detail, pointer);
  }
  const file = await findFile(place.db, place.caller, id);
  if (file instanceof Refusal) return refuse("upload_unknown", file.detail, pointer);
  const object = await place.env.BLOBS.get(blobKey(file.sha256));
  if (!object) throw new Error(`File ${file.id} has no bytes`);
  const bytes = new Uint8Array(await object.arrayBuffer());
  const entries = isZip(bytes)
    ? unpackTraining(bytes, pointer)
    : [{ name: file.filename, bytes, caption: "" }];
  if (entries instanceof Refusal) return entries;
  // Before any of them is read: that is most of the work.
  if (kept.length + entries.length > TRAINING_IMAGES_MAX) {
    return refuse("request_invalid", `A training has at most ${TRAINING_IMAGES_MAX} pictures.`, pointer);
  }
  for (const { name, bytes: picture, caption } of entries) {
    const upload_id = await keepPicture(place, name, picture, pointer);
    if (upload_id instanceof Refusal) return upload_id;
    kept.push({ upload_id, caption });
  }
  return null;
}

async function keepPicture(place: Place, name: string, bytes: Uint8Array<ArrayBuffer>, pointer: string) {
  const header = readImageHeader(bytes);
  if (header === "more" || "reason" in header) {
    const why = header === "more" ? "it ends before it says how large it is" : header.detail;
    return refuse(
      "image_invalid",
      `${name}: ${why}`,
      pointer,
      header === "more" ? "truncated" : header.reason,
    );
  }
  if (!IMAGE_CONTENT_TYPES.some((type) => type === header.contentType) || bytes.length > IMAGE_MAX_BYTES) {
    return refuse(
      "image_invalid",
      `${name}: a picture has at most ${IMAGE_MAX_BYTES} bytes.`,
      pointer,
      "too_many_bytes",
    );
  }
  const { env, db, caller, now } = place;
  const full = await storageFault({ db, now }, caller.id, bytes.length);
  if (full) return full;
  const announcedSha256 = await sha256Hex(bytes);
  const announced = { sha256: announcedSha256, sizeBytes: bytes.length };
  const stored = await storePicture({ env, now }, announced, new Blob([bytes]).stream(), header);
  if (stored instanceof Refusal) {
    return refuse(stored.code, `${name}: ${stored.detail}`, pointer, stored.faults[0]?.reason);
  }
  const row = await insertUpload(db, {
    ...blankUpload(caller.id, now),
    ...stored,
    announcedSha256,
    kind: "training_image",
    contentType: header.contentType,
    filename: fileName(name),
    storedAt: now,
  });
  return row.id;
}
