// Unpacks untrusted deflate (RFC 1951) and zlib (RFC 1950) data in small steps, so that output is counted before more input is read. No stated
// length is trusted.

import { Inflate, Unzlib } from "fflate";
import { joinedBytes } from "./joined-bytes.ts";

/** Deflate makes at most 1,032 bytes of one. */
const STEP_BYTES = 1024;
const FORMATS = { deflate: Inflate, zlib: Unzlib };

/** What comes out, or its first bytes where it is more than `enough`; null where the data is damaged. */
export function inflated(
  content: Uint8Array,
  enough: number,
  format: keyof typeof FORMATS,
): Uint8Array<ArrayBuffer> | null {
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  let length = 0;
  const inflate = new FORMATS[format]((chunk) => {
    chunks.push(chunk as Uint8Array<ArrayBuffer>);
    length += chunk.length;
  });
  try {
    for (let at = 0; at < content.length && length < enough; at += STEP_BYTES) {
      inflate.push(content.subarray(at, at + STEP_BYTES), at + STEP_BYTES >= content.length);
    }
  } catch {
    return null;
  }
  return joinedBytes(chunks, length);
}
