// Reads a stream by the pieces of a file format: a given number of bytes at once, or passed on as they arrive. Buffers only what was asked for.

/** The stream is not the format that its first bytes say. */
export class ImageDamaged extends Error {}

/** Chunks, segments and fill bytes cost time however short they are. 20 MiB in PNG chunks of 8 KiB are 2,560. */
const TAKES_MAX = 100_000;

export class Pieces {
  #takes = 0;
  readonly #source: AsyncIterator<Uint8Array>;
  #held: Uint8Array = new Uint8Array();

  constructor(source: AsyncIterable<Uint8Array>) {
    this.#source = source[Symbol.asyncIterator]();
  }

  /** What is there, at least `least` bytes unless the stream ends before; it stays until `advance`. */
  async held(least: number): Promise<Uint8Array> {
    const chunks = [this.#held];
    let length = this.#held.length;
    while (length < least) {
      const { done, value } = await this.#source.next();
      if (done) break;
      chunks.push(value);
      length += value.length;
    }
    if (chunks.length > 1) {
      const joined = new Uint8Array(length);
      let at = 0;
      for (const chunk of chunks) {
        joined.set(chunk, at);
        at += chunk.length;
      }
      this.#held = joined;
    }
    return this.#held;
  }

  advance(bytes: number): void {
    this.#held = this.#held.subarray(bytes);
  }

  /** Exactly this many of the next bytes; null if the stream ends before. */
  async take(bytes: number): Promise<Uint8Array | null> {
    this.#takes += 1;
    if (this.#takes > TAKES_MAX)
      throw new ImageDamaged("The picture is in more parts than any program writes.");
    const held = await this.held(bytes);
    if (held.length < bytes) return null;
    const taken = held.slice(0, bytes);
    this.advance(bytes);
    return taken;
  }

  /** The next bytes as they come; fewer where the stream ends before. */
  async *pass(bytes: number): AsyncGenerator<Uint8Array> {
    for (let left = bytes; left > 0; ) {
      const held = await this.held(1);
      if (held.length === 0) return;
      const piece = held.subarray(0, left);
      this.advance(piece.length);
      left -= piece.length;
      yield piece;
    }
  }

  async skip(bytes: number): Promise<void> {
    for await (const _ of this.pass(bytes));
  }

  /** Reads to the end, so that the sender's connection is not cut and it gets the reason. */
  drain(): Promise<void> {
    return this.skip(Number.POSITIVE_INFINITY);
  }
}

export const NO_PIXELS = "The picture has no pixels.";
export const CUT_OFF = "The picture is cut off.";

/** Exactly this many of the next bytes. */
export async function taken(from: Pieces, bytes: number): Promise<Uint8Array> {
  const piece = await from.take(bytes);
  if (!piece) throw new ImageDamaged(CUT_OFF);
  return piece;
}

/** Passes exactly this many bytes. */
export async function* passed(from: Pieces, bytes: number): AsyncGenerator<Uint8Array> {
  let left = bytes;
  for await (const piece of from.pass(bytes)) {
    left -= piece.length;
    yield piece;
  }
  if (left > 0) throw new ImageDamaged(CUT_OFF);
}
