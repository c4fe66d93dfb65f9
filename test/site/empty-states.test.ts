// What a page says is not there: only once the list that it asked for has come, and has nothing in it.

import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { Adapter } from "../../site/api.ts";
import type { Failure } from "../../site/failure.ts";
import { countText } from "../../site/pages/browse/count-text.ts";
import { shownCount } from "../../site/pages/mixes/shown-count.ts";
import { viewOf } from "../../site/ui/use-list.ts";
import { isSame } from "../../site/ui/use-reply.ts";

const AWAY: Failure = { kind: "unreachable" };
const nothing = { items: [], cursor: null };

describe("a list", () => {
  it("is empty only after its own first page arrived without items", () => {
    const arrived = { key: "a", waiting: false, failure: null };
    expect(viewOf("a", { key: "a", ...nothing }, arrived)).toMatchObject({ isEmpty: true, waiting: false });
    expect(viewOf("a", { key: "a", items: [1], cursor: null }, arrived).isEmpty).toBe(false);
    // Not asked yet, asked, failed.
    expect(viewOf("a", { key: null, ...nothing }, { key: null, waiting: true, failure: null }).isEmpty).toBe(
      false,
    );
    expect(viewOf("a", { key: null, ...nothing }, { ...arrived, waiting: true }).isEmpty).toBe(false);
    expect(viewOf("a", { key: null, ...nothing }, { ...arrived, failure: AWAY })).toMatchObject({
      isEmpty: false,
      failure: AWAY,
    });
    expect(viewOf("a", { key: "a", ...nothing }, { ...arrived, failure: AWAY }).isEmpty).toBe(false);
  });

  it("of another key shows no state of this one", () => {
    for (const failure of [null, AWAY]) {
      const view = viewOf("b", { key: "a", ...nothing }, { key: "a", waiting: false, failure });
      expect(view).toEqual({ items: [], isEmpty: false, waiting: true, failure: null, cursor: null });
    }
  });
});

describe("the count of a search", () => {
  const base = { items: [], isEmpty: false, waiting: false, failure: null, more: null };
  const adapters = (n: number) => Array.from({ length: n }, (_, i) => ({ id: i }) as unknown as Adapter);

  it("belongs to its search, and is not shown as pending when there is nothing to count", () => {
    expect(countText({ ...base, waiting: true }, undefined)).toBe("Loading");
    expect(countText({ ...base, isEmpty: true }, undefined)).toBe("No adapters");
    expect(countText({ ...base, isEmpty: true }, 7)).toBe("No adapters");
    expect(countText({ ...base, items: adapters(3), more: () => {} }, 124)).toBe("124 adapters");
    expect(countText({ ...base, items: adapters(3) }, undefined)).toBe("3 adapters");
    expect(countText({ ...base, items: adapters(3), more: () => {} }, undefined)).toBe("");
    expect(countText({ ...base, failure: AWAY }, 124)).toBe("");
  });

  it("belongs to the inputs of its request", () => {
    expect([isSame([1, "a"], [1, "a"]), isSame([1], [2]), isSame([], [1])]).toEqual([true, false, false]);
  });
});

describe("the count of shown mixes", () => {
  const base = { items: [] as number[], waiting: false, failure: null, more: null };

  it("is not 0 where the list failed", () => {
    expect(shownCount({ ...base, failure: AWAY })).toBe("");
    expect(shownCount({ ...base, items: [1, 2], failure: AWAY, more: () => {} })).toBe("");
    expect(shownCount({ ...base, waiting: true })).toBe("Loading");
    expect(shownCount(base)).toBe("0 mixes");
    expect(shownCount({ ...base, items: [1] })).toBe("1 mix");
    expect(shownCount({ ...base, items: [1, 2], more: () => {} })).toBe("2 mixes, and more");
  });
});

describe("every page", () => {
  it("decides that a list is empty by isEmpty or arrived, never by absent items", () => {
    const root = join(import.meta.dirname, "../../site");
    const guesses = globSync("**/*.tsx", { cwd: root }).flatMap((file) =>
      readFileSync(join(root, file), "utf8")
        .split("\n")
        .flatMap((line, i) =>
          /!\w+\.waiting &&.*\.length === 0|!waiting &&.*\.length === 0|waiting \? "Loading" : "(?!Show|Load|words)/.test(
            line,
          )
            ? [`${file}:${i + 1}`]
            : [],
        ),
    );
    expect(guesses).toEqual([]);
  });
});
