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

/** UTF-16 without a mark: Latin characters, spaces among them, have a 0 for every second byte, and no other text holds one. */
function bareUtf16(bytes: Uint8Array): "utf-16le" | "utf-16be" | null {
  if (bytes.length < 2 || bytes.length % 2 === 1) return null;
  let [even, odd] = [0, 0];
  for (const [i, byte] of bytes.entries()) {
    if (byte === 0 && i % 2 === 0) even += 1;
    if (byte === 0 && i % 2 === 1) odd += 1;
  }
  if (odd > even) return "utf-16le";
  if (even > odd) return "utf-16be";
  return null;
}
