// One chunk of a PNG (W3C PNG 3, 5.3).

import { crc32 } from "node:zlib";

/** Length, a type of four characters, data, and the CRC of type and data. */
export function pngChunk(type: string, data: Uint8Array): Buffer<ArrayBuffer> {
  const typed = Buffer.concat([Buffer.from(type, "latin1"), data]);
  const ends = Buffer.alloc(8);
  ends.writeUInt32BE(data.length, 0);
  ends.writeUInt32BE(crc32(typed), 4);
  return Buffer.concat([ends.subarray(0, 4), typed, ends.subarray(4)]);
}
