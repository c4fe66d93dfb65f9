// What pictures carry beside their pixels is what it says, in its size and once: no other bytes are stored in its place.

import { describe, expect, it } from "vitest";
import { isIccProfile } from "../../../functions/storage/icc-profile.ts";
import { pngChunk } from "../cast.ts";
import { JPEG_BASELINE, JPEG_PROGRESSIVE, WEBP_LOSSLESS, WEBP_LOSSY, WEBP_PLAIN } from "./camera-pictures.ts";
import { iccProfile } from "./icc.ts";
import {
  bytesOf,
  chunk,
  END,
  header,
  image,
  joined,
  kept,
  SIGNATURE,
  segment,
  textOf,
  webp,
  zlib,
} from "./picture-parts.ts";

const SECRET = "SECRET";
const rows = await zlib(new Uint8Array(72));
/** Rows of 4 x 4 pixels. */
const small = await zlib(new Uint8Array(4 * 5));
const PIXELS = pngChunk("IDAT", rows);
const around = (...chunks: Uint8Array[]) => image(header(8, 8, {}), ...chunks, PIXELS);
const raw = (type: string, data: string) => pngChunk(type, bytesOf(data));

const PROFILE = textOf(iccProfile(SECRET));
const changed = (at: number, text: string) => PROFILE.slice(0, at) + text + PROFILE.slice(at + text.length);
const NO_PROFILES: Record<string, string> = {
  "a text": SECRET.repeat(40),
  "a header alone": changed(0, "\0\0\0\x80").slice(0, 128),
  "another signature": changed(36, "acsq"),
  "another size": changed(0, "\0\0\0\x10"),
  "bytes behind its end": `${PROFILE}${SECRET}`,
  "no tags": changed(128, "\0\0\0\0"),
  "more tags than it has bytes": changed(128, "\0\0\0\x7f"),
  "a tag behind its end": changed(136, "\0\0\xff\0"),
  "a tag in its header": changed(136, "\0\0\0\x10"),
};

describe("a colour profile", () => {
  it("is one only with its signature, its size and its tags", () => {
    expect(isIccProfile(bytesOf(PROFILE))).toBe(true);
    for (const [name, text] of Object.entries(NO_PROFILES))
      expect([name, isIccProfile(bytesOf(text))]).toEqual([name, false]);
    expect(isIccProfile(iccProfile("a".repeat(2 * 1024 * 1024)))).toBe(false);
  });

  const inPng = async (text: string) => pngChunk("iCCP", joined("p\0\0", await zlib(bytesOf(text))));
  const body = textOf(JPEG_BASELINE).slice(textOf(JPEG_BASELINE).indexOf("\xff\xdb"));
  const inJpeg = (...parts: string[]) =>
    bytesOf(`\xff\xd8${parts.map((part) => segment(0xe2, `ICC_PROFILE\0${part}`)).join("")}${body}`);
  const lossy = textOf(WEBP_PLAIN).slice(12);
  const inWebp = (text: string, flags = "\x20") =>
    webp(chunk("VP8X", `${flags}\0\0\0\x2f\0\0\x17\0\0`), chunk("ICCP", text), lossy);

  it("is kept, in one or more parts", async () => {
    const png = around(await inPng(PROFILE));
    expect(await kept(png)).toEqual(png);
    for (const jpeg of [
      inJpeg(`\x01\x01${PROFILE}`),
      inJpeg(`\x01\x02${PROFILE.slice(0, 90)}`, `\x02\x02${PROFILE.slice(90)}`),
    ]) {
      for (const step of [1, 4_096]) expect(textOf((await kept(jpeg, step)) as Uint8Array)).toContain(SECRET);
    }
    for (const step of [1, 4_096]) expect(await kept(inWebp(PROFILE), step)).toEqual(inWebp(PROFILE));
  });

  it("is dropped if it is none, is not whole, or comes again", async () => {
    const again = around(await inPng(PROFILE), await inPng(PROFILE));
    expect(await kept(again)).toEqual(around(await inPng(PROFILE)));
    const late = image(header(8, 8, {}), PIXELS, await inPng(PROFILE));
    expect(await kept(late)).toEqual(around());
    const plain = await kept(bytesOf(`\xff\xd8${body}`));
    for (const [name, text] of Object.entries(NO_PROFILES)) {
      expect([name, await kept(around(await inPng(text)))]).toEqual([name, around()]);
      expect([name, await kept(inJpeg(`\x01\x01${text}`))]).toEqual([name, plain]);
      const stored = textOf((await kept(inWebp(text))) as Uint8Array);
      expect([name, stored.charCodeAt(20), stored.slice(30, 34)]).toEqual([name, 0, "JUNK"]);
      expect(stored).not.toContain(SECRET);
    }
    for (const parts of [
      [`\x01\x02${PROFILE}`],
      [`\x02\x02${PROFILE}`],
      [`\x01\x03${PROFILE.slice(0, 90)}`, `\x03\x03${PROFILE.slice(90)}`],
      [`\x01\x02${PROFILE}`, "\x02\x02more"],
      [`\x01\0${PROFILE}`],
      ["\x01"],
    ])
      expect(await kept(inJpeg(...parts))).toEqual(plain);
    const twice = inJpeg(`\x01\x01${PROFILE}`, `\x01\x01${PROFILE}`);
    expect(await kept(twice)).toEqual(await kept(inJpeg(`\x01\x01${PROFILE}`)));
    const behind = webp(chunk("VP8X", "\x20\0\0\0\x2f\0\0\x17\0\0"), lossy, chunk("ICCP", PROFILE));
    expect(textOf((await kept(behind)) as Uint8Array)).not.toContain(SECRET);
  });
});

describe("chunks of a PNG", () => {
  const SIZES = {
    cHRM: 32,
    cICP: 4,
    gAMA: 4,
    mDCV: 24,
    cLLI: 8,
    sRGB: 1,
    pHYs: 9,
    sBIT: 1,
    bKGD: 2,
    tRNS: 2,
  };

  it.each(Object.entries(SIZES))("%s is kept in its size, once, before the pixels", async (type, size) => {
    const right = raw(type, "a".repeat(size));
    expect(await kept(around(right))).toEqual(around(right));
    for (const length of [0, size - 1, size + 1, 700])
      expect(await kept(around(raw(type, "a".repeat(length))))).toEqual(around());
    expect(await kept(around(right, raw(type, "b".repeat(size))))).toEqual(around(right));
    expect(await kept(image(header(8, 8, {}), PIXELS, right))).toEqual(around());
  });

  it("that nothing needs are dropped: palettes that are suggested, frames without an animation, a second header", async () => {
    const others = [raw("sPLT", SECRET), raw("hIST", SECRET), raw("fdAT", `0000${SECRET}`)];
    expect(await kept(around(...others, header(8, 8, {})))).toEqual(around());
    const ended = joined(SIGNATURE, header(8, 8, {}), PIXELS, raw("IEND", SECRET));
    expect(await kept(ended)).toEqual(around());
  });

  it("of a palette are whole colours", async () => {
    const colours = header(8, 8, { colour: 3 });
    const painted = (...chunks: Uint8Array[]) => image(colours, ...chunks, PIXELS);
    const palette = raw("PLTE", "abcdef");
    const whole = painted(palette, raw("tRNS", "a"));
    expect(await kept(whole)).toEqual(whole);
    for (const wrong of ["", "ab", "a".repeat(771)])
      expect(await kept(painted(raw("PLTE", wrong)))).toBe("The PNG has no palette.");
    expect(await kept(painted(palette, raw("tRNS", "a".repeat(257))))).toEqual(painted(palette));
  });
});

describe("frames of a PNG", () => {
  const frame = (width: number, height: number, x = 0) => {
    const view = new DataView(new ArrayBuffer(26));
    for (const [i, number] of [0, width, height, x, 0].entries()) view.setUint32(4 * i, number);
    return pngChunk("fcTL", new Uint8Array(view.buffer));
  };
  const data = (packed: Uint8Array) => pngChunk("fdAT", joined("\0\0\0\x01", packed));
  const animated = raw("acTL", "12345678");
  const ordered = (...chunks: Uint8Array[]) => image(header(8, 8, {}), animated, ...chunks);

  it("are kept with exactly their pixels", async () => {
    for (const whole of [
      ordered(frame(8, 8), PIXELS, frame(4, 4), data(small)),
      ordered(PIXELS, frame(4, 4, 4), data(small.slice(0, 5)), data(small.slice(5)), frame(8, 8), data(rows)),
    ])
      for (const step of [1, 4_096]) expect(await kept(whole, step)).toEqual(whole);
  });

  it("are refused with other data, outside of their picture, or without data", async () => {
    for (const broken of [
      ordered(frame(8, 8), PIXELS, frame(4, 4), data(rows)),
      ordered(frame(8, 8), PIXELS, frame(4, 4), data(bytesOf(SECRET))),
      ordered(frame(8, 8), PIXELS, frame(4, 4), data(joined(small, SECRET))),
      ordered(frame(8, 8), PIXELS, data(small)),
      ordered(PIXELS, frame(4, 4, 5), data(small)),
      ordered(PIXELS, frame(4, 4)),
      ordered(PIXELS, frame(4, 4), frame(4, 4), data(small)),
      ordered(PIXELS, frame(4, 4), data(small), PIXELS),
      ordered(PIXELS, frame(4, 4), raw("fdAT", "abc")),
    ])
      expect(typeof (await kept(broken))).toBe("string");
    const many = Array.from({ length: 300 }, () => [frame(1_000, 1_000), data(small)]).flat();
    const huge = image(
      header(1_000, 1_000, {}),
      animated,
      pngChunk("IDAT", await zlib(new Uint8Array(1_001_000))),
      ...many,
    );
    expect(typeof (await kept(huge))).toBe("string");
  });
});

describe("tables of a JPEG", () => {
  const jpeg = textOf(JPEG_BASELINE);
  const at = jpeg.indexOf("\xff\xdb");
  const withSegments = (...segments: string[]) =>
    bytesOf(`${jpeg.slice(0, at)}${segments.join("")}${jpeg.slice(at)}`);

  it("are whole, and nothing follows them", async () => {
    for (const broken of [
      segment(0xdb, SECRET),
      segment(0xdb, `\0${"a".repeat(64)}${SECRET}`),
      segment(0xc4, `\0${"\0".repeat(16)}${SECRET}`),
      segment(0xc4, `\x55${"\0".repeat(16)}`),
      segment(0xdd, SECRET),
      ...[segment(0xdb, `\0${"a".repeat(64)}`.repeat(900)).repeat(4)],
    ])
      expect(await kept(withSegments(broken))).toBe("A table of the JPEG is broken.");
    const scan = jpeg.indexOf("\xff\xda");
    const longer = `${jpeg.slice(0, scan)}${segment(0xda, `${jpeg.slice(scan + 4, scan + 14)}${SECRET}`)}`;
    expect(await kept(bytesOf(`${longer}${jpeg.slice(scan + 14)}`))).toBe("A table of the JPEG is broken.");
  });

  it("are followed by pixels and little else: a few bytes that encoders pad with", async () => {
    const [ended, filler] = [jpeg.slice(0, -2), "\x12\x34".repeat(40_000)];
    for (const whole of [ended, textOf(JPEG_PROGRESSIVE).slice(0, -2)]) {
      expect(typeof (await kept(bytesOf(`${whole}${filler.slice(0, 900)}\xff\xd9`)))).toBe("object");
      const more = "The JPEG has more data than its pixels.";
      for (const step of [100, 65_536])
        expect(await kept(bytesOf(`${whole}${filler}\xff\xd9`), step)).toBe(more);
    }
    expect(typeof (await kept(bytesOf(`${ended}${`\xff\xd0${filler}`}\xff\xd9`)))).toBe("string");
  });

  it("that nothing needs are dropped", async () => {
    const plain = await kept(JPEG_BASELINE);
    const others = [0xc8, 0xcc, 0xdc, 0xde, 0xdf, 0xf0].map((marker) => segment(marker, SECRET));
    expect(await kept(withSegments(...others))).toEqual(plain);
  });

  it("are the standard's where the picture has none, as in Motion JPEG", async () => {
    const bare = jpeg.replaceAll(/\xff\xc4[\s\S]{2}[\s\S]*?(?=\xff[\xc4\xda])/g, "");
    expect([bare.includes("\xff\xc4"), typeof (await kept(bytesOf(bare)))]).toEqual([false, "object"]);
    expect(typeof (await kept(bytesOf(`${bare.slice(0, -60)}\xff\xd9`)))).toBe("string");
  });
});

describe("chunks of a WebP", () => {
  const lossy = textOf(WEBP_PLAIN).slice(12);
  const canvas = (flags = "\0") => chunk("VP8X", `${flags}\0\0\0\x2f\0\0\x17\0\0`);
  const stored = async (...chunks: string[]) => textOf((await kept(webp(...chunks))) as Uint8Array);

  it("hold only what they say", async () => {
    expect(await kept(webp(chunk("VP8X", `\0\0\0\0\x2f\0\0\x17\0\0${SECRET}`), lossy))).toBe(
      "The WebP's header is broken.",
    );
    expect((await stored(chunk("VP8X", "\0abc\x2f\0\0\x17\0\0"), lossy)).slice(20, 24)).toBe("\0\0\0\0");
    for (const carried of [
      await stored(canvas(), chunk("ANIM", SECRET.repeat(3)), lossy),
      await stored(canvas(), lossy, chunk("ALPH", SECRET)),
      await stored(canvas(), lossy, chunk("VP8 ", SECRET)),
      await stored(canvas(), lossy, chunk("VP8L", SECRET)),
    ])
      expect(carried).not.toContain(SECRET);
  });

  it("of frames do not stand in frames, however deep", async () => {
    let inner = lossy;
    for (let i = 0; i < 2_000; i++) inner = chunk("ANMF", `${"\0".repeat(16)}${inner}`);
    expect(await kept(webp(canvas("\x02"), inner))).toBe("The picture has no pixels.");
  });

  it("of whole pictures are kept", async () => {
    for (const whole of [WEBP_LOSSY, WEBP_LOSSLESS, WEBP_PLAIN])
      expect(typeof (await kept(whole))).toBe("object");
    expect(END.length).toBe(12);
  });
});
