// Which texts and colour profiles of a PNG are kept (W3C PNG 3, 11.3.2.3 and 11.3.3). Compressed ones are unpacked once, so that none is kept
// that a reader cannot unpack or that exhausts its memory.

import { inflated } from "../lib/inflate.ts";
import { isIccProfile } from "./icc-profile.ts";

const text = (bytes: Uint8Array, at: number, length: number) =>
  String.fromCharCode(...bytes.subarray(at, at + length));

/** Keywords under which drawing programs write what made a picture; none of them names a place or a person. */
const PNG_TEXTS = [
  "parameters",
  "prompt",
  "workflow",
  "orthoplex",
  "Dream",
  "sd-metadata",
  "invokeai_metadata",
];

/**
 * The XMP of what a model made (schema/examples/xmp-of-pictures.xml, as gpu-runner/orthoplex/png.py writes it) is the only XMP that is
 * kept: it says that, and nothing else.
 */
const PNG_XMP_KEPT = new TextEncoder().encode(
  "XML:com.adobe.xmp\0\0\0\0\0" +
    '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>' +
    '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">' +
    '<rdf:Description rdf:about="" xmlns:Iptc4xmpExt="http://iptc.org/std/Iptc4xmpExt/2008-02-29/" ' +
    'xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmp:CreatorTool="Orthoplex" ' +
    'Iptc4xmpExt:DigitalSourceType="http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia"/>' +
    '</rdf:RDF></x:xmpmeta><?xpacket end="r"?>',
);
const isEqual = (a: Uint8Array, b: Uint8Array) =>
  a.length === b.length && a.every((byte, i) => byte === b[i]);

/** Of one text or profile, unpacked: Pillow refuses a picture that has a longer one (MAX_TEXT_CHUNK). */
const UNPACKED_MAX_BYTES = 1024 * 1024;
/** Of all of them together, those that are not kept included: a picture may have any number, and each is work. */
export const PNG_TEXTS_MAX_BYTES = 4 * UNPACKED_MAX_BYTES;
/** What looking at one costs at least: unpacking needs a window of 32 KiB however little comes out. */
const LOOK_BYTES = 8 * 1024;

/** The texts and profiles of one picture, in its order. */
export class PngTexts {
  #spent = 0;

  /** How many bytes were unpacked or kept so far. */
  get spent(): number {
    return this.#spent;
  }

  /** Whether it is kept: readers can unpack it, and all together stay within their bound. */
  keeps(type: string, data: Uint8Array): boolean {
    const left = PNG_TEXTS_MAX_BYTES - this.#spent;
    const keywordEnd = data.subarray(0, 80).indexOf(0);
    if (left <= 0 || keywordEnd < 1) return false;
    const isOurs = isEqual(data, PNG_XMP_KEPT);
    if (!isOurs && type !== "iCCP" && !PNG_TEXTS.includes(text(data, 0, keywordEnd))) return false;
    const packed = isOurs ? "none" : packedIn(type, data.subarray(keywordEnd + 1));
    const most = Math.min(UNPACKED_MAX_BYTES, left);
    // What cannot be unpacked may have been unpacked for long: it counts as the most that it could be.
    const unpacked = packed === "none" ? data : packed && inflated(packed, most + 1, "zlib");
    const bytes = unpacked?.length;
    this.#spent += Math.max(LOOK_BYTES, packed === null ? 0 : (bytes ?? most));
    return !!unpacked && unpacked.length <= most && (type !== "iCCP" || isIccProfile(unpacked));
  }
}

/** The zlib stream behind a keyword (11.3.3.2 and 11.3.4); null where there is none that can be read. */
function packedIn(type: string, data: Uint8Array): Uint8Array | "none" | null {
  if (type === "tEXt") return "none";
  if (type !== "iTXt") return data[0] === 0 ? data.subarray(1) : null;
  if (data[0] === 0) return "none";
  const translated = data.indexOf(0, data.indexOf(0, 2) + 1);
  return data[0] === 1 && data[1] === 0 && translated > 2 ? data.subarray(translated + 1) : null;
}
