// Shortens texts without splitting a character. Every user text is cut here. Contains no schemas, so that the site can import it.

const graphemes = new Intl.Segmenter("en", { granularity: "grapheme" });
/** So much behind a cut is looked at to find where its character ends; the longest emoji of Unicode has 35 units. */
const CUT_MARGIN = 64;

/** In code points, as the contract's lengths are counted: by zod, by JSON Schema's maxLength, by Python. */
export function lengthOf(text: string): number {
  let length = 0;
  for (const _ of text) length += 1;
  return length;
}

/** At most this many code points from the beginning, ending before the first character that does not fit. */
export function cutText(text: string, max: number): string {
  if (text.length <= max) return text;
  let end = 0;
  let length = 0;
  // A code point has at most two units.
  for (const { index, segment } of graphemes.segment(text.slice(0, 2 * max + CUT_MARGIN))) {
    length += lengthOf(segment);
    if (length > max) break;
    end = index + segment.length;
  }
  return text.slice(0, end);
}

/** The same, with an ellipsis in place of what was cut. */
export const shortened = (text: string, max: number): string =>
  lengthOf(text) <= max ? text : `${cutText(text, max - 1)}…`;

/** Its beginning on one line. */
export const excerptOf = (text: string, max: number): string =>
  shortened(text.replace(/\s+/g, " ").trim(), max);
