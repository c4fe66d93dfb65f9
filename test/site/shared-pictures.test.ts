// Shared pictures on the site: the feed's address, how one is called and opened, and what is said before one is shared.

import { describe, expect, it } from "vitest";
import type { Notification } from "../../site/api-people.ts";
import type { SharedPicture } from "../../site/api-pictures.ts";
import { formOf } from "../../site/composition/link.ts";
import { publicFacts } from "../../site/pages/compose/public-facts.ts";
import { notificationText } from "../../site/pages/notifications/notification-text.ts";
import { FILTER_WORDS, queryOf, searchOf, withFilter, withSort } from "../../site/pages/pictures/query.ts";
import { named, placeUrl } from "../../site/ui/moderation-labels.ts";
import { PAGES_MAX, pagesOf } from "../../site/ui/open-pages.ts";
import { adapterOf, composeUrlOf, hiddenBecause, titleOf } from "../../site/ui/shared-picture.ts";

const region = { x: 0, y: 0, width: 0.5, height: 1 };
const recipe = {
  ...{ prompt: "<ivy> smiling; <bo> sad", negative_prompt: "rain", seed: 7, steps: 24, guidance: 1.5 },
  ...{
    size: "512x256",
    adapters: [
      { ref: "o/ivy:2", strength: 0.8, region },
      { ref: "o/bo:1", strength: 1 },
    ],
  },
};

describe("the address of the feed", () => {
  it("holds the filters and the open pages, readable, and nothing else", () => {
    const query = { adapter: "o/ivy", owner: "ana", rating: "general,sensitive" };
    expect(searchOf(query, 3)).toBe("?adapter=o/ivy&owner=ana&rating=general,sensitive&pages=3");
    expect(queryOf(searchOf(query, 3))).toEqual(query);
    expect(pagesOf(searchOf(query, 3))).toBe(3);
    expect(pagesOf(searchOf({}, 999))).toBe(PAGES_MAX);
    expect([searchOf({}), queryOf("?colour=red&owner=%20&sort=x")]).toEqual(["", {}]);
  });

  it("holds an order that is not the usual one", () => {
    const liked = withSort({ owner: "ana" }, "most_liked");
    expect(searchOf(liked, 2)).toBe("?owner=ana&sort=most_liked&pages=2");
    expect(queryOf(searchOf(liked))).toEqual({ owner: "ana", sort: "most_liked" });
    expect(withSort(liked, "newest")).toEqual({ owner: "ana" });
    expect(queryOf("?sort=newest")).toEqual({});
  });

  it("loses a filter that is taken away, and says each in words", () => {
    expect(withFilter({ adapter: "o/ivy", owner: "ana" }, "owner", null)).toEqual({ adapter: "o/ivy" });
    expect(withFilter({}, "owner", "ana")).toEqual({ owner: "ana" });
    expect(FILTER_WORDS.map(([, words]) => words("a,b"))).toEqual([
      "with a,b",
      "by a,b",
      "of a,b",
      "rated a or b",
    ]);
  });
});

describe("a shared picture", () => {
  it("opens in Compose as its recipe says: members with versions, strengths and boxes, words, seed and settings", () => {
    const form = formOf((composeUrlOf({ recipe }) ?? "").replace("/compose/", ""));
    expect(form).toMatchObject({
      ...{
        prompt: "<ivy> smiling; <bo> sad",
        negative: "rain",
        seed: 7,
        steps: 24,
        guidance: 1.5,
        size: "512x256",
      },
      ...{
        placement: "boxes",
        members: [
          { ref: "o/ivy:2", strength: 0.8, region },
          { ref: "o/bo:1", strength: 1 },
        ],
      },
    });
    expect(composeUrlOf({ recipe: {} })).toBeNull();
  });

  it("is called by its first words, and by its author without any", () => {
    expect(titleOf({ prompt: "a red kite", owner: "ana" })).toBe("a red kite");
    expect(titleOf({ prompt: "word ".repeat(60), owner: "ana" }).length).toBeLessThan(125);
    expect(titleOf({ prompt: " ", owner: "ana" })).toBe("A picture by ana");
    expect([adapterOf("o/ivy:12"), adapterOf("o/ivy")]).toEqual(["o/ivy", "o/ivy"]);
  });

  it("says to its owner why others do not see it", () => {
    const states: [boolean, SharedPicture["state"]][] = [
      [true, "published"],
      [false, "published"],
      [false, "withdrawn"],
      [false, "removed"],
    ];
    expect(states.map(([listed, state]) => hiddenBecause({ listed, state }))).toEqual([
      null,
      "hidden",
      "withdrawn",
      "removed",
    ]);
  });

  it("has a place for moderators, who see its words quoted, and a name in notifications", () => {
    expect(placeUrl({ kind: "picture", ref: "pic_1" })).toBe("/pictures/?id=pic_1");
    expect(named({ kind: "picture", label: "<ivy> sad" })).toBe("“<ivy> sad”");
    const note = { kind: "moderation", target: null, data: { target_kind: "picture", reason: "Enough." } };
    expect(notificationText(note as unknown as Notification)).toMatchObject({
      ...{
        before: "The moderators acted about",
        name: "a shared picture",
        after: ": Enough.",
        url: "/decisions/",
      },
    });
  });
});

describe("before a picture is shared", () => {
  const member = { version_id: "ver_1" as const, trigger: "<ivy>", slot: 1, region };

  it("everything that becomes public is named, and nothing that is empty", () => {
    const request = { ...recipe, adapters: [{ ...member, ref: "o/ivy:2", strength: 0.8 }] };
    expect(publicFacts(request, { seed: 8 }, "ana")).toEqual([
      ["Your name", "ana"],
      ["Prompt", "<ivy> smiling; <bo> sad"],
      ["Negative prompt", "rain"],
      ["Adapters", "o/ivy:2 at 0.8 in its box"],
      ["Settings", "seed 8, 24 steps, guidance 1.5, 512 × 256"],
    ]);
    const bare = publicFacts({ ...request, negative_prompt: "", adapters: [] }, { seed: null }, "ana");
    expect(bare.map(([name]) => name)).toEqual(["Your name", "Prompt", "Settings"]);
  });
});
