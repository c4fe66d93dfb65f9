// Boxes that are drawn or dragged land on lines one can see, and never leave the canvas.

import { describe, expect, it } from "vitest";
import { drawn, snapMove, snapResize } from "../../site/pages/compose/snap.ts";

const canvas = { width: 512, height: 256 };
const left = { x: 0, y: 0, width: 0.4, height: 1 };

describe("snapping", () => {
  it("aligns an edge with another box's edge within reach, and returns the line", () => {
    const moved = snapMove({ x: 0.41, y: 0.25, width: 0.25, height: 0.5 }, [left], canvas);
    expect(moved.region.x).toBe(0.4);
    expect(moved.guides.x).toEqual([0.4]);
  });

  it("does not change a box that is near nothing", () => {
    const region = { x: 0.2, y: 0.25, width: 0.25, height: 0.375 };
    expect(snapMove(region, [], canvas)).toEqual({ region, guides: { x: [], y: [] } });
  });

  it("moves only the edges of the corner that is dragged", () => {
    const region = { x: 0.39, y: 0, width: 0.3, height: 0.98 };
    const { region: sized } = snapResize(region, "se", [left], canvas);
    expect(sized).toMatchObject({ x: 0.39, y: 0, height: 1 });
    expect(snapResize(region, "nw", [left], canvas).region.x).toBe(0.4);
  });

  it("never makes a box too small for a face", () => {
    const region = { x: 0.4, y: 0, width: 0.13, height: 1 };
    expect(snapResize(region, "se", [{ x: 0.41, y: 0, width: 0.1, height: 1 }], canvas).region.width).toBe(
      0.13,
    );
  });
});

describe("drawing", () => {
  it("makes the box between two points in any direction", () => {
    const box = { x: 0.25, y: 0.25, width: 0.5, height: 0.5 };
    expect(drawn({ x: 0.25, y: 0.25 }, { x: 0.75, y: 0.75 }, canvas)).toEqual(box);
    expect(drawn({ x: 0.75, y: 0.75 }, { x: 0.25, y: 0.25 }, canvas)).toEqual(box);
  });

  it("treats a click as a click", () =>
    expect(drawn({ x: 0.5, y: 0.5 }, { x: 0.51, y: 0.51 }, canvas)).toBeNull());

  it("is on the canvas and large enough wherever it begins and ends", () => {
    for (let i = 0; i < 200; i++) {
      const at = (n: number) => ((i * n) % 97) / 60 - 0.3;
      const box = drawn({ x: at(7), y: at(11) }, { x: at(13), y: at(17) }, canvas);
      if (!box) continue;
      expect(box.x).toBeGreaterThanOrEqual(0);
      expect(box.y).toBeGreaterThanOrEqual(0);
      expect(box.x + box.width).toBeLessThanOrEqual(1 + 1e-6);
      expect(box.y + box.height).toBeLessThanOrEqual(1 + 1e-6);
      expect(box.width * canvas.width).toBeGreaterThanOrEqual(64 - 1e-3);
      expect(box.height * canvas.height).toBeGreaterThanOrEqual(64 - 1e-3);
    }
  });
});
