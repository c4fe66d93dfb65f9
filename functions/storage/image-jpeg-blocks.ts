// Counts the blocks in the Huffman codes of a JPEG (ITU T.81, F.2.2 and G.1.2) without decoding pixels: the data of a truncated JPEG ends before
// its last block even if an end marker was appended, and a progressive one that lacks whole scans leaves bits of its coefficients open.
// Arithmetic and lossless coding are not counted. Time is bounded by the number of bytes and of scans.

import { HuffmanTable } from "./image-jpeg-huffman.ts";
import { BLOCK_COEFFICIENTS, type Known, Scan } from "./image-jpeg-scan.ts";
import { STANDARD_TABLES } from "./image-jpeg-standard.ts";
import { ImageDamaged } from "./image-pieces.ts";

type Component = { id: number; across: number; down: number };
type Frame = { isProgressive: boolean; width: number; height: number; components: Component[] };

const BLOCK = 8;
/** A share of missing blocks that is accepted: flipped bits cost decoders a few blocks, which is not a truncated picture. */
const FORGIVEN = 0.01;
/** Of all scans together: what encoders pad with, and blocks that flipped bits cost. */
const BEHIND_MAX_BYTES = 64 * 1024;
/** Encoders write about ten. Each costs time for every block, however few bytes it has. */
const SCANS_MAX = 100;

export class JpegBlocks {
  /** By class and destination, not built until a scan uses them: a file may hold many. */
  readonly #tables = new Map<number, { lengths: Uint8Array; symbols: Uint8Array }>();
  #frame: Frame | null = null;
  #hasFrame = false;
  #scan: Scan | null = null;
  #scans = 0;
  /** Of a progressive frame, by component. */
  readonly #known = new Map<Component, Known>();
  #isCounted = false;
  #isCutOff = false;
  #behind = 0;
  #hasBlocks = false;

  constructor() {
    this.tables(STANDARD_TABLES);
  }

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

  /** The body of SOF0 to SOF2 (B.2.2). A picture has one (B.2.1). */
  frame(body: Uint8Array, isProgressive: boolean): void {
    // Sizes are checked once, by the first; what is kept of a progressive picture grows with them.
    if (this.#hasFrame) throw new ImageDamaged("The picture states its size twice.");
    this.#hasFrame = true;
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
    this.#scans += 1;
    if (this.#scans > SCANS_MAX)
      throw new ImageDamaged("The picture is in more parts than any program writes.");
    if (!frame) return;
    const [before, bit] = [approximation >> 4, approximation & 15];
    const members = Array.from({ length: count }, (_, i) => {
      const [id = 0, places = 0] = body.subarray(1 + 2 * i);
      const component = frame.components.find((each) => each.id === id);
      const coded = { dc: this.#table(places >> 4), ac: this.#table(0x10 | (places & 15)) };
      return component ? [{ component, coded }] : [];
    }).flat();
    const known = frame.isProgressive ? members.map(({ component }) => this.#knownOf(frame, component)) : [];
    for (const { open } of known) open.fill(bit, first, last + 1);
    const refines = frame.isProgressive && before !== 0;
    const hasTables = members.every(
      ({ coded: { dc, ac } }) => (first > 0 || dc || refines) && ((frame.isProgressive && first === 0) || ac),
    );
    const canBeCounted = members.length > 0 && members.length === count && hasTables;
    // What follows from an uncounted scan cannot be counted either.
    if (!canBeCounted || (refines && known.some(({ isCounted }) => !isCounted))) {
      for (const each of known) each.isCounted = false;
      return;
    }
    const codes = members.flatMap(({ component: { across, down }, coded }) =>
      Array.from({ length: count === 1 ? 1 : across * down }, () => coded),
    );
    const range = frame.isProgressive ? { first, last } : { first: 0, last: BLOCK_COEFFICIENTS - 1 };
    const components = members.map(({ component }) => component);
    this.#scan = new Scan(codes, { ...range, refines }, unitsOf(frame, components), known[0] ?? null);
  }

  #knownOf(frame: Frame, component: Component): Known {
    const found = this.#known.get(component) ?? {
      open: new Int8Array(BLOCK_COEFFICIENTS).fill(-1),
      nonZero: new Uint32Array(2 * unitsOf(frame, [component])),
      isCounted: true,
    };
    this.#known.set(component, found);
    return found;
  }

  /** Entropy-coded data with stuffed zeros and restart markers. A piece never ends inside a marker. */
  write(piece: Uint8Array): void {
    this.#scan?.write(piece);
  }

  endScan(): void {
    if (!this.#scan) return;
    this.#isCounted = true;
    const { found, expected, known, wasLost, behind } = this.#scan;
    this.#behind += behind;
    if (known && wasLost) known.isCounted = false;
    if (found > 0) this.#hasBlocks = true;
    if (found < Math.ceil(expected * (1 - FORGIVEN))) this.#isCutOff = true;
  }

  /** "some" if a counted scan lacks blocks, "more" if it has other bytes too, "unknown" if no scan could be counted. */
  end(): "all" | "some" | "none" | "more" | "unknown" {
    if (!this.#isCounted) return "unknown";
    if (!this.#hasBlocks) return "none";
    if (this.#isCutOff || this.#lacksScans()) return "some";
    return this.#behind > BEHIND_MAX_BYTES ? "more" : "all";
  }

  /** Whether a coefficient was never coded down to its last bit (G.1.1.1.2). */
  #lacksScans(): boolean {
    const frame = this.#frame;
    if (!frame?.isProgressive) return false;
    return frame.components.some(
      (component) => this.#known.get(component)?.open.some((bit) => bit !== 0) ?? true,
    );
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
