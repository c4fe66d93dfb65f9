// Zips as they are sent to do harm, and as ordinary programs write them.

import { zipSync } from "fflate";
import { describe, expect, it } from "vitest";
import { readZip, ZipFault } from "../../../functions/compat/zip.ts";

const LIMITS = { entriesMax: 1_000, filesMax: 32, bytesMax: 4 * 1024 * 1024 };
const MIB = 1024 * 1024;
const zipped = (files: Record<string, Uint8Array>, level: 0 | 6 | 9 = 6) =>
  new Uint8Array(zipSync(files, { level }));
const read = (zip: Uint8Array<ArrayBuffer>, limits = LIMITS) => readZip(zip, () => true, limits);
const faultOf = (zip: Uint8Array<ArrayBuffer>, limits = LIMITS) => {
  const result = read(zip, limits);
  return result instanceof ZipFault ? result.detail : "read";
};

/** 16 MiB of zeros in 16 kB. */
const BOMB = zipped({ "a.png": new Uint8Array(16 * MIB) }, 6);

/** The directory's records, to change what they claim. */
function recordsOf(zip: Uint8Array): { view: DataView; at: number[]; end: number } {
  const view = new DataView(zip.buffer);
  const end = zip.length - 22;
  const at: number[] = [];
  let next = view.getUint32(end + 16, true);
  while (next < end) {
    at.push(next);
    next += 46 + view.getUint16(next + 28, true) + view.getUint16(next + 30, true);
  }
  return { view, at, end };
}

/** One packed MiB listed `count` times: a zip of 50 kB that says it holds gigabytes, or nothing. */
function overlapping(count: number, claimed: number): Uint8Array<ArrayBuffer> {
  const one = zipped({ "a.png": new Uint8Array(MIB) });
  const { view, at, end } = recordsOf(one);
  const [record = 0] = at;
  view.setUint32(record + 24, claimed, true);
  const parts: Uint8Array<ArrayBuffer>[] = [one.slice(0, record)];
  for (let i = 0; i < count; i++) {
    const copy = one.slice(record, end);
    copy.set(new TextEncoder().encode(String.fromCharCode(97 + (i % 26))), 46);
    parts.push(copy);
  }
  const tail = one.slice(end);
  new DataView(tail.buffer).setUint16(8, count, true);
  new DataView(tail.buffer).setUint16(10, count, true);
  const zip = new Uint8Array(parts.reduce((sum, part) => sum + part.length, tail.length));
  let place = 0;
  for (const part of [...parts, tail]) {
    zip.set(part, place);
    place += part.length;
  }
  return zip;
}

describe("a zip", () => {
  it("is read in common layouts: stored, deflated, with a comment, with folders", () => {
    const text = new TextEncoder().encode("<tom> smiling, outside");
    const noise = crypto.getRandomValues(new Uint8Array(60_000));
    for (const level of [0, 9] as const) {
      const plain = zipped({ "cat/": new Uint8Array(), "cat/1.txt": text, "noise.png": noise }, level);
      const commented = new Uint8Array(plain.length + 5);
      commented.set(plain);
      new DataView(commented.buffer).setUint16(plain.length - 2, 5, true);
      for (const zip of [plain, commented]) {
        expect(read(zip)).toEqual([
          { name: "cat/1.txt", bytes: text },
          { name: "noise.png", bytes: noise },
        ]);
      }
    }
  });

  it("with false sizes is bounded by its unpacked bytes", () => {
    for (const claimed of [0, 1, MIB, 0xfffffffe]) {
      const zip = BOMB.slice();
      const { view, at } = recordsOf(zip);
      view.setUint32((at[0] ?? 0) + 24, claimed, true);
      expect([claimed, faultOf(zip)]).toEqual([
        claimed,
        expect.stringMatching(/more than 4194304|as long as/),
      ]);
    }
    const many = Object.fromEntries(
      Array.from({ length: 9 }, (_, i) => [`${i}.png`, new Uint8Array(MIB / 2)]),
    );
    expect(faultOf(zipped(many))).toBe("unpacked, it has more than 4194304 bytes");
  });

  it("whose entries overlap is refused before anything is unpacked", () => {
    for (const claimed of [0, MIB]) {
      expect(faultOf(overlapping(20, claimed))).toBe("two of its files share bytes");
      expect(faultOf(overlapping(900, claimed))).toBe("two of its files share bytes");
      expect(faultOf(overlapping(5_000, claimed))).toBe(
        "it lists 5000 files, and at most 1000 are looked at",
      );
    }
    const nested = zipped(
      { "a.png": zipped({ "b.png": new Uint8Array(99) }), "c.png": new Uint8Array(9) },
      0,
    );
    const { view, at } = recordsOf(nested);
    // The second entry points at the local header that lies inside the first one's data.
    view.setUint32((at[1] ?? 0) + 42, 30 + "a.png".length, true);
    expect(faultOf(nested)).toBe("two of its files share bytes");
  });

  it("is refused with too many, duplicate, encrypted or unsupported entries", () => {
    const few = () => zipped({ "a.png": new Uint8Array(99), "b.png": new Uint8Array(98) });
    const changed = (change: (view: DataView, record: number) => void) => {
      const zip = few();
      const { view, at } = recordsOf(zip);
      change(view, at[0] ?? 0);
      return faultOf(zip);
    };
    expect(faultOf(few(), { ...LIMITS, filesMax: 1 })).toMatch(/2 files to read, and at most 1/);
    expect(changed((view, record) => view.setUint8(record + 46, "b".charCodeAt(0)))).toMatch(
      /two files of the name/,
    );
    expect(changed((view, record) => view.setUint16(record + 8, 1, true))).toBe("a.png is encrypted");
    expect(changed((view, record) => view.setUint16(record + 10, 14, true))).toMatch(/method 14/);
    expect(changed((view, record) => view.setUint32(record + 20, 0xfffff, true))).toBe("it is damaged");
    expect(changed((view, record) => view.setUint32(record + 42, 0xfffffff, true))).toBe("it is damaged");
  });

  it("with a wrong CRC is refused, deflated or stored", () => {
    for (const level of [0, 9] as const) {
      const zip = zipped({ "a.png": new Uint8Array(400).fill(7), "b.txt": new Uint8Array(9) }, level);
      const { view, at } = recordsOf(zip);
      const record = at[0] ?? 0;
      view.setUint32(record + 16, view.getUint32(record + 16, true) ^ 1, true);
      expect(faultOf(zip)).toBe("a.png is damaged");
    }
    const stored = zipped({ "a.png": new Uint8Array(400).fill(7) }, 0);
    stored[100] = 8;
    expect(faultOf(stored)).toBe("a.png is damaged");
  });

  it("normalises file names to composed characters", () => {
    const zip = zipped({ "jose\u0301.png": new Uint8Array(9), "jos\u00e9.txt": new Uint8Array(9) });
    const result = read(zip);
    expect(Array.isArray(result) && result.map(({ name }) => name)).toEqual([
      "jos\u00e9.png",
      "jos\u00e9.txt",
    ]);
    const twice = zipped({ "jose\u0301.png": new Uint8Array(9), "jos\u00e9.png": new Uint8Array(9) });
    expect(faultOf(twice)).toMatch(/two files of the name/);
  });

  it("that is truncated or corrupted anywhere is refused or read, and never throws", () => {
    const zip = zipped({
      "a.png": crypto.getRandomValues(new Uint8Array(300)),
      "b.txt": new Uint8Array(300),
    });
    for (let at = 0; at < zip.length; at++) {
      expect(Array.isArray(read(zip.slice(0, at)))).toBe(false);
      for (const flip of [0x01, 0x80, 0xff]) {
        const flipped = zip.slice();
        flipped[at] = (flipped[at] ?? 0) ^ flip;
        const result = read(flipped);
        expect(result instanceof ZipFault || Array.isArray(result)).toBe(true);
      }
    }
  });

  it("takes time bounded by its length and its limit", () => {
    const zips = [overlapping(900, 0), overlapping(900, MIB), BOMB];
    const begun = performance.now();
    for (let i = 0; i < 5; i++) for (const zip of zips) faultOf(zip);
    // Before, one such zip held the Worker for 21 s.
    expect(performance.now() - begun).toBeLessThan(5_000);
  });
});
