// Small rules of the other pages.

import { describe, expect, it } from "vitest";
import { ERROR_CODE_NAMES } from "../../schema/contract/codes.ts";
import { SEARCH_MAX_CHARACTERS } from "../../schema/contract/limits.ts";
import { artCredits, licenceLine } from "../../site/build/art-credits.ts";
import { errorListHtml } from "../../site/build/error-list.ts";
import { escapeHtml } from "../../site/build/escape.ts";
import { headerHtml } from "../../site/build/shell.ts";
import { nextOf } from "../../site/pages/account/next.ts";
import { agoOf, bytesOf, costOf, countOf, durationOf, remainingSeconds } from "../../site/ui/format.ts";

describe("the page after signing in", () => {
  it("is a path of this site", () => {
    expect(nextOf("?next=%2Fcompose%2F%23a%3Ddemo%2Fana")).toBe("/compose/#a=demo/ana");
    for (const next of [
      "//evil.example",
      "/\\evil.example",
      "https://evil.example",
      "javascript:alert(1)",
      "/account/",
      "",
    ]) {
      expect(nextOf(`?next=${encodeURIComponent(next)}`)).toBeNull();
    }
  });
});

describe("the header", () => {
  const boxes = (page: string) =>
    headerHtml(page).match(/<form [^>]*action="\/browse\/">\s*<input [^>]*>/g) ?? [];

  it("limits the query to what the catalog accepts, in the row and below the button", () => {
    expect(boxes("/mixes/")).toHaveLength(2);
    for (const box of boxes("/mixes/")) {
      expect(box).toContain(`name="q"`);
      expect(box).toContain(`maxlength="${SEARCH_MAX_CHARACTERS}"`);
    }
  });

  it("has no search field on the catalog's page", () => {
    expect(headerHtml("/browse/")).not.toContain("earch");
  });
});

describe("art credits", () => {
  it("name source, designer and licence of every style, as its package states them", () => {
    const credits = artCredits(new URL("../../node_modules/@dicebear", import.meta.url).pathname);
    expect(credits).toHaveLength(13);
    for (const { designer, licence, source } of credits) {
      expect(designer.text).not.toBe("");
      expect(licence.href ?? "").toMatch(/^https:/);
      expect(source.href ?? "").toMatch(/^https:/);
    }
  });

  it("read a line with or without an address", () => {
    const file = "Source: Lorelei (https://figma.example/1)\nDesigner: Somebody\n";
    expect(licenceLine(file, "Source")).toEqual({ text: "Lorelei", href: "https://figma.example/1" });
    expect(licenceLine(file, "Designer")).toEqual({ text: "Somebody", href: null });
    expect(licenceLine(file, "License")).toBeNull();
  });
});

describe("the list of errors", () => {
  it("has an anchor for every code, where problem bodies point to", () => {
    const html = errorListHtml();
    for (const code of ERROR_CODE_NAMES) expect(html).toContain(`id="${code}"`);
  });

  it("escapes what it writes", () => {
    expect(escapeHtml(`<a b="c">&`)).toBe("&lt;a b=&quot;c&quot;&gt;&amp;");
  });
});

describe("numbers for people", () => {
  it("are counted, sized and timed in the largest fitting unit", () => {
    expect([countOf(1, "use"), countOf(1234, "use")]).toEqual(["1 use", "1,234 uses"]);
    expect(costOf({ credits: 1920, refunded: 0 })).toBe("1,920 credits");
    expect(costOf({ credits: 24, refunded: 12 })).toBe("24 credits, 12 refunded");
    expect(costOf({ credits: 0, refunded: 0 })).toBe("free of charge");
    expect([bytesOf(0), bytesOf(1023), bytesOf(277_464), bytesOf(3.5 * 1024 ** 3)]).toEqual([
      "0 B",
      "1023 B",
      "271 KiB",
      "3.5 GiB",
    ]);
    expect([durationOf(0.4), durationOf(95), durationOf(7_260)]).toEqual(["0 s", "1 min 35 s", "2 h 1 min"]);
  });

  it("show relative times", () => {
    const now = Date.parse("2026-11-23T12:00:00Z");
    const secondsAgo = (seconds: number) => agoOf(new Date(now - seconds * 1000).toISOString(), now);
    expect([
      secondsAgo(-5),
      secondsAgo(59),
      secondsAgo(60),
      secondsAgo(7_200),
      secondsAgo(86_400),
      secondsAgo(40 * 86_400),
    ]).toEqual(["just now", "just now", "1 minute ago", "2 hours ago", "1 day ago", "1 month ago"]);
  });

  it("estimate the remaining time only if there is progress", () => {
    expect(remainingSeconds(0, 120, 10)).toBeNull();
    expect(remainingSeconds(120, 120, 10)).toBeNull();
    expect(remainingSeconds(30, 120, 10)).toBe(30);
  });
});
