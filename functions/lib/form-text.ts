// Text of forms, held to UTF-8 before a parser replaces what is none. Pure.

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: false });
const CRLF = [13, 10];

/** The text, or null where the bytes are not UTF-8. */
export function textOf(bytes: Uint8Array): string | null {
  try {
    return utf8.decode(bytes);
  } catch {
    return null;
  }
}

/** Whether percent-encoded text (a query, a form) has bytes that are not UTF-8. A reader puts U+FFFD for them, which few write themselves. */
export function hasBrokenText(encoded: string): boolean {
  const count = (text: string, pattern: RegExp) => text.match(pattern)?.length ?? 0;
  const read = [...new URLSearchParams(encoded)].flat().join("");
  return count(read, /\ufffd/g) > count(encoded, /%ef%bf%bd|\ufffd/gi);
}

/** Whether a part of a multipart form (RFC 7578) has a name, a file's name or a text that is not UTF-8. Files hold any bytes. */
export function hasBrokenPart(form: Uint8Array, contentType: string): boolean {
  const boundary = /;\s*boundary=(?:"([^"]+)"|([^\s;]+))/i.exec(contentType);
  const line = [...`--${boundary?.[1] ?? boundary?.[2] ?? ""}`].map((character) => character.charCodeAt(0));
  let at = placeOf(form, line, 0);
  while (at >= 0) {
    const head = at + line.length;
    const next = placeOf(form, [...CRLF, ...line], head);
    const end = next < 0 ? form.length : next;
    const headEnd = placeOf(form, [...CRLF, ...CRLF], head);
    if (headEnd < 0 || headEnd > end) return false;
    const headers = textOf(form.subarray(head, headEnd));
    if (headers === null) return true;
    const isFile = /^content-disposition:.*;\s*filename\*?=/im.test(headers);
    if (!isFile && textOf(form.subarray(headEnd + 4, end)) === null) return true;
    at = next < 0 ? -1 : next + CRLF.length;
  }
  return false;
}

function placeOf(bytes: Uint8Array, wanted: readonly number[], from: number): number {
  const [first = 0] = wanted;
  let at = bytes.indexOf(first, from);
  while (at >= 0 && !wanted.every((byte, i) => bytes[at + i] === byte)) at = bytes.indexOf(first, at + 1);
  return at;
}
