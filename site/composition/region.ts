// Boxes on the canvas, in fractions of its width and height. Pure: every change returns a new box on the grid and inside the canvas.

import type { Region } from "../api.ts";

export interface Canvas {
  width: number;
  height: number;
}
export type Corner = "nw" | "ne" | "sw" | "se";

/** Boxes move in steps of the canvas's own pixels; a box must fit a face. */
export const GRID_PIXELS = 16;
export const SIDE_MIN_PIXELS = 64;

const snap = (value: number, step: number) => Math.round(value / step) * step;
const clamp = (value: number, low: number, high: number) => Math.min(Math.max(value, low), high);
/** Seven digits are finer than any pixel and keep 1/3 + 2/3 at 1. */
const tidy = (value: number) => Math.round(value * 1e7) / 1e7;

function tidied({ x, y, width, height }: Region): Region {
  return { x: tidy(x), y: tidy(y), width: tidy(width), height: tidy(height) };
}

/** `count` equal columns, left to right. */
export function columns(count: number): Region[] {
  return Array.from({ length: count }, (_, i) => tidied({ x: i / count, y: 0, width: 1 / count, height: 1 }));
}

export function moveBy(region: Region, dx: number, dy: number, canvas: Canvas): Region {
  const stepX = GRID_PIXELS / canvas.width;
  const stepY = GRID_PIXELS / canvas.height;
  return tidied({
    ...region,
    x: clamp(snap(region.x + dx, stepX), 0, 1 - region.width),
    y: clamp(snap(region.y + dy, stepY), 0, 1 - region.height),
  });
}

/** Drags one corner; the opposite corner stays fixed. */
export function resizeBy(
  region: Region,
  corner: Corner,
  { dx, dy }: { dx: number; dy: number },
  canvas: Canvas,
): Region {
  const west = corner === "nw" || corner === "sw";
  const north = corner === "nw" || corner === "ne";
  const [x, width] = resizeSide({ start: region.x, size: region.width }, dx, west, canvas.width);
  const [y, height] = resizeSide({ start: region.y, size: region.height }, dy, north, canvas.height);
  return tidied({ x, y, width, height });
}

function resizeSide(
  { start, size }: { start: number; size: number },
  by: number,
  fromStart: boolean,
  pixels: number,
): [number, number] {
  const step = GRID_PIXELS / pixels;
  const least = SIDE_MIN_PIXELS / pixels;
  const end = start + size;
  if (fromStart) {
    const moved = clamp(snap(start + by, step), 0, Math.max(0, end - least));
    return [moved, end - moved];
  }
  return [start, clamp(snap(end + by, step), Math.min(1, start + least), 1) - start];
}

/** Keeps a box's pixels when the canvas changes its width; a box that no longer fits is moved inside. */
export function rescaled(region: Region, from: Canvas, to: Canvas): Region {
  const width = Math.min(1, (region.width * from.width) / to.width);
  const height = Math.min(1, (region.height * from.height) / to.height);
  const x = clamp((region.x * from.width) / to.width, 0, 1 - width);
  const y = clamp((region.y * from.height) / to.height, 0, 1 - height);
  return tidied({ x, y, width, height });
}

/** The fraction of the smaller box that the other one covers, 0 to 1. */
export function overlap(a: Region, b: Region): number {
  const width = Math.min(a.x + a.width, b.x + b.width) - Math.max(a.x, b.x);
  const height = Math.min(a.y + a.height, b.y + b.height) - Math.max(a.y, b.y);
  if (width <= 1e-6 || height <= 1e-6) return 0;
  return (width * height) / Math.min(a.width * a.height, b.width * b.height);
}

export function spoken(region: Region): string {
  const percent = (value: number) => Math.round(value * 100);
  return `${percent(region.x)} % from the left, ${percent(region.y)} % from the top, ${percent(region.width)} % wide, ${percent(region.height)} % high`;
}

/** Validates a box from a link or a recipe: null unless it lies on the canvas. */
export function readRegion(value: unknown): Region | null {
  if (typeof value !== "object" || value === null) return null;
  const { x, y, width, height } = value as Record<string, unknown>;
  const numbers = [x, y, width, height];
  if (!numbers.every((n): n is number => typeof n === "number" && Number.isFinite(n))) return null;
  const region = { x, y, width, height } as Region;
  const inside =
    region.x >= 0 &&
    region.y >= 0 &&
    region.x + region.width <= 1 + 1e-6 &&
    region.y + region.height <= 1 + 1e-6;
  return inside && region.width > 0 && region.height > 0 ? tidied(region) : null;
}
