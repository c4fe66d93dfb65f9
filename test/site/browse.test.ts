// The browse page's query: into the address and back, one change at a time.

import { describe, expect, it } from "vitest";
import type { CatalogQuery } from "../../site/api-catalog.ts";
import {
  chipsOf,
  composeUrl,
  queryOf,
  searchOf,
  sortOf,
  sortsFor,
  tagMatchOf,
  toggled,
  withSort,
  withTagMatch,
  withWords,
} from "../../site/pages/browse/query.ts";
import { PAGES_MAX, pagesOf } from "../../site/ui/open-pages.ts";
import { optionsOf } from "../../site/ui/suggest-box.tsx";

describe("browse query", () => {
  it("survives a round trip through the address", () => {
    const queries: CatalogQuery[] = [
      {},
      { q: "red & blue", tag: ["line-art", "night sky"], tag_match: "all", sort: "name" },
      {
        owner: ["demo"],
        class: ["person"],
        composes_with: ["demo/ada", "demo/bo"],
        allows: ["commercial_use"],
      },
    ];
    for (const query of queries) expect(queryOf(searchOf(query))).toEqual(query);
    expect(searchOf({ composes_with: ["demo/ada", "demo/bo"] })).toBe("?composes_with=demo/ada,demo/bo");
  });

  it("reads lists given with commas, given twice, or both", () => {
    expect(queryOf("?tag=a,b&tag=b&tag=%20c%20,").tag).toEqual(["a", "b", "c"]);
  });

  it("drops unknown parameters, orders and grants", () => {
    expect(queryOf("?q=%20&sort=cheapest&evil=1&allows=everything&tag=,")).toEqual({});
    expect(queryOf("?sort=relevance")).toEqual({});
  });

  it("sorts by match if there are words, else by age, and omits the default from the address", () => {
    expect([sortOf({}), sortOf({ q: "a" }), sortOf({ q: "a", sort: "name" })]).toEqual([
      "newest",
      "relevance",
      "name",
    ]);
    expect(withSort({ q: "a", sort: "name" }, "relevance")).toEqual({ q: "a" });
    expect(withSort({ q: "a" }, "newest")).toEqual({ q: "a", sort: "newest" });
    expect(sortsFor({})).not.toContain("relevance");
    expect(sortsFor({ q: "a" })).toContain("relevance");
  });

  it("drops the order by match with its words, and keeps another order", () => {
    expect(withWords({ q: "a", sort: "newest" }, " ")).toEqual({});
    expect(withWords({ q: "a", sort: "name" }, "")).toEqual({ sort: "name" });
    expect(withWords({ tag: ["x"] }, " two  ")).toEqual({ tag: ["x"], q: "two" });
  });

  it("adds and removes a value", () => {
    const some = toggled(toggled({}, "tag", "a"), "tag", "b");
    expect(some).toEqual({ tag: ["a", "b"], tag_match: "all" });
    expect(toggled(toggled(some, "tag", "a"), "tag", "b")).toEqual({});
    const kinds = toggled(toggled({}, "class", "a"), "class", "b");
    expect(kinds).toEqual({ class: ["a", "b"] });
  });

  it("wants all tags that are chosen here, any where that was switched or the address does not say", () => {
    const some = toggled(toggled({}, "tag", "a"), "tag", "b");
    const any = withTagMatch(some, "any");
    expect(searchOf(some)).toBe("?tag=a,b&tag_match=all");
    expect(searchOf(any)).toBe("?tag=a,b&tag_match=any");
    expect([some, any, { tag: ["a", "b"] }, { tag: ["a"] }].map(tagMatchOf)).toEqual([
      "all",
      "any",
      "any",
      "all",
    ]);
    expect(toggled(any, "tag", "c").tag_match).toBe("any");
    expect(toggled(toggled(any, "tag", "a"), "tag", "c").tag_match).toBe("any");
    expect(toggled(some, "tag", "a")).toEqual({ tag: ["b"] });
    expect(queryOf("?tag_match=all&q=x")).toEqual({ q: "x" });
    expect(queryOf("?tag=a,b&tag_match=some")).toEqual({ tag: ["a", "b"] });
  });

  it("shows a chip for each filter except those with a control of their own", () => {
    const chips = chipsOf({
      q: "a",
      tag: ["x"],
      owner: ["demo"],
      allows: ["no_credit"],
      composes_with: ["demo/ada"],
    });
    expect(chips.map(({ text }) => text)).toEqual(["#x", "Use without credit", "by demo"]);
  });

  it("keeps the number of open pages, up to a limit", () => {
    expect([pagesOf(""), pagesOf("?pages=3"), pagesOf("?pages=-1"), pagesOf("?pages=9999")]).toEqual([
      1,
      3,
      1,
      PAGES_MAX,
    ]);
    expect(searchOf({}, 3)).toBe("?pages=3");
    expect(queryOf("?pages=3")).toEqual({});
  });

  it("passes the picked adapters to the compose page", () => {
    expect(composeUrl(["demo/ada", "demo/bo"])).toBe("/compose/#a=demo/ada&a=demo/bo");
  });
});

describe("suggestions", () => {
  const found = {
    corrected: null,
    adapters: [{ ref: "demo/ada", title: "Ada", class_word: "person", preview_url: null }],
    tags: [{ tag: "night", count: 2 }],
    owners: [{ handle: "demo", count: 1 }],
  };

  it("offer adapters, tags and owners, or adapters alone", () => {
    expect(optionsOf(found, null).map(({ text }) => text)).toEqual(["Ada", "#night", "by demo"]);
    expect(optionsOf(found, "adapter").map(({ choice }) => choice.value)).toEqual(["demo/ada"]);
  });
});
