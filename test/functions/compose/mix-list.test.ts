// Finding mixes: ratings, words, owners, orders and pages.

import { env } from "cloudflare:workers";
import { beforeAll, describe, expect, it } from "vitest";
import type { Mix } from "../../../schema/contract/index.ts";
import { ask, type Person, published } from "../cast.ts";
import { ada, begin, bob, get, list, mixOf, names, partyOf } from "./mix-cast.ts";

beforeAll(async () => {
  await begin();
  await partyOf(ada);
  for (const name of ["first", "second", "third", "fourth"]) await mixOf(ada, name, ["ada/eve"]);
});

describe("a rating", () => {
  it("of a mix is at least that of its adapters, also when one of them is rated up later", async () => {
    await published(ada, "bare");
    const rate = (rating: string) =>
      env.DB.prepare("UPDATE adapters SET rating = ? WHERE name = 'bare'").bind(rating).run();
    await rate("sensitive");
    expect((await mixOf(ada, "warm", ["ada/eve", "ada/bare"])).rating).toBe("sensitive");
    const lowered = await ada.must<Mix>("PATCH", "/v1/mixes/ada/warm", { rating: "general" });
    expect(lowered.rating).toBe("sensitive");
    await rate("explicit");
    expect((await get("ada/warm")).body.rating).toBe("explicit");
    await rate("general");
    expect((await get("ada/warm")).body.rating).toBe("explicit");
    expect((await get("ada/party")).body.rating).toBe("general");
  });

  it("is lowered by the owner until moderators have given one", async () => {
    const { id } = await mixOf(ada, "mild", ["ada/eve"], { rating: "sensitive" });
    expect((await ada.must<Mix>("PATCH", "/v1/mixes/ada/mild", { rating: "general" })).rating).toBe(
      "general",
    );
    await env.DB.prepare(
      `INSERT INTO moderation_actions (id, moderator_id, kind, target_kind, target_id, reason, data, created_at) VALUES ('act_1', 'usr_0', 'rate', 'mix', ?, 'x', '{"rating":"sensitive"}', 1)`,
    )
      .bind(id)
      .run();
    await ada.must("PATCH", "/v1/mixes/ada/mild", { rating: "explicit" });
    const { status, body } = await ada.ask("PATCH", "/v1/mixes/ada/mild", { rating: "general" });
    expect([status, body.code, body.errors[0]?.pointer]).toEqual([403, "not_granted", "/rating"]);
  });

  it("filters lists: general by default, the named set, or the account's setting", async () => {
    await mixOf(ada, "tense", ["ada/eve"], { rating: "sensitive" });
    const all = (rating: string, by?: Person) => names(`owner=ada&limit=100${rating}`, by);
    expect(await all("")).not.toContain("tense");
    const both = await all("&rating=general,sensitive");
    expect(both).toEqual(expect.arrayContaining([...(await all("")), "tense"]));
    expect(both).not.toContain("warm");
    expect(await all("&rating=sensitive")).toEqual(["tense"]);
    await env.DB.prepare(`UPDATE users SET shown_ratings = '["explicit"]' WHERE handle = 'bob'`).run();
    expect(await all("", bob)).toContain("warm");
    expect(await all("", bob)).not.toContain("tense");
    expect((await ask("GET", "/v1/mixes?rating=mild")).body.errors[0]?.pointer).toBe("?rating");
  });
});

describe("the list", () => {
  it("finds by words, owner, base and adapter", async () => {
    await mixOf(bob, "kennel", ["bob/dog"], { title: "Dogs at the lake", description: "Wet noses" });
    expect(await names("q=lak+nos")).toEqual(["kennel"]);
    expect(await names("q=lake+party")).toEqual([]);
    await bob.must("PATCH", "/v1/mixes/bob/kennel", { description: "Dry paws" });
    expect(await names("q=noses")).toEqual([]);
    expect(await names("q=paws")).toEqual(["kennel"]);
    expect(await names("owner=bob")).toEqual(["kennel"]);
    expect((await names("adapter=bob/dog")).sort()).toEqual(["kennel", "party"]);
    expect(await names("base=other-1")).toEqual([]);
    expect((await ask("GET", "/v1/mixes?colour=red")).status).toBe(400);
  });

  it.each(["newest", "most_used", "most_liked"])(
    "by %s has no gaps or duplicates at any page size",
    async (sort) => {
      await env.DB.prepare("UPDATE mixes SET uses = length(name) % 3, likes = length(title) % 2").run();
      const whole = await names(`sort=${sort}&limit=100`);
      expect(whole.length).toBeGreaterThan(5);
      for (const limit of [1, 2, 3]) {
        const walked: string[] = [];
        let cursor: string | null = "";
        while (cursor !== null) {
          const page = await list(`sort=${sort}&limit=${limit}${cursor && `&cursor=${cursor}`}`);
          walked.push(...page.items.map(({ name }) => name));
          cursor = page.next_cursor;
        }
        expect(walked).toEqual(whole);
      }
    },
  );
});
