// Which characters no text may hold. Contains no schemas, so that the site can import it to check a file before its upload.

/**
 * What no text holds: control characters (C0 but tab and line ends, DEL, C1), bidirectional embeddings, overrides and isolates (they make
 * a text read otherwise than it is), interlinear annotation and noncharacters. Written as ranges, so that the pattern means the same to every
 * reader of the document, also without the flag "u": a pattern in JSON has no flags. Halves of surrogate pairs and noncharacters beyond 16 bits
 * (the last two of each plane) are refused beside it, by isWhole: most regular expressions cannot name them.
 */
export const UNCARRIABLE =
  "\\u0000-\\u0008\\u000b\\u000c\\u000e-\\u001f\\u007f-\\u009f\\u202a-\\u202e\\u2066-\\u2069\\ufdd0-\\ufdef\\ufff9-\\ufffb\\ufffe\\uffff";
export const TEXT = new RegExp(`^[^${UNCARRIABLE}]*$`);

/** JSON of no fixed shape nests at most so deep: what reads it recurses. */
export const JSON_DEPTH_MAX = 32;

/** Whether no half of a surrogate pair and no noncharacter of any plane is in it; which they are never changes (Unicode, 23.7). */
export const isWhole = (text: string): boolean =>
  text.isWellFormed() && !/\p{Noncharacter_Code_Point}/u.test(text);

const isCarried = (text: string): boolean => TEXT.test(text) && isWhole(text);

/** The JSON pointer (RFC 6901) of the first invalid text, infinite number or too deeply nested value; null if there is none. */
export function uncarriableAt(value: unknown, pointer = "", depth = 0): string | null {
  if (typeof value === "string") return isCarried(value) ? null : pointer;
  // JSON.parse reads 1e999 as Infinity, which is written as null.
  if (typeof value === "number") return Number.isFinite(value) ? null : pointer;
  if (typeof value !== "object" || value === null) return null;
  if (depth === JSON_DEPTH_MAX) return pointer;
  for (const [key, member] of Object.entries(value)) {
    const at = `${pointer}/${key.replaceAll("~", "~0").replaceAll("/", "~1")}`;
    if (!isCarried(key)) return pointer;
    const found = uncarriableAt(member, at, depth + 1);
    if (found !== null) return found;
  }
  return null;
}
