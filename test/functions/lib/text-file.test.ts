// Cutting texts and reading text files: no character is split, and no encoding that people have is taken for another.

import { Buffer } from "node:buffer";
import { describe, expect, it } from "vitest";
import { decodeText } from "../../../functions/lib/text-file.ts";
import { cutText, lengthOf } from "../../../schema/contract/cut-text.ts";
import names from "../../../schema/examples/training-files.json" with { type: "json" };

const FAMILY = "\u{1f468}‍\u{1f469}‍\u{1f467}‍\u{1f466}";
const WORDS = ["plain", "ä", "e\u0301", "\u{1f600}", FAMILY, "\u{1f1e9}\u{1f1ea}", "👍🏽", "각", "猫"];

describe("a cut", () => {
  it("never splits a character, at any position", () => {
    const text = WORDS.join("");
    const whole = [...new Intl.Segmenter("en", { granularity: "grapheme" }).segment(text)].map(
      ({ segment }) => segment,
    );
    for (let max = 0; max <= text.length + 1; max++) {
      const cut = cutText(text, max);
      let fitting = "";
      for (const character of whole) {
        if (lengthOf(fitting + character) > max) break;
        fitting += character;
      }
      expect([max, cut]).toEqual([max, fitting]);
      expect(cut.isWellFormed()).toBe(true);
    }
  });

  it("takes bounded time for a text of a megabyte", () => {
    expect(cutText("\u{1f600}".repeat(500_000), 1_001)).toHaveLength(2 * 1_001);
  });
});

describe("a text file", () => {
  const utf16 = (text: string, isBig: boolean) => {
    const view = new DataView(new ArrayBuffer(2 * text.length));
    for (let i = 0; i < text.length; i++) view.setUint16(2 * i, text.charCodeAt(i), !isBig);
    return new Uint8Array(view.buffer);
  };

  it("is read in its own encoding", () => {
    for (const text of ["a smiling person", "großes Café", `hat ${FAMILY} on`]) {
      for (const bytes of [
        new TextEncoder().encode(text),
        new TextEncoder().encode(`\ufeff${text}`),
        utf16(`\ufeff${text}`, false),
        utf16(`\ufeff${text}`, true),
        utf16(text, false),
        utf16(text, true),
      ]) {
        expect(decodeText(bytes)).toBe(text);
      }
    }
    expect(decodeText(utf16("\ufeff猫が笑う", false))).toBe("猫が笑う");
    expect(decodeText(new Uint8Array([0x43, 0x61, 0x66, 0xe9]))).toBe("Café");
    expect(decodeText(new Uint8Array())).toBe("");
  });
  it("in an encoding that is not known is not read in a wrong one", () => {
    for (const { encoding, hex, text } of names.texts) {
      expect([encoding, decodeText(new Uint8Array(Buffer.from(hex, "hex")))]).toEqual([encoding, text]);
    }
  });

  it("is taken for UTF-16 without a mark only where that is certain", () => {
    for (const text of [
      "smiling\0",
      "\0smiling",
      "smi\0ling",
      "a\0bcd\0",
      "smiling\0\0\0",
      "a\0\0b",
      "Caf\u00e9\0",
      "\0\0",
    ]) {
      expect(decodeText(new TextEncoder().encode(text))).toBe(text);
    }
  });
});
