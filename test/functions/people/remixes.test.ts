// Remixes: the mixes that contain an adapter, its companions there, and likes and comments on a mix.

import { beforeAll, describe, expect, it } from "vitest";
import type { Comment, Liked, Mix, NotificationPage, UsedWith } from "../../../schema/contract/index.ts";
import { ask, db, type Person, person, published } from "../cast.ts";
import { compose, publish } from "../compose/mix-cast.ts";

type Page<T> = { items: T[]; next_cursor: string | null };
let ada: Person;
let bob: Person;
beforeAll(async () => {
  [ada, bob] = [await person("Ada"), await person("Bob")];
  for (const name of ["eve", "dog", "cat"]) await published(ada, name);
  for (const [name, members, more] of [
    ["duo", ["ada/eve", "ada/dog"], {}],
    ["trio", ["ada/eve", "ada/dog", "ada/cat"], {}],
    ["hidden", ["ada/eve", "ada/cat"], { visibility: "private" }],
    ["lone", ["ada/dog"], {}],
  ] as const) {
    const made = await compose(bob, [...members]);
    const reply = await publish(bob, made.id, { name, ...more });
    if (reply.status >= 300) throw new Error(JSON.stringify(reply.body));
  }
});

describe("remixes", () => {
  it("are the public mixes of an adapter, newest first, at every page size", async () => {
    for (const limit of [1, 100]) {
      const walked: string[] = [];
      let cursor: string | null = null;
      do {
        const at: string = cursor === null ? "" : `&cursor=${cursor}`;
        const page: Page<Mix> = (
          await ask<Page<Mix>>("GET", `/v1/adapters/ada/eve/remixes?limit=${limit}${at}`)
        ).body;
        walked.push(...page.items.map(({ ref }) => ref));
        cursor = page.next_cursor;
      } while (cursor !== null);
      expect(walked).toEqual(["bob/trio", "bob/duo"]);
    }
    const own = await bob.must<Page<Mix>>("GET", "/v1/adapters/ada/eve/remixes");
    expect(own.items.map(({ name }) => name)).toEqual(["hidden", "trio", "duo"]);
  });

  it("show explicit ones only on request", async () => {
    await db().prepare("UPDATE mixes SET rating = 'explicit' WHERE name = 'lone'").run();
    const seen = async (who?: Person) =>
      (
        await (who
          ? who.ask<Page<Mix>>("GET", "/v1/adapters/ada/dog/remixes")
          : ask<Page<Mix>>("GET", "/v1/adapters/ada/dog/remixes"))
      ).body.items.map(({ name }) => name);
    expect(await seen()).toEqual(["trio", "duo"]);
    expect(await seen(ada)).toEqual(["trio", "duo"]);
    await db().prepare(`UPDATE users SET shown_ratings = '["explicit"]' WHERE handle = 'ada'`).run();
    expect(await seen(ada)).toEqual(["lone", "trio", "duo"]);
  });

  it("list an adapter's companions, most mixes first, without private ones", async () => {
    const met = async (name: string) =>
      (await ask<{ items: UsedWith[] }>("GET", `/v1/adapters/ada/${name}/used-with`)).body.items.map(
        (one) => [one.adapter.ref, one.mixes],
      );
    expect(await met("eve")).toEqual([
      ["ada/dog", 2],
      ["ada/cat", 1],
    ]);
    expect(await met("cat")).toEqual([
      ["ada/eve", 1],
      ["ada/dog", 1],
    ]);
  });
});

describe("a mix", () => {
  it("can be liked and commented as an adapter can", async () => {
    expect(await ada.must("PUT", "/v1/mixes/bob/duo/like")).toEqual({ liked: true, likes: 1 });
    expect(await ada.must("PUT", "/v1/mixes/bob/duo/like")).toEqual({ liked: true, likes: 1 });
    const said = await ada.must<Comment>("POST", "/v1/mixes/bob/duo/comments", { body: "Both at once!" });
    const mix = (await ask<Mix>("GET", "/v1/mixes/bob/duo")).body;
    expect([mix.likes, mix.comments]).toEqual([1, 1]);
    const list = await ask<Page<Comment>>("GET", "/v1/mixes/bob/duo/comments");
    expect(list.body.items.map(({ id }) => id)).toEqual([said.id]);
    const liked = await ada.must<Page<Liked>>("GET", "/v1/account/likes");
    expect(liked.items.map((one) => [one.mix?.ref, one.adapter])).toEqual([["bob/duo", null]]);
    const notified = await bob.must<NotificationPage>("GET", "/v1/account/notifications");
    expect(
      notified.items
        .filter((n) => n.target?.kind === "mix")
        .map((n) => [n.kind, n.target?.ref, n.actor?.handle]),
    ).toEqual([
      ["comment", "bob/duo", "ada"],
      ["like", "bob/duo", "ada"],
    ]);
  });

  it("that was withdrawn accepts neither", async () => {
    await bob.must("POST", "/v1/mixes/bob/trio/withdraw", {});
    expect((await ada.ask("PUT", "/v1/mixes/bob/trio/like")).body.code).toBe("mix_removed");
    expect((await bob.ask("PUT", "/v1/mixes/bob/trio/like")).body.code).toBe("mix_removed");
    expect((await ada.ask("POST", "/v1/mixes/bob/trio/comments", { body: "x" })).body.code).toBe(
      "mix_removed",
    );
    expect((await ask<Page<Mix>>("GET", "/v1/adapters/ada/eve/remixes")).body.items.length).toBe(1);
  });
});
