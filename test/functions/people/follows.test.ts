// Follows: once each, never oneself, notified once; the feed, and notifying followers of a publication.

import { beforeAll, describe, expect, it } from "vitest";
import type { Adapter, Follow, Follower, NotificationPage } from "../../../schema/contract/index.ts";
import { FOLLOWS_PER_ACCOUNT_MAX } from "../../../schema/contract/limits.ts";
import { adapterInput, ask, db, type Person, person, published } from "../cast.ts";

let ada: Person;
let bob: Person;
let cleo: Person;
beforeAll(async () => {
  [ada, bob, cleo] = [await person("Ada"), await person("Bob"), await person("Cleo")];
});

const notified = async (who: Person, kind: string) =>
  (await who.must<NotificationPage>("GET", "/v1/account/notifications?limit=100")).items.filter(
    (n) => n.kind === kind,
  );

describe("following", () => {
  it("is counted once, notified once, and undone", async () => {
    for (let i = 0; i < 3; i++) {
      expect(await bob.must<Follow>("PUT", "/v1/users/ada/follow")).toEqual({
        following: true,
        followers: 1,
      });
    }
    expect((await notified(ada, "follow")).map((n) => n.actor?.handle)).toEqual(["bob"]);
    expect(await bob.must<Follow>("DELETE", "/v1/users/ada/follow")).toEqual({
      following: false,
      followers: 0,
    });
    await bob.must("PUT", "/v1/users/ada/follow");
    expect((await notified(ada, "follow")).length).toBe(1);
    const anonymous = await ask<Follow>("GET", "/v1/users/ada/follow");
    expect(anonymous.body).toEqual({ following: false, followers: 1 });
  });

  it("refuses oneself, and unknown people", async () => {
    expect((await ada.ask("PUT", "/v1/users/ada/follow")).body.code).toBe("request_invalid");
    expect((await ada.ask("PUT", "/v1/users/nobody/follow")).body.code).toBe("not_found");
    expect((await ask("GET", "/v1/users/nobody/followers")).status).toBe(404);
  });

  it("lists followers and following, page by page", async () => {
    await bob.must("PUT", "/v1/users/ada/follow");
    await cleo.must("PUT", "/v1/users/ada/follow");
    type Page = { items: Follower[]; next_cursor: string | null };
    const first = (await ask<Page>("GET", "/v1/users/ada/followers?limit=1")).body;
    const second = (await ask<Page>("GET", `/v1/users/ada/followers?limit=1&cursor=${first.next_cursor}`))
      .body;
    expect([...first.items, ...second.items].map(({ handle }) => handle)).toEqual(["cleo", "bob"]);
    expect(second.next_cursor).toBeNull();
    const following = (await ask<Page>("GET", "/v1/users/bob/following")).body;
    expect(following.items.map(({ handle }) => handle)).toEqual(["ada"]);
  });

  it("is bounded", async () => {
    const max = await person("Max");
    await db()
      .prepare(
        `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?)
         INSERT INTO follows SELECT (SELECT id FROM users WHERE handle = 'max'), 'usr_' || i, 0 FROM n`,
      )
      .bind(FOLLOWS_PER_ACCOUNT_MAX - 1)
      .run();
    expect((await max.ask("PUT", "/v1/users/ada/follow")).status).toBe(200);
    expect((await max.ask("PUT", "/v1/users/bob/follow")).body.code).toBe("quota_exceeded");
    expect((await max.ask("PUT", "/v1/users/ada/follow")).status).toBe(200);
  });
});

describe("a first publication", () => {
  it("reaches followers' feed and notifications once; a private one neither", async () => {
    await bob.must("PUT", "/v1/users/ada/follow");
    const version = await published(ada, "news");
    await ada.must("POST", `/v1/versions/${version.id}/publish`, {});
    await published(ada, "quiet", { visibility: "private" });
    await ada.must("POST", "/v1/adapters", adapterInput("unborn"));
    expect((await notified(bob, "published")).map((n) => [n.actor?.handle, n.target?.ref])).toEqual([
      ["ada", "ada/news"],
    ]);
    const feed = await bob.must<{ items: Adapter[] }>("GET", "/v1/account/feed");
    expect(feed.items.map(({ ref }) => ref)).toEqual(["ada/news"]);
    expect(await notified(ada, "published")).toEqual([]);
  });
});
