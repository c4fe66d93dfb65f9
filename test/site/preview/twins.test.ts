// The browser's prompt, places, masks, marks, noise and steps are the runner's: golden.json is written by its Python.

import { describe, expect, it } from "vitest";
import { type BasisName, rowsOfBasis } from "../../../functions/lib/basis.ts";
import { radixOf, slotColumns } from "../../../functions/lib/slot.ts";
import world from "../../../gpu-runner/bases/cast-3/world.json";
import corpus from "../../../schema/examples/people-of-prompts.json";
import base from "../../../schema/examples/reserved-channels.json";
import { marked } from "../../../site/preview/adapter-file.ts";
import cast from "../../../site/preview/cast/cast-3/shapes.json";
import { castPrompt } from "../../../site/preview/casting.ts";
import { boxMask, cellOf, neighbourBias, regionsOf, staysInside } from "../../../site/preview/layout.ts";
import { noiseOf } from "../../../site/preview/noise.ts";
import { readPrompt } from "../../../site/preview/prompt.ts";
import { timeSteps } from "../../../site/preview/sampler.ts";
import { gridOf, TOKENS } from "../../../site/preview/shapes.ts";
import golden from "./golden.json";
import { RESERVING } from "./reserving-shapes.ts";

const regionOf = ([x = 0, y = 0, width = 0, height = 0]: readonly number[]) => ({ x, y, width, height });
const GRID = gridOf(cast);
const WORDS = cast.config.words;
const bits = (mask: Uint8Array) => mask.join("");

describe("a prompt is parsed as the runner parses it", () => {
  it.each(corpus.prompts)("$prompt: $people people", ({ prompt, people }) => {
    expect(readPrompt(prompt, world.palettes).persons).toHaveLength(people);
  });

  for (const example of golden.castings) {
    it(`${example.prompt} (${example.cells})`, () => {
      const { persons, unknown } = readPrompt(example.prompt, world.palettes);
      const trained = new Map(persons.flatMap(({ trigger }) => (trigger ? [[trigger, null] as const] : [])));
      const casting = castPrompt(example.prompt, example.cells, world.palettes, trained);
      expect(unknown).toEqual(example.unknown);
      if ("refused" in example) return expect(casting).toEqual({ refused: example.refused });
      if ("refused" in casting) throw new Error(casting.refused);
      const [kind, rgb] = example.background ?? [];
      expect(casting.background).toEqual({ kind: kind?.replace("background:", ""), rgb });
      expect(
        casting.roles.map(({ expression, ...role }) => ({
          ...role,
          expression: expression && `expression:${expression}`,
        })),
      ).toEqual(example.roles);
    });
  }
});

describe("a casting", () => {
  it("places a person at the adapter's box, whatever the prompt says", () => {
    const trained = new Map([
      ["<ana>", { x: 0.5, y: 0, width: 0.5, height: 1 }],
      ["<bo>", null],
    ]);
    const casting = castPrompt("<ana> left; <bo>", 2, world.palettes, trained);
    expect("roles" in casting && casting.roles.map(({ trigger }) => trigger)).toEqual(["<bo>", "<ana>"]);
  });

  it("leaves people without an adapter to the runner", () => {
    const casting = castPrompt("a man, left; <bo>; <stranger>", 3, world.palettes, new Map([["<bo>", null]]));
    expect("roles" in casting && casting.roles).toEqual([
      { place: 1, trigger: "<bo>", expression: "neutral" },
    ]);
  });
});

it("masks the positions that the runner masks", () => {
  for (const { region, cells, cell, positions } of golden.masks) {
    expect(bits(boxMask(regionOf(region), GRID, cells))).toBe(positions);
    expect(cellOf(regionOf(region), cells)).toBe(cell);
  }
});

it("weighs regions as the runner does", () => {
  const boxes = new Map(
    Object.entries(golden.regional.boxes).map(([cell, box]) => [
      Number(cell),
      boxMask(regionOf(box), GRID, 3),
    ]),
  );
  const { count, weights, bias } = regionsOf(boxes, cast, 3, [0, 1, 2]);
  expect(count).toBe(3);
  // The runner keeps a region of no weight for the cell without a box.
  [0, 1, 3].forEach((theirs, ours) => {
    const expected = golden.regional.weights[theirs] ?? [];
    expect([...weights.subarray(ours * expected.length, (ours + 1) * expected.length)]).toEqual(expected);
    const words = [...bias.subarray(ours * 3 * WORDS, (ours + 1) * 3 * WORDS)];
    expect(words.map((score) => (score === 0 ? "1" : "0")).join("")).toBe(golden.regional.words[theirs]);
  });
});

it("separates people exactly as the runner does", () => {
  for (const { cells, boxes, apart, neighbours } of golden.apart) {
    const masks = new Map(
      Object.entries(boxes).map(([cell, box]) => [Number(cell), boxMask(regionOf(box), GRID, cells)]),
    );
    expect([boxes, staysInside(masks, GRID, cells)]).toEqual([boxes, apart]);
    const positions = 64 * cells;
    const bias = neighbourBias(cells, GRID, apart);
    expect(bias.length).toBe(positions ** 2);
    for (const [at, seen] of Object.entries(neighbours)) {
      const row = (Number(at) + positions) % positions;
      const scores = [...bias.subarray(row * positions, (row + 1) * positions)];
      expect(scores.map((score) => (score === 0 ? "1" : "0")).join("")).toBe(seen);
    }
  }
});

describe("tokens", () => {
  const { reserved, layers, width } = RESERVING.config;
  const { rank } = base;
  const { count, dim, marker } = base.tokens;
  const words = Float32Array.from({ length: count * layers * dim }, (_, i) => Math.sin(i));
  const tokensOf = (slot: number) => {
    const own = slotColumns(slot, reserved, rank, radixOf([reserved], rank));
    const tokens = marked(
      words,
      rowsOfBasis(base.basis.name as BasisName, reserved, base.basis.seed, own),
      rank,
      RESERVING,
    );
    return (token: number, layer: number) =>
      [...tokens.subarray((token * layers + layer) * width, (token * layers + layer + 1) * width)] as const;
  };

  it("have the shape that the base says", () => {
    expect([count, layers, dim]).toEqual([TOKENS, base.tokens.layers, width - reserved]);
    expect([reserved, RESERVING.marker]).toEqual([base.basis.reserved, marker]);
  });

  it("carry in every layer the marks that the runner gives them", () => {
    for (const { slot, first, last } of golden.marks) {
      const token = tokensOf(slot);
      for (const [k, head] of first.entries()) {
        for (let layer = 0; layer < layers; layer++) {
          const mark = token(k, layer).slice(dim);
          for (const [i, value] of head.entries()) expect(mark[i]).toBeCloseTo(value, 6);
          for (const [i, value] of last[k]?.entries() ?? []) expect(mark.at(i - 3)).toBeCloseTo(value, 6);
        }
      }
      expect([first.length, last.length]).toEqual([count, count]);
    }
  });

  it("keep their words, and their marks have the base's length", () => {
    for (const { slot } of golden.marks) {
      const token = tokensOf(slot);
      for (let k = 0; k < count; k++) {
        for (let layer = 0; layer < layers; layer++) {
          const from = (k * layers + layer) * dim;
          expect(token(k, layer).slice(0, dim)).toEqual([...words.subarray(from, from + dim)]);
          expect(Math.hypot(...token(k, layer).slice(dim))).toBeCloseTo(marker, 5);
        }
      }
    }
  });
});

it("starts with the runner's noise", () => {
  for (const { seed, first, last, sum } of golden.noise) {
    const noise = noiseOf(seed, 3 * cast.config.cell_px * 2 * cast.config.cell_px);
    for (const [i, value] of first.entries()) expect(noise[i]).toBeCloseTo(value, 5);
    for (const [i, value] of last.entries()) expect(noise.at(i - last.length)).toBeCloseTo(value, 5);
    expect(noise.reduce((total, value) => total + value, 0)).toBeCloseTo(sum, 1);
  }
});

it("computes the runner's steps", () => {
  for (const [steps, times] of Object.entries(golden.time_steps)) {
    const ours = timeSteps(Number(steps), cast.time_shift);
    expect(ours.length).toBe(times.length);
    for (const [i, t] of times.entries()) expect(ours[i]).toBeCloseTo(t, 12);
  }
});
