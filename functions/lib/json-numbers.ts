// Numbers that a JSON text states and a double does not hold: they would be read as another number, or as Infinity, which is written as null.

import { shortened } from "../../schema/contract/cut-text.ts";

const NUMBER = /-?[0-9][0-9.eE+-]*/y;
const [QUOTE, BACKSLASH] = [0x22, 0x5c];
const SHOWN_MAX_CHARACTERS = 40;

/**
 * The first number of the text that is read as another: beyond a double (1e999), so small that it becomes 0 (1e-999), or a whole number whose
 * digits a double does not hold (9007199254740993; RFC 8259, 6). Fractions are rounded by every reader, and are let through. Does not say
 * whether the text is JSON.
 */
export function changedNumber(text: string): string | null {
  // Each character is looked at once, so that a text that ends within a string costs no more than any other.
  for (let at = 0; at < text.length; ) {
    if (text.charCodeAt(at) === QUOTE) {
      at = endOfString(text, at + 1);
      continue;
    }
    NUMBER.lastIndex = at;
    const [literal] = NUMBER.exec(text) ?? [];
    if (literal !== undefined && isChanged(literal)) return shortened(literal, SHOWN_MAX_CHARACTERS);
    at += literal?.length ?? 1;
  }
  return null;
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
  return /^-?[0-9]+$/.test(literal) && BigInt(literal) !== BigInt(value);
}
