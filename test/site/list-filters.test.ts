// What a list says where its address has a filter that the API refuses, or one of which nothing is shown any more.

import { describe, expect, it } from "vitest";
import type { ErrorCode } from "../../schema/contract/codes.ts";
import { RATINGS } from "../../schema/contract/moderation.ts";
import type { Problem } from "../../schema/contract/problem.ts";
import type { Failure } from "../../site/failure.ts";
import { nothingText } from "../../site/pages/pictures/nothing-text.ts";
import { filterFaults } from "../../site/ui/filter-faults.ts";

function refused(pointers: string[], code: ErrorCode = "request_invalid", detail = "must match"): Failure {
  const errors = pointers.map((pointer) => ({ pointer, detail }));
  return {
    kind: "refused",
    problem: { code, errors, title: "The request does not fit" } as unknown as Problem,
  };
}

describe("a refused filter of an address", () => {
  it("is said in words for a person, with what was asked for", () => {
    expect(filterFaults(refused(["?adapter"]), { adapter: "..bad.." })).toEqual([
      "“..bad..” cannot be an adapter. One is named by its owner and its own name, like orthoplex/ivy.",
    ]);
    expect(filterFaults(refused(["?owner", "?tag"]), { owner: "A B", tag: ["red", "x"] })).toEqual([
      expect.stringMatching(/^“A B” cannot be an owner\. .*a to z/),
      "“red, x” cannot be a tag.",
    ]);
    const [ratings = ""] = filterFaults(refused(["?rating"]), { rating: "zz" });
    for (const rating of RATINGS) expect(ratings).toContain(rating);
    expect(filterFaults(refused(["?q"]), { q: "x".repeat(300) })).toEqual([
      "Words to search for have at most 200 readable characters.",
    ]);
    const many = Array.from({ length: 21 }, (_, i) => `t${i}`);
    expect(filterFaults(refused(["?tag"]), { tag: many })).toEqual(["A filter takes at most 20 values."]);
  });

  it("is shown shortened and without what would turn the text around", () => {
    const [words = ""] = filterFaults(refused(["?base"]), { base: `\u202e\u0007${"b".repeat(500)}` });
    expect(words).toBe(`“${"b".repeat(60)}…” cannot be a base.`);
  });

  it("keeps the API's words where they name what is not there, once", () => {
    const missing = refused(
      ["?composes_with", "?composes_with"],
      "adapter_unknown",
      "There is no adapter a/b.",
    );
    expect(filterFaults(missing, { composes_with: ["a/b"] })).toEqual(["There is no adapter a/b."]);
  });

  it("is not what a failure of another kind is taken for", () => {
    const query = { adapter: "a/b" };
    expect(filterFaults({ kind: "unreachable" }, query)).toEqual([]);
    expect(filterFaults(refused([], "rate_limited"), query)).toEqual([]);
    // A page that came by a cursor of another order is not the address's fault.
    expect(filterFaults(refused(["?cursor"]), query)).toEqual([]);
    expect(filterFaults(refused(["?adapter", "?cursor"]), query)).toEqual([]);
  });
});

describe("a feed without pictures", () => {
  const guest = { isYours: false, wasNotified: false };

  it("says to those whom a notification led there that the pictures are no longer shown", () => {
    const { title, text } = nothingText(
      { adapter: "o/ivy", sort: "most_liked" },
      { ...guest, wasNotified: true },
    );
    expect(title).toBe("They are no longer shown");
    expect(text).toMatch(/shared with o\/ivy.*withdrawn.*not public.*rating/);
  });

  it("says what it looked for, and does not claim that there were any", () => {
    expect(nothingText({ adapter: "o/ivy" }, guest).title).toBe("No picture with o/ivy is shown");
    expect(nothingText({ adapter: "o/ivy", owner: "ana" }, { ...guest, wasNotified: true }).title).toBe(
      "Nothing matches",
    );
    expect(nothingText({ base: "b" }, guest).title).toBe("Nothing matches");
    expect(nothingText({ sort: "most_liked" }, guest).title).toBe("Nobody has shared one yet");
    expect(nothingText({ owner: "ana" }, { ...guest, isYours: true }).title).toBe("You have shared none yet");
  });
});
