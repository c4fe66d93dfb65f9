// Which tables and headers of a JPEG are kept, and in what form (ITU T.81, B.2): each has exactly the bytes that it says, so that nothing else is
// carried in it. Never decodes.

import { ImageDamaged } from "./image-pieces.ts";

const [SOF0, SOF2, DHT, DAC, SOS, DQT, DNL, DRI] = [0xc0, 0xc2, 0xc4, 0xcc, 0xda, 0xdb, 0xdc, 0xdd];
/** Of arithmetic coding and of hierarchical pictures (JPG, DHP, EXP), which are refused by their frames, and of pictures without a height. */
const UNUSED = [0xc8, DAC, DNL, 0xde, 0xdf];
const COMPONENTS_MAX = 4;
const BITS = 8;
const SAMPLES_MAX = 4;
const BLOCK_COEFFICIENTS = 64;
/** Of Huffman and quantization tables: a table of each kind for a hundred scans. */
const TABLES_MAX_BYTES = 128 * 1024;

const damaged = () => new ImageDamaged("A table of the JPEG is broken.");

export class JpegTables {
  #bytes = 0;
  readonly #quantizations = new Set<number>();
  /** The quantization table of each component, by its identifier. */
  readonly #components = new Map<number, number>();
  #isProgressive = false;

  has(marker: number): boolean {
    return (marker >= SOF0 && marker <= 0xcf) || (marker >= SOS && marker <= 0xdf);
  }

  /** The body of the segment to keep; null for none. */
  kept(marker: number, body: Uint8Array): Uint8Array | null {
    if (UNUSED.includes(marker)) return null;
    if (marker === DHT || marker === DQT) {
      this.#bytes += body.length;
      const found = marker === DQT ? quantizationsIn(body) : isHuffman(body) && [];
      if (!found || this.#bytes > TABLES_MAX_BYTES) throw damaged();
      for (const each of found) this.#quantizations.add(each);
      return body;
    }
    if (marker === DRI) {
      if (body.length !== 2) throw damaged();
      return body;
    }
    const count = body[marker === SOS ? 0 : 5] ?? 0;
    const bytes = marker === SOS ? 4 + 2 * count : 6 + 3 * count;
    if (body.length !== bytes || count === 0 || count > COMPONENTS_MAX) throw damaged();
    if (marker !== SOS && marker > SOF2)
      throw new ImageDamaged("The JPEG is coded in a way that browsers do not show: arithmetic or lossless.");
    if (marker !== SOS && !isShown(body))
      throw new ImageDamaged(
        "The JPEG is coded in a way that browsers do not show: not 8 bits, or odd sampling.",
      );
    if (marker === SOS) this.#checkScan(body, count);
    else this.#begin(body, marker === SOF2);
    return body;
  }

  #begin(frame: Uint8Array, isProgressive: boolean): void {
    this.#isProgressive = isProgressive;
    for (let at = 6; at < frame.length; at += 3) this.#components.set(frame[at] ?? 0, frame[at + 2] ?? 0);
  }

  /** A scan is of components of the frame, whose quantization is known (B.2.4.1), and of coefficients that go together (G.1.1.1.1). */
  #checkScan(scan: Uint8Array, count: number): void {
    for (let at = 1; at <= 2 * count; at += 2) {
      const table = this.#components.get(scan[at] ?? 0);
      if (table === undefined || !this.#quantizations.has(table))
        throw new ImageDamaged("The JPEG's pixels cannot be read: a table is missing.");
    }
    if (!this.#isProgressive) return;
    const [first = 0, last = 0] = scan.subarray(1 + 2 * count);
    const isTogether = first === 0 ? last === 0 : count === 1 && first <= last && last < BLOCK_COEFFICIENTS;
    if (!isTogether) throw damaged();
  }
}

/** Of a frame's header (B.2.2): 8 bits a sample, and one to four samples across and down for each component. */
function isShown(body: Uint8Array): boolean {
  const samplings = body.subarray(6).filter((_, i) => i % 3 === 1);
  const isSampling = (each: number) => each >= 1 && each <= SAMPLES_MAX;
  return body[0] === BITS && samplings.every((each) => isSampling(each >> 4) && isSampling(each & 15));
}

/** Tables of a class and destination, 16 counts and so many symbols (B.2.4.2). */
function isHuffman(body: Uint8Array): boolean {
  let at = 0;
  while (at < body.length) {
    const lengths = body.subarray(at + 1, at + 17);
    const symbols = lengths.reduce((sum, each) => sum + each, 0);
    if (!isPrefixCode(lengths)) return false;
    if ((body[at] ?? 0) > 0x13 || ((body[at] ?? 0) & 0x0f) > 3 || symbols > 256) return false;
    at += 17 + symbols;
  }
  return body.length > 0 && at === body.length;
}

/** Whether so many codes of each length fit, none of them all ones (C.2). */
function isPrefixCode(lengths: Uint8Array): boolean {
  let code = 0;
  for (const [i, count] of lengths.entries()) {
    code = 2 * code + count;
    if (count > 0 && code >= 2 ** (i + 1)) return false;
  }
  return true;
}

/** Destinations of the tables in a DQT segment, each a precision, a destination and 64 numbers (B.2.4.1); null where it is broken. */
function quantizationsIn(body: Uint8Array): number[] | null {
  const destinations: number[] = [];
  let at = 0;
  while (at < body.length) {
    const [precision, destination] = [(body[at] ?? 0) >> 4, (body[at] ?? 0) & 15];
    if (precision > 1 || destination > 3) return null;
    destinations.push(destination);
    at += 1 + BLOCK_COEFFICIENTS * (1 + precision);
  }
  return body.length > 0 && at === body.length ? destinations : null;
}
