// Reads the texts of a stored PNG (W3C PNG 3, 11.3.3), wherever in the file they stand. What is stored was bounded before
// (image-png-texts.ts), so that reading it again costs no more. Buffers texts only.

import { inflated } from "../lib/inflate.ts";
import { utf8Text } from "../lib/utf8.ts";
import { Pieces } from "./image-pieces.ts";
import { PNG_TEXTS_MAX_BYTES } from "./image-png-texts.ts";

export type PngText = { keyword: string; text: string };

const TEXT_CHUNKS = ["tEXt", "zTXt", "iTXt"];
const SIGNATURE_BYTES = 8;

/** In the order of the file; null where one cannot be read. */
export async function readPngTexts(from: AsyncIterable<Uint8Array>): Promise<PngText[] | null> {
  const pieces = new Pieces(from);
  const texts: PngText[] = [];
  await pieces.skip(SIGNATURE_BYTES);
  for (;;) {
    const head = await pieces.take(8);
    if (!head) return texts;
    const length = new DataView(head.buffer).getUint32(0);
    const type = latin1(head.subarray(4));
    if (!TEXT_CHUNKS.includes(type)) {
      await pieces.skip(length + 4);
      continue;
    }
    const data = await pieces.take(length);
    const text = data && textOf(type, data);
    if (!text) return null;
    texts.push(text);
    await pieces.skip(4);
  }
}

const latin1 = (bytes: Uint8Array): string => {
  let text = "";
  // In steps: a call takes only so many arguments.
  for (let at = 0; at < bytes.length; at += 4_096)
    text += String.fromCharCode(...bytes.subarray(at, at + 4_096));
  return text;
};

const utf8 = (bytes: Uint8Array) => utf8Text(bytes, { keepMark: true });

function textOf(type: string, data: Uint8Array): PngText | null {
  const end = data.indexOf(0);
  if (end < 1) return null;
  const keyword = latin1(data.subarray(0, end));
  const rest = data.subarray(end + 1);
  const text = type === "iTXt" ? internationalText(rest) : type === "tEXt" ? latin1(rest) : packedText(rest);
  return text === null ? null : { keyword, text };
}

/** Compression method 0 and a zlib stream. */
function packedText(data: Uint8Array): string | null {
  const bytes = data[0] === 0 ? inflated(data.subarray(1), PNG_TEXTS_MAX_BYTES, "zlib") : null;
  return bytes && latin1(bytes);
}

/** Compression flag, method, language, translated keyword, text. */
function internationalText(data: Uint8Array): string | null {
  const language = data.indexOf(0, 2);
  const translated = language < 0 ? -1 : data.indexOf(0, language + 1);
  if (translated < 0) return null;
  const text = data.subarray(translated + 1);
  const bytes = data[0] === 0 ? text : inflated(text, PNG_TEXTS_MAX_BYTES, "zlib");
  return bytes && utf8(bytes);
}
