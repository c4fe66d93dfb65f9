// The coded data of a WebP is read to its last pixel: a picture that was cut, with every size in it mended, is none.

import { describe, expect, it } from "vitest";
import { WEBP_LOSSLESS, WEBP_PLAIN } from "./camera-pictures.ts";
import { bytesOf, chunk, kept, textOf, webp } from "./picture-parts.ts";

const SIZE = "\x2f\0\0\x17\0\0";
const canvas = (flags = "\0") => chunk("VP8X", `${flags}\0\0\0${SIZE}`);

/** The data of the first chunk of a kind. */
function dataOf(bytes: Uint8Array, type: string): string {
  const at = textOf(bytes).indexOf(type);
  const length = new DataView(bytes.buffer, bytes.byteOffset).getUint32(at + 4, true);
  return textOf(bytes.subarray(at + 8, at + 8 + length));
}
/** By libwebp in four partitions of its codes, which no program writes unasked. */
const PARTITIONED = bytesOf(
  atob(
    "UklGRhgBAABXRUJQVlA4IAwBAABQBwCdASowABgAPzmItVSvKSSjKq354CcJbACxHwTAKSG8DUr55WyTUaBs+yiVRkS4trJGypj8" +
      "IyXAtd3yHZP3H9MAAN3LbdPCZKnxVqX85YuoXarRcBnPVLhmrzWL/weqK4CB9D+g5ltfzzU/jwU+VpW12iAeEeaivQlZ9M2B2CGE" +
      "fHf1XAB8kEddfO1+9BBje2L/tUKhOEzMbjGkCvfwSa8nQ+xtcVe5qWGmKNTDzMhq12UvkgY2FwK9XRMEPOPbm4IDxRd1Wg8gyIa/" +
      "X0SK6aCEzJyKDJRuj3zZG4Wk4FmO+eUxFDL9iu027ehR1KEE4lSacEs9WDcuD8CKMc9JwyymQkFurtfAAAAA",
  ),
);
const LOSSY = dataOf(WEBP_PLAIN, "VP8 ");
const LOSSLESS = dataOf(WEBP_LOSSLESS, "VP8L");
/** The same pixels as alpha, without their header. */
const ALPHA = `\x01${LOSSLESS.slice(5)}`;
const frame = (...chunks: string[]) => chunk("ANMF", `\0\0\0\0\0\0${SIZE}\0\0\0\0${chunks.join("")}`);
const REFUSED = /^(?:The (?:picture|WebP)|more)/;

describe("a WebP", () => {
  const layouts: [string, string, (data: string) => Uint8Array<ArrayBuffer>][] = [
    ["lossy", LOSSY, (data) => webp(chunk("VP8 ", data))],
    ["in partitions", dataOf(PARTITIONED, "VP8 "), (data) => webp(chunk("VP8 ", data))],
    ["lossless", LOSSLESS, (data) => webp(chunk("VP8L", data))],
    ["lossy on a canvas", LOSSY, (data) => webp(canvas(), chunk("VP8 ", data))],
    ["of alpha", ALPHA, (data) => webp(canvas("\x10"), chunk("ALPH", data), chunk("VP8 ", LOSSY))],
    [
      "animated",
      LOSSY,
      (data) => webp(canvas("\x02"), frame(chunk("VP8 ", LOSSY)), frame(chunk("VP8 ", data))),
    ],
    ["animated without loss", LOSSLESS, (data) => webp(canvas("\x02"), frame(chunk("VP8L", data)))],
  ];

  it.each(layouts)(
    "%s is kept whole, and refused wherever it was cut and closed again",
    async (_, data, made) => {
      for (const step of [1, 13, 4_096]) expect(await kept(made(data), step)).toEqual(made(data));
      for (let end = 0; end < data.length - 4; end += 1 + (data.length >> 6))
        expect([end, await kept(made(data.slice(0, end)))]).toEqual([end, expect.stringMatching(REFUSED)]);
    },
  );

  it.each(layouts)("%s is refused with bytes behind its pixels", async (_, data, made) => {
    expect(await kept(made(data + "SECRET".repeat(20)))).toBe("The WebP has more data than its pixels.");
  });

  it("is refused where its codes are none", async () => {
    const noise = Array.from({ length: 400 }, (_, i) => String.fromCharCode((i * 157 + 91) & 255)).join("");
    expect(await kept(webp(chunk("VP8L", LOSSLESS.slice(0, 5) + noise)))).toMatch(REFUSED);
    expect(await kept(webp(canvas("\x10"), chunk("ALPH", `\x01${noise}`), chunk("VP8 ", LOSSY)))).toMatch(
      REFUSED,
    );
    expect(await kept(webp(canvas("\x10"), chunk("ALPH", `\x02${noise}`), chunk("VP8 ", LOSSY)))).toMatch(
      REFUSED,
    );
  });

  it("has alpha of its size, if that is not coded", async () => {
    const raw = (bytes: number) =>
      kept(webp(canvas("\x10"), chunk("ALPH", `\0${"a".repeat(bytes)}`), chunk("VP8 ", LOSSY)));
    expect(typeof (await raw(48 * 24))).toBe("object");
    for (const bytes of [0, 48 * 24 - 1, 48 * 24 + 1, 5_000])
      expect(await raw(bytes)).toBe("The picture is cut off.");
  });

  it("has frames of its own size at most, and a bounded number of pixels", async () => {
    const wide = chunk("ANMF", `\x01\0\0\0\0\0${SIZE}\0\0\0\0${chunk("VP8 ", LOSSY)}`);
    expect(await kept(webp(canvas("\x02"), wide))).toBe("A frame is not within its picture.");
    const less = chunk("ANMF", `\0\0\0\0\0\0\x01\0\0\x01\0\0\0\0\0\0${chunk("VP8 ", LOSSY)}`);
    expect(await kept(webp(canvas("\x02"), less))).toBe("The WebP picture says two sizes.");
    // One pixel in four thousand by four thousand, by codes without bits: each frame is a few bytes.
    const header = bytesOf("\x2f\0\0\0\0");
    new DataView(header.buffer).setUint32(1, 3_999 | (3_999 << 14), true);
    const codes = "\x88\x88\x08"; // no transform, cache or groups; five codes of one symbol
    const flat = chunk("VP8L", `${textOf(header)}${codes}`);
    const size = "\x9f\x0f\0\x9f\x0f\0";
    const large = chunk("ANMF", `\0\0\0\0\0\0${size}\0\0\0\0${flat}`);
    const animated = (frames: number) => webp(chunk("VP8X", `\x02\0\0\0${size}`), large.repeat(frames));
    expect(typeof (await kept(animated(2)))).toBe("object");
    expect(await kept(animated(17))).toBe("The animation has more pixels than are accepted.");
  });

  it("whose codes have no bits is complete without data; one code of two symbols needs a bit for each pixel", async () => {
    const coded = (bits: string) => {
      const bytes = bits.match(/.{1,8}/g)?.map((some) => Number.parseInt([...some].reverse().join(""), 2));
      return String.fromCharCode(...(bytes ?? []));
    };
    // Forty pixels by thirty; no transform, cache or groups. A code of one symbol is 1000, of two 1100 and the other symbol.
    const header = `\x2f${coded("1110010000000010111000000000".padEnd(32, "0"))}`;
    const one = "1000";
    const picture = (codes: string[], data = "") =>
      webp(chunk("VP8L", header + coded(`000${codes.join("")}${data}`)));
    const flat = picture([one, one, one, one, one]);
    expect(await kept(flat)).toEqual(flat);
    for (const place of [0, 1, 2, 3]) {
      const codes = [one, one, one, one, one];
      codes[place] = "1100" + "10000000";
      const whole = picture(codes, "01".repeat(600));
      expect([place, await kept(whole)]).toEqual([place, whole]);
      expect([place, await kept(picture(codes, "01".repeat(500)))]).toEqual([
        place,
        "The picture is cut off.",
      ]);
    }
  });

  it("as small as a pixel is read", async () => {
    const pixel = webp(chunk("VP8L", "\x2f\0\0\0\0\x88\x88\x08"));
    expect([pixel.length, await kept(pixel)]).toEqual([28, pixel]);
  });
});
