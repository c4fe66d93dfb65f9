// The contract: its written form is fresh, its examples fit, and both languages read the same files.

import { describe, expect, it } from "vitest";
import { z } from "zod";
import cast2 from "../../schema/bases/cast-2.json" with { type: "json" };
import written from "../../schema/contract/contract.json" with { type: "json" };
import * as contract from "../../schema/contract/index.ts";
import { contractJson } from "../../schema/contract-json.ts";
import examples from "../../schema/examples/messages.json" with { type: "json" };

describe("the contract", () => {
  it("is written down as it is (npm run x -- schema)", () => {
    expect(JSON.parse(JSON.stringify(contractJson()))).toEqual(written);
  });

  it("accepts its examples unchanged, and nothing beside them", () => {
    expect(examples.length).toBeGreaterThan(10);
    for (const { schema, message } of examples) {
      const parsed = schemaNamed(schema).safeParse(message);
      expect([schema, parsed.error?.issues ?? []]).toEqual([schema, []]);
      expect([schema, parsed.data]).toEqual([schema, message]);
    }
  });

  it("notices a wrong field in whatever a runner says", () => {
    const spoken = ["RunnerRegister", "LeaseRequest", "Heartbeat", "LeaseUpload", "Settle", "Release"];
    for (const { schema, message } of examples.filter((example) => spoken.includes(example.schema))) {
      const parsed = schemaNamed(schema).safeParse({ ...message, extra: 1 });
      expect([schema, parsed.error?.issues[0]?.code]).toEqual([schema, "unrecognized_keys"]);
    }
  });

  it("binds every code to one status and a title", () => {
    for (const { status, title } of Object.values(contract.ERROR_CODES)) {
      expect(status).toBeGreaterThanOrEqual(400);
      expect(title.length).toBeGreaterThan(5);
    }
  });
});

describe("a base description", () => {
  const base = contract.Base.parse(cast2);

  it("names each layer once and draws its default size", () => {
    expect(new Set(base.layers.map(({ name }) => name)).size).toBe(base.layers.length);
    expect(base.sizes.map(({ width, height }) => `${width}x${height}`)).toContain(base.default_size);
  });

  it("of cast-2 has its keys and values of cross-attention adapted, and nothing else", () => {
    const blocks = Array.from({ length: base.tokens.layers }, (_, i) => `transformer_blocks.${i}.attn2`);
    const names = blocks.flatMap((block) => [`${block}.to_k`, `${block}.to_v`]);
    expect(base.layers.map(({ name }) => name)).toEqual(names);
  });

  it("of cast-2 leaves to words what it does not reserve, and reserves room for a mark a token", () => {
    const { reserved = 0 } = base.basis;
    for (const { in_features } of base.layers) expect(base.tokens.dim + reserved).toBe(in_features);
    expect(base.tokens.marker).toBeGreaterThan(0);
    expect(base.tokens.count).toBeLessThanOrEqual(base.rank);
  });

  it("has marks exactly where it reserves channels, and layers as wide as both", () => {
    expect(contract.BaseDescription.safeParse(cast2).success).toBe(true);
    const { marker: _, ...unmarked } = cast2.tokens;
    const { reserved: __, ...whole } = cast2.basis;
    for (const wrong of [
      { ...cast2, tokens: unmarked },
      { ...cast2, basis: whole },
      { ...cast2, tokens: { ...cast2.tokens, dim: 64 } },
      { ...cast2, basis: whole, tokens: unmarked },
    ]) {
      expect(contract.BaseDescription.safeParse(wrong).success).toBe(false);
    }
  });

  it("may reserve no channels, but not none of them by number", () => {
    const { name, seed } = base.basis;
    const { count, layers, dim } = base.tokens;
    const whole = { ...cast2, basis: { name, seed }, tokens: { count, layers, dim } };
    expect(contract.Base.safeParse(whole).success).toBe(true);
    const none = contract.Base.safeParse({ ...cast2, basis: { name, seed, reserved: 0 } });
    expect(none.error?.issues[0]?.path).toEqual(["basis", "reserved"]);
  });
});

function schemaNamed(id: string): z.ZodType {
  const found = Object.values(contract).find(
    (value) => value instanceof z.ZodType && z.globalRegistry.get(value)?.id === id,
  );
  if (!(found instanceof z.ZodType)) throw new Error(`The contract has no schema ${id}`);
  return found;
}
