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
});
