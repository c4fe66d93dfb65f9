// Planes of numbers in [-1, 1], as the network has them, to and from the canvas. Cells that are not drawn stay transparent. Pure.

import type { Pixels } from "./messages.ts";

const CHANNELS = 3;

/** The cells drawn out of (3, side, side * cells), in their order: (3, side, side * drawn). Side follows from the length. */
export function cropped(planes: Float32Array, cells: number, drawn: readonly number[]): Float32Array {
  const side = Math.sqrt(planes.length / CHANNELS / cells);
  const part = new Float32Array(CHANNELS * side * side * drawn.length);
  for (let row = 0; row < CHANNELS * side; row++) {
    drawn.forEach((cell, at) => {
      const from = (row * cells + cell) * side;
      part.set(planes.subarray(from, from + side), (row * drawn.length + at) * side);
    });
  }
  return part;
}

/** (3, side, side * drawn) -> RGBA of a canvas of `cells` cells. */
export function pixelsOf(
  planes: Float32Array,
  side: number,
  cells: number,
  drawn: readonly number[],
): Pixels {
  const data = new Uint8ClampedArray(4 * side * side * cells);
  const plane = side * side * drawn.length;
  for (let y = 0; y < side; y++) {
    drawn.forEach((cell, at) => {
      for (let x = 0; x < side; x++) {
        const from = (y * drawn.length + at) * side + x;
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
