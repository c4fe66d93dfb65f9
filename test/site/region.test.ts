// Boxes on the canvas lie on it whatever happens to them.

import { describe, expect, it } from "vitest";
import {
  columns,
  moveBy,
  overlap,
  readRegion,
  rescaled,
  resizeBy,
  SIDE_MIN_PIXELS,
} from "../../site/composition/region.ts";

const canvas = { width: 512, height: 256 };
const half = { x: 0, y: 0, width: 0.5, height: 1 };

/** A small deterministic generator: properties are tried on many boxes, the same ones every time. */
function* numbers(seed: number) {
  let state = seed;
  while (true) {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    yield state / 2_147_483_648;
  }
}

const lies = ({ x, y, width, height }: typeof half) =>
  x >= 0 && y >= 0 && width > 0 && height > 0 && x + width <= 1 + 1e-6 && y + height <= 1 + 1e-6;

describe("region", () => {
  it("divides the canvas into equal columns without gap or overlap", () => {
    for (let count = 1; count <= 16; count++) {
      const boxes = columns(count);
      expect(boxes.reduce((sum, box) => sum + box.width, 0)).toBeCloseTo(1, 5);
      for (const [i, box] of boxes.entries()) {
        expect(box.x).toBeCloseTo(i / count, 6);
        expect(lies(box)).toBe(true);
      }
    }
  });

  it("stays on the canvas when moved or resized by any amount", () => {
    const random = numbers(7);
    const next = () => (random.next().value ?? 0) * 4 - 2;
    let box = half;
    for (let i = 0; i < 500; i++) {
      box = moveBy(box, next(), next(), canvas);
      expect(lies(box)).toBe(true);
      for (const corner of ["nw", "ne", "sw", "se"] as const) {
        box = resizeBy(box, corner, { dx: next(), dy: next() }, canvas);
        expect(lies(box)).toBe(true);
        expect(box.width * canvas.width).toBeGreaterThanOrEqual(SIDE_MIN_PIXELS - 1e-3);
        expect(box.height * canvas.height).toBeGreaterThanOrEqual(SIDE_MIN_PIXELS - 1e-3);
      }
    }
  });

  it("moves by steps of sixteen pixels", () => {
    expect(moveBy(half, 17 / 512, 0, canvas).x * 512).toBe(16);
    expect(moveBy(half, 7 / 512, 0, canvas).x).toBe(0);
  });

  it("keeps the opposite corner where it is while one is dragged", () => {
    const box = { x: 0.25, y: 0.25, width: 0.5, height: 0.5 };
    const bigger = resizeBy(box, "nw", { dx: -0.125, dy: -0.125 }, canvas);
    expect(bigger).toEqual({ x: 0.125, y: 0.125, width: 0.625, height: 0.625 });
    expect(resizeBy(box, "se", { dx: 0.125, dy: 0.125 }, canvas)).toEqual({
      x: 0.25,
      y: 0.25,
      width: 0.625,
      height: 0.625,
    });
  });

  it("keeps its pixels when the canvas grows, and moves inside when it shrinks", () => {
    const wide = { width: 768, height: 256 };
    expect(rescaled(half, canvas, wide)).toEqual({ x: 0, y: 0, width: 0.3333333, height: 1 });
    const right = { x: 0.6666667, y: 0, width: 0.3333333, height: 1 };
    const moved = rescaled(right, wide, canvas);
    expect(moved.width).toBe(0.5);
    expect(moved.x).toBeCloseTo(0.5, 6);
    expect(lies(moved)).toBe(true);
  });

  it("measures overlap by the smaller box", () => {
    const [left, right] = columns(2);
    if (!left || !right) throw new Error("two columns");
    expect(overlap(left, right)).toBe(0);
    expect(overlap(left, left)).toBe(1);
    expect(overlap({ x: 0, y: 0, width: 1, height: 1 }, right)).toBe(1);
  });

  it("refuses invalid boxes and boxes outside the canvas", () => {
    expect(readRegion(half)).toEqual(half);
    for (const bad of [
      null,
      "0,0,1,1",
      { x: 0, y: 0, width: 1 },
      { x: 0, y: 0, width: Number.NaN, height: 1 },
      { x: 0.6, y: 0, width: 0.5, height: 1 },
      { x: -0.1, y: 0, width: 0.5, height: 1 },
      { x: 0, y: 0, width: 0, height: 1 },
    ]) {
      expect(readRegion(bad)).toBeNull();
    }
  });
});
