// The merged file: the product of its factors is the sum of the residuals; served whole, in ranges, or refused.
// test/contract/test_merged.py compares the same file with the Python merge.

import { env, exports } from "cloudflare:workers";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { formatFault } from "../../../functions/compose/merged.ts";
import { mergedTensors } from "../../../functions/compose/merged-layout.ts";
import { mergedStream, WINDOW_BYTES } from "../../../functions/compose/merged-stream.ts";
import type { Env } from "../../../functions/env.ts";
import { numberOf } from "../../../functions/lib/half.ts";
import { readHeader } from "../../../functions/lib/safetensors.ts";
import type { Composition, Version } from "../../../schema/contract/index.ts";
import {
  adapterFile,
  ask,
  LICENCE,
  ORIGIN,
  type Person,
  person,
  published as publishedOn,
  BASE as WITH_GATES,
} from "../cast.ts";
import { mixOf } from "./mix-cast.ts";
import { RESERVING as BASE, knowReserving } from "./reserving-base.ts";

const STRENGTHS = [1, -0.3, 0.7];
const SIZES: number[] = [];
let ada: Person;
let bob: Person;
let members: Version[];
let composition: Composition;

/** Half-precision numbers of both signs and many sizes, different for each seed. */
function noise(data: Uint8Array, seed: number): Uint8Array {
  const values = new Uint16Array(data.length / 2);
  let state = seed;
  for (let i = 0; i < values.length; i++) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    values[i] = ((state >>> 16) & 0x8000) | (0x1000 + ((state >>> 8) % 0x1800));
  }
  return new Uint8Array(values.buffer);
}

const published = (owner: Person, name: string, more: Record<string, unknown> = {}) =>
  publishedOn(owner, name, more, BASE);

async function trained(owner: Person, name: string, seed: number): Promise<Version> {
  const { slot } = await published(owner, name);
  const file = await adapterFile(slot ?? -1, `<${name}>`, { data: (data) => noise(data, seed) }, BASE);
  const upload_id = await owner.upload("adapter", file, "application/octet-stream");
  const path = `/v1/adapters/${owner.handle}/${name}/versions`;
  const draft = await owner.must<Version>("POST", path, { upload_id });
  return owner.must<Version>("POST", `/v1/versions/${draft.id}/publish`, {});
}

let takeAway: () => Promise<void>;
afterAll(() => takeAway());
beforeAll(async () => {
  takeAway = await knowReserving();
  ada = await person("Ada");
  bob = await person("Bob");
  members = [await trained(ada, "eve", 1), await trained(bob, "dog", 2), await trained(ada, "cat", 3)];
  composition = await ada.must<Composition>("POST", "/v1/compositions", {
    members: members.map(({ id }, i) => ({ version_id: id, strength: STRENGTHS[i] })),
  });
});

async function bytesOf(path: string, headers: Record<string, string> = {}, by = ada) {
  const authorization = `Bearer ${by.key}`;
  const request = new Request(new URL(path, ORIGIN), { headers: { authorization, ...headers } });
  const response = await exports.default.fetch(request);
  return { response, bytes: new Uint8Array(await response.arrayBuffer()) };
}
const download = (format: string, headers = {}) =>
  bytesOf(`${composition.download_url}?format=${format}`, headers);

function opened(bytes: Uint8Array) {
  const header = readHeader(bytes, bytes.length);
  if (header.kind !== "header") throw new Error(JSON.stringify(header));
  const tensor = (name: string) => {
    const entry = header.tensors[name];
    if (!entry) throw new Error(`No tensor ${name} in ${Object.keys(header.tensors).join()}`);
    const data = bytes.slice(header.dataOffset + entry.begin, header.dataOffset + entry.end);
    return { shape: entry.shape, values: Array.from(new Uint16Array(data.buffer), numberOf) };
  };
  return { header, tensor };
}

type Matrix = { shape: number[]; values: number[] };

function product(up: Matrix, down: Matrix): number[] {
  const [rows = 0, rank = 0] = up.shape;
  const [, columns = 0] = down.shape;
  const out = new Array<number>(rows * columns).fill(0);
  for (let i = 0; i < rows; i++)
    for (let k = 0; k < rank; k++) {
      const factor = up.values[i * rank + k] ?? 0;
      for (let j = 0; j < columns; j++)
        out[i * columns + j] = (out[i * columns + j] ?? 0) + factor * (down.values[k * columns + j] ?? 0);
    }
  return out;
}

const NAMES = {
  peft: (layer: string) => [`transformer.${layer}.lora_B.weight`, `transformer.${layer}.lora_A.weight`],
  kohya: (layer: string) => {
    const name = `lora_unet_${layer.replaceAll(".", "_")}`;
    return [`${name}.lora_up.weight`, `${name}.lora_down.weight`];
  },
};

describe("a merged file", () => {
  it.each(["peft", "kohya"] as const)("of %s sums every layer's residuals", async (format) => {
    const { response, bytes } = await download(format);
    expect(response.status).toBe(200);
    expect(Number(response.headers.get("content-length"))).toBe(bytes.length);
    const { tensor, header } = opened(bytes);
    const files = await Promise.all(
      members.map(async ({ download_url }) => (await bytesOf(download_url)).bytes),
    );
    for (const layer of [BASE.layers[0], BASE.layers[2], BASE.layers.at(-1)]) {
      if (!layer) throw new Error("The base has more layers");
      const [up = "", down = ""] = NAMES[format](layer.name);
      const got = product(tensor(up), tensor(down));
      const wanted = new Array<number>(got.length).fill(0);
      let bound = 0;
      for (const [i, file] of files.entries()) {
        const own = opened(file).tensor(`up.${layer.name}`);
        const frozen = tensor(down).values.slice(
          i * BASE.rank * layer.in_features,
          (i + 1) * BASE.rank * layer.in_features,
        );
        const strength = STRENGTHS[i] ?? 0;
        const alone = product(own, { shape: [BASE.rank, layer.in_features], values: frozen });
        for (const [at, value] of alone.entries()) wanted[at] = (wanted[at] ?? 0) + strength * value;
        bound = Math.max(bound, ...own.values.map((value) => Math.abs(strength * value)));
      }
      const worst = Math.max(...got.map((value, at) => Math.abs(value - (wanted[at] ?? 0))));
      expect(bound).toBeGreaterThan(0.01);
      // One rounding to a half for each number of up, and the columns of these slots do not meet.
      expect(worst).toBeLessThanOrEqual(bound * 2 ** -11);
    }
    const rank = BASE.rank * members.length;
    const meta = header.metadata;
    if (format === "kohya") {
      expect(opened(bytes).tensor("lora_unet_transformer_blocks_0_attn2_to_k.alpha").values).toEqual([rank]);
      expect(meta).toMatchObject({ ss_network_module: "networks.lora", ss_network_dim: String(rank) });
    } else {
      expect(JSON.parse(meta.lora_adapter_metadata ?? "")).toMatchObject({
        "transformer.r": rank,
        "transformer.lora_alpha": rank,
      });
    }
    expect(JSON.parse(meta["orthoplex.members"] ?? "")).toMatchObject([
      { ref: "ada/eve:2", strength: 1 },
      { ref: "bob/dog:2", strength: -0.3 },
      { ref: "ada/cat:2", strength: 0.7 },
    ]);
    expect(meta["orthoplex.credit"]).toBe("ada, bob");
  });

  it("has a down of orthonormal rows in the reserved channels alone", async () => {
    const { tensor } = opened((await download("peft")).bytes);
    const { shape, values } = tensor("transformer.transformer_blocks.0.attn2.to_k.lora_A.weight");
    const [rank = 0, width = 0] = shape;
    for (let row = 0; row < rank; row++) {
      const own = values.slice(row * width, (row + 1) * width);
      expect(own.reduce((sum, value) => sum + value * value, 0)).toBe(1);
      expect(own.slice(0, BASE.tokens.dim).some((value) => value !== 0)).toBe(false);
    }
  });

  it("carries the tokens of every member as layers read them, each with its mark", async () => {
    const { tensor } = opened((await download("peft")).bytes);
    const own = opened((await bytesOf(members[1]?.download_url ?? "")).bytes).tensor("tokens");
    const { shape, values } = tensor("emb_params.<dog>");
    const { count, layers, dim, marker } = BASE.tokens;
    const width = dim + (BASE.basis.reserved ?? 0);
    expect(shape).toEqual([count, layers, width]);
    for (let place = 0; place < count * layers; place++) {
      const [word, mark] = [
        values.slice(place * width, place * width + dim),
        values.slice(place * width + dim, (place + 1) * width),
      ];
      expect(word).toEqual(own.values.slice(place * dim, (place + 1) * dim));
      expect(mark.filter((value) => value !== 0)).toEqual([marker]);
    }
  });

  it("keeps apart the tokens of two that share a trigger", () => {
    const member = (trigger: string) => ({ trigger }) as Parameters<typeof mergedTensors>[1][number];
    const names = mergedTensors(BASE, ["<a>", "<b>", "<a>"].map(member), "kohya").map(({ name }) => name);
    expect(names.slice(-3)).toEqual(["emb_params.<a>", "emb_params.<b>", "emb_params.<a>.2"]);
  });

  it("is served in ranges that add up, and as 304 the second time", async () => {
    const { response, bytes } = await download("peft");
    const etag = response.headers.get("etag") ?? "";
    expect(etag).toMatch(/^"[0-9a-f]{64}"$/);
    expect((await download("peft", { "if-none-match": etag })).response.status).toBe(304);
    expect((await download("kohya")).response.headers.get("etag")).not.toBe(etag);
    const cuts = [0, 5, 8, 4_000, 20_001, 45_003, bytes.length];
    for (const [i, begin] of cuts.slice(0, -1).entries()) {
      const end = cuts[i + 1] ?? 0;
      const part = await download("peft", { range: `bytes=${begin}-${end - 1}` });
      expect(part.response.status).toBe(206);
      expect(part.response.headers.get("content-range")).toBe(`bytes ${begin}-${end - 1}/${bytes.length}`);
      expect(part.bytes.length).toBe(end - begin);
      expect(part.bytes.every((byte, at) => byte === bytes[begin + at])).toBe(true);
    }
    const beyond = await download("peft", { range: `bytes=${bytes.length}-` });
    expect(beyond.response.status).toBe(416);
    expect((await download("zip")).response.status).toBe(400);
  });

  it("is read in windows of a bounded size, however many layers a base has", async () => {
    const { id: _, ...rest } = BASE;
    const layers = Array.from({ length: 400 }, (_, i) => ({
      name: `blocks.${i}.to_q`,
      in_features: 256,
      out_features: 256,
    }));
    const wide = { ...rest, id: "wide-1", layers };
    const bytes = 2 * 256 * wide.rank;
    const tensors = Object.fromEntries(
      layers.map(({ name }, i) => [
        `up.${name}`,
        { dtype: "F16", shape: [256, wide.rank], data_offsets: [i * bytes, (i + 1) * bytes] },
      ]),
    );
    const { count, layers: depth, dim } = wide.tokens;
    const end = layers.length * bytes;
    const header = JSON.stringify({
      ...tensors,
      tokens: {
        dtype: "F16",
        shape: [count, depth, dim],
        data_offsets: [end, end + 2 * count * depth * dim],
      },
    });
    const size = 8 + header.length + end + 2 * count * depth * dim;
    const file = new Uint8Array(size).fill(0x14);
    new DataView(file.buffer).setBigUint64(0, BigInt(header.length), true);
    file.set(new TextEncoder().encode(header), 8);
    const real = env as unknown as Env;
    await real.BLOBS.put("blobs/wide", file);
    SIZES.length = 0;
    const watched = {
      ...real,
      BLOBS: {
        get: (key: string, options: { range: { offset: number; length: number } }) => {
          SIZES.push(options.range.length);
          return real.BLOBS.get(key, options);
        },
      },
    } as unknown as Env;
    const cast = [0, 1, 2].map((slot) => ({
      ...{
        version_id: "ver_0" as const,
        ref: "a/b:1",
        trigger: `<s${slot}>`,
        strength: 1,
        slot,
        region: null,
      },
      ...{ sha256: "wide", sizeBytes: size, credit: false },
    }));
    const plan = mergedTensors(wide, cast, "peft");
    const whole = plan.reduce((sum, { shape }) => sum + 2 * shape.reduce((a, b) => a * b), 4);
    const range = { offset: 0, length: whole };
    const stream = mergedStream(watched, wide, cast, { head: new Uint8Array(4), tensors: plan, range });
    expect((await new Response(stream).arrayBuffer()).byteLength).toBe(whole);
    expect(whole).toBeGreaterThan(4 * 2 ** 20);
    expect(Math.max(...SIZES)).toBeLessThanOrEqual(WINDOW_BYTES);
    expect(SIZES.length).toBeLessThan(40);
  });
});

describe("who may have it", () => {
  const of = (by: Person, refs: string[]) =>
    by.must<Composition>("POST", "/v1/compositions", { members: refs.map((ref) => ({ ref })) });
  const refusal = async (by: Person, { download_url }: Composition) => {
    const { status, body } = await by.ask("GET", download_url);
    return [status, body.code, body.detail];
  };

  it("is refused where a licence forbids derivatives, and names the adapter", async () => {
    await published(bob, "bronze", { licence: { ...LICENCE, derivatives: false } });
    const [status, code, detail] = await refusal(ada, await of(ada, ["ada/eve", "bob/bronze"]));
    expect([status, code]).toEqual([422, "licence_conflict"]);
    expect(detail).toContain("bob/bronze");
  });

  it("is refused if an adapter was made private or withdrawn, except to its owner", async () => {
    for (const name of ["shy", "left"]) await published(bob, name);
    const [shy, left] = [await of(ada, ["bob/shy"]), await of(ada, ["bob/left"])];
    const own = await of(bob, ["bob/shy"]);
    await bob.must("PATCH", "/v1/adapters/bob/shy", { visibility: "private" });
    await bob.must("POST", "/v1/adapters/bob/left/withdraw", {});
    expect((await refusal(ada, shy)).slice(0, 2)).toEqual([422, "licence_conflict"]);
    expect((await refusal(ada, left)).slice(0, 2)).toEqual([410, "adapter_removed"]);
    expect((await bob.ask("GET", own.download_url)).status).toBe(200);
  });

  it("is refused if a version was yanked, except to its owner", async () => {
    const { id } = await published(bob, "yanked");
    const mix = await mixOf(ada, "with-yanked", ["bob/yanked"]);
    const own = await of(bob, ["bob/yanked"]);
    await bob.must("POST", `/v1/versions/${id}/yank`, { reason: "It was wrong." });
    expect((await refusal(ada, mix.composition)).slice(0, 2)).toEqual([410, "adapter_removed"]);
    expect((await bob.ask("GET", own.download_url)).status).toBe(200);
  });

  it("is available to the composition's owner, and to anyone for a published mix", async () => {
    expect((await ask("GET", composition.download_url)).status).toBe(401);
    expect((await bob.ask("GET", composition.download_url)).status).toBe(404);
    const mix = await mixOf(ada, "both", ["ada/eve", "bob/dog"]);
    expect((await ask("GET", mix.composition.download_url)).status).toBe(200);
    await ada.must("PATCH", "/v1/mixes/ada/both", { visibility: "private" });
    expect((await ask("GET", mix.composition.download_url)).status).toBe(401);
  });

  it.each(["peft", "kohya"])(
    "of one version alone has that version's residual at full strength: %s",
    async (format) => {
      const [version] = members;
      if (!version) throw new Error("No version");
      const path = `${version.download_url}?format=${format}`;
      const { response, bytes } = await bytesOf(path);
      expect(response.headers.get("content-disposition")).toContain(
        `-1-${format}.safetensors`.replace("-1-", `-${version.number}-`),
      );
      const own = opened((await bytesOf(version.download_url)).bytes);
      const converted = opened(bytes);
      const layer = BASE.layers[3]?.name ?? "";
      const name = Object.keys(converted.header.tensors).find(
        (key) =>
          key.includes(format === "peft" ? layer : layer.replaceAll(".", "_")) && /lora_(B|up)/.test(key),
      );
      expect(converted.tensor(name ?? "").values).toEqual(own.tensor(`up.${layer}`).values);
      const part = await bytesOf(path, { range: "bytes=100-299" });
      expect(part.response.status).toBe(206);
      expect(part.bytes).toEqual(bytes.slice(100, 300));
      expect(
        (await bytesOf(path, { "if-none-match": response.headers.get("etag") ?? "" })).response.status,
      ).toBe(304);
    },
  );

  it("is refused on a base with gates, which no LoRA can represent", async () => {
    const eve = await publishedOn(ada, "gated");
    const made = await of(ada, ["ada/gated"]);
    const refused = [`${eve.download_url}?format=peft`, `${made.download_url}?format=kohya`];
    for (const path of refused) {
      const { status, body } = await ada.ask("GET", path);
      expect([status, body.code, body.detail]).toEqual([
        400,
        "request_invalid",
        expect.stringContaining("no LoRA file can hold"),
      ]);
    }
    expect(formatFault(WITH_GATES)).not.toBeNull();
    expect(formatFault(BASE)).toBeNull();
  });
});
