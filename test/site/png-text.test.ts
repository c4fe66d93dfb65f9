// Reads recipes from PNG files; no file makes the reader throw.

import { crc32, deflateSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { pngText, recipeIn } from "../../site/composition/png-text.ts";

function chunk(type: string, data: Buffer): Buffer {
  const head = Buffer.alloc(4);
  head.writeUInt32BE(data.length);
  const body = Buffer.concat([Buffer.from(type, "latin1"), data]);
  const sum = Buffer.alloc(4);
  sum.writeUInt32BE(crc32(body));
  return Buffer.concat([head, body, sum]);
}

const SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
const header = Buffer.from([0, 0, 0, 1, 0, 0, 0, 1, 8, 0, 0, 0, 0]);
const png = (...chunks: Buffer[]) =>
  Buffer.concat([
    SIGNATURE,
    chunk("IHDR", header),
    ...chunks,
    chunk("IDAT", deflateSync(Buffer.from([0, 0]))),
    chunk("IEND", Buffer.alloc(0)),
  ]);
const tEXt = (keyword: string, text: string) => chunk("tEXt", Buffer.from(`${keyword}\0${text}`, "latin1"));
const iTXt = (keyword: string, text: string, compressed = 0) =>
  chunk(
    "iTXt",
    Buffer.concat([Buffer.from(`${keyword}\0`), Buffer.from([compressed, 0]), Buffer.from(`en\0x\0${text}`)]),
  );

describe("PNG text", () => {
  it("reads a text under its keyword, plain or international", () => {
    const file = png(tEXt("parameters", "a prompt"), iTXt("orthoplex", '{"prompt":"größe"}'));
    expect(pngText(file, "parameters")).toBe("a prompt");
    expect(recipeIn(file)).toEqual({ prompt: "größe" });
  });

  it("finds nothing if the keyword is missing, only a prefix, or the text is compressed", () => {
    expect(recipeIn(png(tEXt("orthoplex-2", "{}"), tEXt("ortho", "{}")))).toBeNull();
    expect(recipeIn(png(iTXt("orthoplex", "{}", 1)))).toBeNull();
  });

  it("gives null for text that is not JSON", () => {
    expect(recipeIn(png(tEXt("orthoplex", "{")))).toBeNull();
  });

  it("reads no byte beyond the file, for any truncation and any stated lengths", () => {
    const whole = png(tEXt("orthoplex", '{"prompt":"x"}'));
    for (let length = 0; length < whole.length; length++) {
      expect(() => recipeIn(whole.subarray(0, length))).not.toThrow();
    }
    const lying = Buffer.from(whole);
    lying.writeUInt32BE(0xffffffff, SIGNATURE.length + 25);
    expect(recipeIn(lying)).toBeNull();
  });

  it("refuses files that are not PNGs", () => {
    expect(recipeIn(Buffer.from("JFIF orthoplex {}"))).toBeNull();
    expect(recipeIn(new Uint8Array())).toBeNull();
  });
});
