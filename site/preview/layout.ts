// Positions of the canvas as the network counts them (rows first, grid x grid a cell): boxes, cells, and which
// words and neighbours a position attends to. Pure. Twin of gpu-runner/orthoplex/bases/cast/regions.py, bound to it by test/site/preview/golden.json.

import type { Region } from "../api.ts";
import { gridOf, type Shapes } from "./shapes.ts";

/** Added to the score of a word that a region may not attend to. */
const FORBIDDEN = -1e9;

/** Positions of a canvas of `cells` cells whose centre lies in the region; at least the nearest one. 0 or 1 each. */
export function boxMask(region: Region, grid: number, cells: number): Uint8Array {
  const columns = within(grid * cells, region.x, region.width);
  const rows = within(grid, region.y, region.height);
  return Uint8Array.from({ length: grid * grid * cells }, (_, i) => {
    const column = columns[i % columns.length];
    return column && rows[Math.floor(i / columns.length)] ? 1 : 0;
  });
}

function within(count: number, start: number, length: number): boolean[] {
  const centres = Array.from({ length: count }, (_, i) => Math.fround((i + 0.5) / count));
  const inside = centres.map((at) => at >= Math.fround(start) && at <= Math.fround(start + length));
  if (inside.includes(true)) return inside;
  const distances = centres.map((at) => Math.abs(at - start - length / 2));
  inside[distances.indexOf(Math.min(...distances))] = true;
  return inside;
}

export function cellMask(cell: number, grid: number, cells: number): Uint8Array {
  return boxMask({ x: cell / cells, y: 0, width: 1 / cells, height: 1 }, grid, cells);
}

/** The cell that a region covers most of; the leftmost of equals. */
export function cellOf(region: Region, cells: number): number {
  const covered = Array.from(
    { length: cells },
    (_, cell) => Math.min(region.x + region.width, (cell + 1) / cells) - Math.max(region.x, cell / cells),
  );
  return covered.indexOf(Math.max(...covered));
}

/** The entries of `mask`, of all cells, that belong to the rendered cells, in the order of a canvas of these cells alone. */
export function renderedPart<T extends Uint8Array | Float32Array>(
  mask: T,
  grid: number,
  cells: number,
  rendered: readonly number[],
): T {
  const part = mask.slice(0, grid * grid * rendered.length) as T;
  for (let row = 0; row < grid; row++) {
    rendered.forEach((cell, at) => {
      const from = row * grid * cells + cell * grid;
      part.set(mask.subarray(from, from + grid), row * grid * rendered.length + at * grid);
    });
  }
  return part;
}

/** Whether every person's box lies in that person's own cell. */
export function staysInside(boxes: ReadonlyMap<number, Uint8Array>, grid: number, cells: number): boolean {
  return [...boxes].every(([cell, box]) => {
    const own = cellMask(cell, grid, cells);
    return box.every((inside, at) => !inside || own[at]);
  });
}

/**
 * Who attends to whom in self-attention, (positions, positions) of the rendered cells: everybody, or, where people are kept
 * apart, positions of one cell alone.
 */
export function neighbourBias(people: number, grid: number, apart: boolean): Float32Array {
  const positions = grid * grid * people;
  const cellOfPosition = (at: number) => Math.floor((at % (grid * people)) / grid);
  return Float32Array.from({ length: positions ** 2 }, (_, i) =>
    apart && cellOfPosition(Math.floor(i / positions)) !== cellOfPosition(i % positions) ? FORBIDDEN : 0,
  );
}

export interface Regions {
  count: number;
  /** (count, positions of the rendered cells). */
  weights: Float32Array;
  /** (count, words of the rendered cells). */
  bias: Float32Array;
}

/**
 * Regionally controlled cross-attention: a position inside boxes takes the mean of their persons' words; outside it takes
 * the words of everybody without a box and all background words (the first of each person). `boxes`: cell -> box mask.
 */
export function regionsOf(
  boxes: ReadonlyMap<number, Uint8Array>,
  shapes: Shapes,
  cells: number,
  rendered: readonly number[],
): Regions {
  const grid = gridOf(shapes);
  const { words } = shapes.config;
  const positions = grid * grid * rendered.length;
  const length = words * rendered.length;
  const count = boxes.size + 1;
  const weights = new Float32Array(count * positions);
  const bias = new Float32Array(count * length);
  const parts = [...boxes].map(([cell, box]) => ({ cell, box: renderedPart(box, grid, cells, rendered) }));
  for (let at = 0; at < positions; at++) {
    const covered = parts.reduce((sum, { box }) => sum + (box[at] ?? 0), 0);
    parts.forEach(({ box }, region) => {
      weights[region * positions + at] = (box[at] ?? 0) / Math.max(1, covered);
    });
    weights[parts.length * positions + at] = covered === 0 ? 1 : 0;
  }
  for (let word = 0; word < length; word++) {
    const cell = rendered[Math.floor(word / words)] ?? 0;
    parts.forEach((part, region) => {
      bias[region * length + word] = part.cell === cell ? 0 : FORBIDDEN;
    });
    const open = word % words === 0 || !boxes.has(cell);
    bias[parts.length * length + word] = open ? 0 : FORBIDDEN;
  }
  return { count, weights, bias };
}
