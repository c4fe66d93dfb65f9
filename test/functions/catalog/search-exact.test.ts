// The filter of the search for adapters that compose exactly with one: the same answer as the rule of slots, whatever the base.

import { beforeAll, describe, expect, it } from "vitest";
import type { z } from "zod";
import { BASES, radixOfBase } from "../../../functions/catalog/bases.ts";
import { exactSlots, SLOT_SET_MAX_BYTES } from "../../../functions/catalog/search-slots.ts";
import { slotCount } from "../../../functions/catalog/slots.ts";
import { radixOf, sharedColumns, slotDimensions } from "../../../functions/lib/slot.ts";
import type { AdapterPage } from "../../../schema/contract/index.ts";
import { ask, BASE, person, published } from "../cast.ts";
import { RESERVING } from "../compose/reserving-base.ts";
import { owners, rows } from "./rows.ts";

type Page = z.infer<typeof AdapterPage>;

async function names(query: string): Promise<string[]> {
  const reply = await ask<Page>("GET", `/v1/adapters?limit=100&${query}`);
  if (reply.status !== 200) throw new Error(`${query}: ${JSON.stringify(reply.body)}`);
  return reply.body.items.map(({ name }) => name);
}

describe("composing exactly", () => {
  const radix = radixOfBase(BASE);
  const slots = [
    0,
    1,
    radix,
    radix + 7,
    2 * radix + 3,
    17 * radix + 30,
    radix * radix + 5,
    3 * radix * radix + 2 * radix + 1,
  ];

  beforeAll(async () => {
    await owners("slotter");
    await rows(slots.map((slot) => ({ name: `slot-${slot}`, owner: "slotter", tags: ["slotted"], slot })));
    await rows([{ name: "slotless", owner: "slotter", tags: ["slotted"] }]);
  });

  it("includes every other adapter on a base with gates, whatever the slots", async () => {
    for (const [i, a] of slots.entries()) {
      for (const b of slots.slice(i)) {
        const listed = await names(`composes_with=slotter/slot-${a},slotter/slot-${b}&tag=slotted`);
        const expected = slots.filter((slot) => slot !== a && slot !== b).map((slot) => `slot-${slot}`);
        expect(listed.sort()).toEqual(expected.sort());
      }
    }
  });

  it("means sharing no column in any layer with the named adapters, on a base without gates", () => {
    const open = { ...RESERVING, basis: { ...RESERVING.basis, reserved: undefined } };
    const own = radixOf(slotDimensions(open), open.rank);
    const shares = (a: number, b: number) =>
      slotDimensions(open).some((n) => sharedColumns(a, b, { n, r: open.rank, radix: own }) > 0);
    const some = [0, 1, own, own + 7, 2 * own + 3, 17 * own + 30, own * own + 5, 3 * own * own + 2 * own + 1];
    for (const [i, a] of some.entries()) {
      for (const b of some.slice(i)) {
        const exact = exactSlots(open, [a, b]);
        for (const slot of some) expect(exact[slot] === 1).toBe(!shares(slot, a) && !shares(slot, b));
      }
    }
  });

  it("agrees with a composition's crosstalk", async () => {
    const wren = await person("Wren");
    for (const name of ["wa", "wb", "wc"]) await published(wren, name);
    const listed = await names("composes_with=wren/wa");
    const made = await wren.must<{ crosstalk: { pairs: { exact: boolean }[] } }>("POST", "/v1/compositions", {
      members: [{ ref: "wren/wa" }, { ref: "wren/wb" }],
    });
    expect(listed.includes("wb")).toBe(made.crosstalk.pairs[0]?.exact);
  });

  it("refuses what cannot be composed with, by name", async () => {
    const cases = [
      ["ana/nobody", "adapter_unknown"],
      ["ana/hidden", "adapter_unknown"],
      ["slotter/slotless", "adapter_unready"],
    ];
    for (const [ref, code] of cases) {
      const reply = await ask("GET", `/v1/adapters?composes_with=${ref}`);
      expect([ref, reply.status, reply.body.code, reply.body.errors[0]?.pointer]).toEqual([
        ref,
        422,
        code,
        "?composes_with",
      ]);
    }
    await rows([{ name: "away", owner: "slotter", base: "other-1", slot: 1 }]);
    const mixed = await ask("GET", "/v1/adapters?composes_with=slotter/away,slotter/slot-1");
    expect(mixed.body.code).toBe("adapter_incompatible");
  });

  it("filters by slot and by class of slots within one base", async () => {
    expect(await names(`base=${BASE.id}&slot_class=0&owner=slotter&sort=name`)).toEqual(["slot-0", "slot-1"]);
    expect(await names(`base=${BASE.id}&slot=${radix + 7}&owner=slotter`)).toEqual([`slot-${radix + 7}`]);
    expect(await names(`base=${BASE.id}&slot=1,${radix}&slot_class=1&owner=slotter`)).toEqual([
      `slot-${radix}`,
    ]);
    expect((await ask("GET", "/v1/adapters?slot=1")).body.errors[0]?.pointer).toBe("?slot");
    expect((await ask("GET", "/v1/adapters?slot_class=1")).body.errors[0]?.pointer).toBe("?slot_class");
  });

  it("fits its set of slots into one bound value, for every base", () => {
    for (const base of BASES) expect(slotCount(base)).toBeLessThanOrEqual(SLOT_SET_MAX_BYTES);
  });
});
