// Which files of a zip a training reads, and which caption belongs to which picture.

import { zipSync } from "fflate";
import { describe, expect, it } from "vitest";
import { unpackTraining } from "../../../functions/compat/training-zip.ts";
import { Refusal } from "../../../functions/lib/refusal.ts";
import names from "../../../schema/examples/training-files.json" with { type: "json" };

const words = (text: string) => new TextEncoder().encode(text);
const unpack = (files: Record<string, Uint8Array>) => unpackTraining(new Uint8Array(zipSync(files)), "/zip");
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
});
