// Numbers that a JSON text states and a double does not hold: they would be read as another number, or as Infinity, which is written as null.

import { shortened } from "../../schema/contract/cut-text.ts";

const STRINGS_AND_NUMBERS = /"[^"\\]*(?:\\.[^"\\]*)*"|-?[0-9][0-9.eE+-]*/gs;
const SHOWN_MAX_CHARACTERS = 40;

/**
 * The first number of the text that is read as another: beyond a double (1e999), so small that it becomes 0 (1e-999), or a whole number whose
 * digits a double does not hold (9007199254740993; RFC 8259, 6). Fractions are rounded by every reader, and are let through. Does not say
 * whether the text is JSON.
 */
export function changedNumber(text: string): string | null {
  for (const [literal] of text.matchAll(STRINGS_AND_NUMBERS)) {
    if (!literal.startsWith('"') && isChanged(literal)) return shortened(literal, SHOWN_MAX_CHARACTERS);
  }
  return null;
}

function isChanged(literal: string): boolean {
  const value = Number(literal);
  if (Number.isNaN(value) || Number.isSafeInteger(value)) return value === 0 && /^[^eE]*[1-9]/.test(literal);
  if (!Number.isFinite(value)) return true;
  return /^-?[0-9]+$/.test(literal) && BigInt(literal) !== BigInt(value);
}
