// Decodes text files in the encodings that occur in practice. Pure; the command line and the Worker share it.

import { utf8Text } from "./utf8.ts";

/**
 * The text of a file in UTF-8, in UTF-16 (what Windows' editors call Unicode), or in the old code page of Western Europe where it is
 * neither. Without its byte order mark, which is no part of the text. Null where it is in another encoding: read in the wrong one it would
 * be another text, and a training would go on with it. NUL characters are left in, for the caller to refuse.
 */
export function decodeText(bytes: Uint8Array): string | null {
  const [a, b] = bytes;
  if (a === 0xff && b === 0xfe) return new TextDecoder("utf-16le").decode(bytes);
  if (a === 0xfe && b === 0xff) return new TextDecoder("utf-16be").decode(bytes);
  const guess = bareUtf16(bytes);
  if (guess) return new TextDecoder(guess).decode(bytes);
  const text = utf8Text(bytes) ?? westernText(bytes);
  return text === null || CONTROLS.test(text) ? null : text;
}

/** What no text has: UTF-16 read as UTF-8 does, and ISO-2022. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const CONTROLS = /[\x01-\x08\x0e-\x1f\x7f]/;

/**
 * What other code pages have and Western European texts in windows-1252 do not: bytes without a character there, signs that nobody writes
 * in a caption, the lead byte of Hiragana in code page 932, a closing quote before another character, four bytes in a row beyond ASCII.
 */
const NOT_WESTERN = /[\x81\x83\x86-\x88\x8d\x8f\x90\x98\x9d]|\x82[\x9f-\xf1]|\x94[\x80-\xff]|[\x80-\xff]{4}/;

function westernText(bytes: Uint8Array): string | null {
  const raw = Array.from(bytes, (byte) => String.fromCharCode(byte)).join("");
  return NOT_WESTERN.test(raw) ? null : new TextDecoder("windows-1252").decode(bytes);
}

/**
 * UTF-16 without a mark: all pairs are Kana (U+3041 to U+30FF), or Latin characters, spaces among them, have a 0 for one and the same byte of their pair. Certain only where they are more
 * than twice the pairs that would be two characters of ASCII: a stray NUL makes no mojibake of a text in UTF-8. It stays, and is refused as no text.
 */
function bareUtf16(bytes: Uint8Array): "utf-16le" | "utf-16be" | null {
  if (bytes.length < 2 || bytes.length % 2 === 1) return null;
  let [even, odd, ascii, kanaLe, kanaBe] = [0, 0, 0, 0, 0];
  for (let i = 0; i < bytes.length; i += 2) {
    const [first = 0, second = 0] = bytes.subarray(i, i + 2);
    if (first === 0) even += 1;
    if (second === 0) odd += 1;
    if (second === 0x30 && first > 0x40) kanaLe += 1;
    if (first === 0x30 && second > 0x40) kanaBe += 1;
    if (first !== 0 && second !== 0 && first < 0x80 && second < 0x80) ascii += 1;
  }
  if (2 * kanaLe === bytes.length) return "utf-16le";
  if (2 * kanaBe === bytes.length) return "utf-16be";
  if (even > 0 && odd > 0) return null;
  if (odd > 2 * ascii) return "utf-16le";
  return even > 2 * ascii ? "utf-16be" : null;
}
