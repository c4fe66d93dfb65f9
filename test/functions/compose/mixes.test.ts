// Mixes: publishing assigns a name and a number once, whoever sees one can generate with it, and counters count once.

import { env } from "cloudflare:workers";
import { beforeAll, describe, expect, it } from "vitest";
import {
  type Adapter,
  type Composition,
  type Generation,
  MIX_ANCESTORS_MAX,
  MIX_VERSIONS_MAX,
  type Mix,
  type MixWithVersions,
  type Version,
} from "../../../schema/contract/index.ts";
import { ask, LICENCE, Machine, ORIGIN, type Person, person, png, published } from "../cast.ts";
import { moderator } from "../moderation/desk.ts";
import { compose, mixOf, publish } from "./mix-cast.ts";

let ada: Person;
let bob: Person;
let eve: Version;
let dog: Version;
beforeAll(async () => {
  ada = await person("Ada");
  bob = await person("Bob");
  eve = await published(ada, "eve");
  await published(ada, "cat", { licence: { ...LICENCE, commercial_use: false } });
  dog = await published(bob, "dog");
  await published(ada, "secret", { visibility: "private" });
  await published(ada, "quiet", { visibility: "unlisted" });
});

const get = (ref: string, query = "") => ask<MixWithVersions>("GET", `/v1/mixes/${ref}${query}`);
const list = async (query: string, by?: Person) => {
  const path = `/v1/mixes?${query}`;
  const reply = await (by
    ? by.ask<{ items: Mix[]; next_cursor: string | null }>("GET", path)
    : ask<{ items: Mix[]; next_cursor: string | null }>("GET", path));
  return reply.body;
};
const names = async (query: string, by?: Person) => (await list(query, by)).items.map(({ name }) => name);
const adapterOf = async (ref: string) => (await ask<Adapter>("GET", `/v1/adapters/${ref}`)).body;
const notesOf = async (handle: string, kind: string) => {
  const rows = await env.DB.prepare(
    "SELECT n.data FROM notifications n JOIN users u ON u.id = n.user_id WHERE u.handle = ? AND n.kind = ? ORDER BY n.created_at, n.id",
  )
    .bind(handle, kind)
    .all<{ data: string }>();
  return rows.results.map(({ data }) => JSON.parse(data));
};

describe("a composition that is published", () => {
  it("is a mix that anyone reads, with members, crosstalk, licence and an address to share", async () => {
    const made = await compose(ada, ["ada/eve", "bob/dog", "ada/cat"], { title: "Party", prompt: "<eve>" });
    const { status, headers, body } = await publish(ada, made.id, { name: "party", changelog: "First" });
    expect(status).toBe(201);
    expect(headers.get("location")).toBe(`${ORIGIN}/v1/mixes/ada/party`);
    expect(body).toMatchObject({
      ...{ ref: "ada/party", owner: "ada", title: "Party", base: "cast-2", number: 1, rating: "general" },
      ...{ visibility: "public", state: "published", share_url: `${ORIGIN}/m/ada/party`, forks: 0 },
      composition_id: made.id,
      forked_from: [],
      versions: [{ number: 1, ref: "ada/party:1", changelog: "First" }],
    });
    expect(body.members).toMatchObject([
      {
        ref: "ada/eve:1",
        title: "eve",
        strength: 0.7,
        available: true,
        preview: { id: eve.previews[0]?.id },
      },
      { ref: "bob/dog:1", title: "dog" },
      { ref: "ada/cat:1" },
    ]);
    expect(body.composition.crosstalk.pairs).toHaveLength(3);
    expect(body.composition.licence.limited_by).toContainEqual({
      permission: "commercial_use",
      ref: "ada/cat:1",
    });
    expect(body.composition).toMatchObject({ mix: "ada/party:1", prompt: "<eve>" });
    expect((await get("ada/party")).body).toEqual(body);
    // What was its maker's alone is open now.
    expect((await ask<Composition>("GET", `/v1/compositions/${made.id}`)).body).toEqual(body.composition);
  });

  it("stays its maker's alone until then, and for others no composition to publish", async () => {
    const made = await compose(ada, ["ada/eve"]);
    expect((await ask("GET", `/v1/compositions/${made.id}`)).body.code).toBe("auth_required");
    expect((await bob.ask("GET", `/v1/compositions/${made.id}`)).status).toBe(404);
    expect((await publish(bob, made.id, { name: "theft" })).status).toBe(404);
    const open = (await get("ada/party")).body.composition_id;
    const theirs = await publish(bob, open, { name: "theft" });
    expect([theirs.status, (theirs.body as unknown as { code: string }).code]).toEqual([403, "not_granted"]);
  });

  it("becomes the next version under a name its maker has, keeps what is not said anew, and old versions stay", async () => {
    const next = await compose(ada, ["bob/dog"]);
    const { body } = await publish(ada, next.id, {
      name: "party",
      description: "Better",
      changelog: "Fewer",
    });
    expect(body).toMatchObject({ number: 2, title: "Party", description: "Better", composition_id: next.id });
    expect(body.versions.map(({ number, changelog }) => [number, changelog])).toEqual([
      [2, "Fewer"],
      [1, "First"],
    ]);
    const first = (await get("ada/party", "?number=1")).body;
    expect([first.number, first.members.length]).toEqual([1, 3]);
    const missing = await ask("GET", "/v1/mixes/ada/party?number=3");
    expect([missing.status, missing.body.code]).toEqual([404, "not_found"]);
  });

  it("is published once", async () => {
    const made = await compose(ada, ["ada/eve"]);
    await publish(ada, made.id, { name: "once" });
    for (const name of ["once", "twice"]) {
      const again = await publish(ada, made.id, { name });
      expect([again.status, (again.body as unknown as { code: string }).code]).toEqual([
        409,
        "version_state",
      ]);
    }
    expect((await get("ada/twice")).status).toBe(404);
    expect((await get("ada/once")).body.versions).toHaveLength(1);
  });

  it("gets a number of its own when many are published at once, under a new name and under an old one", async () => {
    for (const round of [1, 2]) {
      const made = await Promise.all([1, 2, 3].map(() => compose(ada, ["ada/eve"])));
      const replies = await Promise.all(made.map(({ id }) => publish(ada, id, { name: "rush" })));
      expect(replies.map(({ status }) => status)).toEqual([201, 201, 201]);
      expect((await get("ada/rush")).body.versions.map(({ number }) => number)).toEqual(
        Array.from({ length: 3 * round }, (_, i) => 3 * round - i),
      );
    }
  });

  it("is published once even when asked twice at once under two names", async () => {
    const made = await compose(ada, ["ada/eve"]);
    const replies = await Promise.all(["left", "right"].map((name) => publish(ada, made.id, { name })));
    expect(replies.map(({ status }) => status).sort()).toEqual([201, 409]);
    const found = await Promise.all(["left", "right"].map(async (name) => (await get(`ada/${name}`)).status));
    expect(found.sort()).toEqual([200, 404]);
  });

  it("does not go beyond the largest number of versions", async () => {
    await mixOf(ada, "long", ["ada/eve"]);
    await env.DB.prepare(
      `INSERT INTO compositions (id, owner_id, base_id, title, prompt, members, mix_id, number, changelog, created_at, published_at)
       WITH RECURSIVE n (v) AS (SELECT 2 UNION ALL SELECT v + 1 FROM n WHERE v < ?1)
       SELECT 'cmp_' || substr('00000000000000000000' || v, -20), c.owner_id, c.base_id, '', '', c.members, c.mix_id, v, '', 1, 1
       FROM n, compositions c JOIN mixes m ON m.id = c.mix_id WHERE m.name = 'long' AND c.number = 1`,
    )
      .bind(MIX_VERSIONS_MAX)
      .run();
    const made = await compose(ada, ["ada/eve"]);
    const reply = await ada.ask("POST", `/v1/compositions/${made.id}/publish`, { name: "long" });
    expect([reply.status, reply.body.code, reply.body.errors[0]?.pointer]).toEqual([
      429,
      "quota_exceeded",
      "/name",
    ]);
    expect((await publish(ada, made.id, { name: "longer" })).status).toBe(201);
  });

  it("refuses words that are not wanted, at their place", async () => {
    await env.DB.prepare("INSERT INTO blocked_terms VALUES ('name', 'grumbleflick', 'usr_0', 1)").run();
    const made = await compose(ada, ["ada/eve"]);
    const input = { name: "fine", title: "A Grumbleflick", changelog: "grumbleflick" };
    const { status, body } = await ada.ask("POST", `/v1/compositions/${made.id}/publish`, input);
    expect([status, body.code]).toEqual([422, "content_blocked"]);
    expect(body.errors.map(({ pointer }) => pointer)).toEqual(["/title", "/changelog"]);
  });

  it("refuses them too where they were written before, when only their writer saw them", async () => {
    await env.DB.prepare("INSERT INTO blocked_terms VALUES ('prompt', 'blunderfrost', 'usr_0', 1)").run();
    for (const words of [{ title: "Of grumbleflick" }, { prompt: "a blunderfrost" }]) {
      const made = await compose(ada, ["ada/eve"], words);
      const { status, body } = await ada.ask("POST", `/v1/compositions/${made.id}/publish`, { name: "fine" });
      expect([status, body.code]).toEqual([422, "content_blocked"]);
    }
  });
});

describe("whoever sees a mix can draw it", () => {
  const attempt = async (refs: string[], visibility: string) => {
    const made = await compose(ada, refs);
    const input = { name: `of-${refs.length}-${visibility}`, visibility };
    const { status, body } = await ada.ask("POST", `/v1/compositions/${made.id}/publish`, input);
    return [status, body.code ?? "published", body.errors?.map(({ detail }) => detail).join() ?? ""];
  };

  it.each<[string[], string, number, string]>([
    [["ada/eve", "ada/quiet"], "public", 422, "ada/quiet:1 is unlisted."],
    [["ada/eve", "ada/secret"], "public", 422, "ada/secret:1 is private."],
    [["ada/eve", "ada/secret"], "unlisted", 422, "ada/secret:1 is private."],
    [["ada/eve", "ada/quiet"], "unlisted", 201, ""],
    [["ada/eve", "ada/secret", "ada/quiet"], "private", 201, ""],
  ])("%j as a mix that is %s answers %i %s", async (refs, visibility, status, detail) => {
    const code = status === 201 ? "published" : "adapter_unready";
    expect(await attempt(refs, visibility)).toEqual([status, code, detail]);
  });

  it("also where the mix is shown to more people later", async () => {
    await mixOf(ada, "hidden", ["ada/secret"], { visibility: "private" });
    const { status, body } = await ada.ask("PATCH", "/v1/mixes/ada/hidden", { visibility: "public" });
    expect([status, body.code, body.errors[0]?.pointer]).toEqual([422, "adapter_unready", "/visibility"]);
    expect((await ada.must<Mix>("PATCH", "/v1/mixes/ada/hidden", { title: "Still" })).visibility).toBe(
      "private",
    );
  });

  it("and of every version, where a later one would open what was private", async () => {
    await mixOf(ada, "trick", ["ada/quiet", "ada/secret"], { visibility: "private" });
    const second = await compose(ada, ["ada/eve"]);
    for (const visibility of ["public", "unlisted"]) {
      const input = { name: "trick", visibility };
      const { status, body } = await ada.ask("POST", `/v1/compositions/${second.id}/publish`, input);
      expect([status, body.code]).toEqual([422, "adapter_unready"]);
    }
    expect((await ask("GET", "/v1/mixes/ada/trick")).status).toBe(404);
    expect((await publish(ada, second.id, { name: "trick" })).status).toBe(201);
  });

  it("and a private one is not there for others", async () => {
    for (const path of ["/v1/mixes/ada/hidden", "/v1/mixes/ada/hidden/forks"]) {
      expect((await ask("GET", path)).status).toBe(404);
      expect((await bob.ask("GET", path)).status).toBe(404);
    }
    expect((await bob.ask("POST", "/v1/mixes/ada/hidden/fork", {})).status).toBe(404);
    expect((await ada.ask("GET", "/v1/mixes/ada/hidden")).status).toBe(200);
    expect(await names("owner=ada&limit=100")).not.toContain("hidden");
    expect(await names("owner=ada&limit=100", bob)).not.toContain("hidden");
    expect(await names("owner=ada&limit=100", ada)).toContain("hidden");
  });

  it("says which member cannot be drawn any more, and nothing else of it", async () => {
    await published(bob, "fleeting");
    await mixOf(ada, "brief", ["ada/eve", "bob/fleeting"]);
    await bob.must("PATCH", "/v1/adapters/bob/fleeting", { visibility: "private" });
    const { members } = (await get("ada/brief")).body;
    expect(members.map(({ title, available }) => [title, available])).toEqual([
      ["eve", true],
      [null, false],
    ]);
    expect((await bob.ask("POST", "/v1/generations", { mix: "ada/brief", prompt: "x" })).status).toBe(202);
    const theirs = await ada.ask("POST", "/v1/generations", { mix: "ada/brief", prompt: "x" });
    expect([theirs.status, theirs.body.code]).toEqual([422, "adapter_unknown"]);
  });
});

describe("a generation", () => {
  it("draws somebody else's mix by name, by version, and by its composition", async () => {
    const { composition_id: second } = (await get("ada/party")).body;
    const { composition_id: first } = (await get("ada/party", "?number=1")).body;
    const order = async (input: object) =>
      (await bob.must<Generation>("POST", "/v1/generations", { prompt: "<dog>", ...input })).request;
    expect((await order({ mix: "ada/party" })).composition_id).toBe(second);
    expect((await order({ mix: "ada/party:1" })).adapters.map(({ ref }) => ref)).toEqual([
      ...["ada/eve:1", "bob/dog:1", "ada/cat:1"],
    ]);
    expect((await order({ composition_id: first })).composition_id).toBe(first);
  });

  it.each<[object, [number, string, string]]>([
    [{ mix: "ada/nothing" }, [422, "composition_unknown", "/mix"]],
    [{ mix: "ada/party:9" }, [422, "composition_unknown", "/mix"]],
    [{ mix: "ada/hidden" }, [422, "composition_unknown", "/mix"]],
    [{ mix: "ada" }, [400, "request_invalid", "/mix"]],
    [{ mix: "ada/party", adapters: [] }, [400, "request_invalid", "/mix"]],
  ])("refuses %j", async (input, expected) => {
    const { status, body } = await bob.ask("POST", "/v1/generations", { prompt: "x", ...input });
    expect([status, body.code, body.errors[0]?.pointer]).toEqual(expected);
  });
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

  it("is a set in a list: general unless asked, exactly what is asked for, and what somebody chose to see", async () => {
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
    "by %s has no gap and no double at any page size",
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

describe("a fork", () => {
  const fork = (by: Person, ref: string, body: object = {}) =>
    by.ask<Composition>("POST", `/v1/mixes/${ref}/fork`, body);

  it("is a private composition of one's own that says where it is from", async () => {
    const { status, headers, body } = await fork(bob, "ada/party", { number: 1 });
    expect(status).toBe(201);
    expect(headers.get("location")).toBe(`${ORIGIN}/v1/compositions/${body.id}`);
    const { composition } = (await get("ada/party", "?number=1")).body;
    expect(body).toMatchObject({ owner: "bob", prompt: "<eve>", mix: null, members: composition.members });
    expect(body.forked_from).toEqual({ composition_id: composition.id, ref: "ada/party:1", title: "Party" });
    expect((await ada.ask("GET", `/v1/compositions/${body.id}`)).status).toBe(404);
    expect((await fork(bob, "ada/party", { number: 9 })).status).toBe(404);
  });

  it("counts people and tells the owner once; one's own is no news", async () => {
    const before = (await get("ada/party")).body.forks;
    expect(before).toBe(1);
    await fork(bob, "ada/party");
    await compose(bob, ["bob/dog"], { forked_from: "ada/party:2" });
    await fork(ada, "ada/party");
    const cyd = await person("Cyd");
    await compose(cyd, ["bob/dog"], { forked_from: "ada/party" });
    expect((await get("ada/party")).body.forks).toBe(2);
    expect(await notesOf("ada", "fork")).toEqual([{ ref: "ada/party:1" }, { ref: "ada/party:2" }]);
  });

  it("names its source where it is wrong", async () => {
    const input = { members: [{ ref: "bob/dog" }], forked_from: "ada/nothing" };
    const { status, body } = await bob.ask("POST", "/v1/compositions", input);
    expect([status, body.code, body.errors[0]?.pointer]).toEqual([
      422,
      "composition_unknown",
      "/forked_from",
    ]);
  });

  it("that is published is listed with what it is from, and keeps its ancestors, the hidden ones without a name", async () => {
    const first = await fork(bob, "ada/once");
    await publish(bob, first.body.id, { name: "once-more" });
    const second = await fork(ada, "bob/once-more");
    await publish(ada, second.body.id, { name: "once-again" });
    const forks = await ask<{ items: Mix[] }>("GET", "/v1/mixes/ada/once/forks");
    expect(forks.body.items.map(({ ref }) => ref)).toEqual(["bob/once-more"]);
    const chain = async () => (await get("ada/once-again")).body.forked_from.map(({ ref }) => ref);
    expect(await chain()).toEqual(["bob/once-more:1", "ada/once:1"]);
    await bob.must("PATCH", "/v1/mixes/bob/once-more", { visibility: "private" });
    expect(await chain()).toEqual([null, "ada/once:1"]);
    expect((await ask<{ items: Mix[] }>("GET", "/v1/mixes/ada/once/forks")).body.items).toEqual([]);
  });

  it("follows a chain as far as its limit", async () => {
    for (let i = 0; i < MIX_ANCESTORS_MAX + 2; i++) {
      const more = i === 0 ? {} : { forked_from: `ada/chain-${i - 1}` };
      await publish(ada, (await compose(ada, ["ada/eve"], more)).id, { name: `chain-${i}` });
    }
    const chain = (await get(`ada/chain-${MIX_ANCESTORS_MAX + 1}`)).body.forked_from;
    expect(chain.map(({ ref }) => ref)).toEqual(
      Array.from({ length: MIX_ANCESTORS_MAX }, (_, i) => `ada/chain-${MIX_ANCESTORS_MAX - i}:1`),
    );
  });

  it("needs every adapter to be there", async () => {
    const { status, body } = await fork(ada, "ada/brief");
    expect([status, (body as unknown as { code: string }).code]).toEqual([422, "adapter_unknown"]);
  });
});

describe("a remix", () => {
  it("counts a mix once for each adapter in it, tells each owner once, and not of what is private", async () => {
    await published(bob, "hen");
    await published(bob, "cow");
    const remixes = async () => [(await adapterOf("bob/hen")).remixes, (await adapterOf("bob/cow")).remixes];
    const received = (await notesOf("bob", "remix")).length;
    await mixOf(ada, "farm", ["bob/hen"], { visibility: "private" });
    expect([await remixes(), (await notesOf("bob", "remix")).length]).toEqual([[0, 0], received]);
    await ada.must("PATCH", "/v1/mixes/ada/farm", { visibility: "public" });
    await mixOf(ada, "farm", ["bob/hen", "bob/cow"]);
    await mixOf(ada, "farm", ["bob/hen", "ada/eve"]);
    expect(await remixes()).toEqual([1, 1]);
    expect((await notesOf("bob", "remix")).slice(received)).toEqual([
      { ref: "ada/farm", adapters: "bob/hen" },
    ]);
    await mixOf(bob, "own-farm", ["bob/hen"]);
    expect([await remixes(), (await notesOf("bob", "remix")).length]).toEqual([[2, 1], received + 1]);
    await ada.must("POST", "/v1/mixes/ada/farm/withdraw");
    expect(await remixes()).toEqual([1, 0]);
  });

  it("is not counted while moderators keep it out, nor when its owner has left", async () => {
    await published(bob, "popular");
    const remixes = async () => (await adapterOf("bob/popular")).remixes;
    const { id } = await mixOf(ada, "pop", ["bob/popular"]);
    const leaver = await person("Leaver");
    await mixOf(leaver, "gone", ["bob/popular"]);
    expect(await remixes()).toBe(2);
    const mod = await moderator("Countess");
    await mod.mustDecide({ kind: "mix", id }, "remove");
    expect(await remixes()).toBe(1);
    await mod.mustDecide({ kind: "mix", id }, "restore");
    expect(await remixes()).toBe(2);
    const headers = { cookie: leaver.cookie, origin: ORIGIN };
    expect((await ask("DELETE", "/v1/account", { headers, body: { confirm: "leaver" } })).status).toBe(204);
    expect(await remixes()).toBe(1);
  });
});

describe("a mix that was taken away", () => {
  it("leaves a tombstone: nothing is drawn, forked or published under it, and its owner still reads it", async () => {
    await mixOf(ada, "gone", ["ada/eve"], { title: "Gone" });
    expect((await bob.ask("POST", "/v1/mixes/ada/gone/withdraw")).status).toBe(403);
    for (const _ of [1, 2]) {
      expect((await ada.must<Mix>("POST", "/v1/mixes/ada/gone/withdraw")).state).toBe("withdrawn");
    }
    const { status, body } = await ask("GET", "/v1/mixes/ada/gone");
    expect([status, body.code]).toEqual([410, "mix_removed"]);
    expect(body.tombstone).toMatchObject({ ref: "ada/gone", title: "Gone", removed_by: "owner" });
    expect((await ada.ask("GET", "/v1/mixes/ada/gone")).status).toBe(200);
    const made = await compose(ada, ["ada/eve"]);
    for (const [path, input] of [
      ["/v1/mixes/ada/gone/fork", {}],
      ["/v1/generations", { mix: "ada/gone", prompt: "x" }],
      [`/v1/compositions/${made.id}/publish`, { name: "gone" }],
    ] as const) {
      const reply = await ada.ask("POST", path, input);
      expect([path, reply.status, reply.body.code]).toEqual([path, 410, "mix_removed"]);
    }
    expect((await ada.ask("PATCH", "/v1/mixes/ada/gone", { title: "Back" })).body.code).toBe("mix_removed");
    expect(await names("q=gone")).toEqual([]);
  });

  it("by moderators says so", async () => {
    await mixOf(ada, "bad", ["ada/eve"]);
    await env.DB.prepare("UPDATE mixes SET state = 'removed' WHERE name = 'bad'").run();
    const { status, body } = await ask("GET", "/v1/mixes/ada/bad");
    expect([status, body.tombstone?.removed_by]).toEqual([410, "moderators"]);
  });
});

describe("a cover", () => {
  async function generated(by: Person, input: object): Promise<string> {
    const order = await by.must<Generation>("POST", "/v1/generations", { prompt: "<eve>", ...input });
    const machine = await Machine.register(by);
    for (;;) {
      const [lease] = await machine.lease();
      if (!lease) throw new Error("No lease");
      const meta = { width: 256, height: 256, recipe: {} };
      const output = await machine.deliver(lease.lease_id, "a.png", "image", await png(256, 256), meta);
      await machine.on(lease.lease_id, "settle", { outcome: "succeeded", outputs: [output] });
      const now = await by.must<Generation>("GET", `/v1/generations/${order.id}`);
      if (now.result?.images[0]) return now.result.images[0].id;
    }
  }

  it("is a picture drawn with exactly its adapter versions, open to whoever sees the mix", async () => {
    const image = await generated(ada, { adapters: [{ ref: "ada/eve" }] });
    const url = `/v1/images/${image}`;
    expect((await ask("GET", url)).status).toBe(404);
    const mix = await mixOf(ada, "covered", ["ada/eve"], { cover_image_id: image });
    expect(mix.cover).toEqual({ id: image, url: `${ORIGIN}${url}`, width: 256, height: 256 });
    expect((await ask("GET", url)).status).toBe(200);
    await ada.must("PATCH", "/v1/mixes/ada/covered", { cover_image_id: null });
    expect((await get("ada/covered")).body.cover?.id).not.toBe(image);
    expect((await ask("GET", url)).status).toBe(404);
    await ada.must("PATCH", "/v1/mixes/ada/covered", { cover_image_id: image, visibility: "private" });
    expect((await ask("GET", url)).status).toBe(404);

    const wrong = async (by: Person, ref: string) => {
      const made = await compose(by, [ref]);
      const input = { name: "uncovered", cover_image_id: image };
      const { status, body } = await by.ask("POST", `/v1/compositions/${made.id}/publish`, input);
      return [status, body.code, body.errors[0]?.pointer];
    };
    expect(await wrong(ada, "bob/dog")).toEqual([422, "image_invalid", "/cover_image_id"]);
    expect(await wrong(bob, "ada/eve")).toEqual([422, "image_invalid", "/cover_image_id"]);
  });

  it("is the portrait of the first adapter that has one, where none was chosen", async () => {
    await env.DB.prepare("UPDATE versions SET previews = '[]' WHERE id = ?").bind(eve.id).run();
    const mix = await mixOf(ada, "portrait", ["ada/eve", "bob/dog"]);
    expect(mix.members[0]?.preview).toBeNull();
    expect(mix.cover).toEqual(mix.members[1]?.preview);
    expect(mix.cover?.id).toBe(dog.previews[0]?.id);
  });
});
