// Text of forms, held to UTF-8 before a parser replaces what is none. Pure.

import { utf8Text } from "./utf8.ts";

const CRLF = [13, 10];

/** Whether percent-encoded text (a query, a form) has bytes that are not UTF-8. A reader puts U+FFFD for them, which few write themselves. */
export function hasBrokenText(encoded: string): boolean {
  const count = (text: string, pattern: RegExp) => text.match(pattern)?.length ?? 0;
  const read = [...new URLSearchParams(encoded)].flat().join("");
  return count(read, /\ufffd/g) > count(encoded, /%ef%bf%bd|\ufffd/gi);
}

/** Whether a part of a multipart form (RFC 7578) has a name, a file's name or a text that is not UTF-8. Files hold any bytes. */
export function hasBrokenPart(form: Uint8Array, contentType: string): boolean {
  const line = [...`--${boundaryOf(contentType)}`].map((character) => character.charCodeAt(0));
  const [beginOf, nextOf, headEndOf] = [line, [...CRLF, ...line], [...CRLF, ...CRLF]].map(finder) as [
    Finder,
    Finder,
    Finder,
  ];
  let at = beginOf(form, 0);
  while (at >= 0) {
    const head = at + line.length;
    const next = nextOf(form, head);
    const end = next < 0 ? form.length : next;
    const headEnd = headEndOf(form, head);
    if (headEnd < 0 || headEnd > end) return false;
    const headers = utf8Text(form.subarray(head, headEnd));
    if (headers === null) return true;
    // Quoted values may hold what looks like a parameter, and filename* is none in a form (RFC 7578, 4.2).
    const isFile = /^content-disposition:.*;\s*filename=/im.test(headers.replaceAll(/"[^"]*"/g, '""'));
    if (!isFile && utf8Text(form.subarray(headEnd + 4, end)) === null) return true;
    at = next < 0 ? -1 : next + CRLF.length;
  }
  return false;
}

/** Of a content type; empty where it has none. */
export function boundaryOf(contentType: string): string {
  const found = /;\s*boundary=(?:"([^"]+)"|([^\s;]+))/i.exec(contentType);
  return found?.[1] ?? found?.[2] ?? "";
}

type Finder = (bytes: Uint8Array, from: number) => number;

/**
 * Finds the first place of these bytes at or behind another, or -1, in time that grows with the bytes alone (Knuth, Morris, Pratt 1977): whoever
 * sends a form also chooses what is searched.
 */
function finder(wanted: readonly number[]): Finder {
  const back = new Int32Array(wanted.length);
  for (let i = 1, length = 0; i < wanted.length; i++) {
    while (length > 0 && wanted[i] !== wanted[length]) length = back[length - 1] as number;
    if (wanted[i] === wanted[length]) length++;
    back[i] = length;
  }
  return (bytes, from) => {
    for (let at = from, length = 0; at < bytes.length; at++) {
      while (length > 0 && bytes[at] !== wanted[length]) length = back[length - 1] as number;
      if (bytes[at] === wanted[length]) length++;
      if (length === wanted.length) return at + 1 - length;
    }
    return -1;
  };
}
