// Slots in TypeScript equal those in Python: both read schema/examples/slot.json.

import { describe, expect, it } from "vitest";
import {
  capacity,
  classOf,
  composedSlots,
  fieldSize,
  overlapBound,
  radixOf,
  sharedColumns,
  sharedWhenComposed,
  slotColumns,
  slotDimensions,
} from "../../../functions/lib/slot.ts";
import cast3 from "../../../schema/bases/cast-3.json" with { type: "json" };
import reserving from "../../../schema/examples/reserved-channels.json" with { type: "json" };
import golden from "../../../schema/examples/slot.json" with { type: "json" };

const CODES = [
  { family: "cast-3", dimensions: slotDimensions(cast3), rank: cast3.rank },
  { family: "128 reserved channels", dimensions: slotDimensions(reserving), rank: reserving.rank },
  { family: "SD 1.5", dimensions: [320, 640, 768, 1280], rank: 8 },
  { family: "SD 1.5", dimensions: [320, 640, 768, 1280], rank: 16 },
  { family: "SDXL", dimensions: [640, 1280, 2048], rank: 16 },
];

/** A reproducible walk over 0..limit-1 (Weyl sequence). */
const spread = (limit: number, count: number) =>
  Array.from({ length: count }, (_, i) => Math.floor((((i + 1) * 0.6180339887498949) % 1) * limit));

describe("slots", () => {
  it("gives the golden columns, field and class of every example", () => {
    for (const { n, rank, radix, slot, q, class: expected, columns } of golden.columns) {
      expect(slotColumns(slot, n, rank, radix)).toEqual(columns);
      expect([fieldSize(n, rank), classOf(slot, radix)]).toEqual([q, expected]);
    }
  });

  it("gives the golden overlap of every pair", () => {
    for (const { n, rank, radix, a, b, shared_columns, overlap_bound } of golden.pairs) {
      expect(sharedColumns(a, b, { n, r: rank, radix })).toBe(shared_columns);
      expect(overlapBound(a, b, radix, rank)).toBe(overlap_bound);
    }
  });

  it.each(CODES)("keeps every pair of $family at rank $rank within its bound", ({ dimensions, rank }) => {
    const radix = radixOf(dimensions, rank);
    for (const degree of [1, 2, 3]) {
      const slots = spread(capacity(radix, degree - 1), 400);
      for (const [i, a] of slots.entries()) {
        const b = slots[(i * 7 + 1) % slots.length] ?? 0;
        if (a === b) continue;
        const bound = overlapBound(a, b, radix, rank);
        expect(bound).toBeLessThan(degree);
        for (const n of dimensions)
          expect(sharedColumns(a, b, { n, r: rank, radix })).toBeLessThanOrEqual(bound);
      }
    }
  });

  it.each(CODES)("shares no column inside a class of $family at rank $rank", ({ dimensions, rank }) => {
    const radix = radixOf(dimensions, rank);
    for (const n of dimensions) {
      const columns = Array.from({ length: radix }, (_, i) =>
        slotColumns(3 * radix + i, n, rank, radix),
      ).flat();
      expect(new Set(columns).size).toBe(radix * rank);
    }
  });

  it("divides the reserved channels of a base alone, and all channels of each layer where none are reserved", () => {
    const layers = [{ in_features: 320 }, { in_features: 768 }, { in_features: 320 }];
    expect(slotDimensions({ basis: {}, layers })).toEqual([320, 768]);
    expect(slotDimensions({ basis: { reserved: 128 }, layers })).toEqual([128]);
  });

  it("refuses a rank, a slot or a radix outside the code", () => {
    expect(() => fieldSize(256, 16)).toThrow(RangeError);
    expect(() => fieldSize(256, 0)).toThrow(RangeError);
    expect(() => slotColumns(-1, 256, 8)).toThrow(RangeError);
    expect(() => slotColumns(31 ** 8, 256, 8)).toThrow(RangeError);
    expect(() => slotColumns(0.5, 256, 8)).toThrow(RangeError);
    expect(() => slotColumns(5, 256, 8, 37)).toThrow(RangeError);
  });
});

describe("slots in a composition", () => {
  it("are 0, 1, 2, ... where a base reserves channels, and so share no column, up to a whole class", () => {
    const trained = spread(961, 31);
    expect(composedSlots(reserving, trained)).toEqual(Array.from({ length: 31 }, (_, i) => i));
    expect(() => composedSlots(reserving, [...trained, 5])).toThrow("31 members");
    expect(sharedWhenComposed(reserving, 31, 62)).toBe(0);
    expect(sharedWhenComposed(reserving, 7, 7)).toBe(0);
  });

  it("are the members' own where channels are not reserved: residuals were trained for them", () => {
    const { basis, layers, rank } = cast3;
    const open = { basis, layers, rank };
    const radix = radixOf(slotDimensions(open), rank);
    expect(composedSlots(cast3, [7, radix, 7])).toEqual([7, radix, 7]);
    expect(sharedWhenComposed(open, 0, radix)).toBe(1);
    expect(sharedWhenComposed(open, 7, 7)).toBe(rank);
  });
});
