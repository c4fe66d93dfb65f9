// Hostile adapter files have one verdict in both languages, and nothing passes that the reference reader of safetensors refuses.
// test/runner/ortho/test_hostile_headers.py reads the same files; test/fuzz/adapter_headers.py makes them.

import { describe, expect, it } from "vitest";
import { checkAdapterFile } from "../../../functions/catalog/adapter-file.ts";
import { Refusal } from "../../../functions/lib/refusal.ts";
import { parseStrictJson } from "../../../functions/lib/strict-json.ts";
import type { Base } from "../../../schema/contract/index.ts";
import hostile from "../../../schema/examples/hostile-headers.json" with { type: "json" };
import { BASE } from "../cast.ts";

const bytesOf = (base64: string) => Uint8Array.from(atob(base64), (char) => char.charCodeAt(0));
const { entries: _entries, gate: _gate, ...bare } = BASE;
const tiny = { ...bare, ...hostile.base } as Base;
const SLOT = 5;

describe("a hostile adapter file", () => {
  it.each(hostile.files.map((file) => [file.name, file] as const))("is judged alike: %s", async (_, file) => {
    const bytes = bytesOf(file.base64);
    const read = async (offset: number, length: number) =>
      new Blob([bytes.subarray(offset, offset + length)]).stream() as ReadableStream<Uint8Array>;
    const result = await checkAdapterFile(read, bytes.length, tiny, SLOT);
    expect(result instanceof Refusal ? result.faults[0]?.reason : null).toBe(file.reason);
    expect(file.reason === null && !file.reference).toBe(false);
  });

  it("is one of nearly two hundred, some of which are valid", () => {
    expect(hostile.files.length).toBeGreaterThan(180);
    expect(hostile.files.filter(({ reason }) => reason === null).length).toBeGreaterThan(10);
  });
});

describe("strict JSON", () => {
  it("keeps values as they are written", () => {
    expect(parseStrictJson(' {"a": [1, -2.5e3, "\\ud83d\\ude00", true, null]} ')).toEqual({
      a: [1, -2500, "\u{1f600}", true, null],
    });
    expect(Object.keys(parseStrictJson('{"__proto__":1}') as object)).toEqual(["__proto__"]);
    for (const written of ["2.0", "2e0", "-0"])
      expect(parseStrictJson(written, { wholeNumbers: true })).toBeNaN();
    expect(parseStrictJson("2", { wholeNumbers: true })).toBe(2);
  });

  it("is undefined for any invalid text, however long or deep", () => {
    const texts = [
      "[".repeat(100_000),
      '{"a":'.repeat(100_000),
      `"${"\\".repeat(9)}`,
      "9".repeat(100_000),
      `[${"1,".repeat(100_000)}`,
      "",
      "nul",
      "{}x",
      "\u00a01",
    ];
    for (const text of texts) expect(parseStrictJson(text)).toBeUndefined();
    expect(parseStrictJson(`"${"a".repeat(1_000_000)}"`)).toHaveLength(1_000_000);
  });
});
