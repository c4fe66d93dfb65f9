// LoRAs of other programs: the headers that a base takes or refuses, as the runner's reader does (test/runner/bases/test_foreign_headers.py).

import { describe, expect, it } from "vitest";
import { isHeaderFault } from "../../../functions/lib/adapter-header.ts";
import { checkForeign, looksForeign, triggersOf } from "../../../functions/lib/foreign-header.ts";
import type { Header } from "../../../functions/lib/safetensors.ts";
import type { Base } from "../../../schema/contract/bases.ts";
import golden from "../../../schema/examples/foreign.json" with { type: "json" };
import { SD } from "../sd-base.ts";

type Example = (typeof golden.taken)[number] | (typeof golden.refused)[number];

const baseOf = (name: string) => ({ ...SD, ...golden.bases[name as keyof typeof golden.bases] }) as Base;

function headerOf({ metadata, tensors }: Pick<Example, "metadata" | "tensors">): Header {
  const entries = Object.entries(tensors as unknown as Record<string, [string, number[]]>);
  const placed = entries.map(([name, [dtype, shape]]) => [name, { dtype, shape, begin: 0, end: 0 }]);
  return {
    kind: "header",
    metadata: metadata as Record<string, string>,
    tensors: Object.fromEntries(placed),
    dataOffset: 8,
  };
}

describe("a LoRA of another program", () => {
  it.each(golden.taken.map((each) => [each.name, each] as const))("is taken: %s", (_, each) => {
    const header = headerOf(each);
    expect(looksForeign(header)).toBe(true);
    expect(checkForeign(header, baseOf(each.base))).toEqual({ exact: false, ...each.facts });
  });

  it.each(golden.refused.map((each) => [each.name, each] as const))("is refused: %s", (_, each) => {
    const fault = checkForeign(headerOf(each), baseOf(each.base));
    expect(fault).toMatchObject({ reason: each.reason });
    if ("says" in each) expect(isHeaderFault(fault) && fault.detail).toContain(each.says);
  });

  it("is refused by bases of other families, and by types of tensors that no value is read of", () => {
    const [example] = golden.taken;
    if (!example) throw new Error("There is no example");
    const header = headerOf(example);
    expect(checkForeign(header, { ...SD, family: "cast" })).toMatchObject({ reason: "base_mismatch" });
    for (const entry of Object.values(header.tensors)) entry.dtype = "F8_E4M3";
    expect(checkForeign(header, baseOf(example.base))).toMatchObject({ reason: "dtype_invalid" });
  });

  it("is not what one of our files looks like", () => {
    const tensors = { "up.x": ["F16", [1, 1]] as [string, number[]] };
    expect(looksForeign(headerOf({ metadata: {}, tensors } as unknown as Example))).toBe(false);
  });
});

describe("words that a file names", () => {
  it("are shown in one visible line each, cut, and few", () => {
    const metadata = {
      "modelspec.trigger_phrase": `a\u0000b\u202Ec\n d, ${"x".repeat(300)}, ,${"y,".repeat(20)}`,
    };
    const words = triggersOf(metadata);
    expect(words).toHaveLength(8);
    expect(words[0]).toBe("a b c d");
    expect(words[1]).toHaveLength(200);
  });

  it.each([["no JSON"], ["[1]"], ['{"a":1}'], ['"text"'], ["null"]])("survive tags that are %s", (tags) => {
    expect(Array.isArray(triggersOf({ ss_tag_frequency: tags }))).toBe(true);
  });
});
