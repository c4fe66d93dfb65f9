// The contract: its written form is fresh, its examples fit, and both languages read the same files.

import { describe, expect, it } from "vitest";
import { z } from "zod";
import cast1 from "../../schema/bases/cast-1.json" with { type: "json" };
import written from "../../schema/contract/contract.json" with { type: "json" };
import * as contract from "../../schema/contract/index.ts";
import { contractJson } from "../../schema/contract-json.ts";
import examples from "../../schema/examples/messages.json" with { type: "json" };

describe("the contract", () => {
  it("is written down as it is (npm run schema:write)", () => {
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
  it("names each layer once and draws its default size", () => {
    const base = contract.Base.parse(cast1);
    expect(new Set(base.layers.map(({ name }) => name)).size).toBe(64);
    expect(base.sizes.map(({ width, height }) => `${width}x${height}`)).toContain(base.default_size);
  });
});

function schemaNamed(id: string): z.ZodType {
  const found = Object.values(contract).find(
    (value) => value instanceof z.ZodType && z.globalRegistry.get(value)?.id === id,
  );
  if (!(found instanceof z.ZodType)) throw new Error(`The contract has no schema ${id}`);
  return found;
}
