// Type and size of a picture from its first bytes: type by magic number, size from the header. Never decodes pixels. PNG (W3C PNG 3, 11.2.1),
// JPEG (ITU T.81, B.2.2), WebP (RFC 9649, 2.5-2.7).

import type { FileReason } from "../../schema/contract/codes.ts";
import { IMAGE_MAX_PIXELS, IMAGE_MAX_SIDE } from "../../schema/contract/limits.ts";

export type ImageHeader = {
  contentType: "image/png" | "image/jpeg" | "image/webp";
  width: number;
  height: number;
};
type ImageFault = { reason: FileReason; detail: string };

/** JPEG puts EXIF, thumbnails, colour profiles and phones' maps of depth before its size; beyond this length the search ends. */
export const IMAGE_HEAD_MAX_BYTES = 4 * 1024 * 1024;

/** What names the format, the first chunk of a WebP included. */
const FIRST_BYTES = 16;
/** What is read of a PNG, and of a WebP by its first chunk. */
const PNG_BYTES = 32;
const WEBP_BYTES: Record<string, number> = { VP8X: 30, VP8L: 25, "VP8 ": 30 };

/** The header, a fault, or "more" if more bytes are needed. */
export function readImageHeader(head: Uint8Array): ImageHeader | ImageFault | "more" {
  if (head.length < FIRST_BYTES) return "more";
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
  if (startsWith(head, [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]) && text(head, 12, 4) === "IHDR") {
    return head.length < PNG_BYTES ? "more" : readPng(view);
  }
  if (text(head, 0, 4) === "RIFF" && text(head, 8, 4) === "WEBP") return readWebp(head, view);
  if (startsWith(head, [0xff, 0xd8, 0xff])) return readJpeg(view);
  // ISO/IEC 14496-12, 4.3: the box that names the format. Telephones write these.
  const isHeif = text(head, 4, 4) === "ftyp" && /^(?:he[iv][cxms]|mif1|msf1)$/.test(text(head, 8, 4));
  const detail = isHeif
    ? "This is a HEIC picture. Save it as JPEG, PNG or WebP."
    : "This is not a PNG, JPEG or WebP picture.";
  return { reason: "type_unknown", detail };
}

function sized(
  contentType: ImageHeader["contentType"],
  width: number,
  height: number,
): ImageHeader | ImageFault {
  if (width === 0 || height === 0) return { reason: "truncated", detail: "The picture has no pixels." };
  if (Math.max(width, height) > IMAGE_MAX_SIDE) {
    const detail = `The picture has ${width} x ${height} pixels; a side may have at most ${IMAGE_MAX_SIDE}.`;
    return { reason: "too_many_pixels", detail };
  }
  if (width * height > IMAGE_MAX_PIXELS) {
    const megapixels = ((width * height) / 1e6).toFixed(1);
    return {
      reason: "too_many_pixels",
      detail: `The picture has ${width} x ${height} pixels (${megapixels} MP); at most ${IMAGE_MAX_PIXELS / 1e6} MP are accepted.`,
    };
  }
  return { contentType, width, height };
}

function readPng(view: DataView): ImageHeader | ImageFault {
  const size = sized("image/png", view.getUint32(16), view.getUint32(20));
  const layout = view.getUint32(8) === 13 ? pngLayout(view) : null;
  return "reason" in size || layout ? size : { reason: "truncated", detail: "The PNG's header is broken." };
}

/** Bits that the colour types of PNG have for a pixel, by bits of a sample (11.2.1, table 12). */
const PNG_CHANNELS: Record<number, { channels: number; depths: number[] }> = {
  0: { channels: 1, depths: [1, 2, 4, 8, 16] },
  2: { channels: 3, depths: [8, 16] },
  3: { channels: 1, depths: [1, 2, 4, 8] },
  4: { channels: 2, depths: [8, 16] },
  6: { channels: 4, depths: [8, 16] },
};

/** Of a PNG's first 33 bytes; null where no decoder reads such pixels. */
export function pngLayout(view: DataView): { pixelBits: number; isInterlaced: boolean } | null {
  const [depth, colour, compression, filter, interlace] = [24, 25, 26, 27, 28].map((at) => view.getUint8(at));
  const kind = PNG_CHANNELS[colour ?? -1];
  if (!kind?.depths.includes(depth ?? 0) || compression !== 0 || filter !== 0) return null;
  if (interlace !== 0 && interlace !== 1) return null;
  return { pixelBits: kind.channels * (depth ?? 0), isInterlaced: interlace === 1 };
}

function readWebp(head: Uint8Array, view: DataView): ImageHeader | ImageFault | "more" {
  const chunk = text(head, 12, 4);
  if (head.length < (WEBP_BYTES[chunk] ?? 0)) return "more";
  if (chunk === "VP8X") return sized("image/webp", 1 + uint24(view, 24), 1 + uint24(view, 27));
  if (chunk === "VP8L") {
    const bits = view.getUint32(21, true);
    return sized("image/webp", 1 + (bits & 0x3fff), 1 + ((bits >>> 14) & 0x3fff));
  }
  if (chunk === "VP8 ") {
    return sized("image/webp", view.getUint16(26, true) & 0x3fff, view.getUint16(28, true) & 0x3fff);
  }
  return { reason: "type_unknown", detail: "This WebP picture has no image data at its start." };
}

function readJpeg(view: DataView): ImageHeader | ImageFault | "more" {
  let at = 2;
  while (at + 9 <= view.byteLength) {
    const marker = view.getUint8(at + 1);
    // Decoders pass over stray bytes between segments, and any marker may have fill bytes before it.
    if (view.getUint8(at) !== 0xff || marker === 0xff || marker === 0) {
      at += 1;
    } else if (isFrameStart(marker)) {
      return sized("image/jpeg", view.getUint16(at + 7), view.getUint16(at + 5));
    } else if (marker === 0xd9 || marker === 0xda) {
      return { reason: "truncated", detail: "The JPEG has no frame header." };
    } else {
      at += isAlone(marker) ? 2 : 2 + view.getUint16(at + 2);
    }
  }
  return "more";
}

/** JPEG's markers without a length: SOI, restart markers, TEM. */
export const isAlone = (marker: number) => marker === 0x01 || (marker >= 0xd0 && marker <= 0xd8);

/** SOF0..SOF15 without DHT (C4), JPG (C8) and DAC (CC), which share the range. */
const isFrameStart = (marker: number) =>
  marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc;

const startsWith = (head: Uint8Array, magic: readonly number[]) => magic.every((byte, i) => head[i] === byte);
const text = (head: Uint8Array, at: number, length: number) =>
  String.fromCharCode(...head.subarray(at, at + length));
const uint24 = (view: DataView, at: number) => view.getUint16(at, true) | (view.getUint8(at + 2) << 16);
