// Text chunks of a PNG (PNG third edition, 11.3.3), where our pictures carry their recipe. Pure; bounds-checks every length it reads.

const SIGNATURE = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];
const RECIPE_KEYWORD = "orthoplex";
/** A recipe has a few kilobytes; anything far larger is refused. */
const TEXT_MAX_BYTES = 1024 * 1024;

export function isPng(bytes: Uint8Array): boolean {
  return SIGNATURE.every((byte, i) => bytes[i] === byte);
}

/** The text under a keyword in a tEXt or uncompressed iTXt chunk, or null. */
export function pngText(bytes: Uint8Array, keyword: string): string | null {
  if (!isPng(bytes)) return null;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = SIGNATURE.length;
  while (at + 12 <= bytes.length) {
    const length = view.getUint32(at);
    const type = String.fromCharCode(...bytes.subarray(at + 4, at + 8));
    const end = at + 8 + length;
    if (end + 4 > bytes.length || type === "IEND") return null;
    if ((type === "tEXt" || type === "iTXt") && length <= TEXT_MAX_BYTES) {
      const text = textOf(bytes.subarray(at + 8, end), type, keyword);
      if (text !== null) return text;
    }
    at = end + 4;
  }
  return null;
}

function textOf(data: Uint8Array, type: "tEXt" | "iTXt", keyword: string): string | null {
  const nul = data.indexOf(0);
  if (nul < 0 || latin1(data.subarray(0, nul)) !== keyword) return null;
  if (type === "tEXt") return latin1(data.subarray(nul + 1));
  // keyword 0, compression flag, compression method, language tag 0, translated keyword 0, text in UTF-8
  if (data[nul + 1] !== 0) return null;
  const language = data.indexOf(0, nul + 3);
  const translated = language < 0 ? -1 : data.indexOf(0, language + 1);
  return translated < 0 ? null : new TextDecoder().decode(data.subarray(translated + 1));
}

const latin1 = (bytes: Uint8Array) => new TextDecoder("latin1").decode(bytes);

/** The recipe of a picture, as JSON, or null where there is none. */
export function recipeIn(bytes: Uint8Array): unknown {
  const text = pngText(bytes, RECIPE_KEYWORD);
  if (text === null) return null;
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
