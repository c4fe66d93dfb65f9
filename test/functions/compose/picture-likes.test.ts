// Likes of shared pictures, by the rules of adapters' likes, and the order of the feed by them.

import { env } from "cloudflare:workers";
import { drizzle } from "drizzle-orm/d1";
import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import { pageQuery } from "../../../functions/compose/pictures.ts";
import { deleteAccount } from "../../../functions/people/deletion.ts";
import type { Caller } from "../../../functions/rights/rights.ts";
import type {
  Like,
  Liked,
  NotificationPage,
  Problem,
  SharedPicture,
} from "../../../schema/contract/index.ts";
import { PictureQuery } from "../../../schema/contract/pictures.ts";
import { ask, empty, Machine, ORIGIN, type Page, type Person, person, published } from "../cast.ts";
import { drawn, idsOf, mustShare } from "./picture-cast.ts";

let machine: Machine;
let ada: Person;
let bob: Person;
let cleo: Person;
beforeAll(async () => {
  [ada, bob, cleo] = [await person("Ada"), await person("Bob"), await person("Cleo")];
  machine = await Machine.register(await person("Operator"));
  await published(ada, "eve");
});
beforeEach(() => empty("pictures", "picture_members", "likes", "notifications"));

const shareNew = async (by: Person = ada) =>
  mustShare(by, await drawn(by, machine, ["ada/eve"], { prompt: "<eve> smiling" }));
const at = ({ id }: Pick<SharedPicture, "id">) => `/v1/pictures/${id}/like`;
const like = (who: Person, picture: SharedPicture) => who.must<Like>("PUT", at(picture));
const notices = async (who: Person) =>
  (await who.must<NotificationPage>("GET", "/v1/account/notifications")).items.filter(
    (n) => n.kind === "like",
  );
const likedIds = async (who: Person) =>
  (await who.must<Page<Liked>>("GET", "/v1/account/likes")).items.map(({ picture }) => picture?.id);
const accountOf = async (handle: string) => {
  const found = await env.DB.prepare("SELECT id, handle FROM users WHERE handle = ?")
    .bind(handle)
    .first<Caller>();
  if (!found) throw new Error(`${handle} has no account`);
  return found;
};

describe("a like of a shared picture", () => {
  it("counts once for each account, whatever races, and is taken back", async () => {
    const picture = await shareNew();
    expect(picture.likes).toBe(0);
    const twenty = Array.from({ length: 20 });
    const replies = await Promise.all(twenty.map(() => bob.ask<Like>("PUT", at(picture))));
    expect(replies.map(({ status, body }) => [status, body])).toEqual(
      twenty.map(() => [200, { liked: true, likes: 1 }]),
    );
    await Promise.all([ada, cleo].map((who) => like(who, picture)));
    const guest = await ask<Like>("GET", at(picture));
    const read = await ask<SharedPicture>("GET", `/v1/pictures/${picture.id}`);
    expect([guest.body, read.body.likes]).toEqual([{ liked: false, likes: 3 }, 3]);
    await Promise.all(twenty.map(() => bob.ask("DELETE", at(picture))));
    expect((await bob.must<Like>("GET", at(picture))).likes).toBe(2);
    expect((await ask("PUT", at(picture))).status).toBe(401);
  });

  it("is refused on what is withdrawn, removed, hidden or not there, for its owner too", async () => {
    const picture = await shareNew();
    const refused = async (who: Person) => {
      const { status, body } = await who.ask<Problem>("PUT", at(picture));
      return [status, body.code];
    };
    const set = (column: "visibility" | "state", value: string) =>
      env.DB.prepare(
        column === "state"
          ? "UPDATE pictures SET state = ?"
          : "UPDATE adapters SET visibility = ? WHERE name = 'eve'",
      )
        .bind(value)
        .run();
    await set("visibility", "private");
    expect([await refused(bob), await refused(ada)]).toEqual([
      [404, "not_found"],
      [422, "adapter_unready"],
    ]);
    await set("visibility", "public");
    for (const state of ["withdrawn", "removed"]) {
      await set("state", state);
      expect([await refused(bob), await refused(ada)]).toEqual([
        [410, "picture_removed"],
        [410, "picture_removed"],
      ]);
    }
    expect((await bob.ask("PUT", "/v1/pictures/pic_00000000000000000000/like")).status).toBe(404);
    expect((await bob.ask("PUT", "/v1/pictures/eve/like")).status).toBe(404);
  });

  it("notifies the picture's owner in one row, named by its words while they see it", async () => {
    const picture = await shareNew();
    for (const who of [ada, bob, cleo]) await like(who, picture);
    const target = { kind: "picture", ref: picture.id, title: "<eve> smiling" };
    expect(await notices(ada)).toMatchObject([{ target, data: { count: 2 }, actor: { handle: "cleo" } }]);
    expect(await notices(bob)).toEqual([]);
    await cleo.must("DELETE", at(picture));
    await bob.must("DELETE", at(picture));
    expect(await notices(ada)).toEqual([]);
  });

  it("is in the list of one's likes while the picture is shown, and in the export by its id", async () => {
    const [one, two] = [await shareNew(), await shareNew()];
    for (const picture of [one, two]) await like(bob, picture);
    await bob.must("PUT", "/v1/adapters/ada/eve/like");
    expect(await likedIds(bob)).toEqual([undefined, two.id, one.id]);
    await ada.ask("DELETE", `/v1/pictures/${one.id}`);
    expect(await likedIds(bob)).toEqual([undefined, two.id]);
    const headers = { cookie: bob.cookie, origin: ORIGIN };
    const { body } = await ask<{ likes: { ref: string }[] }>("GET", "/v1/account/export", { headers });
    expect(body.likes.map(({ ref }) => ref).sort()).toEqual(["ada/eve", one.id, two.id].sort());
  });

  it("is not listed where the picture's bytes were deleted, nor named in the notification", async () => {
    const [one, two] = [await shareNew(), await shareNew()];
    for (const picture of [one, two]) await like(bob, picture);
    await env.DB.prepare("DELETE FROM images WHERE id = (SELECT image_id FROM pictures WHERE id = ?)")
      .bind(two.id)
      .run();
    expect(await likedIds(bob)).toEqual([one.id]);
    expect((await notices(ada)).map(({ target }) => target?.ref ?? null)).toEqual([null, one.id]);
  });

  it("goes with the account that gave it, and with the picture's", async () => {
    const [dan, eli] = [await person("Dan"), await person("Eli")];
    const [hers, his] = [await shareNew(), await shareNew(eli)];
    for (const picture of [hers, his]) for (const who of [dan, bob]) await like(who, picture);
    const db = drizzle(env.DB);
    await deleteAccount(db, await accountOf("dan"), "dan", Date.now());
    expect((await bob.must<Like>("GET", at(hers))).likes).toBe(1);
    await deleteAccount(db, await accountOf("eli"), "eli", Date.now());
    const left = await env.DB.prepare("SELECT target_id FROM likes").all();
    expect(left.results).toEqual([{ target_id: hers.id }]);
  });
});

describe("the feed by likes", () => {
  it("has the most liked first, without gaps or duplicates at any page size, and an ETag that follows", async () => {
    const five: SharedPicture[] = [];
    for (let i = 0; i < 5; i++) five.push(await shareNew());
    const [a, b, c, d, e] = five as [
      SharedPicture,
      SharedPicture,
      SharedPicture,
      SharedPicture,
      SharedPicture,
    ];
    for (const [who, picture] of [
      [bob, b],
      [cleo, b],
      [ada, b],
      [bob, d],
      [cleo, d],
      [bob, a],
      [bob, e],
    ] as const)
      await like(who, picture);
    const order = [b, d, e, a, c].map(({ id }) => id);
    expect(await idsOf("sort=most_liked")).toEqual(order);
    expect(await idsOf("sort=newest")).toEqual([e, d, c, b, a].map(({ id }) => id));
    expect(await idsOf("sort=most_liked&owner=ada&adapter=ada/eve&base=cast-3", ada)).toEqual(order);
    expect((await ask("GET", "/v1/pictures?sort=liked")).status).toBe(400);
    for (const limit of [1, 2, 3]) {
      const walked: string[] = [];
      for (let cursor = ""; cursor !== "end"; ) {
        const path = `/v1/pictures?sort=most_liked&limit=${limit}${cursor && `&cursor=${cursor}`}`;
        const { body } = await ask<Page<SharedPicture>>("GET", path);
        walked.push(...body.items.map(({ id }) => id));
        cursor = body.next_cursor ?? "end";
      }
      expect(walked).toEqual(order);
    }
    const etag = (await ask("GET", "/v1/pictures?sort=most_liked")).headers.get("etag") ?? "";
    const again = () => ask("GET", "/v1/pictures?sort=most_liked", { headers: { "if-none-match": etag } });
    expect((await again()).status).toBe(304);
    await like(cleo, c);
    expect((await again()).status).toBe(200);
  });

  it.each(["newest", "most_liked"] as const)(
    "walks an index by %s: it reads no whole table and sorts nothing",
    async (sort) => {
      const index = sort === "newest" ? "pictures_newest" : "pictures_liked";
      const caller = await accountOf("ada");
      const db = drizzle(env.DB);
      const asked = [{}, { base: "cast-3" }, { rating: "general,sensitive" }].map((filter) =>
        PictureQuery.parse({ sort, ...filter }),
      );
      for (const query of asked) {
        for (const after of [null, [1, "pic_1"]]) {
          const { sql, params } = pageQuery(db, caller, query, after).toSQL();
          const { results } = await env.DB.prepare(`EXPLAIN QUERY PLAN ${sql}`)
            .bind(...params)
            .all<{ detail: string }>();
          const details = results.map(({ detail }) => detail);
          const [first = ""] = details;
          expect(first).toMatch(new RegExp(`^${after ? "SEARCH" : "SCAN"} pictures USING INDEX ${index}\\b`));
          expect(
            details.filter((detail) => /^SCAN (?!pictures USING INDEX|json_each)|TEMP B-TREE/.test(detail)),
          ).toEqual([]);
        }
      }
    },
  );
});
