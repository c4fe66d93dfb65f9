// What the graphs are given: columns of the slot, marked tokens, people apart, and nothing of cells that are not drawn.

import { describe, expect, it } from "vitest";
import { type BasisName, rowsOfBasis } from "../../../functions/lib/basis.ts";
import { slotColumns } from "../../../functions/lib/slot.ts";
import base from "../../../schema/examples/reserved-channels.json";
import { marked } from "../../../site/preview/adapter-file.ts";
import type { Casting } from "../../../site/preview/casting.ts";
import { fromHalf } from "../../../site/preview/half.ts";
import { cellMask, regionsOf, renderedPart } from "../../../site/preview/layout.ts";
import { cropped, pixelsOf } from "../../../site/preview/pixels.ts";
import { sample } from "../../../site/preview/sampler.ts";
import { type Attached, captionInputs, memberInputs, type Values } from "../../../site/preview/scene.ts";
import { gridOf, language, type Shapes, TOKENS } from "../../../site/preview/shapes.ts";
import { RESERVING as cast } from "./reserving-shapes.ts";

const { width, reserved, layers } = cast.config; // width is 256
const said = width - reserved;
const RANK = base.rank;
const WORDS = cast.config.words;
const GRID = gridOf(cast);
const FORBIDDEN = Math.fround(-1e9);

function attached(slot: number, strength: number): Attached {
  const down = rowsOfBasis(
    base.basis.name as BasisName,
    reserved,
    base.basis.seed,
    slotColumns(slot, reserved, RANK),
  );
  const ups = cast.layers.map((_, layer) =>
    Float32Array.from({ length: width * RANK }, (_, i) => slot * 100 + layer + i / 10_000),
  );
  const words = Float32Array.from({ length: TOKENS * layers * said }, (_, i) => slot + i);
  return {
    trained: {
      rank: RANK,
      downs: new Map([[width, down]]),
      ups,
      tokens: marked(words, down, RANK, cast),
      entries: [],
    },
    strength,
    region: null,
  };
}

/** The inputs of a graph by name, each of which must be there. */
function inputsOf(inputs: Record<string, Values<Float32Array | Int32Array>>) {
  return new Proxy(inputs, {
    get: (all, name: string) => {
      const found = all[name];
      if (!found) throw new Error(`The graph gets no ${name}.`);
      return found;
    },
  }) as Record<InputName, Values<Float32Array>>;
}
type InputName =
  | "down_256"
  | "down_1024"
  | "up_256"
  | "up_1024"
  | "places"
  | "neighbour_bias"
  | "region_weights"
  | "region_bias"
  | "entries"
  | "owners"
  | "words"
  | "colours"
  | "tokens"
  | "taught"
  | "class_words"
  | "named";
const residualInputs = (casting: Casting, members: ReadonlyMap<string, Attached>, cells: number) =>
  inputsOf(memberInputs(casting, members, cast, { cells, captions: 1 }));

const casting: Casting = {
  roles: [
    { place: 0, trigger: "<ana>", expression: "smiling" },
    { place: 2, trigger: "<bo>", expression: "neutral" },
  ],
  background: { kind: "plain", rgb: "ff0000" },
  unknown: [],
};
const members = new Map([
  ["<ana>", attached(3, 0.5)],
  ["<bo>", attached(4, 2)],
  ["<absent>", attached(5, 1)],
]);

const dot = (a: ArrayLike<number>, b: ArrayLike<number>) =>
  Array.from(a).reduce((sum, value, i) => sum + value * (b[i] ?? 0), 0);

/** The whole canvas drawn holds cells 0 and 2; positions run along its rows, 8 of each cell. */
const cellOfPosition = (at: number) => (at % 16 < 8 ? 0 : 2);

describe("residuals", () => {
  const inputs = residualInputs(casting, members, 3);
  const [down, up] = [inputs.down_256, inputs.up_256];
  const column = (r: number) => Array.from({ length: width }, (_, c) => down.data[c * 2 * RANK + r] ?? 0);

  it("are concatenated for the members in the picture, in the graph's order of layers, with their strengths", () => {
    expect(cast.layers).toEqual(base.layers);
    expect(down.shape).toEqual([width, 2 * RANK]);
    expect(up.shape).toEqual([cast.layers.length, 2 * RANK, width]);
    const second = members.get("<bo>")?.trained;
    expect(down.data[(said + 7) * 2 * RANK + RANK + 1]).toBe(
      Math.fround(second?.downs.get(width)?.[reserved + 7] ?? 0),
    );
    const [layer, r, out] = [3, 3, 17];
    for (const [first, [, { trained, strength }]] of [...members].slice(0, 2).entries()) {
      expect(up.data[(layer * 2 * RANK + first * RANK + r) * width + out]).toBe(
        Math.fround(strength * (trained.ups[layer]?.[out * RANK + r] ?? Number.NaN)),
      );
    }
    expect([...inputs.places.data]).toEqual([0, 2]);
  });

  it("are zero on the channels that words of the base use", () => {
    for (let r = 0; r < 2 * RANK; r++)
      expect(column(r).slice(0, said)).toEqual(Array.from({ length: said }, () => 0));
  });

  it("have orthonormal columns that never overlap", () => {
    for (let a = 0; a < 2 * RANK; a++)
      for (let b = 0; b < 2 * RANK; b++) expect(dot(column(a), column(b))).toBeCloseTo(a === b ? 1 : 0, 6);
  });

  it("respond to the tokens of their own concept, each in one column, and to no other's", () => {
    for (const [first, [, { trained }]] of [...members].slice(0, 2).entries()) {
      for (let at = 0; at < TOKENS * layers; at++) {
        const token = trained.tokens.subarray(at * width, (at + 1) * width);
        const own = first * RANK + (Math.floor(at / layers) % RANK);
        for (let r = 0; r < 2 * RANK; r++)
          expect(dot(token, column(r))).toBeCloseTo(r === own ? cast.marker : 0, 5);
      }
    }
  });
});

describe("people", () => {
  const inputs = residualInputs(casting, members, 3);

  it("kept apart attend to the positions of their own cell alone", () => {
    const { data, shape } = inputs.neighbour_bias;
    expect(shape).toEqual([128, 128]);
    for (let i = 0; i < 128 * 128; i++)
      expect(data[i]).toBe(cellOfPosition(Math.floor(i / 128)) === cellOfPosition(i % 128) ? 0 : FORBIDDEN);
  });

  it("kept apart attend to their own words alone, each cell as a region", () => {
    expect(inputs.region_weights.shape).toEqual([3, 128]);
    expect(inputs.region_bias.shape).toEqual([3, 2 * WORDS]);
    for (const [region, cell] of [0, 2].entries()) {
      for (let at = 0; at < 128; at++)
        expect(inputs.region_weights.data[region * 128 + at]).toBe(cellOfPosition(at) === cell ? 1 : 0);
      for (let word = 0; word < 2 * WORDS; word++)
        expect(inputs.region_bias.data[region * 2 * WORDS + word]).toBe(
          Math.floor(word / WORDS) === region ? 0 : FORBIDDEN,
        );
    }
    expect(new Set(inputs.region_weights.data.subarray(2 * 128))).toEqual(new Set([0]));
  });

  it("with a box inside their cell attend to their words inside the box alone", () => {
    const box = { x: 0, y: 0.5, width: 1 / 3, height: 0.5 };
    const boxed = new Map([["<ana>", { ...attached(3, 1), region: box }]]);
    const { region_weights, neighbour_bias } = residualInputs(casting, boxed, 3);
    expect(region_weights.shape).toEqual([3, 128]);
    const column0 = (region: number) =>
      Array.from({ length: 8 }, (_, row) => region_weights.data[region * 128 + row * 16]);
    expect(column0(0)).toEqual([0, 0, 0, 0, 1, 1, 1, 1]);
    expect(column0(1)).toEqual([0, 0, 0, 0, 0, 0, 0, 0]);
    expect(column0(2)).toEqual([1, 1, 1, 1, 0, 0, 0, 0]);
    expect(neighbour_bias.data[8]).toBe(FORBIDDEN);
  });

  it("attend to one another if a box exceeds its cell, and without trained members", () => {
    const wide = { x: 0.1, y: 0, width: 0.6, height: 1 };
    const reaching = new Map([...members].slice(0, 2));
    reaching.set("<ana>", { ...attached(3, 1), region: wide });
    const reached = residualInputs(casting, reaching, 3);
    expect(new Set(reached.neighbour_bias.data)).toEqual(new Set([0]));
    expect(reached.region_weights.shape).toEqual([2, 128]);
    const nobody = residualInputs(casting, new Map(), 3);
    expect(new Set(nobody.neighbour_bias.data)).toEqual(new Set([0]));
    expect(nobody.region_weights.shape).toEqual([1, 128]);
  });
});

it("captions have background, learned tokens and expression in the runner's positions", () => {
  const words = [language.pad, language.null, "background:plain", "expression:smiling", "expression:neutral"];
  const table = Float32Array.from({ length: words.length * width }, (_, i) => Math.floor(i / width));
  const world = { shapes: cast, vocabulary: new Map(words.map((word, i) => [word, i])), table };
  const inputs = inputsOf(captionInputs(casting, members, world, { seed: 0, captions: 2 }));
  const wordAt = (caption: number, person: number, position: number) =>
    words[inputs.words.data[((caption * 2 + person) * WORDS + position) * width] ?? -1];
  const caption = Array.from({ length: WORDS }, (_, position) => wordAt(0, 0, position));
  expect(caption.slice(0, 1 + TOKENS + 2)).toEqual([
    "background:plain",
    ...Array(TOKENS).fill("pad"),
    "expression:smiling",
    "pad",
  ]);
  expect(wordAt(0, 1, 1 + TOKENS)).toBe("expression:neutral");
  expect([wordAt(1, 0, 0), wordAt(1, 1, 1 + TOKENS)]).toEqual(["null", "pad"]);
  expect([...inputs.colours.data.subarray(0, 4)]).toEqual([1, -1, -1, 1]);
  expect([...inputs.taught.data]).toEqual([1, 1, 0, 0]);
  expect(inputs.tokens.shape).toEqual([layers, 2, 2, TOKENS, width]);
  const [layer, person] = [1, 1];
  for (let token = 0; token < TOKENS; token++) {
    const at = ((layer * 4 + person) * TOKENS + token) * width;
    const from = (token * layers + layer) * width;
    expect(inputs.tokens.data.subarray(at, at + width)).toEqual(
      members.get("<bo>")?.trained.tokens.subarray(from, from + width),
    );
  }
});

describe("a base with entries and gates", () => {
  const gated: Shapes = {
    config: { ...cast.config, reserved: 0, patch_px: 16, cell_px: 128 },
    marker: 0,
    time_shift: 3,
    enlarged: 2,
    layers: [
      { name: "a.to_out", in_features: width, out_features: width },
      { name: "a.ff.up", in_features: width, out_features: 4 * width },
      { name: "a.ff.down", in_features: 4 * width, out_features: width },
      { name: "b.to_out", in_features: width, out_features: width },
    ],
    entries: ["a.to_k", "a.to_v", "b.to_k"],
  };
  const member = (slot: number, strength: number): Attached => ({
    trained: {
      rank: RANK,
      downs: new Map(
        [width, 4 * width].map((n) => [n, rowsOfBasis("signed-dct-2", n, 1, slotColumns(slot, n, RANK))]),
      ),
      ups: gated.layers.map(({ out_features }, layer) =>
        Float32Array.from({ length: out_features * RANK }, (_, i) => slot * 100 + layer + i / 100_000),
      ),
      tokens: new Float32Array(0),
      entries: gated.entries.map((_, at) =>
        Float32Array.from({ length: TOKENS * width }, (_, i) => 1000 * at + Math.floor(i / width) + slot),
      ),
    },
    strength,
    region: null,
  });
  const twice: Casting = {
    ...casting,
    roles: [...casting.roles, { place: 1, trigger: "<ana>", expression: "neutral" }],
  };
  const present = new Map([
    ["<ana>", member(3, 0.5)],
    ["<bo>", member(4, 2)],
    ["<absent>", member(5, 1)],
  ]);

  it("gives every member the rows of its own words, wherever it is named, and none in the negative prompt", () => {
    const { entries, owners } = inputsOf(memberInputs(twice, present, gated, { cells: 3, captions: 2 }));
    const length = 3 * WORDS;
    expect(entries.shape).toEqual([3, 2, length, width]);
    expect(owners.shape).toEqual([2, length, 2 * RANK]);
    for (let word = 0; word < length; word++) {
      const token = (word % WORDS) - 1;
      const person = Math.floor(word / WORDS);
      const isToken = token >= 0 && token < TOKENS;
      const [slot, strength, first] = person === 1 ? [4, 2, RANK] : [3, 0.5, 0];
      for (let projection = 0; projection < 3; projection++)
        expect(entries.data[(projection * 2 * length + word) * width + 7]).toBe(
          isToken ? strength * (1000 * projection + token + slot) : 0,
        );
      const row = [...owners.data.subarray(word * 2 * RANK, (word + 1) * 2 * RANK)];
      expect(row).toEqual(row.map((_, r) => (isToken && r >= first && r < first + RANK ? 1 : 0)));
    }
    expect(new Set(owners.data.subarray(length * 2 * RANK))).toEqual(new Set([0]));
    for (let projection = 0; projection < 3; projection++) {
      const from = (projection * 2 + 1) * length * width;
      expect(entries.data.subarray(from, from + length * width).every((value) => value === 0)).toBe(true);
    }
  });

  it("has the directions of slots on all channels, for layers of each input dimension", () => {
    const inputs = inputsOf(memberInputs(twice, present, gated, { cells: 3, captions: 1 }));
    for (const [n, down] of [
      [width, inputs.down_256],
      [4 * width, inputs.down_1024],
    ] as const) {
      expect(down.shape).toEqual([n, 2 * RANK]);
      const own = present.get("<bo>")?.trained.downs.get(n);
      expect(down.data[5 * 2 * RANK + RANK + 1]).toBe(Math.fround(own?.[n + 5] ?? 0));
    }
  });

  it("has the trained factors by output dimension, in the order of the layers", () => {
    const inputs = inputsOf(memberInputs(twice, present, gated, { cells: 3, captions: 1 }));
    const trained = present.get("<bo>")?.trained;
    const [r, out] = [3, 17];
    for (const [m, layers, up] of [
      [width, [0, 2, 3], inputs.up_256],
      [4 * width, [1], inputs.up_1024],
    ] as const) {
      expect(up.shape).toEqual([layers.length, 2 * RANK, m]);
      layers.forEach((layer, place) => {
        expect(up.data[(place * 2 * RANK + RANK + r) * m + out]).toBe(
          Math.fround(2 * (trained?.ups[layer]?.[out * RANK + r] ?? Number.NaN)),
        );
      });
    }
  });
});

it("a position outside all boxes attends to everybody without a box and to every background", () => {
  const { weights, bias } = regionsOf(new Map([[2, cellMask(2, GRID, 3)]]), cast, 3, [0, 2]);
  expect([...renderedPart(cellMask(2, GRID, 3), GRID, 3, [0, 2]).subarray(6, 10)]).toEqual([0, 0, 1, 1]);
  expect([weights[7], weights[8], weights[128 + 7], weights[128 + 8]]).toEqual([0, 1, 1, 0]);
  const outside = bias.subarray(2 * WORDS);
  expect([outside[0], outside[5], outside[WORDS], outside[WORDS + 1]]).toEqual([0, 0, 0, Math.fround(-1e9)]);
});

it("cells that are not generated are cropped and stay transparent", () => {
  const planes = Float32Array.from({ length: 3 * 2 * 6 }, (_, i) => (i % 6 < 2 ? -1 : i % 6 < 4 ? 0 : 1));
  const part = cropped(planes, 3, [0, 2]);
  expect([...part.subarray(0, 8)]).toEqual([-1, -1, 1, 1, -1, -1, 1, 1]);
  const { data } = pixelsOf(part, 2, 3, [0, 2]);
  expect([...data.subarray(0, 24)]).toEqual([
    0,
    0,
    0,
    255,
    0,
    0,
    0,
    255,
    0,
    0,
    0,
    0,
    0,
    0,
    0,
    0,
    ...Array(8).fill(255),
  ]);
});

it("halves are read as IEEE 754 writes them", () => {
  const bytes = new Uint8Array([0x00, 0x3c, 0x00, 0xc0, 0x01, 0x00, 0xff, 0x7b, 0x00, 0x7c]);
  expect([...fromHalf(bytes)]).toEqual([1, -2, 2 ** -24, 65_504, Number.POSITIVE_INFINITY]);
});

describe("sampling", () => {
  const noise = Float32Array.of(1, -1, 0.5);
  const predict = async () => Float32Array.of(0.2, 0.2, 0.2, 0.1, 0.1, 0.1);

  it("ends at the guided clean picture", async () => {
    const picture = await sample({
      noise,
      steps: 3,
      shift: 1.5,
      guidance: 2,
      predict,
      onStep: async () => true,
    });
    for (const value of picture ?? []) expect(value).toBeCloseTo(0.3, 6);
  });

  it("makes no negative prediction at guidance 1", async () => {
    const sizes: number[] = [];
    const alone = async (copies: Float32Array) => {
      sizes.push(copies.length);
      return Float32Array.of(0.2, 0.2, 0.2);
    };
    const picture = await sample({
      noise,
      steps: 2,
      shift: 1.5,
      guidance: 1,
      predict: alone,
      onStep: async () => true,
    });
    expect(sizes).toEqual([3, 3]);
    for (const value of picture ?? []) expect(value).toBeCloseTo(0.2, 6);
  });

  it("stops after the step whose callback returns false", async () => {
    const seen: number[] = [];
    const onStep = async (step: number) => seen.push(step) < 2;
    expect(await sample({ noise, steps: 5, shift: 1.5, guidance: 1, predict, onStep })).toBeNull();
    expect(seen).toEqual([1, 2]);
  });
});
