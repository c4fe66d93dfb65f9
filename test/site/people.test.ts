// What the pages of people decide without a browser: words with links, notifications in words, orders, addresses.

import { describe, expect, it } from "vitest";
import { UNREAD_COUNTED_MAX } from "../../schema/contract/limits.ts";
import type { CollectionItem, Notification } from "../../site/api-people.ts";
import { composeLink } from "../../site/pages/collection/compose-link.ts";
import { moved } from "../../site/pages/collection/moved.ts";
import { notificationText } from "../../site/pages/notifications/notification-text.ts";
import { collectionNameFrom } from "../../site/ui/collection-name.ts";
import { unreadText } from "../../site/ui/notification-bell.ts";
import { piecesOf } from "../../site/ui/plain-text.ts";

const links = (text: string) =>
  piecesOf(text)
    .filter(({ kind }) => kind !== "text")
    .map(({ text: word, href }) => [word, href]);

describe("plain text", () => {
  it("keeps every character", () => {
    for (const text of [
      "",
      "a <b>&amp;</b>",
      "see https://x.org/a?b=c#d, @ada! (https://x.org/(y))",
      "@",
      "a@b.c",
    ]) {
      expect(
        piecesOf(text)
          .map((piece) => piece.text)
          .join(""),
      ).toBe(text);
    }
  });

  it("links web addresses without surrounding punctuation, and nothing else", () => {
    expect(links("Read https://x.org/a. Or (http://y.org/b_(c))!")).toEqual([
      ["https://x.org/a", "https://x.org/a"],
      ["http://y.org/b_(c)", "http://y.org/b_(c)"],
    ]);
    expect(links("javascript:alert(1) data:text/html,x //evil.org ftp://x mailto:a@b.c")).toEqual([]);
    expect(links("https://")).toEqual([]);
  });

  it("links mentions to profiles", () => {
    expect(links("Thanks @Ada-2, not a@b or /@c")).toEqual([["@Ada-2", "/user/?handle=ada-2"]]);
  });
});

describe("the text of a notification", () => {
  const note = (more: Partial<Notification>): Notification => ({
    id: "ntf_00000000000000000000",
    kind: "like",
    actor: { handle: "bob", name: "Bob", avatar_url: null },
    target: { kind: "adapter", ref: "ada/eve", title: "Eve" },
    target_id: null,
    excerpt: null,
    data: {},
    created_at: "2026-01-01T00:00:00Z",
    read_at: null,
    ...more,
  });

  it("counts likes", () => {
    const before = (count: number) => notificationText(note({ data: { count } })).before;
    expect([1, 2, 3, 1_001].map(before)).toEqual([
      "likes",
      "and one other like",
      "and 2 others like",
      "and 1,000 others like",
    ]);
  });

  it("names a liked picture by its words, and leads to it", () => {
    const target = { kind: "picture", ref: "pic_00000000000000000000", title: "<ivy> sad" } as const;
    const text = notificationText(note({ target, data: { count: 2 } }));
    expect([text.before, text.name, text.url]).toEqual([
      "and one other like",
      "<ivy> sad",
      "/pictures/?id=pic_00000000000000000000",
    ]);
  });

  it("counts the pictures that others shared with an adapter, and leads to them", () => {
    const text = (count: number, more: Partial<Notification> = {}) =>
      notificationText(note({ kind: "picture_shared", data: { count, day: "2026-01-01" }, ...more }));
    const words = ({ before, name, url }: ReturnType<typeof text>) => [before, name, url];
    const url = "/pictures/?adapter=ada/eve#shared";
    expect(words(text(1))).toEqual(["shared a picture with", "Eve", url]);
    expect(words(text(1_001))).toEqual(["shared 1,001 pictures with", "Eve", url]);
    expect(words(text(1, { actor: null }))).toEqual(["A picture was shared with", "Eve", url]);
    expect(words(text(2, { actor: null }))).toEqual(["2 pictures were shared with", "Eve", url]);
    expect(text(1, { target: null }).url).toBeNull();
  });

  it("links to its target, and states if that is deleted", () => {
    expect(notificationText(note({ kind: "comment" })).url).toBe("/adapter/?id=ada/eve#comments");
    expect(
      notificationText(note({ kind: "fork", target: { kind: "mix", ref: "a/b", title: "M" } })).url,
    ).toBe("/mix/?ref=a/b");
    const gone = notificationText(note({ kind: "published", target: null }));
    expect([gone.url, gone.name]).toEqual([null, "something that is no longer there"]);
  });

  it("leads from a training's end to the training", () => {
    const data = { training_id: "job_1", status: "succeeded" };
    const text = notificationText(note({ kind: "training_ended", actor: null, data }));
    expect([text.before, text.name, text.url]).toEqual([
      "Your training has ended:",
      "Eve",
      "/publish/?training=job_1",
    ]);
    const failed = notificationText(
      note({ kind: "training_ended", actor: null, target: null, data: { ...data, status: "failed" } }),
    );
    expect([failed.before, failed.name]).toEqual(["Your training failed", null]);
  });

  it("shows a decision with its reason", () => {
    const text = notificationText(note({ kind: "moderation", actor: null, data: { reason: "spam" } }));
    expect([text.before, text.name, text.after]).toEqual(["The moderators acted about", "Eve", ": spam"]);
  });
});

describe("a collection", () => {
  it("moves one item and keeps the others in order", () => {
    expect(moved(["a", "b", "c", "d"], 0, 2)).toEqual(["b", "c", "a", "d"]);
    expect(moved(["a", "b", "c", "d"], 3, 0)).toEqual(["d", "a", "b", "c"]);
    expect(moved(["a"], 5, 0)).toEqual(["a"]);
  });

  it("is composed up to the limit of members, without unusable ones", () => {
    const item = (i: number, state: string): CollectionItem =>
      ({ ref: `o/a${i}`, adapter: { state, latest_version: { strength: 0.5 } } }) as CollectionItem;
    const items = [item(0, "draft"), ...Array.from({ length: 18 }, (_, i) => item(i + 1, "published"))];
    const { url, count, left } = composeLink(items);
    expect([count, left]).toEqual([16, 2]);
    expect(url.startsWith("/compose/#a=o/a1*0.5&a=o/a2*0.5&")).toBe(true);
    expect(composeLink([]).count).toBe(0);
  });

  it("gets an address from its title", () => {
    expect(["Über-Cast: Größe 2!", "  ", "日本", "a".repeat(99)].map(collectionNameFrom)).toEqual([
      "uber-cast-gro-e-2",
      "collection",
      "collection",
      "a".repeat(64),
    ]);
  });
});

it("shows a bounded unread count with a plus sign", () => {
  expect([1, UNREAD_COUNTED_MAX - 1, UNREAD_COUNTED_MAX].map(unreadText)).toEqual(["1", "99", "99+"]);
});
