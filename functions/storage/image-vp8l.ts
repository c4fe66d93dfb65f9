// Whether the coded data of a lossless WebP holds all of its pixels (RFC 9649, 3): skips their codes without undoing transforms. A picture that was
// cut ends before its last pixel, whatever sizes were written into it afterwards. Keeps the values of the small image that says which
// prefix codes are used where; of the others only how many pixels they have.

import { ImageDamaged } from "./image-pieces.ts";
import { PrefixBits, PrefixCode, type PrefixGroup } from "./image-vp8l-bits.ts";

type Size = { width: number; height: number };
/** Runs until more bytes are there. */
type Reading<T = void> = Generator<undefined, T>;
type Codes = { groups: PrefixGroup[]; bits: number; places: Uint32Array | null; across: number };

const [INDEXED, SUBTRACTED] = [3, 2];
const [LITERALS, LENGTHS, DISTANCES] = [256, 24, 40];
const CACHE_BITS_MAX = 11;
const HASH = 0x1e35a7bd;
/** More than the codes of one pixel take: four of 15 bits, or two with 14 further ones. */
const PIXEL_BYTES = 16;
/** More than all codes of one group take: 2,328 + 4 x 256 lengths of 15 bits. */
const GROUP_BYTES = 8 * 1024;
/** Of one image: encoders write up to 2,600. Each takes memory. */
const GROUPS_MAX = 8 * 1024;
const BROKEN = "The WebP's pixels are damaged.";
/** What encoders flush behind the last code. */
const BEHIND_MAX_BYTES = 64;

export class Vp8lPixels {
  readonly #bits = new PrefixBits(new Uint8Array());
  readonly #run: Reading;
  #isDone = false;

  /** `hasHeader`: the alpha of a lossy picture has none. */
  constructor(size: Size, hasHeader: boolean) {
    this.#run = this.#picture(size, hasHeader);
  }

  /** Throws ImageDamaged where the codes are none. */
  write(piece: Uint8Array): void {
    if (!this.#isDone) this.#bits.append(piece);
    this.#goOn();
  }

  #goOn(): void {
    if (!this.#isDone) this.#isDone = this.#run.next().done === true;
  }

  /** Whether all pixels are there, only some, or bytes behind the last one. */
  end(): "all" | "some" | "more" {
    this.#bits.isEnded = true;
    this.#goOn();
    if (!this.#isDone || this.#bits.isOver) return "some";
    return this.#bits.left > BEHIND_MAX_BYTES ? "more" : "all";
  }

  *#wait(bytes: number): Reading {
    while (this.#bits.left < bytes && !this.#bits.isEnded) yield;
  }

  *#picture({ width, height }: Size, hasHeader: boolean): Reading {
    const bits = this.#bits;
    if (hasHeader) {
      yield* this.#wait(PIXEL_BYTES);
      bits.read(8 + 14 + 14 + 1);
      if (bits.read(3) !== 0) throw new ImageDamaged(BROKEN);
    }
    let across = width;
    const seen = new Set<number>();
    for (;;) {
      yield* this.#wait(PIXEL_BYTES);
      if (bits.read(1) === 0) break;
      const kind = bits.read(2);
      if (seen.has(kind)) throw new ImageDamaged(BROKEN);
      seen.add(kind);
      if (kind === INDEXED) {
        const colours = 1 + bits.read(8);
        yield* this.#image(colours, 1, false);
        across = Math.ceil(across / (colours <= 2 ? 8 : colours <= 4 ? 4 : colours <= 16 ? 2 : 1));
      } else if (kind !== SUBTRACTED) {
        const block = 1 << (2 + bits.read(3));
        yield* this.#image(Math.ceil(across / block), Math.ceil(height / block), false);
      }
    }
    yield* this.#image(across, height, true);
  }

  /** An image with its prefix codes; the picture itself may have several groups of them (3.6, 3.7). */
  *#image(width: number, height: number, isPicture: boolean): Reading {
    const cacheBits = yield* this.#cacheBits();
    const codes = yield* this.#codes(width, height, { isPicture, cacheBits });
    yield* this.#pixels(width * height, width, { codes, cacheBits, values: null });
  }

  *#cacheBits(): Reading<number> {
    yield* this.#wait(PIXEL_BYTES);
    if (this.#bits.read(1) === 0) return 0;
    const cacheBits = this.#bits.read(4);
    if (cacheBits < 1 || cacheBits > CACHE_BITS_MAX) throw new ImageDamaged(BROKEN);
    return cacheBits;
  }

  *#codes(
    width: number,
    height: number,
    { isPicture, cacheBits }: { isPicture: boolean; cacheBits: number },
  ): Reading<Codes> {
    yield* this.#wait(PIXEL_BYTES);
    let [count, bits, across] = [1, 0, 1];
    let places: Uint32Array | null = null;
    if (isPicture && this.#bits.read(1)) {
      bits = 2 + this.#bits.read(3);
      across = Math.ceil(width / (1 << bits));
      places = new Uint32Array(across * Math.ceil(height / (1 << bits)));
      const own = yield* this.#cacheBits();
      const codes = yield* this.#codes(across, 1, { isPicture: false, cacheBits: own });
      yield* this.#pixels(places.length, across, { codes, cacheBits: own, values: places });
      for (let i = 0; i < places.length; i++) {
        places[i] = ((places[i] ?? 0) >>> 8) & 0xffff;
        count = Math.max(count, 1 + (places[i] ?? 0));
      }
    }
    if (count > GROUPS_MAX) throw new ImageDamaged("The picture is in more parts than any program writes.");
    const groups: PrefixGroup[] = [];
    const green = LITERALS + LENGTHS + (cacheBits > 0 ? 1 << cacheBits : 0);
    for (let i = 0; i < count && !this.#bits.isOver; i++) {
      yield* this.#wait(GROUP_BYTES);
      const read = (symbols: number) => {
        const code = PrefixCode.read(this.#bits, symbols);
        if (!code && !this.#bits.isOver) throw new ImageDamaged(BROKEN);
        return code ?? PrefixCode.ZERO;
      };
      groups.push([read(green), read(LITERALS), read(LITERALS), read(LITERALS), read(DISTANCES)]);
    }
    return { groups, bits, places, across };
  }

  /** `values`: where the pixels are noted as ARGB; null where only their number counts. */
  *#pixels(
    total: number,
    width: number,
    { codes, cacheBits, values }: { codes: Codes; cacheBits: number; values: Uint32Array | null },
  ): Reading {
    const bits = this.#bits;
    // Else a picture of a few bytes takes a second for every ten million of its pixels.
    if (!values && codes.groups.every(hasNoBits)) return;
    const cache = values && cacheBits > 0 ? new Uint32Array(1 << cacheBits) : null;
    const note = (at: number, pixel: number) => {
      if (!values) return;
      values[at] = pixel;
      if (cache) cache[Math.imul(HASH, pixel) >>> (32 - cacheBits)] = pixel;
    };
    const { groups, bits: block, places, across } = codes;
    let group = groups[0];
    for (let at = 0; at < total && !bits.isOver; ) {
      if (bits.left < PIXEL_BYTES && !bits.isEnded) yield* this.#wait(PIXEL_BYTES);
      if (places) {
        const x = at % width;
        group = groups[places[across * (((at - x) / width) >> block) + (x >> block)] ?? 0];
      }
      if (!group) return;
      const symbol = group[0].symbol(bits);
      if (symbol < LITERALS) {
        const red = group[1].symbol(bits);
        const blue = group[2].symbol(bits);
        const alpha = group[3].symbol(bits);
        note(at, ((alpha << 24) | (red << 16) | (symbol << 8) | blue) >>> 0);
        at += 1;
      } else if (symbol < LITERALS + LENGTHS) {
        const length = longNumber(bits, symbol - LITERALS);
        const distance = distanceOf(longNumber(bits, group[4].symbol(bits)), width);
        if (!bits.isOver && (distance > at || length > total - at)) throw new ImageDamaged(BROKEN);
        if (values) for (let i = 0; i < length; i++) note(at + i, values[at + i - distance] ?? 0);
        at += length;
      } else {
        note(at, cache?.[symbol - LITERALS - LENGTHS] ?? 0);
        at += 1;
      }
    }
  }
}

/** Whether every pixel of the group is one and the same, or one of the cache, without a bit of the data. */
function hasNoBits([green, red, blue, alpha]: PrefixGroup): boolean {
  if (green.only === null) return false;
  if (green.only >= LITERALS) return green.only >= LITERALS + LENGTHS;
  return red.only !== null && blue.only !== null && alpha.only !== null;
}

/** A length or distance by its prefix and further bits (3.6.2.2). */
function longNumber(bits: PrefixBits, prefix: number): number {
  if (prefix < 4) return prefix + 1;
  const extra = (prefix - 2) >> 1;
  return ((2 + (prefix & 1)) << extra) + bits.read(extra) + 1;
}

/** The pixels nearest to one, by row and column, as the spec orders them: distance codes 1 to 120 (3.6.2.2). */
const NEAR =
  "0,1 1,0 1,1 -1,1 0,2 2,0 1,2 -1,2 2,1 -2,1 2,2 -2,2 0,3 3,0 1,3 -1,3 3,1 -3,1 2,3 -2,3 3,2 -3,2 0,4 4,0 1,4 -1,4 4,1 -4,1 3,3 -3,3 2,4 -2,4 4,2 -4,2 0,5 3,4 -3,4 4,3 -4,3 5,0 1,5 -1,5 5,1 -5,1 2,5 -2,5 5,2 -5,2 4,4 -4,4 3,5 -3,5 5,3 -5,3 0,6 6,0 1,6 -1,6 6,1 -6,1 2,6 -2,6 6,2 -6,2 4,5 -4,5 5,4 -5,4 3,6 -3,6 6,3 -6,3 0,7 7,0 1,7 -1,7 5,5 -5,5 7,1 -7,1 4,6 -4,6 6,4 -6,4 2,7 -2,7 7,2 -7,2 3,7 -3,7 7,3 -7,3 5,6 -5,6 6,5 -6,5 8,0 4,7 -4,7 7,4 -7,4 8,1 8,2 6,6 -6,6 8,3 5,7 -5,7 7,5 -7,5 8,4 6,7 -6,7 7,6 -7,6 8,5 7,7 -7,7 8,6 8,7"
    .split(" ")
    .map((pair) => pair.split(",").map(Number));

function distanceOf(code: number, width: number): number {
  const near = NEAR[code - 1];
  if (!near) return code - NEAR.length;
  const [column = 0, row = 0] = near;
  return Math.max(1, column + row * width);
}
