// Converts planes of numbers in [-1, 1] to and from canvas pixels. Cells that are not rendered stay transparent. Pure.

import type { Pixels } from "./messages.ts";

const CHANNELS = 3;

/** Crops the rendered cells out of (3, side, side * cells), in their order: (3, side, side * rendered). Side follows from the length. */
export function cropped(planes: Float32Array, cells: number, rendered: readonly number[]): Float32Array {
  const side = Math.sqrt(planes.length / CHANNELS / cells);
  const part = new Float32Array(CHANNELS * side * side * rendered.length);
  for (let row = 0; row < CHANNELS * side; row++) {
    rendered.forEach((cell, at) => {
      const from = (row * cells + cell) * side;
      part.set(planes.subarray(from, from + side), (row * rendered.length + at) * side);
    });
  }
  return part;
}

/** (3, side, side * rendered) -> RGBA of a canvas of `cells` cells. */
export function pixelsOf(
  planes: Float32Array,
  side: number,
  cells: number,
  rendered: readonly number[],
): Pixels {
  const data = new Uint8ClampedArray(4 * side * side * cells);
  const plane = side * side * rendered.length;
  for (let y = 0; y < side; y++) {
    rendered.forEach((cell, at) => {
      for (let x = 0; x < side; x++) {
        const from = (y * rendered.length + at) * side + x;
        const to = 4 * ((y * cells + cell) * side + x);
        for (let channel = 0; channel < CHANNELS; channel++) {
          data[to + channel] = ((planes[channel * plane + from] as number) + 1) * 127.5;
        }
        data[to + 3] = 255;
      }
    });
  }
  return { data, width: side * cells, height: side };
}
