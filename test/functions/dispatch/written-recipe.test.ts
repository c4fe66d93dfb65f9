// What a runner writes inside a PNG is held to the recipe that is stored: other programs read nothing else.

import { env } from "cloudflare:workers";
import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type StoredRecipe, writtenFault } from "../../../functions/dispatch/written-recipe.ts";
import { type PngText, readPngTexts } from "../../../functions/storage/png-texts.ts";
import type { Generation, Lease, SampleSpec } from "../../../schema/contract/index.ts";
import examples from "../../../schema/examples/recipe-texts.json" with { type: "json" };
import { customerAndRunner, empty, type Machine, type Person, png, pngChunk, published } from "../cast.ts";

type Bytes = Uint8Array<ArrayBuffer>;
const RECIPE = examples.recipe as unknown as StoredRecipe;
const { orthoplex, parameters } = examples.texts;
const latin = (text: string): Bytes => Uint8Array.from(text, (character) => character.charCodeAt(0));
const joined = async (...parts: (string | Uint8Array)[]): Promise<Bytes> => {
  const blobs = parts.map((part) => (typeof part === "string" ? latin(part) : new Uint8Array(part)));
  return new Uint8Array(await new Blob(blobs).arrayBuffer());
};
async function packed(text: string): Promise<Bytes> {
  const stream = new Blob([latin(text)]).stream().pipeThrough(new CompressionStream("deflate"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

/** A picture with further chunks before its end, where nothing says that a reader stops earlier. */
async function withChunks(bytes: Bytes, ...chunks: Uint8Array[]): Promise<Bytes> {
  const end = pngChunk("IEND", new Uint8Array(0)).length;
  return joined(bytes.subarray(0, bytes.length - end), ...chunks, bytes.subarray(bytes.length - end));
}
const tEXt = (keyword: string, text: string) => pngChunk("tEXt", latin(`${keyword}\0${text}`));

describe("texts inside a PNG", () => {
  const faultOf = (...texts: [string, string][]) =>
    writtenFault(
      {
        name: "a.png",
        pointer: "/outputs/0",
        texts: texts.map(([keyword, text]): PngText => ({ keyword, text })),
      },
      RECIPE,
    )?.detail ?? null;

  it("are accepted as our runner writes them, and where there are none", () => {
    expect(
      faultOf(["parameters", parameters], ["orthoplex", orthoplex], ["XML:com.adobe.xmp", "x"]),
    ).toBeNull();
    expect(faultOf()).toBeNull();
  });

  it("are refused where the recipe says anything else, less or more", () => {
    for (const [field, value] of Object.entries({
      ...{
        prompt: "another",
        seed: 8,
        steps: 3,
        base: "cast-2",
        size: "1x1",
        negative_prompt: "",
        guidance: 3,
      },
      ...{
        adapters: [],
        sampler: "DDIM",
        clip_skip: null,
        loras: [{ ref: "x" }],
        note: "more",
        drawn: undefined,
      },
    })) {
      const said = JSON.stringify({ ...RECIPE, [field]: value });
      expect(faultOf(["orthoplex", said])).toBe(
        `The text "orthoplex" inside a.png says another ${field} than its recipe.`,
      );
    }
    for (const broken of ["", "[]", "null", "{"])
      expect(faultOf(["orthoplex", broken])).toMatch(/another recipe/);
  });

  it("are refused where the line of settings or the prompt says anything else", () => {
    const changes: [string, string, string][] = [
      ["<ada> smiling", "<ada> crying", "prompt"],
      [" <lora:ada-ada-2:0.6>", "", "adapters"],
      ["cat-one-1:0.123457", "cat-one-1:0.5", "adapters"],
      ["Negative prompt: hats", "Negative prompt: caps", "negative prompt"],
      ["Steps: 24", "Steps: 25", "Steps"],
      ["Seed: 7", "Seed: 8", "Seed"],
      ["Model: cast-3", "Model: cast-2", "Model"],
      ["Size: 64x64", "Size: 65x64", "Size"],
      ["CFG scale: 2.5", "CFG scale: 7", "CFG scale"],
      ["Clip skip: 2", "Clip skip: 1", "Clip skip"],
      ["Sampler: Euler, ", "", "Sampler"],
      ["ABABABABABAB", "000000000000", "Lora hashes"],
      ['"abababababab"', '"000000000000"', "Hashes"],
      ["Size: 64x64", "Size: 64x64, Seed: 8", "Seed"],
      [parameters, "", "negative prompt"],
    ];
    for (const [from, to, field] of changes) {
      expect(parameters).toContain(from);
      expect([to, faultOf(["parameters", parameters.replace(from, to)])]).toEqual([
        ...[to, `The text "parameters" inside a.png says another ${field} than its recipe.`],
      ]);
    }
  });

  it("are refused twice, of other programs, and in a picture that has no recipe", () => {
    expect(faultOf(["orthoplex", orthoplex], ["orthoplex", orthoplex])).toMatch(/two texts/);
    for (const keyword of ["prompt", "workflow", "Dream", "sd-metadata"]) {
      expect(faultOf([keyword, "{}"])).toMatch(/do not write/);
    }
    const sample = {
      name: "s.png",
      pointer: "/outputs/1",
      texts: [{ keyword: "orthoplex", text: orthoplex }],
    };
    expect(writtenFault(sample, null)?.code).toBe("output_mismatch");
    expect(writtenFault({ ...sample, texts: null }, RECIPE)?.detail).toMatch(/cannot be read/);
  });

  it("are read from every kind of chunk, wherever it stands", async () => {
    const bytes = await withChunks(
      await png(8, 8),
      tEXt("a", "caf\xe9"),
      pngChunk("zTXt", await joined("b\0\0", await packed("packed"))),
      pngChunk("iTXt", await joined("c\0\0\0en\0titre\0", new TextEncoder().encode("大学"))),
      pngChunk("iTXt", await joined("d\0\x01\0\0\0", await packed("also"))),
    );
    const read = (from: Bytes) => readPngTexts(new Blob([from]).stream() as ReadableStream<Uint8Array>);
    expect(await read(bytes)).toEqual([
      { keyword: "a", text: "café" },
      { keyword: "b", text: "packed" },
      { keyword: "c", text: "大学" },
      { keyword: "d", text: "also" },
    ]);
    expect(
      await read(await withChunks(await png(8, 8), pngChunk("iTXt", latin("e\0\0\0\0\0\xff")))),
    ).toBeNull();
  });
});

describe("a runner", () => {
  let ada: Person;
  let machine: Machine;
  beforeAll(async () => {
    [ada, machine] = await customerAndRunner();
    await published(ada, "ivy");
  });
  beforeEach(() => empty("jobs"));

  const order = { adapters: [{ ref: "ada/ivy" }], prompt: "<ivy> smiling", size: "256x256", seed: 5 };
  async function leased(): Promise<[Generation, Lease]> {
    const job = await ada.must<Generation>("POST", "/v1/generations", order);
    const [lease] = await machine.lease(1, 5);
    if (!lease) throw new Error("No lease");
    return [job, lease];
  }
  async function settle(lease: Lease, name: string, recipe: object, inside: object) {
    const bytes = await withChunks(await png(256, 256), tEXt("orthoplex", JSON.stringify(inside)));
    const output = await machine.deliver(lease.lease_id, { name, role: "image", meta: { recipe } }, bytes);
    return machine.on(lease.lease_id, "settle", { outcome: "succeeded", outputs: [output] });
  }

  it("cannot write another recipe into a picture than is stored beside it", async () => {
    const [job, lease] = await leased();
    const [member] = (lease.spec as SampleSpec).adapters;
    const sha256 = lease.inputs[0]?.sha256;
    const { input: _, ...adapter } = member ?? { input: "" };
    const { negative_prompt, seed, steps, guidance, sampler } = lease.spec as SampleSpec;
    const recipe = {
      ...{
        base: "cast-3",
        prompt: order.prompt,
        negative_prompt,
        seed,
        steps,
        guidance,
        sampler,
        size: order.size,
      },
      adapters: [{ ...adapter, sha256 }],
    };
    const lies = [
      { ...recipe, prompt: "<ivy> crying" },
      { ...recipe, seed: 6 },
      { ...recipe, adapters: [] },
    ];
    for (const [i, lie] of lies.entries()) {
      const { status, body } = await settle(lease, `lie-${i}.png`, recipe, lie);
      expect([status, body.code, body.errors[0]?.pointer]).toEqual([422, "output_mismatch", "/outputs/0"]);
    }
    const forged = { ...recipe, adapters: [{ ...adapter, sha256: "0".repeat(64) }] };
    const { body } = await settle(lease, "forged.png", forged, forged);
    expect([body.code, body.errors[0]?.pointer]).toEqual([
      "output_mismatch",
      "/outputs/0/meta/recipe/adapters",
    ]);
    expect((await settle(lease, "true.png", recipe, recipe)).body).toEqual({ status: "succeeded" });
    const seen = await ada.must<Generation>("GET", `/v1/generations/${job.id}`);
    expect(seen.result?.images[0]?.recipe).toEqual(recipe);
    expect(
      await env.DB.prepare("SELECT count(*) AS n FROM images WHERE job_id = ?").bind(job.id).first("n"),
    ).toBe(1);
  });
});
