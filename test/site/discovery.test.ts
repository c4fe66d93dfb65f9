// What the pages choose and order by rule: the home page's pictures and picks, the strength guide, the ledger, sizes of pictures, members
// added at once.

import { describe, expect, it } from "vitest";
import type { Adapter } from "../../site/api.ts";
import type { MixMember } from "../../site/api-mixes.ts";
import type { Preview } from "../../site/api-publish.ts";
import { GUIDE_STRENGTHS, guideOf, guideOrders } from "../../site/pages/adapter/strengths.ts";
import { picksOf, withPicturesFirst } from "../../site/pages/home/choice.ts";
import { ledgerOf } from "../../site/pages/jobs/ledger.ts";
import { sourcesOf } from "../../site/ui/picture-sources.ts";
import { itemsOfAdapters, itemsOfMix } from "../../site/ui/tray-items.ts";

describe("the home page", () => {
  it("picks at most two of an owner, in the catalog's order, and fills up if these are too few", () => {
    const items = ["a1", "a2", "a3", "b1", "c1"].map((id) => ({ id, owner: id[0] ?? "" }));
    expect(picksOf(items, 4).map(({ id }) => id)).toEqual(["a1", "a2", "b1", "c1"]);
    expect(picksOf(items, 5).map(({ id }) => id)).toEqual(["a1", "a2", "b1", "c1", "a3"]);
  });

  it("shows mixes with a picture of their own before those that show portraits", () => {
    const picture = (id: string) => ({ id: `img_${id}` as `img_${string}`, url: "", width: 1, height: 1 });
    const members = [{ preview: picture("face") }] as MixMember[];
    const plain = { title: "plain", cover: picture("face"), members };
    const drawn = { title: "drawn", cover: picture("own"), members };
    const none = { title: "none", cover: null, members };
    expect(withPicturesFirst([plain, none, drawn], 2).map(({ title }) => title)).toEqual(["drawn", "plain"]);
  });
});

describe("the strength guide", () => {
  const preview = (id: string, recipe: unknown) =>
    ({ id: `img_${id}`, url: `/v1/images/img_${id}`, width: 256, height: 256, recipe }) as Preview;
  const drawn = (id: string, strength: number, more = {}) =>
    preview(id, { prompt: "<a> smiling", seed: 7, adapters: [{ ref: "o/a", strength }], ...more });

  it("is the previews that differ in nothing but the strength, from the weakest on", () => {
    const both = [
      { ref: "o/a", strength: 1 },
      { ref: "o/b", strength: 1 },
    ];
    const { steps, ids } = guideOf([
      preview("training", null),
      drawn("1", 1),
      drawn("0", 0),
      drawn("again", 1),
      drawn("seed", 0.5, { seed: 8 }),
      drawn("two", 0.5, { adapters: both }),
      drawn("half", 0.5),
    ]);
    expect(steps.map(({ strength }) => strength)).toEqual([0, 0.5, 1]);
    expect([...ids].sort()).toEqual(["img_0", "img_1", "img_half"]);
    expect(guideOf([drawn("1", 1), preview("training", null)]).steps).toEqual([]);
  });

  it("is ordered as pictures that are alike but for the strength", () => {
    const orders = guideOrders({ id: "ver_1", trigger: "<a>", previews: [] }, "cast-3", true);
    expect(orders.map(({ adapters }) => adapters?.[0]?.strength)).toEqual([...GUIDE_STRENGTHS]);
    expect(new Set(orders.map(({ adapters: _, ...rest }) => JSON.stringify(rest))).size).toBe(1);
  });

  it("is for the adapter's page where its owner orders it, and a use where a visitor does", () => {
    const ordered = (mine: boolean) =>
      guideOrders({ id: "ver_1", trigger: "<a>", previews: [] }, "cast-3", mine).map((one) => one.preview_of);
    expect(new Set(ordered(true))).toEqual(new Set(["ver_1"]));
    expect(new Set(ordered(false))).toEqual(new Set([undefined]));
  });

  it("asks for what a preview shows: an expression that was never trained looks like none", () => {
    const promptWith = (previews: Preview[]) =>
      guideOrders({ id: "ver_1", trigger: "<a>", previews }, "cast-3", true).map(({ prompt }) => prompt)[0];
    expect(promptWith([])).toBe("<a>");
    expect(promptWith([preview("file", null), preview("sample", { prompt: "<a>, sad" })])).toBe("<a>, sad");
  });
});

describe("the ledger", () => {
  const job = (id: string, created_at: string, credits: number, refunded: number) => ({
    ...{ id: `job_${id}` as `job_${string}`, created_at, finished_at: created_at, what: id },
    ...{ cost: { credits, refunded }, status: "succeeded" as const },
  });

  it("has charges and refunds by day, with the day's sum", () => {
    const days = ledgerOf([
      job("a", "2026-11-28T10:00:00Z", 24, 0),
      job("b", "2026-11-29T09:00:00Z", 24, 12),
      job("own", "2026-11-29T10:00:00Z", 0, 0),
      job("c", "2026-11-29T11:00:00Z", 10, 0),
    ]);
    expect(days.map(({ day, spent }) => [day, spent])).toEqual([
      ["2026-11-29", 22],
      ["2026-11-28", 24],
    ]);
    expect(days[0]?.lines.map(({ what, credits }) => [what, credits])).toEqual([
      ["c", -10],
      ["b", 12],
      ["b", -24],
    ]);
  });
});

describe("a picture", () => {
  it("of the API is asked for in the size that it is shown in; any other address stays as it is", () => {
    const { src, srcset, sizes } = sourcesOf("http://here/v1/images/img_1abc", "auto, 18rem");
    expect(src).toBe("http://here/v1/images/img_1abc?width=384");
    expect(srcset).toMatch(/img_1abc\?width=96 96w, .*width=1152 1152w$/);
    expect(sizes).toBe("auto, 18rem");
    for (const other of ["/favicon.svg", "blob:http://here/1", "/v1/images/img_1abc?signature=x"]) {
      expect(sourcesOf(other, "1rem")).toEqual({ src: other });
    }
  });
});

describe("members that are added at once", () => {
  it("are those that can be used, as the mix has them", () => {
    const member = (ref: string, available: boolean) =>
      ({ ref, title: null, preview: null, strength: 0.5, available }) as MixMember;
    expect(itemsOfMix([member("o/a:1", true), member("o/b:1", false)])).toEqual([
      { ref: "o/a:1", title: "o/a:1", picture: null, strength: 0.5 },
    ]);
  });

  it("leave out what is hidden, withdrawn or has no version", () => {
    const adapter = (ref: string, state: string, latest_version: unknown) =>
      ({ ref, title: ref, state, latest_version }) as Adapter;
    const version = { strength: 1, previews: [] };
    const items = itemsOfAdapters([
      adapter("o/a", "published", version),
      adapter("o/b", "withdrawn", version),
      adapter("o/c", "published", null),
      null,
    ]);
    expect(items.map(({ ref }) => ref)).toEqual(["o/a"]);
  });
});
