// Decodes text files in the encodings that occur in practice. Pure; the command line and the Worker share it.

import { utf8Text } from "./utf8.ts";

/**
 * The text of a file in UTF-8, in UTF-16 (what Windows' editors call Unicode), or in the old code page of Western Europe where it is
 * neither. Without its byte order mark, which is no part of the text.
 */
export function decodeText(bytes: Uint8Array): string {
  const [a, b] = bytes;
  if (a === 0xff && b === 0xfe) return new TextDecoder("utf-16le").decode(bytes);
  if (a === 0xfe && b === 0xff) return new TextDecoder("utf-16be").decode(bytes);
  const guess = bareUtf16(bytes);
  if (guess) return new TextDecoder(guess).decode(bytes);
  return utf8Text(bytes) ?? new TextDecoder("windows-1252").decode(bytes);
}

/**
 * UTF-16 without a mark: Latin characters, spaces among them, have a 0 for one and the same byte of their pair. Certain only where they are more
 * than twice the pairs that would be two characters of ASCII: a stray NUL makes no mojibake of a text in UTF-8. It stays, and is refused as no text.
 */
function bareUtf16(bytes: Uint8Array): "utf-16le" | "utf-16be" | null {
  if (bytes.length < 2 || bytes.length % 2 === 1) return null;
  let [even, odd, ascii] = [0, 0, 0];
  for (let i = 0; i < bytes.length; i += 2) {
    const [first = 0, second = 0] = bytes.subarray(i, i + 2);
    if (first === 0) even += 1;
    if (second === 0) odd += 1;
    if (first !== 0 && second !== 0 && first < 0x80 && second < 0x80) ascii += 1;
  }
  if (even > 0 && odd > 0) return null;
  if (odd > 2 * ascii) return "utf-16le";
  return even > 2 * ascii ? "utf-16be" : null;
}
