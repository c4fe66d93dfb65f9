// What programs and phones write though the formats do not foresee it is accepted, as decoders accept it; what no decoder reads is refused, however
// well its pieces are closed.

import { describe, expect, it } from "vitest";
import { readImageHeader } from "../../../functions/storage/image-file.ts";
import { peekImage } from "../../../functions/storage/image-stream.ts";
import { pngChunk } from "../cast.ts";
import { JPEG_BASELINE, JPEG_PROGRESSIVE } from "./camera-pictures.ts";
import {
  type Bytes,
  bytesOf,
  header,
  image,
  joined,
  kept,
  SIGNATURE,
  segment,
  textOf,
  zlib,
} from "./picture-parts.ts";

const JPEG = textOf(JPEG_BASELINE);
const FIRST = 4 + JPEG.charCodeAt(4) * 256 + JPEG.charCodeAt(5);
/** With bytes behind the JPEG's first segment. */
const behindFirst = (bytes: string) => bytesOf(`${JPEG.slice(0, FIRST)}${bytes}${JPEG.slice(FIRST)}`);
const numbers = (...values: number[]) => {
  const data = new Uint8Array(4 * values.length);
  values.forEach((value, i) => {
    new DataView(data.buffer).setUint32(4 * i, value);
  });
  return data;
};

/** An 8 x 8 grey picture whose rows have these filters. */
const filtered = async (filters: readonly number[], interlace = 0) => {
  const rows = new Uint8Array(9 * 8);
  for (const [row, filter] of filters.entries()) rows[9 * row] = filter;
  return image(header(8, 8, { interlace }), pngChunk("IDAT", await zlib(rows)));
};

async function peeked(bytes: Bytes, step: number) {
  let at = 0;
  const chunks = new ReadableStream<Uint8Array>({
    pull(controller) {
      controller.enqueue(bytes.slice(at, at + step));
      at += step;
      if (at >= bytes.length) controller.close();
    },
  });
  const result = await peekImage(chunks, bytes.length, "image/jpeg");
  if (!("header" in result)) return result.detail;
  await result.body.cancel();
  return result.header;
}

describe("a JPEG", () => {
  it("may have stray bytes between its segments, which are not kept", async () => {
    const plain = await kept(JPEG_BASELINE);
    for (const stray of ["\0", "stray \xff\0 bytes", "x".repeat(2_000)])
      expect(await kept(behindFirst(stray))).toEqual(plain);
    expect(await kept(behindFirst("x".repeat(70_000)))).toBe("The JPEG's segments are broken.");
  });

  it("may lack its end marker, not its last blocks", async () => {
    for (const jpeg of [JPEG_BASELINE, JPEG_PROGRESSIVE]) {
      const end = textOf(jpeg).lastIndexOf("\xff\xd9");
      expect(await kept(jpeg.slice(0, end))).toEqual(await kept(jpeg));
      expect(await kept(jpeg.slice(0, Math.floor(end * 0.9)))).toMatch(/cut off|damaged|broken|no pixels/);
    }
  });

  it("may say its size late, behind what phones write first, in chunks of any size", async () => {
    const long = behindFirst(segment(0xed, "d".repeat(65_000)).repeat(40));
    const size = readImageHeader(JPEG_BASELINE);
    for (const step of [999, 65_536, long.length]) expect(await peeked(long, step)).toEqual(size);
    const endless = behindFirst(segment(0xed, "d".repeat(65_000)).repeat(70));
    expect(await peeked(endless, 65_536)).toContain("within its first 4 MiB");
  });

  it("has 8 bits a sample and one to four samples a component", async () => {
    const frame = JPEG.indexOf("\xff\xc0");
    const changed = (at: number, byte: number) => {
      const bytes = JPEG_BASELINE.slice();
      bytes[frame + at] = byte;
      return kept(bytes);
    };
    expect(await changed(4, 8)).toEqual(await kept(JPEG_BASELINE));
    for (const bits of [0, 12, 16]) expect(await changed(4, bits)).toContain("not 8 bits");
    for (const sampling of [0x01, 0x10, 0x51, 0xff])
      expect(await changed(11, sampling)).toContain("sampling");
  });
});

describe("a scan of a JPEG", () => {
  const without = (jpeg: string, marker: string) => {
    let rest = jpeg;
    for (let at = rest.indexOf(marker); at >= 0; at = rest.indexOf(marker)) {
      const length = rest.charCodeAt(at + 2) * 256 + rest.charCodeAt(at + 3);
      rest = rest.slice(0, at) + rest.slice(at + 2 + length);
    }
    return bytesOf(rest);
  };
  const changed = (jpeg: Bytes, marker: string, at: number, byte: number) => {
    const bytes = jpeg.slice();
    bytes[textOf(jpeg).indexOf(marker) + at] = byte;
    return kept(bytes);
  };

  it("has the tables of its components", async () => {
    expect(await kept(without(JPEG, "\xff\xdb"))).toContain("a table is missing");
    expect(await changed(JPEG_BASELINE, "\xff\xc0", 12, 3)).toContain("a table is missing");
    expect(await changed(JPEG_BASELINE, "\xff\xda", 5, 77)).toContain("a table is missing");
  });

  it("is of the first coefficient or of others, where there are several", async () => {
    const scan = textOf(JPEG_PROGRESSIVE).indexOf("\xff\xda");
    const start = 5 + 2 * textOf(JPEG_PROGRESSIVE).charCodeAt(scan + 4);
    expect(await changed(JPEG_PROGRESSIVE, "\xff\xda", start, 0)).toEqual(await kept(JPEG_PROGRESSIVE));
    expect(await changed(JPEG_PROGRESSIVE, "\xff\xda", start + 1, 5)).toContain(
      "table of the JPEG is broken",
    );
  });

  it("has codes that can be distinguished", async () => {
    const table = JPEG.indexOf("\xff\xc4");
    const [one, two] = [JPEG.charCodeAt(table + 5), JPEG.charCodeAt(table + 6)];
    // Three codes of one bit in place of as many longer ones.
    expect(one + two).toBeLessThan(3);
    const many = segment(0xc4, `\0\x03${"\0".repeat(15)}abc`);
    expect(await kept(bytesOf(JPEG.slice(0, table) + many + JPEG.slice(table)))).toContain("is broken");
  });
});

describe("a PNG", () => {
  it("is stored without what is not needed and has a wrong checksum", async () => {
    const pixels = pngChunk("IDAT", await zlib(new Uint8Array(72)));
    const damaged = (type: string, data: string) => {
      const made = pngChunk(type, bytesOf(data));
      made[made.length - 1] = (made.at(-1) ?? 0) ^ 1;
      return made;
    };
    const plain = image(header(8, 8, {}), pixels);
    const odd = [
      damaged("gAMA", "\0\0\xb1\x8f"),
      damaged("pHYs", "\0\0\x0b\x13\0\0\x0b\x13\x01"),
      damaged("tEXt", "parameters\0a prompt"),
      damaged("eXIf", "MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0"),
    ];
    expect(await kept(image(header(8, 8, {}), ...odd, pixels))).toEqual(plain);
    const gamma = pngChunk("gAMA", bytesOf("\0\0\xb1\x8f"));
    expect(await kept(image(header(8, 8, {}), gamma, pixels))).toEqual(
      image(header(8, 8, {}), gamma, pixels),
    );
  });

  it("predicts its rows in one of five ways", async () => {
    expect(await kept(await filtered([0, 1, 2, 3, 4]))).toBeInstanceOf(Uint8Array);
    expect(await kept(await filtered([0, 0, 0, 0, 0, 0, 0, 5]))).toContain("damaged");
    expect(await kept(await filtered([9]))).toContain("damaged");
  });

  it("has rows in passes where it is interlaced", async () => {
    // 8 x 8 in the passes of Adam7: rows of 2, 2, 3, 3, 5, 5 and 9 bytes.
    const lengths = [2, 2, 3, 3, 3, 5, 5, 5, 5, 5, 5, 9, 9, 9, 9];
    const stream = (filters: (row: number) => number) =>
      zlib(
        Uint8Array.from(lengths.flatMap((length, row) => [filters(row), ...new Array(length - 1).fill(200)])),
      );
    const made = async (filters: (row: number) => number) =>
      kept(image(header(8, 8, { interlace: 1 }), pngChunk("IDAT", await stream(filters))));
    expect(await made((row) => row % 5)).toBeInstanceOf(Uint8Array);
    expect(await made((row) => (row === 11 ? 7 : 0))).toContain("damaged");
  });

  it("has an animation's first frame of its own size", async () => {
    const pixels = pngChunk("IDAT", await zlib(new Uint8Array(72)));
    const animation = pngChunk("acTL", numbers(1, 0));
    const frame = (width: number) => pngChunk("fcTL", joined(numbers(0, width, 8, 0, 0), "\0\x01\0\x0a\0\0"));
    expect(await kept(image(header(8, 8, {}), animation, frame(8), pixels))).toBeInstanceOf(Uint8Array);
    expect(await kept(image(header(8, 8, {}), animation, frame(4), pixels))).toContain("first frame");
  });

  it("has no side that no JPEG could have", () => {
    const sized = (width: number, height: number) =>
      readImageHeader(joined(SIGNATURE, header(width, height, {})));
    expect(sized(65_535, 200)).toMatchObject({ width: 65_535 });
    expect(sized(1, 16_000_000)).toMatchObject({
      reason: "too_many_pixels",
      detail: expect.stringContaining("65535"),
    });
  });
});
