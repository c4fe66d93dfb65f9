// Whether bytes that a picture carries as a colour profile are one (ICC.1:2022, 7.2 and 7.3): anything else could be carried in their place.

/** Profiles of cameras and screens have up to 4 KiB, those of printers half a MiB. */
export const ICC_MAX_BYTES = 1024 * 1024;
const HEADER_BYTES = 128;
const TAG_BYTES = 12;
/** Of the profiles that there are, none has half as many. */
const TAGS_MAX = 128;

export function isIccProfile(bytes: Uint8Array): boolean {
  if (bytes.length < HEADER_BYTES + 4 || bytes.length > ICC_MAX_BYTES) return false;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const signature = String.fromCharCode(...bytes.subarray(36, 40));
  const tags = view.getUint32(HEADER_BYTES);
  const tableEnd = HEADER_BYTES + 4 + TAG_BYTES * tags;
  if (view.getUint32(0) !== bytes.length || signature !== "acsp") return false;
  if (tags === 0 || tags > TAGS_MAX || tableEnd > bytes.length) return false;
  return Array.from({ length: tags }, (_, i) => HEADER_BYTES + 4 + TAG_BYTES * i).every((at) => {
    const [begin, length] = [view.getUint32(at + 4), view.getUint32(at + 8)];
    return begin >= tableEnd && begin + length <= bytes.length;
  });
}

/** A JPEG's profile in one or more APP2 segments (ICC.1:2022, B.4), held until it is whole. */
export class JpegProfile {
  #held: Uint8Array[] = [];
  #bytes = 0;
  #isDone = false;

  /** The body of an APP2 segment. Returns the bodies that can be kept now, which are all of the profile's or none. */
  add(body: Uint8Array): readonly Uint8Array[] {
    const data = profilePart(body);
    if (data === null || this.#isDone) return [];
    const [number = 0, count = 0] = body.subarray(12, 14);
    this.#held.push(body);
    this.#bytes += data.length;
    // Programs write them in order.
    this.#isDone = number !== this.#held.length || this.#bytes > ICC_MAX_BYTES || number >= count;
    if (number !== count || number !== this.#held.length) return [];
    const whole = new Uint8Array(this.#bytes);
    let at = 0;
    for (const part of this.#held) {
      const own = profilePart(part) ?? new Uint8Array();
      whole.set(own, at);
      at += own.length;
    }
    return isIccProfile(whole) ? this.#held : [];
  }
}

const NAME = "ICC_PROFILE\0";

function profilePart(body: Uint8Array): Uint8Array | null {
  return String.fromCharCode(...body.subarray(0, NAME.length)) === NAME ? body.subarray(14) : null;
}
