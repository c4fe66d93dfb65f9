// Reads the header of a picture on its way to R2 and passes every byte on, so that a bad picture is refused before it is stored.

import type { IMAGE_CONTENT_TYPES } from "../../schema/contract/uploads.ts";
import { joinedBytes } from "../lib/joined-bytes.ts";
import { type Refusal, refuse } from "../lib/refusal.ts";
import { IMAGE_HEAD_MAX_BYTES, type ImageHeader, readImageHeader } from "./image-file.ts";

const HEAD_STEP_BYTES = 4 * 1024;

export type ImageContentType = (typeof IMAGE_CONTENT_TYPES)[number];

/** The header and a stream of all `sizeBytes` bytes, or the refusal. The caller must consume the stream. */
export async function peekImage(
  body: ReadableStream<Uint8Array>,
  sizeBytes: number,
  announced: string,
): Promise<{ header: ImageHeader; body: ReadableStream<Uint8Array> } | Refusal> {
  const reader = body.getReader();
  const chunks: Uint8Array[] = [];
  let length = 0;
  // Of a long head twice as much is read before it is looked at again, so that small chunks do not cost more than large ones.
  let wanted = 1;
  for (;;) {
    const { done, value } = await reader.read();
    if (value) {
      chunks.push(value);
      length += value.length;
    }
    const isLong = length >= IMAGE_HEAD_MAX_BYTES;
    if (!done && !isLong && length < wanted) continue;
    wanted = Math.max(HEAD_STEP_BYTES, 2 * length);
    const result = readImageHeader(joinedBytes(chunks, length));
    if (result === "more") {
      if (!done && !isLong) continue;
      await drain(reader);
      const detail = isLong
        ? `The picture does not say within its first ${IMAGE_HEAD_MAX_BYTES / 2 ** 20} MiB how large it is.`
        : "The picture ends before it says how large it is.";
      return refuse("image_invalid", detail, "", "truncated");
    }
    if ("reason" in result) {
      await drain(reader);
      return refuse("image_invalid", result.detail, "", result.reason);
    }
    if (result.contentType !== announced) {
      await drain(reader);
      const detail = `The bytes are ${result.contentType}, but ${announced} was announced.`;
      return refuse("image_invalid", detail, "", "type_mismatch");
    }
    return { header: result, body: rejoined(chunks, reader, sizeBytes) };
  }
}

/** Reads the rest of the body: a client whose connection is closed while it sends would never see the reply. Pictures are small enough. */
async function drain(reader: ReadableStreamDefaultReader<Uint8Array>): Promise<void> {
  while (!(await reader.read()).done);
}

/** R2 takes a stream only with a known length, which a FixedLengthStream gives back to the rejoined body. */
function rejoined(
  head: readonly Uint8Array[],
  reader: ReadableStreamDefaultReader<Uint8Array>,
  sizeBytes: number,
): ReadableStream<Uint8Array> {
  const { readable, writable } = new FixedLengthStream(sizeBytes);
  const pump = async () => {
    const writer = writable.getWriter();
    try {
      for (const chunk of head) await writer.write(chunk);
      for (;;) {
        const { done, value } = await reader.read();
        if (done) break;
        await writer.write(value);
      }
      await writer.close();
    } catch (error) {
      // The reading side sees this as its own failure; here it would be an unhandled rejection.
      await writer.abort(error).catch(() => {});
    }
  };
  void pump();
  return readable;
}
