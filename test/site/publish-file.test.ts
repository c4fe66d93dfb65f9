// Uploading a file, the pure parts: reading its header, missing parts, hashing.

import { createHash, randomBytes } from "node:crypto";
import { describe, expect, it } from "vitest";
import { layersSha256 } from "../../functions/lib/adapter-header.ts";
import cast3 from "../../schema/bases/cast-3.json" with { type: "json" };
import { FILE_REASONS } from "../../schema/contract/codes.ts";
import { MIB, UPLOAD_PART_BYTES } from "../../schema/contract/limits.ts";
import foreign from "../../schema/examples/foreign.json" with { type: "json" };
import type { Base } from "../../site/api.ts";
import { linePath } from "../../site/pages/adapter/line.ts";
import { recipeOf } from "../../site/pages/adapter/recipe-link.ts";
import { checkFile } from "../../site/pages/publish/file-check.ts";
import { remedyOf } from "../../site/pages/publish/file-remedies.ts";
import { hashOf, missingParts, partOf, pauseBefore } from "../../site/pages/publish/sending.ts";
import { trainCommand } from "../../site/pages/publish/train-command.ts";

const base = cast3 as unknown as Base;

async function adapterFile(change: Record<string, string> = {}): Promise<Blob> {
  const shapes: [string, number[]][] = [
    ...base.layers.map(({ name, out_features }): [string, number[]] => [
      `up.${name}`,
      [out_features, base.rank],
    ]),
    ...(base.entries ?? []).map(({ name, out_features }): [string, number[]] => [
      `entry.${name}`,
      [base.tokens.count, out_features],
    ]),
  ];
  let end = 0;
  const tensors = shapes.map(([name, shape]) => {
    const begin = end;
    end += 2 * shape.reduce((a, b) => a * b);
    return [name, { dtype: "F16", shape, data_offsets: [begin, end] }];
  });
  const metadata = {
    ...{ format: "orthoplex.adapter/2", base: base.id, layers_sha256: await layersSha256(base) },
    ...{ basis: base.basis.name, basis_seed: String(base.basis.seed), rank: String(base.rank), slot: "37" },
    ...{ concept: "Ana", class_word: "person", trigger: "<ana>", strength: "0.8", training: "{}" },
    ...{ tensors_sha256: "0".repeat(64), ...change },
  };
  const text = new TextEncoder().encode(
    JSON.stringify({ __metadata__: metadata, ...Object.fromEntries(tensors) }),
  );
  const length = new Uint8Array(8);
  new DataView(length.buffer).setBigUint64(0, BigInt(text.length), true);
  return new Blob([length, text, new Uint8Array(end)]);
}

function loraFile({ metadata, tensors }: (typeof foreign.taken)[number]): Blob {
  let end = 0;
  const entries = Object.entries(tensors as unknown as Record<string, [string, number[]]>);
  const placed = entries.map(([name, [dtype, shape]]) => {
    const begin = end;
    end += 2 * shape.reduce((a, b) => a * b, 1);
    return [name, { dtype, shape, data_offsets: [begin, end] }];
  });
  const header = { __metadata__: metadata, ...Object.fromEntries(placed) };
  const text = new TextEncoder().encode(JSON.stringify(header));
  const length = new Uint8Array(8);
  new DataView(length.buffer).setBigUint64(0, BigInt(text.length), true);
  return new Blob([length, text, new Uint8Array(end)]);
}

describe("a chosen file", () => {
  it("shows base, slot and trigger before anything is sent", async () => {
    expect(await checkFile(await adapterFile(), base)).toEqual({
      facts: {
        base: "cast-3",
        slot: 37,
        trigger: "<ana>",
        strength: 0.8,
        concept: "Ana",
        classWord: "person",
      },
    });
  });

  it("shows what a LoRA of another program says of itself, or which base it is not for", async () => {
    const [lora] = foreign.taken;
    if (!lora) throw new Error("There is no example");
    const sd = { ...base, ...foreign.bases.sd } as unknown as Base;
    const file = loraFile(lora);
    expect(await checkFile(file, sd)).toEqual({ foreign: { exact: false, ...lora.facts } });
    expect(await checkFile(file, base)).toMatchObject({ fault: { reason: "base_mismatch" } });
    const xl = { ...base, ...foreign.bases.sdxl } as unknown as Base;
    expect(await checkFile(file, xl)).toMatchObject({ fault: { reason: "base_mismatch" } });
  });

  it.each([
    ["base_mismatch", { base: "sdxl" }],
    ["rank_mismatch", { rank: "9" }],
    ["metadata_invalid", { trigger: "ana" }],
    ["format_mismatch", { format: "kohya" }],
  ])("is refused for %s with a text and a remedy", async (reason, change) => {
    const checked = await checkFile(await adapterFile(change), base);
    expect(checked).toMatchObject({ fault: { reason, detail: expect.stringMatching(/\.$/) } });
  });

  it("is refused where it is cut off, is something else, or is empty", async () => {
    const whole = await adapterFile();
    const reasons = [];
    for (const file of [
      whole.slice(0, whole.size - 2),
      whole.slice(0, 300),
      new Blob(["just words here"]),
      new Blob([]),
    ]) {
      const checked = await checkFile(file, base);
      reasons.push("fault" in checked ? checked.fault.reason : "none");
    }
    expect(reasons).toEqual(["truncated", "truncated", "not_safetensors", "empty"]);
  });

  it("has a remedy for every reason of the contract", () => {
    for (const reason of FILE_REASONS) expect(remedyOf(reason).length).toBeGreaterThan(10);
  });
});

describe("sending", () => {
  it("hashes in slices to the same digest", async () => {
    for (const size of [0, 1, 4 * MIB, 9 * MIB + 7]) {
      const bytes = randomBytes(size);
      const read: number[] = [];
      const digest = await hashOf(new Blob([bytes]), (done) => read.push(done));
      expect(digest).toBe(createHash("sha256").update(bytes).digest("hex"));
      expect(read.at(-1) ?? 0).toBe(size);
    }
  });

  it("goes on with the parts that are missing", () => {
    expect(missingParts({ count: 4, received: [2, 4] })).toEqual([1, 3]);
    expect(missingParts({ count: 2, received: [1, 2] })).toEqual([]);
    const file = new Blob([new Uint8Array(UPLOAD_PART_BYTES + 5)]);
    expect([1, 2].map((number) => partOf(file, number).size)).toEqual([UPLOAD_PART_BYTES, 5]);
  });

  it("waits longer each time, up to a limit", () => {
    expect([1, 2, 3, 4, 5, 6, 9].map(pauseBefore)).toEqual([1, 2, 4, 8, 16, 30, 30]);
  });
});

it("the command that trains in a slot is quoted for a shell", () => {
  const adapter = { name: "ana", concept: "Ana's cat", class_word: "cat", base: "cast-3" };
  expect(trainCommand(adapter, 37)).toBe(
    "orthoplex train pictures/ --base cast-3 --slot 37 --trigger '<ana>' --concept 'Ana'\\''s cat' --class-word 'cat' --out ana.safetensors",
  );
});

describe("a preview's recipe", () => {
  const preview = (recipe: Record<string, unknown> | null) => ({
    ...{ id: "img_1" as const, url: "", width: 1, height: 1, recipe },
  });
  const [adapter, version] = [{ ref: "ada/ana" }, { strength: 0.8 }];

  it("opens the form that generated it", () => {
    const recipe = {
      prompt: "<ana>, smiling",
      seed: 7,
      size: "256x256",
      adapters: [{ ref: "ada/ana:2", strength: 0.5 }],
    };
    const found = recipeOf(preview(recipe), adapter, version);
    expect(found).toMatchObject({ prompt: "<ana>, smiling", seed: 7 });
    expect(found?.url).toContain("a=ada/ana:2*0.5");
  });

  it("without adapters is one of this adapter, and without a prompt gives no link", () => {
    expect(recipeOf(preview({ prompt: "<ana>" }), adapter, version)?.url).toContain("a=ada/ana*0.8");
    expect(recipeOf(preview(null), adapter, version)).toBeNull();
    expect(recipeOf(undefined, adapter, version)).toBeNull();
  });
});

it("a line runs from left to right, with higher numbers higher, and zeros at the bottom", () => {
  expect(linePath([], 1)).toBe("");
  expect(linePath([0, 10, 5], 10)).toBe("M0 57L150 3L300 30");
  expect(linePath([0, 0], 0)).toBe("M0 57L300 57");
});
