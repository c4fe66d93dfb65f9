// Likes: counted once whatever races, notified in one row, listed to who gave them.

import { beforeAll, describe, expect, it } from "vitest";
import type { Like, Liked, NotificationPage } from "../../../schema/contract/index.ts";
import { adapterInput, ask, db, type Person, person, published } from "../cast.ts";

let ada: Person;
let bob: Person;
let cleo: Person;
beforeAll(async () => {
  [ada, bob, cleo] = [await person("Ada"), await person("Bob"), await person("Cleo")];
});

const counted = async (name: string) =>
  db()
    .prepare(
      `SELECT a.likes AS likes, (SELECT count(*) FROM likes WHERE target_id = a.id) AS total,
       (SELECT coalesce(sum(likes), 0) FROM adapter_days WHERE adapter_id = a.id) AS days FROM adapters a WHERE name = ?`,
    )
    .bind(name)
    .first<{ likes: number; total: number; days: number }>();

const notified = async (who: Person, kind: string) =>
  (await who.must<NotificationPage>("GET", "/v1/account/notifications")).items.filter((n) => n.kind === kind);

describe("a like", () => {
  it("counts once for twenty concurrent likes, and 0 after twenty concurrent withdrawals", async () => {
    await published(ada, "loved");
    const twenty = Array.from({ length: 20 });
    const replies = await Promise.all(twenty.map(() => bob.ask<Like>("PUT", "/v1/adapters/ada/loved/like")));
    expect(replies.map(({ status, body }) => [status, body])).toEqual(
      twenty.map(() => [200, { liked: true, likes: 1 }]),
    );
    expect(await counted("loved")).toEqual({ likes: 1, total: 1, days: 1 });
    await Promise.all(twenty.map(() => bob.ask("DELETE", "/v1/adapters/ada/loved/like")));
    expect(await counted("loved")).toEqual({ likes: 0, total: 0, days: 0 });
  });

  it("counts everybody's concurrent likes", async () => {
    await published(ada, "famous");
    await Promise.all([bob, cleo, ada].map((who) => who.must("PUT", "/v1/adapters/ada/famous/like")));
    expect(await counted("famous")).toEqual({ likes: 3, total: 3, days: 3 });
    const anonymous = await ask<Like>("GET", "/v1/adapters/ada/famous/like");
    expect(anonymous.body).toEqual({ liked: false, likes: 3 });
    const seen = await ask<{ likes: number }>("GET", "/v1/adapters/ada/famous");
    expect(seen.body.likes).toBe(3);
  });

  it("is refused on a draft, on what is withdrawn, and on what is hidden", async () => {
    await ada.must("POST", "/v1/adapters", adapterInput("sketch"));
    expect((await ada.ask("PUT", "/v1/adapters/ada/sketch/like")).body.code).toBe("adapter_unready");
    expect((await bob.ask("PUT", "/v1/adapters/ada/sketch/like")).body.code).toBe("not_found");
    await published(ada, "leaving");
    await bob.must("PUT", "/v1/adapters/ada/leaving/like");
    await ada.must("POST", "/v1/adapters/ada/leaving/withdraw");
    expect((await bob.ask("PUT", "/v1/adapters/ada/leaving/like")).body.code).toBe("adapter_removed");
    expect((await ada.ask("PUT", "/v1/adapters/ada/leaving/like")).body.code).toBe("adapter_removed");
    expect((await bob.ask("PUT", "/v1/mixes/ada/nothing/like")).body.code).toBe("not_found");
  });
});

describe("the owner", () => {
  it("is notified of many likes in one row until it is read, never of their own", async () => {
    await published(ada, "grouped");
    await ada.must("PUT", "/v1/adapters/ada/grouped/like");
    const about = async () => (await notified(ada, "like")).filter((n) => n.target?.ref === "ada/grouped");
    expect(await about()).toEqual([]);
    await bob.must("PUT", "/v1/adapters/ada/grouped/like");
    await cleo.must("PUT", "/v1/adapters/ada/grouped/like");
    const [first, ...others] = await about();
    expect([first?.data.count, first?.actor?.handle, others.length]).toEqual([2, "cleo", 0]);
    await cleo.must("DELETE", "/v1/adapters/ada/grouped/like");
    expect((await about()).map((n) => [n.data.count, n.actor?.handle])).toEqual([[1, "bob"]]);
    await cleo.must("PUT", "/v1/adapters/ada/grouped/like");
    expect((await about()).map((n) => n.data.count)).toEqual([2]);

    await ada.must("POST", "/v1/account/notifications/read", { ids: [first?.id] });
    await cleo.must("DELETE", "/v1/adapters/ada/grouped/like");
    await cleo.must("PUT", "/v1/adapters/ada/grouped/like");
    expect((await about()).map((n) => [n.data.count, n.read_at === null])).toEqual([
      [1, true],
      [2, false],
    ]);
  });

  it("is not notified of a like that was taken back before it was read", async () => {
    await published(ada, "fickle");
    await bob.must("PUT", "/v1/adapters/ada/fickle/like");
    await bob.must("DELETE", "/v1/adapters/ada/fickle/like");
    expect((await notified(ada, "like")).filter((n) => n.target?.ref === "ada/fickle")).toEqual([]);
  });
});

describe("the list of one's likes", () => {
  it("is listed at every page size, newest first, without hidden ones", async () => {
    const dora = await person("Dora");
    const names = ["one", "two", "three", "four", "five"];
    for (const name of names) {
      await published(ada, name);
      await dora.must("PUT", `/v1/adapters/ada/${name}/like`);
    }
    await ada.must("PATCH", "/v1/adapters/ada/three", { visibility: "private" });
    for (const limit of [1, 2, 100]) {
      const walked: string[] = [];
      let cursor: string | null = null;
      do {
        const at: string = cursor === null ? "" : `&cursor=${cursor}`;
        const page: { items: Liked[]; next_cursor: string | null } = await dora.must(
          "GET",
          `/v1/account/likes?limit=${limit}${at}`,
        );
        walked.push(...page.items.map(({ adapter }) => adapter?.name ?? "?"));
        cursor = page.next_cursor;
      } while (cursor !== null);
      expect([...walked].sort()).toEqual(["five", "four", "one", "two"]);
      expect(walked).toEqual(walked.toSorted((a, b) => names.indexOf(b) - names.indexOf(a)));
    }
  });
});
