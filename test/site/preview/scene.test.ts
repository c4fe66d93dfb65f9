// What the graphs are given: columns of the slot, gains inside the own cell only, and nothing of other cells.

import { describe, expect, it } from "vitest";
import { downRows } from "../../../functions/lib/basis.ts";
import { slotColumns } from "../../../functions/lib/slot.ts";
import base from "../../../schema/bases/cast-1.json";
import cast from "../../../site/preview/cast/cast.json";
import type { Casting } from "../../../site/preview/casting.ts";
import { fromHalf } from "../../../site/preview/half.ts";
import { cellMask, drawnPart, regionsOf, WORDS } from "../../../site/preview/layout.ts";
import { cropped, pixelsOf } from "../../../site/preview/pixels.ts";
import { sample } from "../../../site/preview/sampler.ts";
import { type Attached, captionInputs, residualInputs } from "../../../site/preview/scene.ts";

const { width, layers } = cast.config;
const RANK = base.rank;

function attached(slot: number, strength: number): Attached {
  const down = downRows(width, base.basis.seed, slotColumns(slot, width, RANK));
  const ups = cast.layers.map((_, layer) =>
    Float32Array.from({ length: width * RANK }, (_, i) => slot * 100 + layer + i / 10_000),
  );
  const tokens = Float32Array.from({ length: 2 * layers * width }, (_, i) => slot + i);
  return { taught: { rank: RANK, down, ups, tokens }, strength, region: null };
}

const casting: Casting = {
  roles: [
    { place: 0, trigger: "<ana>", expression: "smiling" },
    { place: 2, trigger: "<bo>", expression: null },
  ],
  background: { kind: "plain", rgb: "ff0000" },
  unknown: [],
};
const members = new Map([
  ["<ana>", attached(3, 0.5)],
  ["<bo>", attached(4, 2)],
  ["<absent>", attached(5, 1)],
]);

describe("residuals", () => {
  const inputs = residualInputs(casting, members, 3);

  it("stand side by side for those in the picture, in the graph's order of layers", () => {
    expect(cast.layers).toEqual(base.layers.map(({ name }) => name));
    expect(inputs.down.shape).toEqual([width, 2 * RANK]);
    expect(inputs.up.shape).toEqual([cast.layers.length, 2 * RANK, width]);
    const second = members.get("<bo>")?.taught;
    expect(inputs.down.data[7 * 2 * RANK + RANK + 1]).toBe(Math.fround(second?.down[width + 7] ?? 0));
    const [layer, r, out] = [9, 3, 17];
    expect(inputs.up.data[(layer * 2 * RANK + RANK + r) * width + out]).toBe(
      second?.ups[layer]?.[out * RANK + r],
    );
  });

  it("have orthonormal columns that never meet", () => {
    const column = (r: number) =>
      Array.from({ length: width }, (_, c) => inputs.down.data[c * 2 * RANK + r] ?? 0);
    const dot = (a: number[], b: number[]) => a.reduce((sum, value, i) => sum + value * (b[i] ?? 0), 0);
    for (let a = 0; a < 2 * RANK; a++)
      for (let b = 0; b < 2 * RANK; b++) expect(dot(column(a), column(b))).toBeCloseTo(a === b ? 1 : 0, 6);
  });

  it("act with their strength in their own cell and words, and nowhere else", () => {
    const gain = (values: Float32Array, at: number, r: number) => values[at * 2 * RANK + r];
    // The canvas drawn holds cells 0 and 2; positions run along its rows, 8 of each cell.
    for (const [at, own] of [
      [0, 0],
      [7, 0],
      [8, 1],
      [15, 1],
      [16, 0],
    ] as const) {
      expect(gain(inputs.gains_image.data, at, 0)).toBe(own === 0 ? 0.5 : 0);
      expect(gain(inputs.gains_image.data, at, RANK)).toBe(own === 1 ? 2 : 0);
    }
    expect(gain(inputs.gains_text.data, WORDS - 1, 0)).toBe(0.5);
    expect(gain(inputs.gains_text.data, WORDS, 0)).toBe(0);
    expect(gain(inputs.gains_text.data, WORDS, RANK)).toBe(2);
    expect([...inputs.places.data]).toEqual([0, 2]);
  });

  it("of a boxed person stay inside the box", () => {
    const box = { x: 0, y: 0.5, width: 1 / 3, height: 0.5 };
    const boxed = new Map([["<ana>", { ...attached(3, 1), region: box }]]);
    const { gains_image, region_weights } = residualInputs(casting, boxed, 3);
    const rows = Array.from({ length: 8 }, (_, row) => gains_image.data[row * 16 * RANK]);
    expect(rows).toEqual([0, 0, 0, 0, 1, 1, 1, 1]);
    expect(region_weights.shape).toEqual([2, 128]);
  });
});

it("captions hold background, learned tokens and expression where the runner puts them", () => {
  const { language } = cast;
  const words = [language.pad, language.null, "background:plain", "expression:smiling"];
  const table = Float32Array.from({ length: words.length * width }, (_, i) => Math.floor(i / width));
  const world = { vocabulary: new Map(words.map((word, i) => [word, i])), table };
  const inputs = captionInputs(casting, members, world, 0, 2);
  const wordAt = (caption: number, person: number, position: number) =>
    words[inputs.words.data[((caption * 2 + person) * WORDS + position) * width] ?? -1];
  expect([0, 1, 2, 3, 4].map((position) => wordAt(0, 0, position))).toEqual([
    "background:plain",
    "pad",
    "pad",
    "expression:smiling",
    "pad",
  ]);
  expect(wordAt(0, 1, 3)).toBe("pad");
  expect([wordAt(1, 0, 0), wordAt(1, 1, 3)]).toEqual(["null", "pad"]);
  expect([...inputs.colours.data.subarray(0, 4)]).toEqual([1, -1, -1, 1]);
  expect([...inputs.taught.data]).toEqual([1, 1, 0, 0]);
  // tokens (layers, captions, persons, 2, width): layer 5, person 1, token 1.
  expect(inputs.tokens.data[((5 * 4 + 1) * 2 + 1) * width]).toBe(4 + (1 * layers + 5) * width);
});

it("a position inside no box listens to everybody without one and to every background", () => {
  const { weights, bias } = regionsOf(new Map([[2, cellMask(2, 3)]]), 3, [0, 2]);
  expect([...drawnPart(cellMask(2, 3), 3, [0, 2]).subarray(6, 10)]).toEqual([0, 0, 1, 1]);
  expect([weights[7], weights[8], weights[128 + 7], weights[128 + 8]]).toEqual([0, 1, 1, 0]);
  const outside = bias.subarray(2 * WORDS);
  expect([outside[0], outside[5], outside[WORDS], outside[WORDS + 1]]).toEqual([0, 0, 0, Math.fround(-1e9)]);
});

it("cells that are not drawn are cropped away and stay transparent", () => {
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
    const picture = await sample({ noise, steps: 3, guidance: 2, predict, onStep: async () => true });
    for (const value of picture ?? []) expect(value).toBeCloseTo(0.3, 6);
  });

  it("asks for no caption without the prompt where that one has no say", async () => {
    const sizes: number[] = [];
    const alone = async (copies: Float32Array) => {
      sizes.push(copies.length);
      return Float32Array.of(0.2, 0.2, 0.2);
    };
    const picture = await sample({ noise, steps: 2, guidance: 1, predict: alone, onStep: async () => true });
    expect(sizes).toEqual([3, 3]);
    for (const value of picture ?? []) expect(value).toBeCloseTo(0.2, 6);
  });

  it("stops after the step that is told to stop", async () => {
    const seen: number[] = [];
    const onStep = async (step: number) => seen.push(step) < 2;
    expect(await sample({ noise, steps: 5, guidance: 1, predict, onStep })).toBeNull();
    expect(seen).toEqual([1, 2]);
  });
});
