// The compose page on bases of both kinds: which base it works with while members load, and where members' boxes meet.

import { describe, expect, it } from "vitest";
import { shapeFor } from "../../functions/lib/base-sizes.ts";
import { crosstalkOf } from "../../functions/lib/crosstalk.ts";
import cast3 from "../../schema/bases/cast-3.json";
import sdMini from "../../schema/bases/sd-mini.json";
import type { Base, Composition } from "../../site/api.ts";
import type { Member } from "../../site/composition/form.ts";
import { placed } from "../../site/pages/compose/crosstalk.tsx";
import { baseFor } from "../../site/pages/compose/use-known.ts";

const bases = [cast3, sdMini] as unknown as Base[];
const none = { bases, adapters: new Map(), refused: new Map(), asked: null };
const ada = [{ ref: "ada/june" }];

describe("the base of a composition", () => {
  it("is none until a member is known, so that a size of its own is not replaced by another base's", () => {
    expect(baseFor(ada, none)).toBeNull();
    expect(baseFor(ada, { ...none, adapters: new Map([["ada/june", { base: "sd-mini" }]]) })?.id).toBe(
      "sd-mini",
    );
  });

  it("is what the address asks for, else the first, where no member has one", () => {
    expect(baseFor([], none)?.id).toBe("cast-3");
    expect(baseFor([], { ...none, asked: "sd-mini" })?.id).toBe("sd-mini");
    expect(baseFor(ada, { ...none, refused: new Map([["ada/june", "gone"]]) })?.id).toBe("cast-3");
  });
});

describe("the size of a composition", () => {
  it("is one in which the base generates so many people well, though it places nobody", () => {
    const sizeFor = (people: number) => {
      const { width, height } = shapeFor(sdMini as unknown as Base, people);
      return `${width}x${height}`;
    };
    expect([0, 1, 2, 3, 4].map(sizeFor)).toEqual(["128x128", "128x128", "256x128", "384x128", "384x128"]);
  });
});

describe("crosstalk on the compose page", () => {
  const resolved = (ref: string, slot: number) => ({
    ref: `${ref}:1`,
    version_id: `ver_${slot}`,
    slot,
    region: null,
  });
  const composition = {
    members: [resolved("ada/june", 0), resolved("ada/otto", 1)],
  } as unknown as Composition;
  const boxed = (x: number, other: number): Member[] =>
    [x, other].map((at, i) => ({
      ...{ ref: ["ada/june", "ada/otto"][i] ?? "", strength: 1, mode: "on" as const },
      region: { x: at, y: 0, width: 0.5, height: 1 },
    }));
  const overlap = (base: Base | undefined, members: Member[]) =>
    base && crosstalkOf(base, placed(composition, members))[0]?.gates_overlap;

  it("is that of the boxes as they stand, on every base", () => {
    for (const base of bases) {
      expect(overlap(base, boxed(0, 0.5))).toBe(0);
      expect(overlap(base, boxed(0, 0.25))).toBeCloseTo(0.5);
    }
  });

  it("is decided by the picture where a base of free text has no boxes", () => {
    expect(overlap(bases[1], [])).toBe(1);
    expect(overlap(bases[0], [])).toBe(0);
  });
});
