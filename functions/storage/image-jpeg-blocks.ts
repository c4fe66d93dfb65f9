// Counts the blocks in the Huffman codes of a JPEG (ITU T.81, F.2.2 and G.1.2) without decoding pixels: the data of a truncated JPEG ends before
// its last block even if an end marker was appended. Refinement scans of progressive JPEGs, arithmetic coding and lossless coding are not
// counted. Its time is bounded by the number of bytes; it buffers less than one block.

import { HuffmanTable } from "./image-jpeg-huffman.ts";

type Component = { id: number; across: number; down: number };
type Frame = { isProgressive: boolean; width: number; height: number; components: Component[] };
/** The tables of one component in a scan. */
type Coded = { dc: HuffmanTable | undefined; ac: HuffmanTable | undefined };

const BLOCK = 8;
const COEFFICIENTS = 64;
/** A share of missing blocks that is accepted: flipped bits cost decoders a few blocks, which is not a truncated picture. */
const FORGIVEN = 0.01;
/** The run length that stands for sixteen zeros. */
const ZEROS = 15;

export class JpegBlocks {
  /** By class and destination, not built until a scan uses them: a file may hold many. */
  readonly #tables = new Map<number, { lengths: Uint8Array; symbols: Uint8Array }>();
  #frame: Frame | null = null;
  #scan: Scan | null = null;
  #isCounted = false;
  #isCutOff = false;
  #hasBlocks = false;

  /** The body of a DHT segment (B.2.4.2): tables, each with its class and destination in the first byte. */
  tables(body: Uint8Array): void {
    for (let at = 0; at + 17 <= body.length; ) {
      const lengths = body.slice(at + 1, at + 17);
      const count = lengths.reduce((sum, each) => sum + each, 0);
      this.#tables.set(body[at] ?? 0, { lengths, symbols: body.slice(at + 17, at + 17 + count) });
      at += 17 + count;
    }
  }

  #table(place: number): HuffmanTable | undefined {
    const found = this.#tables.get(place);
    return found && new HuffmanTable(found.lengths, found.symbols);
  }

  /** The body of SOF0 to SOF2 (B.2.2). */
  frame(body: Uint8Array, isProgressive: boolean): void {
    const view = new DataView(body.buffer, body.byteOffset, body.byteLength);
    const count = body[5] ?? 0;
    if (body.length < 6 + 3 * count) return;
    const components = Array.from({ length: count }, (_, i) => {
      const [id = 0, sampling = 0] = body.subarray(6 + 3 * i);
      return { id, across: sampling >> 4, down: sampling & 15 };
    });
    if (components.some(({ across, down }) => across === 0 || down === 0)) return;
    this.#frame = { isProgressive, height: view.getUint16(1), width: view.getUint16(3), components };
  }

  /** The body of SOS (B.2.3). */
  beginScan(body: Uint8Array): void {
    const frame = this.#frame;
    const count = body[0] ?? 0;
    const [first = 0, last = 0, approximation = 0] = body.subarray(1 + 2 * count);
    this.#scan = null;
    if (!frame || approximation >> 4 !== 0) return;
    const members = Array.from({ length: count }, (_, i) => {
      const [id = 0, places = 0] = body.subarray(1 + 2 * i);
      const component = frame.components.find((each) => each.id === id);
      const coded = { dc: this.#table(places >> 4), ac: this.#table(0x10 | (places & 15)) };
      return component ? [{ component, coded }] : [];
    }).flat();
    const hasTables = members.every(
      ({ coded: { dc, ac } }) => (first > 0 || dc) && ((frame.isProgressive && first === 0) || ac),
    );
    // Motion JPEG frames may omit their tables.
    if (members.length === 0 || members.length < count || !hasTables) return;
    const codes = members.flatMap(({ component: { across, down }, coded }) =>
      Array.from({ length: count === 1 ? 1 : across * down }, () => coded),
    );
    const range = frame.isProgressive ? { first, last } : { first: 0, last: COEFFICIENTS - 1 };
    this.#scan = new Scan(
      codes,
      range,
      unitsOf(
        frame,
        members.map(({ component }) => component),
      ),
    );
  }

  /** Entropy-coded data with stuffed zeros and restart markers. A piece never ends inside a marker. */
  write(piece: Uint8Array): void {
    this.#scan?.write(piece);
  }

  endScan(): void {
    if (!this.#scan) return;
    this.#isCounted = true;
    const { found, expected } = this.#scan;
    if (found > 0) this.#hasBlocks = true;
    if (found < Math.ceil(expected * (1 - FORGIVEN))) this.#isCutOff = true;
  }

  /** "some" if a counted scan lacks blocks, "unknown" if no scan could be counted. */
  end(): "all" | "some" | "none" | "unknown" {
    if (!this.#isCounted) return "unknown";
    if (!this.#hasBlocks) return "none";
    return this.#isCutOff ? "some" : "all";
  }
}

/** MCUs of a scan: of a single component one for each of its blocks (A.2.2), otherwise interleaved (A.2.3). */
function unitsOf({ width, height, components }: Frame, members: readonly Component[]): number {
  const most = (side: "across" | "down") => Math.max(...components.map((each) => each[side]));
  const [alone] = members;
  const parts = (pixels: number, side: "across" | "down") =>
    members.length === 1 && alone
      ? Math.ceil(Math.ceil((pixels * alone[side]) / most(side)) / BLOCK)
      : Math.ceil(pixels / (BLOCK * most(side)));
  return parts(width, "across") * parts(height, "down");
}

class Scan {
  found = 0;
  /** Without stuffed zeros, from the first block on that is not yet counted. */
  #bytes: Uint8Array = new Uint8Array();
  #bit = 0;
  /** Index of the next block in its MCU. */
  #next = 0;
  /** An invalid code was found: the rest up to the next restart marker is skipped. */
  #isLost = false;
  #restarts = 0;
  readonly codes: readonly Coded[];
  readonly range: { first: number; last: number };
  readonly expected: number;

  constructor(codes: readonly Coded[], range: { first: number; last: number }, expected: number) {
    this.codes = codes;
    this.range = range;
    this.expected = expected;
  }

  write(piece: Uint8Array): void {
    let from = 0;
    for (let at = piece.indexOf(0xff); at >= 0; at = piece.indexOf(0xff, at + 2)) {
      if (piece[at + 1] === 0) continue;
      this.#restarts += 1;
      this.#read(piece.subarray(from, at));
      this.#bytes = new Uint8Array();
      [this.#bit, this.#next, this.#isLost] = [0, 0, false];
      from = at + 2;
    }
    this.#read(piece.subarray(from));
  }

  #read(stuffed: Uint8Array): void {
    // A restart interval has at least one MCU.
    if (this.#isLost || this.found >= this.expected || this.#restarts > this.expected) return;
    const held = this.#bytes.subarray(this.#bit >> 3);
    this.#bit &= 7;
    // Two more bytes, so that 16 bits can be read from any position.
    const bytes = new Uint8Array(held.length + stuffed.length + 2);
    bytes.set(held);
    let end = held.length;
    for (let at = 0; at < stuffed.length; at++) {
      const byte = stuffed[at] ?? 0;
      bytes[end++] = byte;
      if (byte === 0xff) at += 1;
    }
    this.#bytes = bytes.subarray(0, end);
    const bits = new Bits(bytes, this.#bit, 8 * end);
    while (!this.#isLost && this.found < this.expected) {
      const begun = bits.at;
      const run = this.#block(bits);
      if (run === "more") {
        bits.at = begun;
        break;
      }
      this.#isLost = run === "lost";
      if (typeof run === "number") this.#count(run);
    }
    this.#bit = bits.at;
  }

  #count(blocks: number): void {
    const counted = this.#next + blocks;
    this.found = Math.min(this.expected, this.found + Math.floor(counted / this.codes.length));
    this.#next = counted % this.codes.length;
  }

  /** Skips the codes of a block. Returns how many blocks end with them. */
  #block(bits: Bits): number | "more" | "lost" {
    const { dc, ac } = this.codes[this.#next] ?? { dc: undefined, ac: undefined };
    const { first, last } = this.range;
    let at = first;
    if (first === 0) {
      const size = bits.symbol(dc);
      if (typeof size === "string") return size;
      bits.at += size;
      at = 1;
    }
    while (at <= last) {
      const symbol = bits.symbol(ac);
      if (typeof symbol === "string") return symbol;
      const [zeros, size] = [symbol >> 4, symbol & 15];
      if (size > 0) {
        bits.at += size;
        at += zeros + 1;
      } else if (zeros === ZEROS) at += 16;
      else if (first === 0) break;
      // Progressive: end of band of so many blocks (G.1.2.2).
      else return bits.isOver(zeros) ? "more" : (1 << zeros) + bits.take(zeros);
    }
    return bits.isOver(0) ? "more" : 1;
  }
}

class Bits {
  readonly bytes: Uint8Array;
  at: number;
  readonly end: number;
  constructor(bytes: Uint8Array, at: number, end: number) {
    [this.bytes, this.at, this.end] = [bytes, at, end];
  }

  isOver(more: number): boolean {
    return this.at + more > this.end;
  }

  /** The next bits, at most sixteen. */
  take(count: number): number {
    const bits = this.#sixteen() >> (16 - count);
    this.at += count;
    return bits;
  }

  symbol(table: HuffmanTable | undefined): number | "more" | "lost" {
    if (this.at >= this.end) return "more";
    const found = table?.find(this.#sixteen()) ?? null;
    if (found === null) return this.isOver(16) ? "more" : "lost";
    this.at += found >> 8;
    return this.isOver(0) ? "more" : found & 0xff;
  }

  #sixteen(): number {
    const { bytes, at } = this;
    const byte = at >> 3;
    const three = ((bytes[byte] ?? 0) << 16) | ((bytes[byte + 1] ?? 0) << 8) | (bytes[byte + 2] ?? 0);
    return (three >> (8 - (at & 7))) & 0xffff;
  }
}
