// Pictures that follow from one differ from it in what was asked, and in nothing else.

import { describe, expect, it } from "vitest";
import { EMPTY_FORM, type Form, generationOf } from "../../site/composition/form.ts";
import {
  CELLS_MAX,
  creditsOf,
  exactly,
  faultOf,
  gridOf,
  valuesOf,
  variations,
  without,
} from "../../site/pages/compose/iterate.ts";

const member = (name: string) => ({ ref: `demo/${name}`, strength: 1, region: null, mode: "on" as const });
const form: Form = { ...EMPTY_FORM, members: [member("ana"), member("bo")], prompt: "<ana>; <bo>", count: 2 };
const image = { ...{ id: "img_0" as const, url: "", width: 512, height: 256, seed: 41 }, recipe: null };
const result = { form, image };
const base = {
  steps: { min: 1, max: 100, default: 24 },
  guidance: { min: 0, max: 10, default: 1 },
};
const ordered = (wanted: Form) => generationOf(wanted, "cast-3", { base: null, adapters: new Map() });

describe("an order derived from a picture", () => {
  it("is the same request from its own seed", () => {
    expect(exactly(result)).toEqual({ ...form, seed: 41, count: 1, written: true });
  });

  it("is one job of four for variations, from seeds that the picture does not have", () => {
    const planned = variations(result, "g");
    expect(planned).toHaveLength(1);
    expect(planned[0]?.form).toMatchObject({ seed: 42, count: 4, prompt: form.prompt });
  });

  it("is the same seed with strength 0 for the member that is left out", () => {
    const [planned] = without(result, "demo/ana", "Ana", "g");
    expect(planned && ordered(planned.form)).toMatchObject({
      ...{ seed: 41, prompt: form.prompt },
      adapters: [
        { ref: "demo/ana", strength: 0 },
        { ref: "demo/bo", strength: 1 },
      ],
    });
  });
});

describe("a grid", () => {
  it("has one cell for each pair of values, row by row, all from one seed", () => {
    const x = { axis: { kind: "strength" as const, ref: "demo/bo", name: "Bo" }, values: [0, 1] };
    const y = { axis: { kind: "steps" as const }, values: [8, 16, 24] };
    const cells = gridOf(form, { x, y }, 7, "g");
    expect(cells.map(({ place }) => [place.x, place.y])).toEqual([
      ["Bo 0", "steps 8"],
      ["Bo 1", "steps 8"],
      ["Bo 0", "steps 16"],
      ["Bo 1", "steps 16"],
      ["Bo 0", "steps 24"],
      ["Bo 1", "steps 24"],
    ]);
    expect(ordered(cells[3]?.form ?? form)).toMatchObject({
      ...{ seed: 7, steps: 16, count: 1 },
      adapters: [{ strength: 1 }, { ref: "demo/bo", strength: 1 }],
    });
    expect(ordered(cells[2]?.form ?? form).adapters?.[1]?.strength).toBe(0);
  });

  it("reads values and ranges as A1111 writes them, and refuses what is neither", () => {
    expect(valuesOf("0, 0.5, 1")).toEqual([0, 0.5, 1]);
    expect(valuesOf("8-24 (+8)")).toEqual([8, 16, 24]);
    expect(valuesOf("0-1 (+0.25), 2")).toEqual([0, 0.25, 0.5, 0.75, 1, 2]);
    expect(valuesOf("1-3")).toEqual([1, 2, 3]);
    for (const text of ["", "a", "1,b", "3-1", "0-1 (+0)", `1-${CELLS_MAX + 1}`])
      expect(valuesOf(text)).toBeNull();
  });

  it("names a value that the base does not accept", () => {
    expect(faultOf({ kind: "steps" }, [8, 200], base)).toMatch(/^200 /);
    expect(faultOf({ kind: "steps" }, [8.5], base)).toMatch(/^8.5 /);
    expect(faultOf({ kind: "strength", ref: "", name: "" }, [-2, 2], base)).toBeNull();
    expect(faultOf({ kind: "guidance" }, [11], base)).toMatch(/^11 /);
  });

  it("costs the sum of its pictures", () => {
    const cell = { ...form, size: "512x256", count: 1 };
    expect(creditsOf([{ ...cell, steps: 8 }, cell], base)).toBe(16 + 48);
  });
});
