// Writes a recipe into a PNG, as the runner does with what it generates (gpu-runner/orthoplex/png.py): an iTXt chunk named orthoplex.

import { pngChunk } from "./png-chunk.ts";

/** The signature and the IHDR chunk, which comes first: 8 bytes, then 4 of length, 4 of type, 13 of data, 4 of CRC. */
const HEAD_BYTES = 33;
const KEYWORD = "orthoplex";

export function withRecipe(png: Buffer, recipe: object): Buffer<ArrayBuffer> {
  // Keyword, 0; not compressed, method 0; no language, 0; no translated keyword, 0; text (PNG third edition, 11.3.3.4).
  const data = Buffer.concat([Buffer.from(`${KEYWORD}\0\0\0\0\0`), Buffer.from(JSON.stringify(recipe))]);
  return Buffer.concat([png.subarray(0, HEAD_BYTES), pngChunk("iTXt", data), png.subarray(HEAD_BYTES)]);
}
