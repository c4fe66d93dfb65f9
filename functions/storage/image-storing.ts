// Stores an uploaded picture without its private metadata. The bytes are staged beside the blobs until all have arrived with the announced
// SHA-256; then the cleaned picture becomes a blob under its own hash. Streams twice, buffers no whole picture.

import type { Env } from "../env.ts";
import { newId } from "../lib/ids.ts";
import { type Refusal, refuse } from "../lib/refusal.ts";
import { hex } from "../lib/sha256.ts";
import { otherTurns } from "../lib/turns.ts";
import { isDigestError, storeBlob } from "./blobs.ts";
import { turned, UPRIGHT } from "./image-exif.ts";
import type { ImageHeader } from "./image-file.ts";
import { cleaned, type Found } from "./image-metadata.ts";
import { ImageDamaged, Pieces } from "./image-pieces.ts";
import { withPixels } from "./image-pixels.ts";

const WAITING = "incoming/";
/** A request that stores a picture has ended long before. */
const WAITS_AT_MOST_MS = 3_600_000;

type Announced = { sha256: string; sizeBytes: number };
/** keptAs receives the hash before the bytes are stored under it: who notes it can delete them where the request is cut off then. */
type Sent = Announced & { keptAs?: (sha256: string) => Promise<unknown> };
/** What is stored: the size in bytes and the hash are those of what was kept, width and height as the picture is seen. */
export type StoredPicture = Announced & { width: number; height: number };

export async function storePicture(
  { env, now }: { env: Env; now: number },
  announced: Sent,
  body: ReadableStream<Uint8Array>,
  header: ImageHeader,
): Promise<StoredPicture | Refusal> {
  const waiting = `${WAITING}${newId("upl", now)}`;
  try {
    const measured = await receive(env, waiting, announced, { body, header });
    if ("code" in measured) return measured;
    await announced.keptAs?.(measured.sha256);
    const object = await env.BLOBS.get(waiting);
    if (!object) throw new Error(`${waiting} was put and is not there`);
    const { readable, writable } = new FixedLengthStream(measured.sizeBytes);
    const [refusal] = await Promise.all([
      storeBlob(env, measured, readable, now),
      pump(cleaned(header.contentType, new Pieces(object.body), { orientation: UPRIGHT }), writable),
    ]);
    const { width, height } = turned(header, measured.orientation);
    return refusal ?? { sha256: measured.sha256, sizeBytes: measured.sizeBytes, width, height };
  } finally {
    await env.BLOBS.delete(waiting);
  }
}

/** Puts the bytes as they came, measures what will be kept of them and looks for its pixels, in one pass. */
async function receive(
  env: Env,
  waiting: string,
  { sha256, sizeBytes }: Announced,
  { body, header }: { body: ReadableStream<Uint8Array>; header: ImageHeader },
): Promise<(Announced & Found) | Refusal> {
  const { readable, writable } = new FixedLengthStream(sizeBytes);
  const put = env.BLOBS.put(waiting, readable, { sha256 }).then(
    () => null,
    (error: unknown) => error,
  );
  const writer = writable.getWriter();
  // R2 may refuse before it has read anything, and what is then written waits for a reader for ever.
  const untilRefused = (written: Promise<unknown>) => Promise.race([written.catch(() => {}), put]);
  const pieces = new Pieces(copiedTo((chunk) => untilRefused(writer.write(chunk)), body));
  const measured = await measure(header, pieces);
  await pieces.drain();
  await untilRefused(writer.close());
  const failed = await put;
  if (failed !== null && !isDigestError(failed)) throw failed;
  if (failed !== null)
    return refuse("upload_mismatch", "The bytes do not have the SHA-256 that was announced.");
  return measured;
}

/** Of what is read: a tenth of a second of a JPEG's codes, which take longest. */
const TURN_BYTES = 128 * 1024;

/** Every chunk is written first. What R2 says of them is asked of its own promise. A chunk may be the whole picture. */
async function* copiedTo(write: (chunk: Uint8Array) => Promise<unknown>, body: ReadableStream<Uint8Array>) {
  for await (const chunk of body) {
    await write(chunk);
    for (let at = 0; at < chunk.length; at += TURN_BYTES) {
      yield chunk.subarray(at, at + TURN_BYTES);
      await otherTurns();
    }
  }
}

async function measure(header: ImageHeader, pieces: Pieces): Promise<(Announced & Found) | Refusal> {
  const found: Found = { orientation: UPRIGHT };
  const digest = new crypto.DigestStream("SHA-256");
  const writer = digest.getWriter();
  let sizeBytes = 0;
  try {
    for await (const piece of withPixels(header, cleaned(header.contentType, pieces, found))) {
      sizeBytes += piece.length;
      await writer.write(piece);
    }
  } catch (error) {
    if (!(error instanceof ImageDamaged)) throw error;
    return refuse("image_invalid", error.message, "", "truncated");
  }
  await writer.close();
  return { sha256: hex(await digest.digest), sizeBytes, ...found };
}

/** Where the reader has given up, it says why itself. */
async function pump(from: AsyncIterable<Uint8Array>, writable: WritableStream<Uint8Array>): Promise<void> {
  const writer = writable.getWriter();
  try {
    for await (const piece of from) await writer.write(piece);
    await writer.close();
  } catch (error) {
    await writer.abort(error).catch(() => {});
  }
}

/** Cron: what a request left that was cut off. */
export async function dropWaitingPictures(env: Env, now: number): Promise<void> {
  const { objects } = await env.BLOBS.list({ prefix: WAITING, limit: 500 });
  const old = objects.filter(({ uploaded }) => uploaded.getTime() < now - WAITS_AT_MOST_MS);
  if (old.length > 0) await env.BLOBS.delete(old.map(({ key }) => key));
}
