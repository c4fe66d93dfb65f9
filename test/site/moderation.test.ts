// What the pages of moderation decide without a browser: keys, reasons, words.

import { describe, expect, it } from "vitest";
import { ACTION_REASON_MAX_CHARACTERS } from "../../schema/contract/limits.ts";
import { ACTION_KINDS, DECISIONS, type Decision, REPORT_REASONS } from "../../schema/contract/moderation.ts";
import type { Notification } from "../../site/api-people.ts";
import { commandOf, KEY_ROWS, keyOf } from "../../site/pages/moderation/shortcuts.ts";
import { templatesOf, UNDO } from "../../site/pages/moderation/templates.ts";
import { notificationText } from "../../site/pages/notifications/notification-text.ts";
import {
  doneWord,
  GROUNDS,
  named,
  outcomeWords,
  placeUrl,
  REASONS,
  REPORT_HINTS,
} from "../../site/ui/moderation-labels.ts";

const press = (key: string, more = {}) => ({ key, ctrlKey: false, metaKey: false, altKey: false, ...more });

describe("the keyboard shortcuts", () => {
  it("decide only on an open target", () => {
    expect(commandOf(press("r"), ["remove", "rate"])).toEqual({ do: "decide", decision: "remove" });
    expect(commandOf(press("r"), ["restore"])).toEqual({ do: "decide", decision: "restore" });
    expect(commandOf(press("r"), ["dismiss"])).toBeNull();
    expect(commandOf(press("d"), [])).toBeNull();
  });

  it("move through the queue in every state", () => {
    expect(["j", "k", "p"].map((key) => commandOf(press(key), [])?.do)).toEqual([
      "next",
      "previous",
      "reveal",
    ]);
  });

  it("leave the list of keys to the one that every page has, and are all in it", () => {
    for (const { key } of [{ key: "?" }, { key: "/" }])
      expect(commandOf(press(key), [...DECISIONS])).toBeNull();
    const listed = KEY_ROWS.map(({ keys }) => keys);
    expect(listed).toEqual(expect.arrayContaining(["j", "k", "p", ...DECISIONS.map(keyOf)]));
  });

  it("do not override the browser's own", () => {
    for (const held of ["ctrlKey", "metaKey", "altKey"]) {
      expect(commandOf(press("r", { [held]: true }), ["remove"])).toBeNull();
    }
    expect(commandOf(press("Tab"), [...DECISIONS])).toBeNull();
  });

  it("have one key for every decision, and distinct keys for decisions that are allowed together", () => {
    const together: Decision[][] = [
      ["remove", "rate", "dismiss"],
      ["restore", "dismiss"],
      ["hide", "dismiss"],
      ["unhide", "dismiss"],
      ["suspend", "dismiss"],
      ["unsuspend", "dismiss"],
    ];
    expect(DECISIONS.every((decision) => /^[a-z]$/.test(keyOf(decision)))).toBe(true);
    for (const open of together) expect(new Set(open.map(keyOf)).size).toBe(open.length);
    for (const decision of DECISIONS) {
      expect(commandOf(press(keyOf(decision)), [decision])).toEqual({ do: "decide", decision });
    }
  });
});

describe("templates", () => {
  it("are there for every decision and fit the limit", () => {
    for (const decision of DECISIONS) {
      const all = templatesOf(decision);
      expect(all.length).toBeGreaterThan(0);
      expect(new Set(all.map(({ name }) => name)).size).toBe(all.length);
      expect(all.every(({ text }) => text.length <= ACTION_REASON_MAX_CHARACTERS)).toBe(true);
    }
  });

  it("can be undone both ways or not at all", () => {
    for (const [decision, back] of Object.entries(UNDO)) {
      expect(decision === "remove" || UNDO[back] === decision).toBe(true);
    }
  });
});

describe("labels", () => {
  it("exist for every reason, decision and outcome", () => {
    for (const reason of REPORT_REASONS) {
      expect([REASONS[reason], GROUNDS[reason], REPORT_HINTS[reason]].every((text) => text !== "")).toBe(
        true,
      );
    }
    for (const kind of ACTION_KINDS) expect(doneWord(kind)).not.toContain("_");
    expect(outcomeWords("remove")).toContain("removed");
    expect(outcomeWords("dismiss")).not.toContain("acted");
    expect(outcomeWords(null)).toContain("will look");
  });

  it("link to the page of a target", () => {
    expect(placeUrl({ kind: "adapter", ref: "ada/fish" })).toBe("/adapter/?id=ada/fish");
    expect(placeUrl({ kind: "mix", ref: "ada/stew" })).toBe("/mix/?ref=ada/stew");
    expect(placeUrl({ kind: "user", ref: "ada" })).toBe("/user/?handle=ada");
    expect(placeUrl(null)).toBeNull();
    expect([named({ kind: "comment", label: "hello" }), named({ kind: "adapter", label: "a/b" })]).toEqual([
      "“hello”",
      "a/b",
    ]);
  });

  it("of a notification link to the decision, not to the removed target", () => {
    const note: Notification = {
      id: "ntf_00000000000000000000",
      kind: "moderation",
      actor: null,
      target: null,
      target_id: null,
      excerpt: null,
      data: { action: "remove", ref: "ada/fish", reason: "It shows somebody." },
      created_at: "2026-11-25T00:00:00.000Z",
      read_at: null,
    };
    expect(notificationText(note)).toMatchObject({ name: "ada/fish", url: "/decisions/" });
    expect(notificationText({ ...note, kind: "report_decided" }).url).toBe("/decisions/#reports");
  });
});
