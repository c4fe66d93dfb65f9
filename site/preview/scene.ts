// The inputs of the graphs for one picture: captions, learned tokens or entries, stacked residuals with their strengths, regions.
// Pure. Names and shapes are those of gpu-runner/orthoplex/export_onnx.

import type { Region } from "../api.ts";
import type { TrainedAdapter } from "./adapter-file.ts";
import type { Casting } from "./casting.ts";
import { boxMask, cellMask, neighbourBias, regionsOf, staysInside } from "./layout.ts";
import { gridOf, inputDimensions, language, type Shapes, slotWidth, TOKENS } from "./shapes.ts";

const CAPTION_STARTS = 1 + TOKENS;

export interface Attached {
  trained: TrainedAdapter;
  strength: number;
  region: Region | null;
}

/** A number array and its shape. */
export interface Values<T extends Float32Array | Int32Array = Float32Array> {
  data: T;
  shape: number[];
}

export interface World {
  shapes: Shapes;
  /** Word -> its row in the base's table of words. */
  vocabulary: ReadonlyMap<string, number>;
  /** (words, width). */
  table: Float32Array;
}

/** Inputs of text.onnx for the prompt's caption, and for a second, empty caption if `captions` is two. */
export function captionInputs(
  casting: Casting,
  attached: ReadonlyMap<string, Attached>,
  world: World,
  { seed, captions }: { seed: number; captions: number },
) {
  const { roles, background } = casting;
  const persons = roles.length;
  const { width, words: length } = world.shapes.config;
  const words = new Float32Array(captions * persons * length * width);
  const colours = new Float32Array(captions * persons * length * 4);
  const put = (caption: number, person: number, position: number, word: string) => {
    words.set(vectorOf(word, world), ((caption * persons + person) * length + position) * width);
  };
  const rgb = background.rgb ?? colourBySeed(seed);
  roles.forEach((role, person) => {
    for (let position = 0; position < length; position++) {
      put(0, person, position, language.pad);
      if (captions === 2) put(1, person, position, position === 0 ? language.null : language.pad);
    }
    put(0, person, 0, `background:${background.kind}`);
    colours.set([...colourEntry(rgb)], person * length * 4);
    put(0, person, CAPTION_STARTS, `expression:${role.expression}`);
  });
  return {
    words: { data: words, shape: [captions, persons, length, width] },
    colours: { data: colours, shape: [captions, persons, length, 4] },
    places: placesOf(casting),
    ...conceptInputs(casting, attached, world, captions),
  };
}

/** The vectors at the words of persons with an adapter: those of the class word, or learned tokens, which differ between layers. */
function conceptInputs(
  { roles }: Casting,
  attached: ReadonlyMap<string, Attached>,
  world: World,
  captions: number,
): Record<string, Values> {
  const persons = roles.length;
  const { width, layers: depth } = world.shapes.config;
  const named = Float32Array.from({ length: captions * persons }, (_, i) => (i < persons ? 1 : 0));
  const flags = { data: named, shape: [captions, persons, 1] };
  if (world.shapes.entries.length > 0) return { class_words: classCaptions(world), named: flags };
  const tokens = new Float32Array(depth * captions * persons * TOKENS * width);
  roles.forEach((role, person) => {
    const learned = attached.get(role.trigger)?.trained.tokens;
    if (!learned) return;
    for (let token = 0; token < TOKENS; token++) {
      for (let layer = 0; layer < depth; layer++) {
        const from = (token * depth + layer) * width;
        tokens.set(
          learned.subarray(from, from + width),
          ((layer * captions * persons + person) * TOKENS + token) * width,
        );
      }
    }
  });
  // The input of text.onnx is called so.
  return { tokens: { data: tokens, shape: [depth, captions, persons, TOKENS, width] }, taught: flags };
}

/** A caption for each of the base's styles: their mean is "a person". */
function classCaptions(world: World): Values {
  const { width, words: length } = world.shapes.config;
  const styles = [...world.vocabulary.keys()].filter((word) => word.startsWith("style:"));
  const data = new Float32Array(styles.length * length * width);
  styles.forEach((style, caption) => {
    for (let position = 0; position < length; position++) {
      const word = position === 1 ? style : language.pad;
      data.set(vectorOf(word, world), (caption * length + position) * width);
    }
  });
  return { data, shape: [styles.length, length, width] };
}

function vectorOf(word: string, { vocabulary, table, shapes }: World): Float32Array {
  const { width } = shapes.config;
  const row = vocabulary.get(word);
  if (row === undefined) throw new Error(`This base has no word ${word}.`);
  return table.subarray(row * width, (row + 1) * width);
}

/** Inputs of denoiser.onnx that stay the same over all steps: everything but x_t, t and context. */
export function memberInputs(
  casting: Casting,
  attached: ReadonlyMap<string, Attached>,
  shapes: Shapes,
  { cells, captions }: { cells: number; captions: number },
): Record<string, Values<Float32Array | Int32Array>> {
  const grid = gridOf(shapes);
  const rendered = casting.roles.map(({ place }) => place);
  const members = [...attached].filter(([trigger]) => casting.roles.some((role) => role.trigger === trigger));
  const [positions, length] = [grid * grid * rendered.length, shapes.config.words * rendered.length];
  const boxes = new Map<number, Uint8Array>();
  for (const [trigger, { region }] of members) {
    if (!region) continue;
    for (const role of casting.roles) {
      if (role.trigger === trigger) boxes.set(role.place, boxMask(region, grid, cells));
    }
  }
  const apart = members.length > 0 && staysInside(boxes, grid, cells);
  if (apart) for (const cell of rendered) if (!boxes.has(cell)) boxes.set(cell, cellMask(cell, grid, cells));
  const regions = regionsOf(boxes, shapes, cells, rendered);
  return {
    ...residualInputs(members, shapes),
    ...(shapes.entries.length > 0 && entryInputs(casting, members, shapes, captions)),
    region_weights: { data: regions.weights, shape: [regions.count, positions] },
    region_bias: { data: regions.bias, shape: [regions.count, length] },
    neighbour_bias: { data: neighbourBias(rendered.length, grid, apart), shape: [positions, positions] },
    places: placesOf(casting),
  };
}

/**
 * Residuals side by side, R the sum of the ranks: for each input dimension N of the base's layers down_N (N, R), for each output dimension M up_M
 * (layers of that dimension, R, M) with the strengths in it.
 */
function residualInputs(members: readonly (readonly [string, Attached])[], shapes: Shapes) {
  const rank = members.reduce((sum, [, { trained }]) => sum + trained.rank, 0);
  const inputs: Record<string, Values> = {};
  for (const n of inputDimensions(shapes)) {
    const free = slotWidth(shapes, n);
    const down = new Float32Array(n * rank);
    eachColumn(members, ({ trained }, r, column) => {
      const own = trained.downs.get(n) as Float64Array;
      for (let c = 0; c < free; c++) down[(n - free + c) * rank + column] = own[r * free + c] as number;
    });
    inputs[`down_${n}`] = { data: down, shape: [n, rank] };
  }
  for (const m of new Set(shapes.layers.map((layer) => layer.out_features))) {
    const layers = [...shapes.layers.keys()].filter((at) => shapes.layers[at]?.out_features === m);
    const up = new Float32Array(layers.length * rank * m);
    eachColumn(members, ({ trained, strength }, r, column) => {
      layers.forEach((layer, place) => {
        const own = trained.ups[layer] as Float32Array;
        for (let out = 0; out < m; out++)
          up[(place * rank + column) * m + out] = strength * (own[out * trained.rank + r] as number);
      });
    });
    inputs[`up_${m}`] = { data: up, shape: [layers.length, rank, m] };
  }
  return inputs;
}

/** Calls `visit` for every row r of every member, with its column among all members'. */
function eachColumn(
  members: readonly (readonly [string, Attached])[],
  visit: (member: Attached, r: number, column: number) => void,
) {
  let column = 0;
  for (const [, member] of members) for (let r = 0; r < member.trained.rank; r++) visit(member, r, column++);
}

/**
 * entries (projections, captions, words, width) with the strengths in them, and owners (captions, words, R): 1 where a word is
 * a token of the member whose rank column it is. Both are 0 for the caption without the prompt.
 */
function entryInputs(
  { roles }: Casting,
  members: readonly (readonly [string, Attached])[],
  shapes: Shapes,
  captions: number,
) {
  const { width, words } = shapes.config;
  const length = words * roles.length;
  const rank = members.reduce((sum, [, { trained }]) => sum + trained.rank, 0);
  const entries = new Float32Array(shapes.entries.length * captions * length * width);
  const owners = new Float32Array(captions * length * rank);
  let first = 0;
  for (const [trigger, { trained, strength }] of members) {
    roles.forEach((role, person) => {
      if (role.trigger !== trigger) return;
      for (let token = 0; token < TOKENS; token++) {
        const at = person * words + 1 + token;
        owners.fill(1, at * rank + first, at * rank + first + trained.rank);
        trained.entries.forEach((entry, projection) => {
          const own = entry.subarray(token * width, (token + 1) * width).map((value) => strength * value);
          entries.set(own, (projection * captions * length + at) * width);
        });
      }
    });
    first += trained.rank;
  }
  return {
    entries: { data: entries, shape: [shapes.entries.length, captions, length, width] },
    owners: { data: owners, shape: [captions, length, rank] },
  };
}

function placesOf({ roles }: Casting): Values<Int32Array> {
  return { data: Int32Array.from(roles, ({ place }) => place), shape: [roles.length] };
}

/** The colour in [-1, 1] and the flag that there is one. */
function colourEntry(rgb: string): number[] {
  return [0, 2, 4].map((at) => (Number.parseInt(rgb.slice(at, at + 2), 16) / 255) * 2 - 1).concat(1);
}

/** Where the prompt names no colour the seed chooses one; not the one that the runner's generator would choose. */
function colourBySeed(seed: number): string {
  const colours = Object.values(language.background_colours);
  return colours[seed % colours.length] as string;
}
