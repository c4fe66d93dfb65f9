// Pictures put together from their chunks and segments, and what is stored of them.

import { readImageHeader } from "../../../functions/storage/image-file.ts";
import { cleaned } from "../../../functions/storage/image-metadata.ts";
import { Pieces } from "../../../functions/storage/image-pieces.ts";
import { withPixels } from "../../../functions/storage/image-pixels.ts";
import { pngChunk } from "../cast.ts";

export type Bytes = Uint8Array<ArrayBuffer>;
export const bytesOf = (text: string): Bytes => Uint8Array.from(text, (character) => character.charCodeAt(0));
export const textOf = (bytes: Uint8Array) => Array.from(bytes, (byte) => String.fromCharCode(byte)).join("");
export const joined = (...parts: (string | Uint8Array)[]): Bytes =>
  bytesOf(parts.map((part) => (typeof part === "string" ? part : textOf(part))).join(""));

async function* cut(bytes: Uint8Array, step: number) {
  for (let at = 0; at < bytes.length; at += step) yield bytes.subarray(at, at + step);
}

/** What is stored of it, or why nothing is. */
export async function kept(bytes: Bytes, step = 4_096): Promise<Bytes | string> {
  const header = readImageHeader(bytes);
  if (header === "more") return "more";
  if ("reason" in header) return header.detail;
  const pieces: Uint8Array[] = [];
  const source = cleaned(header.contentType, new Pieces(cut(bytes, step)), { orientation: 1 });
  try {
    for await (const piece of withPixels(header, source)) pieces.push(piece.slice());
  } catch (error) {
    return (error as Error).message;
  }
  return joined(...pieces);
}

export async function zlib(bytes: Uint8Array<ArrayBuffer>): Promise<Bytes> {
  const packed = new Blob([bytes]).stream().pipeThrough(new CompressionStream("deflate"));
  return new Uint8Array(await new Response(packed).arrayBuffer());
}

export const SIGNATURE = "\x89PNG\r\n\x1a\n";
export const END = pngChunk("IEND", new Uint8Array());

export function header(
  width: number,
  height: number,
  kind: { depth?: number; colour?: number; interlace?: number },
) {
  const data = new Uint8Array(13);
  const view = new DataView(data.buffer);
  view.setUint32(0, width);
  view.setUint32(4, height);
  data.set([kind.depth ?? 8, kind.colour ?? 0, 0, 0, kind.interlace ?? 0], 8);
  return pngChunk("IHDR", data);
}

export const image = (head: Uint8Array, ...chunks: Uint8Array[]) => joined(SIGNATURE, head, ...chunks, END);
export const chunk = (type: string, data: string) => {
  const head = new Uint8Array(8);
  head.set(bytesOf(type));
  new DataView(head.buffer).setUint32(4, data.length, true);
  return `${textOf(head)}${data}${data.length % 2 ? "\0" : ""}`;
};
export const webp = (...chunks: string[]) => bytesOf(chunk("RIFF", `WEBP${chunks.join("")}`));

/** A segment of a JPEG. */
export const segment = (marker: number, body: string) =>
  `\xff${String.fromCharCode(marker, (body.length + 2) >> 8, (body.length + 2) & 255)}${body}`;
