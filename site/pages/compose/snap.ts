// Snaps boxes to the canvas's middle and to each other's edges while they are drawn, dragged or resized. Pure.

import type { Region } from "../../api.ts";
import { type Canvas, type Corner, GRID_PIXELS, SIDE_MIN_PIXELS } from "../../composition/region.ts";

/** So near, in pixels of the picture, an edge jumps to a line. */
const REACH_PIXELS = 10;

export interface Guides {
  x: readonly number[];
  y: readonly number[];
}
export interface Snapped {
  region: Region;
  guides: Guides;
}
export const NO_GUIDES: Guides = { x: [], y: [] };

const tidy = (value: number) => Math.round(value * 1e7) / 1e7;
const linesOf = (others: readonly Region[], start: "x" | "y", size: "width" | "height") => [
  ...[0, 0.5, 1],
  ...others.flatMap((each) => [each[start], each[start] + each[size]]),
];

/** The line nearest to one of the edges within reach, and how far the edge is from it. */
function nearest(edges: readonly number[], lines: readonly number[], reach: number) {
  let best: { line: number; by: number } | null = null;
  for (const edge of edges) {
    for (const line of lines) {
      const by = line - edge;
      if (Math.abs(by) <= reach && (best === null || Math.abs(by) < Math.abs(best.by))) best = { line, by };
    }
  }
  return best;
}

export function snapMove(region: Region, others: readonly Region[], canvas: Canvas): Snapped {
  const { x, y, width, height } = region;
  const across = nearest([x, x + width], linesOf(others, "x", "width"), REACH_PIXELS / canvas.width);
  const down = nearest([y, y + height], linesOf(others, "y", "height"), REACH_PIXELS / canvas.height);
  const moved = { ...region, x: tidy(x + (across?.by ?? 0)), y: tidy(y + (down?.by ?? 0)) };
  const isInside =
    moved.x >= 0 && moved.y >= 0 && moved.x + width <= 1 + 1e-6 && moved.y + height <= 1 + 1e-6;
  if (!isInside) return { region, guides: NO_GUIDES };
  return { region: moved, guides: { x: across ? [across.line] : [], y: down ? [down.line] : [] } };
}

/** Only the edges that the corner moves. */
export function snapResize(
  region: Region,
  corner: Corner,
  others: readonly Region[],
  canvas: Canvas,
): Snapped {
  const across = snapEdge(
    { start: region.x, size: region.width },
    corner.endsWith("w"),
    linesOf(others, "x", "width"),
    canvas.width,
  );
  const down = snapEdge(
    { start: region.y, size: region.height },
    corner.startsWith("n"),
    linesOf(others, "y", "height"),
    canvas.height,
  );
  return {
    region: { x: across.start, y: down.start, width: across.size, height: down.size },
    guides: { x: across.guides, y: down.guides },
  };
}

function snapEdge(
  { start, size }: { start: number; size: number },
  isStart: boolean,
  lines: readonly number[],
  pixels: number,
) {
  const end = start + size;
  const found = nearest([isStart ? start : end], lines, REACH_PIXELS / pixels);
  if (!found) return { start, size, guides: [] };
  const [from, to] = isStart ? [found.line, end] : [start, found.line];
  if (to - from < SIDE_MIN_PIXELS / pixels - 1e-6) return { start, size, guides: [] };
  return { start: tidy(from), size: tidy(to - from), guides: [found.line] };
}

/** The box between two points of the canvas, on the grid and large enough for a face. Null for a mere click. */
export function drawn(
  from: { x: number; y: number },
  to: { x: number; y: number },
  canvas: Canvas,
): Region | null {
  const across = side(from.x, to.x, canvas.width);
  const down = side(from.y, to.y, canvas.height);
  if (!across || !down) return null;
  return { x: across.start, y: down.start, width: across.size, height: down.size };
}

/** Less than this in both directions is a click. */
const CLICK_PIXELS = 12;

function side(a: number, b: number, pixels: number): { start: number; size: number } | null {
  if (Math.abs(a - b) * pixels < CLICK_PIXELS) return null;
  const step = GRID_PIXELS / pixels;
  const clamp = (value: number) => Math.min(1, Math.max(0, Math.round(value / step) * step));
  const least = Math.min(1, SIDE_MIN_PIXELS / pixels);
  const start = Math.min(clamp(Math.min(a, b)), 1 - least);
  const end = Math.max(clamp(Math.max(a, b)), start + least);
  return { start: tidy(start), size: tidy(end - start) };
}
