// What a JSON text states and its readers keep as something else: numbers that a double does not hold, which are read as another number or as
// Infinity, and fields that one object has twice, of which a reader takes the first, the last, or none.

import { shortened } from "../../schema/contract/cut-text.ts";

const NUMBER = /-?[0-9][0-9.eE+-]*/y;
const [QUOTE, BACKSLASH, COMMA] = [0x22, 0x5c, 0x2c];
const [OBJECT, OBJECT_END, ARRAY, ARRAY_END] = [0x7b, 0x7d, 0x5b, 0x5d];
const SHOWN_MAX_CHARACTERS = 40;

export type Doubt = { number: string } | { field: string };

/**
 * The first of: a number that is read as another, beyond a double (1e999), so small that it becomes 0 (1e-999), or a whole number whose digits a
 * double does not hold (9007199254740993; RFC 8259, 6), while fractions are rounded by every reader and are let through; a field that
 * its object has already (RFC 8259, 4). Does not say whether the text is JSON.
 */
export function doubtIn(text: string): Doubt | null {
  // Of each object or array that is open: the fields of an object, null of an array.
  const open: (Set<string> | null)[] = [];
  let fieldNext = false;
  // Each character is looked at once, so that a text that ends within a string costs no more than any other.
  for (let at = 0; at < text.length; ) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) {
      const end = endOfString(text, at + 1);
      const fields = fieldNext ? open.at(-1) : null;
      if (fields) {
        const field = textOfString(text.slice(at, end));
        if (fields.has(field)) return { field: shortened(field, SHOWN_MAX_CHARACTERS) };
        fields.add(field);
      }
      fieldNext = false;
      at = end;
      continue;
    }
    if (code === OBJECT || code === ARRAY) open.push(code === OBJECT ? new Set() : null);
    if (code === OBJECT_END || code === ARRAY_END) open.pop();
    if (code === OBJECT || code === COMMA) fieldNext = (open.at(-1) ?? null) !== null;
    NUMBER.lastIndex = at;
    const [literal] = NUMBER.exec(text) ?? [];
    if (literal !== undefined && isChanged(literal))
      return { number: shortened(literal, SHOWN_MAX_CHARACTERS) };
    at += literal?.length ?? 1;
  }
  return null;
}

/** The same for a person who sent it. */
export function wordsOfDoubt(doubt: Doubt): string {
  return "number" in doubt
    ? `has the number ${doubt.number}, which would be kept as another one`
    : `has the field ${JSON.stringify(doubt.field)} twice in one object`;
}

/** Escapes are read, so that "a" and "\u0061" are one field. */
function textOfString(written: string): string {
  if (!written.includes("\\")) return written.slice(1, -1);
  try {
    return String(JSON.parse(written));
  } catch {
    return written;
  }
}

/** Behind the string's last quote; the text's end where it has none. */
function endOfString(text: string, from: number): number {
  for (let at = from; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) return at + 1;
    if (code === BACKSLASH) at++;
  }
  return text.length;
}

function isChanged(literal: string): boolean {
  const value = Number(literal);
  if (Number.isNaN(value) || Number.isSafeInteger(value)) return value === 0 && /^[^eE]*[1-9]/.test(literal);
  if (!Number.isFinite(value)) return true;
  const whole = literal.replace(/\.0+$/, "");
  return /^-?[0-9]+$/.test(whole) && BigInt(whole) !== BigInt(value);
}
