// The inputs of the graphs for one picture: captions, learned tokens, stacked residuals with their strengths, regions.
// Pure. Names and shapes are those of gpu-runner/orthoplex/export_onnx.

import type { Region } from "../api.ts";
import type { TrainedAdapter } from "./adapter-file.ts";
import cast from "./cast/cast.json";
import type { Casting } from "./casting.ts";
import { boxMask, cellMask, GRID, neighbourBias, regionsOf, staysInside, WORDS } from "./layout.ts";

const { width, reserved, layers: depth } = cast.config;
const { language } = cast;
const TOKENS = language.concept_words.length;
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
  seed: number,
  captions: number,
) {
  const { roles, background } = casting;
  const persons = roles.length;
  const words = new Float32Array(captions * persons * WORDS * width);
  const colours = new Float32Array(captions * persons * WORDS * 4);
  const tokens = new Float32Array(depth * captions * persons * TOKENS * width);
  const put = (caption: number, person: number, position: number, word: string) => {
    const row = world.vocabulary.get(word);
    if (row === undefined) throw new Error(`This base has no word ${word}.`);
    const at = ((caption * persons + person) * WORDS + position) * width;
    words.set(world.table.subarray(row * width, (row + 1) * width), at);
  };
  const rgb = background.rgb ?? colourBySeed(seed);
  roles.forEach((role, person) => {
    for (let position = 0; position < WORDS; position++) {
      put(0, person, position, language.pad);
      if (captions === 2) put(1, person, position, position === 0 ? language.null : language.pad);
    }
    put(0, person, 0, `background:${background.kind}`);
    colours.set([...colourEntry(rgb)], person * WORDS * 4);
    if (role.expression) put(0, person, CAPTION_STARTS, `expression:${role.expression}`);
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
  const trained = Float32Array.from({ length: captions * persons }, (_, i) => (i < persons ? 1 : 0));
  return {
    words: { data: words, shape: [captions, persons, WORDS, width] },
    colours: { data: colours, shape: [captions, persons, WORDS, 4] },
    tokens: { data: tokens, shape: [depth, captions, persons, TOKENS, width] },
    // The input of text.onnx is called so.
    taught: { data: trained, shape: [captions, persons, 1] },
    places: placesOf(casting),
  };
}

/** Inputs of denoiser.onnx that stay the same over all steps: everything but x_t, t and context. */
export function residualInputs(casting: Casting, attached: ReadonlyMap<string, Attached>, cells: number) {
  const rendered = casting.roles.map(({ place }) => place);
  const members = [...attached].filter(([trigger]) => casting.roles.some((role) => role.trigger === trigger));
  const rank = members.reduce((sum, [, { trained }]) => sum + trained.rank, 0);
  const [positions, length] = [GRID * GRID * rendered.length, WORDS * rendered.length];
  const down = new Float32Array(width * rank);
  const up = new Float32Array(cast.layers.length * rank * width);
  const boxes = new Map<number, Uint8Array>();
  let first = 0;
  for (const [trigger, { trained, strength, region }] of members) {
    const places = casting.roles.filter((role) => role.trigger === trigger).map(({ place }) => place);
    if (region) for (const place of places) boxes.set(place, boxMask(region, cells));
    for (let r = 0; r < trained.rank; r++) {
      const column = first + r;
      for (let c = 0; c < reserved; c++) {
        down[(width - reserved + c) * rank + column] = trained.down[r * reserved + c] as number;
      }
      trained.ups.forEach((one, layer) => {
        for (let out = 0; out < width; out++) {
          up[(layer * rank + column) * width + out] = strength * (one[out * trained.rank + r] as number);
        }
      });
    }
    first += trained.rank;
  }
  const apart = members.length > 0 && staysInside(boxes, cells);
  if (apart) for (const cell of rendered) if (!boxes.has(cell)) boxes.set(cell, cellMask(cell, cells));
  const regions = regionsOf(boxes, cells, rendered);
  return {
    down: { data: down, shape: [width, rank] },
    up: { data: up, shape: [cast.layers.length, rank, width] },
    region_weights: { data: regions.weights, shape: [regions.count, positions] },
    region_bias: { data: regions.bias, shape: [regions.count, length] },
    neighbour_bias: { data: neighbourBias(rendered.length, apart), shape: [positions, positions] },
    places: placesOf(casting),
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
