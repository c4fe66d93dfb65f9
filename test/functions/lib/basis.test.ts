// The basis is orthonormal and the same in TypeScript as in Python: both read schema/examples/basis.json.

import { describe, expect, it } from "vitest";
import {
  BASIS_NAME,
  cosineTable,
  downRows,
  rowsOfBasis,
  signRow,
  splitmix64,
} from "../../../functions/lib/basis.ts";
import golden from "../../../schema/examples/basis.json" with { type: "json" };

describe("the signed DCT basis", () => {
  it("gives the golden signs and values to within one unit in the last place", () => {
    expect(golden.basis).toBe(BASIS_NAME);
    for (const { n, seed, signs, columns, rows, values } of golden.cases) {
      const prefix = Array.from(signRow(n, seed).subarray(0, signs.length), (sign) => (sign < 0 ? "-" : "+"));
      expect(prefix.join("")).toBe(signs);
      const down = downRows(n, seed, columns);
      for (const [r, i] of rows.entries()) {
        for (const j of columns.keys()) {
          const difference = Math.abs((down[j * n + i] ?? Number.NaN) - (values[r]?.[j] ?? Number.NaN));
          expect(difference).toBeLessThanOrEqual(golden.tolerance);
        }
      }
    }
  });

  it("generates the published stream of SplitMix64", () => {
    const gamma = 0x9e3779b97f4a7c15n;
    expect([1n, 2n, 3n].map((i) => splitmix64(1234567n + i * gamma))).toEqual([
      6457827717110365317n,
      3203168211198807973n,
      9817491932198370423n,
    ]);
  });

  it.each([128, 256, 320])("is orthonormal to 1e-12 in dimension %i", (n) => {
    const columns = Array.from({ length: n }, (_, k) => k);
    const down = downRows(n, 1, columns);
    let worst = 0;
    for (let a = 0; a < n; a++) {
      for (let b = a; b < n; b++) {
        let product = 0;
        for (let i = 0; i < n; i++) product += (down[a * n + i] as number) * (down[b * n + i] as number);
        worst = Math.max(worst, Math.abs(product - (a === b ? 1 : 0)));
      }
    }
    expect(worst).toBeLessThan(1e-12);
  });

  it("has a cosine table that is exact at its corners and symmetric to the bit", () => {
    const n = 320;
    const table = cosineTable(n);
    expect([table[0], table[n], table[2 * n], table[3 * n]]).toEqual([1, 0, -1, 0]);
    for (let m = 1; m < 4 * n; m++) expect(table[m]).toBe(table[4 * n - m]);
  });

  it("refuses columns, seeds and dimensions that do not exist", () => {
    expect(() => downRows(256, 1, [256])).toThrow(RangeError);
    expect(() => downRows(256, 1, [0.5])).toThrow(RangeError);
    expect(() => signRow(0, 1)).toThrow(RangeError);
    expect(() => signRow(256, 2 ** 32)).toThrow(RangeError);
  });

  it("named `unit` has the channels as its columns", () => {
    expect([...rowsOfBasis("unit", 4, 0, [2, 0])]).toEqual([0, 0, 1, 0, 1, 0, 0, 0]);
    expect(() => rowsOfBasis("unit", 4, 0, [4])).toThrow(RangeError);
    expect([...rowsOfBasis("signed-dct-2", 64, 3, [5])]).toEqual([...downRows(64, 3, [5])]);
  });
});
