// The contract: its written form is fresh, its examples fit, and both languages read the same files.

import { describe, expect, it } from "vitest";
import { z } from "zod";
import cast3 from "../../schema/bases/cast-3.json" with { type: "json" };
import written from "../../schema/contract/contract.json" with { type: "json" };
import * as contract from "../../schema/contract/index.ts";
import { contractJson } from "../../schema/contract-json.ts";
import examples from "../../schema/examples/messages.json" with { type: "json" };
import { RESERVING } from "./reserving-base.ts";

describe("the contract", () => {
  it("equals contract.json (npm run x -- schema)", () => {
    expect(JSON.parse(JSON.stringify(contractJson()))).toEqual(written);
  });

  it("accepts its examples unchanged, and no other examples exist", () => {
    expect(examples.length).toBeGreaterThan(10);
    for (const { schema, message } of examples) {
      const parsed = schemaNamed(schema).safeParse(message);
      expect([schema, parsed.error?.issues ?? []]).toEqual([schema, []]);
      expect([schema, parsed.data]).toEqual([schema, message]);
    }
  });

  it("refuses a wrong field in every message of a runner", () => {
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
  const base = contract.Base.parse(cast3);

  it("names each layer once and draws its default size", () => {
    expect(new Set(base.layers.map(({ name }) => name)).size).toBe(base.layers.length);
    expect(base.sizes.map(({ width, height }) => `${width}x${height}`)).toContain(base.default_size);
  });

  it("of cast-3 has entries in keys and values of cross-attention, and residuals on attention's outputs and feed-forward layers", () => {
    const blocks = Array.from({ length: 8 }, (_, i) => `transformer_blocks.${i}`);
    const named = (parts: string[]) => blocks.flatMap((block) => parts.map((part) => `${block}.${part}`));
    expect(base.entries?.map(({ name }) => name)).toEqual(named(["attn2.to_k", "attn2.to_v"]));
    const [ungated, ...gated] = named(["attn1.to_out", "attn2.to_out", "ff.up", "ff.down"]);
    expect(ungated).toBe("transformer_blocks.0.attn1.to_out"); // no cross-attention comes before it
    expect(base.layers.map(({ name }) => name)).toEqual(gated);
  });

  it("has a gate exactly where it has entries, and then reserves no channels", () => {
    expect(contract.BaseDescription.safeParse(cast3).success).toBe(true);
    const { gate: _, ...open } = cast3;
    const { entries: __, ...mute } = cast3;
    const both = { ...RESERVING, entries: cast3.entries, gate: cast3.gate };
    for (const wrong of [open, mute, both]) {
      expect(contract.BaseDescription.safeParse(wrong).success).toBe(false);
    }
  });

  it("has marks exactly where it reserves channels, and layers as wide as both", () => {
    expect(contract.BaseDescription.safeParse(RESERVING).success).toBe(true);
    const { marker: _, ...unmarked } = RESERVING.tokens;
    const { reserved: __, ...whole } = RESERVING.basis;
    for (const wrong of [
      { ...RESERVING, tokens: unmarked },
      { ...RESERVING, basis: whole },
      { ...RESERVING, tokens: { ...RESERVING.tokens, dim: 64 } },
      { ...RESERVING, basis: whole, tokens: unmarked },
    ]) {
      expect(contract.BaseDescription.safeParse(wrong).success).toBe(false);
    }
  });

  it("may omit reserved channels, but not reserve 0", () => {
    const { basis } = cast3;
    expect(contract.Base.safeParse({ ...cast3, basis }).success).toBe(true);
    const none = contract.Base.safeParse({ ...cast3, basis: { ...basis, reserved: 0 } });
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
