// Names of files in a zip. Pure.

import { utf8Text } from "../lib/utf8.ts";

/** IBM code page 437 above ASCII, which names are in whose bit 11 is not set (APPNOTE 6.3.10, appendix D). */
const CODE_PAGE_437 = [
  "ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜ¢£¥₧ƒ",
  "áíóúñÑªº¿⌐¬½¼¡«»░▒▓│┤╡╢╖╕╣║╗╝╜╛┐",
  "└┴┬├─┼╞╟╚╔╩╦╠═╬╧╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀",
  "αßΓπΣσµτΦΘΩδ∞φε∩≡±≥≤⌠⌡÷≈°∙·√ⁿ²■\u00a0",
].join("");
const BIT_UTF8 = 0x800;

/**
 * A name as its flags say (APPNOTE 4.4.4). Many programs write UTF-8 without saying so, hence what is valid UTF-8 is taken for that. Names in other
 * code pages (932, 1252) come out wrong, but no two alike. macOS writes decomposed characters, others composed ones: one name is one name.
 */
export function nameInZip(bytes: Uint8Array, flags: number): string {
  const text =
    (flags & BIT_UTF8) !== 0 ? new TextDecoder().decode(bytes) : (utf8Text(bytes) ?? ofCodePage437(bytes));
  return text.normalize("NFC");
}

const ofCodePage437 = (bytes: Uint8Array) =>
  Array.from(bytes, (byte) => (byte < 0x80 ? String.fromCharCode(byte) : CODE_PAGE_437[byte - 0x80])).join(
    "",
  );
