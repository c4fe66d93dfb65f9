// Half-precision numbers: every bit pattern survives a round trip, and values in between go to the nearest, ties to even.

import { describe, expect, it } from "vitest";
import { halfOf, numberOf } from "../../../functions/lib/half.ts";

describe("a half", () => {
  it("survives a round trip through its number, for each of the 63,488 finite ones", () => {
    for (let half = 0; half < 1 << 16; half++) {
      if (((half >>> 10) & 31) === 31) continue;
      if (halfOf(numberOf(half)) !== half) expect(halfOf(numberOf(half))).toBe(half);
    }
  });

  it("is the number of IEEE 754", () => {
    const known: [number, number][] = [
      [0x3c00, 1],
      [0xc000, -2],
      [0x0001, 2 ** -24],
      [0x03ff, 1023 * 2 ** -24],
      [0x0400, 2 ** -14],
      [0x7bff, 65_504],
      [0x3555, 0.333251953125],
    ];
    for (const [half, number] of known) expect([numberOf(half), halfOf(number)]).toEqual([number, half]);
    expect(numberOf(0x7c00)).toBe(Number.POSITIVE_INFINITY);
    expect(numberOf(0x7e00)).toBeNaN();
  });

  it("rounds to nearest, ties to even", () => {
    for (let half = 0; half < 0x7bff; half++) {
      const [low, high] = [numberOf(half), numberOf(half + 1)];
      const middle = (low + high) / 2;
      const even = half % 2 === 0 ? half : half + 1;
      const got = [middle, middle - middle * 2 ** -30, middle + middle * 2 ** -30].map(halfOf);
      if (got.join() !== [even, half, half + 1].join())
        expect([half, got]).toEqual([half, [even, half, half + 1]]);
    }
  });

  it("beyond the range is infinite", () => {
    expect([65_519.99, 65_520, 1e9, -1e9].map(halfOf)).toEqual([0x7bff, 0x7c00, 0x7c00, 0xfc00]);
  });
});
