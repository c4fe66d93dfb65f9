// Passes a picture on and throws ImageDamaged if its pixels are missing or cut off, so that no undecodable picture is stored. PNG: every row is
// present in its zlib stream. JPEG: every block is present in its Huffman codes. WebP: the coded data is present up to the stated end. Buffers
// no whole picture.

import { type ImageHeader, isAlone } from "./image-file.ts";
import { JpegBlocks } from "./image-jpeg-blocks.ts";
import { CUT_OFF, ImageDamaged, NO_PIXELS, Pieces, passed, taken } from "./image-pieces.ts";
import { pngPixels } from "./image-png-pixels.ts";
import { webpPixels } from "./image-webp-pixels.ts";

type Passing = AsyncGenerator<Uint8Array>;

export const withPixels = (header: ImageHeader, from: AsyncIterable<Uint8Array>): Passing =>
  CHECKS[header.contentType](new Pieces(from), header);

const CHECKS: Record<ImageHeader["contentType"], (from: Pieces, header: ImageHeader) => Passing> = {
  "image/jpeg": jpeg,
  "image/png": pngPixels,
  "image/webp": webpPixels,
};

const viewOf = (bytes: Uint8Array) => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

// JPEG (ITU T.81, B.2)

const [SOF0, SOF2, DHT, SOS, EOI] = [0xc0, 0xc2, 0xc4, 0xda, 0xd9];

async function* jpeg(from: Pieces): Passing {
  yield await taken(from, 2);
  const blocks = new JpegBlocks();
  let bytes = 0;
  for (;;) {
    const head = await taken(from, 2);
    yield head;
    let marker = head[1] ?? 0;
    // Any marker may have fill bytes before it (B.1.1.2).
    while (marker === 0xff) {
      const next = await taken(from, 1);
      yield next;
      marker = next[0] ?? 0;
    }
    if (marker === EOI) break;
    if (isAlone(marker)) continue;
    const length = await taken(from, 2);
    yield length;
    const bodyBytes = viewOf(length).getUint16(0) - 2;
    const isFrame = marker >= SOF0 && marker <= SOF2;
    if (!isFrame && marker !== DHT && marker !== SOS) {
      yield* passed(from, bodyBytes);
      continue;
    }
    const body = await taken(from, Math.max(0, bodyBytes));
    yield body;
    if (isFrame) blocks.frame(body, marker === SOF2);
    if (marker === DHT) blocks.tables(body);
    if (marker !== SOS) continue;
    blocks.beginScan(body);
    for await (const piece of scan(from)) {
      bytes += piece.length;
      blocks.write(piece);
      yield piece;
    }
    blocks.endScan();
  }
  const found = blocks.end();
  if (bytes === 0 || found === "none") throw new ImageDamaged(NO_PIXELS);
  if (found === "some") throw new ImageDamaged(CUT_OFF);
  if (found === "more") throw new ImageDamaged("The JPEG has more data than its pixels.");
  if (found === "unknown") throw new ImageDamaged("The JPEG's pixels cannot be read.");
}

/** Up to the next marker, which is left. */
async function* scan(from: Pieces): Passing {
  for (;;) {
    const held = await from.held(2);
    if (held.length < 2) throw new ImageDamaged(CUT_OFF);
    let at = held.indexOf(0xff);
    while (at >= 0 && at + 1 < held.length && !isMarker(held[at + 1] ?? 0)) at = held.indexOf(0xff, at + 2);
    const isEnd = at >= 0 && at + 1 < held.length;
    const piece = held.subarray(0, at < 0 ? held.length : at);
    from.advance(piece.length);
    if (piece.length > 0) yield piece;
    if (isEnd) return;
  }
}

const isMarker = (byte: number) => byte !== 0 && !(byte >= 0xd0 && byte <= 0xd7);
