// Text from bytes that must be UTF-8. A plain decoder would put U+FFFD for what is none. Pure.

const withoutMark = new TextDecoder("utf-8", { fatal: true, ignoreBOM: false });
const withMark = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** The text, or null where the bytes are not UTF-8. A byte order mark is part of it only with `keepMark`. */
export function utf8Text(bytes: Uint8Array, { keepMark = false } = {}): string | null {
  try {
    return (keepMark ? withMark : withoutMark).decode(bytes);
  } catch {
    return null;
  }
}
