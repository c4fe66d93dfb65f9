// Forks and remixes of mixes: where one is from, and counters that count once.

import { beforeAll, describe, expect, it } from "vitest";
import { type Composition, MIX_ANCESTORS_MAX, type Mix } from "../../../schema/contract/index.ts";
import { ask, ORIGIN, type Person, person, published } from "../cast.ts";
import { moderator } from "../moderation/desk.ts";
import { ada, adapterOf, begin, bob, compose, get, mixOf, notesOf, partyOf, publish } from "./mix-cast.ts";

beforeAll(async () => {
  await begin();
  await partyOf(ada);
  await mixOf(ada, "once", ["ada/eve"]);
});

describe("a fork", () => {
  const fork = (by: Person, ref: string, body: object = {}) =>
    by.ask<Composition>("POST", `/v1/mixes/${ref}/fork`, body);

  it("is a private composition with its source", async () => {
    const { status, headers, body } = await fork(bob, "ada/party", { number: 1 });
    expect(status).toBe(201);
    expect(headers.get("location")).toBe(`${ORIGIN}/v1/compositions/${body.id}`);
    const { composition } = (await get("ada/party", "?number=1")).body;
    expect(body).toMatchObject({ owner: "bob", prompt: "<eve>", mix: null, members: composition.members });
    expect(body.forked_from).toEqual({ composition_id: composition.id, ref: "ada/party:1", title: "Party" });
    expect((await ada.ask("GET", `/v1/compositions/${body.id}`)).status).toBe(404);
    expect((await fork(bob, "ada/party", { number: 9 })).status).toBe(404);
  });

  it("counts people and notifies the owner once, and not of their own forks", async () => {
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

  it("refuses a wrong source with a pointer", async () => {
    const input = { members: [{ ref: "bob/dog" }], forked_from: "ada/nothing" };
    const { status, body } = await bob.ask("POST", "/v1/compositions", input);
    expect([status, body.code, body.errors[0]?.pointer]).toEqual([
      422,
      "composition_unknown",
      "/forked_from",
    ]);
  });

  it("that is published is listed with its ancestors, hidden ones without a name", async () => {
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
    await published(bob, "fleeting");
    await mixOf(ada, "brief", ["ada/eve", "bob/fleeting"]);
    await bob.must("PATCH", "/v1/adapters/bob/fleeting", { visibility: "private" });
    const { status, body } = await fork(ada, "ada/brief");
    expect([status, (body as unknown as { code: string }).code]).toEqual([422, "adapter_unknown"]);
  });
});

describe("a remix", () => {
  it("counts a mix once for each adapter in it, notifies each owner once, and not of what is private", async () => {
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

  it("is not counted while it is removed, nor after its owner's deletion", async () => {
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
