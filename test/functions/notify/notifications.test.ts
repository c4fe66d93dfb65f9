// Notifications: visible to their owner only, counted, marked as read, deleted after their time.

import { drizzle } from "drizzle-orm/d1";
import { beforeAll, describe, expect, it } from "vitest";
import { notificationRow } from "../../../functions/notify/notifications.ts";
import { deleteExpiredNotifications } from "../../../functions/people/notification-list.ts";
import type { NotificationPage } from "../../../schema/contract/index.ts";
import {
  NOTIFICATIONS_MARKED_MAX,
  READ_NOTIFICATION_DAYS,
  UNREAD_COUNTED_MAX,
} from "../../../schema/contract/limits.ts";
import { db, type Person, person, published } from "../cast.ts";

let ada: Person;
let bob: Person;
beforeAll(async () => {
  [ada, bob] = [await person("Ada"), await person("Bob")];
});

const idOf = async (who: Person) => (await who.must<{ id: `usr_${string}` }>("GET", "/v1/account")).id;
const list = (who: Person, query = "") =>
  who.must<NotificationPage>("GET", `/v1/account/notifications${query}`);

describe("notifications", () => {
  it("are listed newest first at every page size, the caller's only", async () => {
    const id = await idOf(ada);
    for (let i = 0; i < 5; i++) {
      const note = { userId: id, kind: "moderation", actorId: null, targetId: null, data: { i } } as const;
      await drizzle(db()).batch([notificationRow(drizzle(db()), note, 1_000 + (i % 2))]);
    }
    for (const limit of [1, 2, 100]) {
      const walked: string[] = [];
      let cursor: string | null = null;
      do {
        const page: NotificationPage = await list(
          ada,
          `?limit=${limit}${cursor === null ? "" : `&cursor=${cursor}`}`,
        );
        walked.push(...page.items.map(({ id }) => id));
        cursor = page.next_cursor;
      } while (cursor !== null);
      expect([walked.length, new Set(walked).size]).toEqual([5, 5]);
      const times = (await list(ada)).items.map(({ created_at }) => created_at);
      expect(times).toEqual(times.toSorted().reverse());
    }
    expect((await list(bob)).items).toEqual([]);
  });

  it("are marked as read one by one, up to a time, or all; others' ids change nothing", async () => {
    const before = await list(ada);
    expect(before.unread_count).toBe(5);
    const [one] = before.items;
    const mark = (who: Person, input: unknown) =>
      who.must<{ unread_count: number }>("POST", "/v1/account/notifications/read", input);
    await mark(bob, { ids: [one?.id] });
    expect((await list(ada)).unread_count).toBe(5);
    expect(await mark(ada, { ids: [one?.id] })).toEqual({ unread_count: 4 });
    expect((await list(ada, "?unread=true")).items.map(({ id }) => id)).not.toContain(one?.id);
    expect(await mark(ada, { all: true, before: new Date(1_000).toISOString() })).toEqual({
      unread_count: 1,
    });
    expect(await mark(ada, { all: true })).toEqual({ unread_count: 0 });
  });

  it("refuse a request with none, two or too many selections", async () => {
    const ids = Array.from({ length: NOTIFICATIONS_MARKED_MAX + 1 }, () => `ntf_${"0".repeat(20)}`);
    for (const input of [
      {},
      { ids: ids.slice(1), all: true },
      { ids },
      { ids: ids.slice(1), before: "2020-01-01T00:00:00Z" },
    ]) {
      expect((await ada.ask("POST", "/v1/account/notifications/read", input)).body.code).toBe(
        "request_invalid",
      );
    }
    expect((await ada.ask("POST", "/v1/account/notifications/read", { ids: ids.slice(1) })).status).toBe(200);
  });

  it("are counted up to a bound", async () => {
    const many = await person("Many");
    await db()
      .prepare(
        `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?)
         INSERT INTO notifications SELECT 'ntf_' || printf('%020d', i), ?, 'moderation', null, null, '{}', i, null FROM n`,
      )
      .bind(UNREAD_COUNTED_MAX + 50, await idOf(many))
      .run();
    expect((await list(many)).unread_count).toBe(UNREAD_COUNTED_MAX);
  });

  it("do not name what has become private since", async () => {
    await published(ada, "seen");
    await bob.must("PUT", "/v1/users/ada/follow");
    await published(ada, "named");
    const about = async () => (await list(bob)).items.find(({ kind }) => kind === "published");
    expect((await about())?.target).toEqual({ kind: "adapter", ref: "ada/named", title: "named" });
    await ada.must("PATCH", "/v1/adapters/ada/named", { visibility: "private" });
    expect((await about())?.target).toBeNull();
  });

  it("are deleted a fixed time after they were read, unread ones never", async () => {
    const day = 24 * 3_600_000;
    const now = 1_000 * day;
    const keep = now - READ_NOTIFICATION_DAYS * day;
    await db()
      .prepare(
        `INSERT INTO notifications VALUES ('ntf_old', 'usr_x', 'moderation', null, null, '{}', 0, ?),
         ('ntf_kept', 'usr_x', 'moderation', null, null, '{}', 0, ?), ('ntf_unread', 'usr_x', 'moderation', null, null, '{}', 0, null)`,
      )
      .bind(keep - 1, keep)
      .run();
    await deleteExpiredNotifications(drizzle(db()), now);
    const left = await db().prepare("SELECT id FROM notifications WHERE user_id = 'usr_x' ORDER BY id").all();
    expect(left.results.map(({ id }) => id)).toEqual(["ntf_kept", "ntf_unread"]);
  });
});

describe("a note about something that is private now", () => {
  it("shows neither its name nor its text", async () => {
    await published(ada, "talk");
    await ada.must("POST", "/v1/adapters/ada/talk/comments", { body: "@bob a secret plan" });
    const mention = async () => (await list(bob)).items.find(({ kind }) => kind === "mention");
    expect(await mention()).toMatchObject({ target: { ref: "ada/talk" }, excerpt: "@bob a secret plan" });
    await ada.must("PATCH", "/v1/adapters/ada/talk", { visibility: "private" });
    expect(await mention()).toMatchObject({ target: null, excerpt: null });
  });
});
