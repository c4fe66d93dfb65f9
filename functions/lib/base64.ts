// Bytes as base64 (RFC 4648, section 4), of any length.

/** How many arguments one call gets: the engine's stack holds only some hundred thousand. */
const CHUNK_BYTES = 32_768;

export function toBase64(bytes: Uint8Array): string {
  let text = "";
  for (let at = 0; at < bytes.length; at += CHUNK_BYTES) {
    text += String.fromCharCode(...bytes.subarray(at, at + CHUNK_BYTES));
  }
  return btoa(text);
}
