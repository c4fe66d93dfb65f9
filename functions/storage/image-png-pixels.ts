// Passes a PNG on and throws ImageDamaged unless the streams of its picture and of its animation's frames unpack to exactly the bytes of their
// rows (W3C PNG 3, 5.3, 7.2, 10 and 11.3.4). Buffers no whole picture.

import { crc32 } from "../lib/crc32.ts";
import { type ImageHeader, pngLayout } from "./image-file.ts";
import { CUT_OFF, ImageDamaged, NO_PIXELS, type Pieces, passed, taken } from "./image-pieces.ts";
import { bytesOf, RowBytes, type Rows, rowsOf } from "./image-rows.ts";

type Size = { width: number; height: number };
type Layout = NonNullable<ReturnType<typeof pngLayout>>;

const viewOf = (bytes: Uint8Array) => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
const text = (bytes: Uint8Array, at: number) => String.fromCharCode(...bytes.subarray(at, at + 4));

/** Chunks without which no pixel can be read. */
const CRITICAL = ["IHDR", "PLTE", "IDAT", "fcTL", "fdAT"];
/** Of all frames of an animation together, unpacked: twice the largest picture. */
const FRAMES_MAX_BYTES = 256 * 1024 * 1024;
/** Numbers before the data of a frame, and of a frame's header. */
const SEQUENCE_BYTES = 4;
const FRAME_BYTES = 26;

export async function* pngPixels(from: Pieces, header: ImageHeader): AsyncGenerator<Uint8Array> {
  const first = await taken(from, 33);
  yield first;
  const layout = pngLayout(viewOf(first));
  if (!layout || crc32(first.subarray(12, 29)) !== viewOf(first).getUint32(29))
    throw new ImageDamaged("The PNG's header is broken.");
  const streams = new Streams(header, layout);
  try {
    for (;;) {
      const head = await taken(from, 8);
      const type = text(head, 4);
      yield head;
      let crc = crc32(head.subarray(4));
      await streams.begin(type, viewOf(head).getUint32(0), from);
      for await (const piece of passed(from, viewOf(head).getUint32(0))) {
        await streams.write(type, piece);
        if (CRITICAL.includes(type)) crc = crc32(piece, crc);
        yield piece;
      }
      const stated = await taken(from, 4);
      yield stated;
      if (CRITICAL.includes(type) && viewOf(stated).getUint32(0) !== crc)
        throw new ImageDamaged("The PNG is damaged.");
      if (type === "IEND") break;
    }
    await streams.end();
  } finally {
    streams.stop();
  }
}

/** The stream of the picture, then those of its animation's frames. */
class Streams {
  readonly #size: Size;
  readonly #layout: Layout;
  /** Of the stream that goes on with the next data. */
  #rows: RowBytes | null = null;
  #isPicture = false;
  #hasPicture = false;
  /** The frame whose data is to come. */
  #frame: Size | null = null;
  #frameBytes = 0;
  /** Of the sequence number that still comes before a frame's data. */
  #skip = 0;

  constructor(size: Size, layout: Layout) {
    this.#size = size;
    this.#layout = layout;
  }

  /** A chunk begins, whose data comes next. */
  async begin(type: string, length: number, from: Pieces): Promise<void> {
    if (type === "IDAT" && !this.#hasPicture) {
      // A frame's header before it makes it the first frame, of the same size (11.3.4.2).
      if (this.#frame && (this.#frame.width !== this.#size.width || this.#frame.height !== this.#size.height))
        throw new ImageDamaged("The first frame of the PNG is not of its size.");
      this.#frame = null;
      this.#hasPicture = true;
      this.#isPicture = true;
      this.#rows = new RowBytes(rowsOf(this.#size, this.#layout));
    } else if (type === "fcTL") {
      await this.#finish();
      this.#frame = this.#frameOf(viewOf((await from.held(length)).slice(0, length)));
    } else if (type === "fdAT") {
      if (length < SEQUENCE_BYTES) throw new ImageDamaged(CUT_OFF);
      this.#skip = SEQUENCE_BYTES;
      if (!this.#frame) return;
      this.#rows = new RowBytes(this.#rowsOf(this.#frame));
      this.#isPicture = false;
      this.#frame = null;
    }
  }

  async write(type: string, piece: Uint8Array): Promise<void> {
    if (type !== "IDAT" && type !== "fdAT") return;
    if (!this.#rows || this.#isPicture !== (type === "IDAT")) throw new ImageDamaged("The PNG is damaged.");
    const number = Math.min(this.#skip, piece.length);
    this.#skip -= number;
    await this.#rows.write(piece.subarray(number));
  }

  async end(): Promise<void> {
    await this.#finish();
    if (!this.#hasPicture) throw new ImageDamaged(NO_PIXELS);
  }

  async #finish(): Promise<void> {
    if (this.#hasPicture && this.#frame) throw new ImageDamaged(NO_PIXELS);
    if (!this.#rows) return;
    const found = await this.#rows.end();
    this.#rows = null;
    if (found === "none") throw new ImageDamaged(NO_PIXELS);
    if (found === "some") throw new ImageDamaged(CUT_OFF);
    if (found === "more") throw new ImageDamaged("The PNG has more data than its pixels.");
    if (found === "damaged") throw new ImageDamaged("The PNG's pixels are damaged or cut off.");
  }

  stop(): void {
    this.#rows?.stop();
  }

  /** Width, height and place of a frame (11.3.4.2). */
  #frameOf(view: DataView): Size {
    if (view.byteLength < FRAME_BYTES) throw new ImageDamaged(CUT_OFF);
    const [width = 0, height = 0, x = 0, y = 0] = [4, 8, 12, 16].map((at) => view.getUint32(at));
    if (width === 0 || height === 0 || x + width > this.#size.width || y + height > this.#size.height)
      throw new ImageDamaged("A frame is not within its picture.");
    return { width, height };
  }

  #rowsOf(size: Size): Rows[] {
    const rows = rowsOf(size, this.#layout);
    this.#frameBytes += bytesOf(rows);
    if (this.#frameBytes > FRAMES_MAX_BYTES)
      throw new ImageDamaged("The animation has more pixels than are accepted.");
    return rows;
  }
}
