// Which files of a zip a training reads, and which caption belongs to which picture.

import { Buffer } from "node:buffer";
import { zipSync } from "fflate";
import { describe, expect, it } from "vitest";
import { unpackTraining } from "../../../functions/compat/training-zip.ts";
import { Refusal } from "../../../functions/lib/refusal.ts";
import names from "../../../schema/examples/training-files.json" with { type: "json" };

const words = (text: string) => new TextEncoder().encode(text);
const unpack = (files: Record<string, Uint8Array>) => unpackTraining(new Uint8Array(zipSync(files)), "/zip");
/** A zip of these names as bytes, none of which is said to be UTF-8. */
function stored(files: { name: number[]; bytes: Uint8Array }[]): Uint8Array<ArrayBuffer> {
  const placeholder = (i: number, length: number) => String(i).padStart(length, "0");
  const zip = new Uint8Array(
    zipSync(Object.fromEntries(files.map(({ name, bytes }, i) => [placeholder(i, name.length), bytes])), {
      level: 0,
    }),
  );
  const text = Array.from(zip, (byte) => String.fromCharCode(byte)).join("");
  for (const [i, { name }] of files.entries()) {
    const written = placeholder(i, name.length);
    for (let at = text.indexOf(written); at !== -1; at = text.indexOf(written, at + 1)) zip.set(name, at);
  }
  return zip;
}
/** Captions by pictures, or the refusal's detail. */
function read(files: Record<string, Uint8Array>): Record<string, string> | string {
  const result = unpack(files);
  if (result instanceof Refusal) return result.detail;
  return Object.fromEntries(result.map(({ name, caption }) => [name, caption]));
}

describe("a training's zip", () => {
  it("keeps pictures, also those of other formats, which are refused by name, and skips the rest", () => {
    const taken = [...names.pictures, ...names.refused.slice(0, 1)].map((name) => `set/${name}`);
    const files = [...taken, ...names.skipped.map((name) => `set/${name}`), "__MACOSX/set/a.png"];
    const result = read(Object.fromEntries(files.map((name) => [name, words(name)])));
    expect(result).toEqual(Object.fromEntries(taken.map((name) => [name, ""])));
    for (const name of names.refused) {
      expect(read({ [name]: words("x") })).toEqual({ [name]: "" });
    }
  });

  it("may hold texts that belong to no picture, and says how many pictures are too many", () => {
    const set = (pictures: number) =>
      Object.fromEntries(
        Array.from({ length: pictures }, (_, i) => [
          [`${i}.png`, words("x")],
          [`${i}.txt`, words(`caption ${i}`)],
        ]).flat() as [string, Uint8Array][],
      );
    const more = Object.fromEntries(Array.from({ length: 40 }, (_, i) => [`notes/${i}.txt`, words("x\0")]));
    const result = read({ ...set(16), "README.txt": words("read me"), ...more });
    expect(Object.keys(result)).toHaveLength(16);
    expect(result).toMatchObject({ "0.png": "caption 0", "15.png": "caption 15" });
    expect(read(set(17))).toBe("A training has at most 16 pictures; the zip has 17.");
  });

  it("has names in UTF-8 or in an old code page, which stay apart and keep their captions", () => {
    // What programs on Windows write: one byte a character, or code page 932, without the flag that says UTF-8.
    const [ae, oe] = [[0x84], [0x94]];
    const names932 = [
      [0x8f, 0xce],
      [0x83, 0x5c],
    ];
    const files = [ae, oe, ...names932, [...words("\u7b11")]].flatMap((name, i) => [
      { name: [...words("X"), ...name, ...words(".png")], bytes: words(`picture ${i}`) },
      { name: [...words("X"), ...name, ...words(".txt")], bytes: words(`caption ${i}`) },
    ]);
    const result = unpackTraining(stored(files), "/zip");
    if (result instanceof Refusal) throw new Error(result.detail);
    const read = result.map(({ name, bytes, caption }) => [name, new TextDecoder().decode(bytes), caption]);
    expect(read).toEqual(expect.arrayContaining([["X\u00e4.png", "picture 0", "caption 0"]]));
    expect(read).toEqual(expect.arrayContaining([["X\u00f6.png", "picture 1", "caption 1"]]));
    expect(read).toEqual(expect.arrayContaining([["X\u7b11.png", "picture 4", "caption 4"]]));
    expect(read.map(([, picture, caption]) => `${picture}, ${caption}`).sort()).toEqual(
      [0, 1, 2, 3, 4].map((i) => `picture ${i}, caption ${i}`),
    );
  });

  it("gives pictures the captions of files that are named like them", () => {
    for (const { files, captions } of names.captions) {
      const inFolder = files.map((name) => [`set/${name}`, words(name)] as const);
      const composed = (name: string | null) => (name ?? "").normalize("NFC");
      expect(read(Object.fromEntries(inFolder))).toEqual(
        Object.fromEntries(
          Object.entries(captions).map(([name, text]) => [`set/${composed(name)}`, composed(text)]),
        ),
      );
    }
  });

  it("with a caption in an encoding that is not read is refused by the caption's name", () => {
    for (const { hex, text } of names.texts) {
      const result = read({ "a.png": words("x"), "a.txt": new Uint8Array(Buffer.from(hex, "hex")) });
      const refusal = "a.txt is in an encoding that is not read: save it as UTF-8.";
      expect(result).toEqual(text === null ? refusal : { "a.png": text });
    }
  });
});
