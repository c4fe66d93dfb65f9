// Mixes: publishing assigns a name and a number once, whoever sees one can generate with it, and what is taken away leaves a tombstone.

import { env } from "cloudflare:workers";
import { beforeAll, describe, expect, it } from "vitest";
import {
  type Composition,
  type Generation,
  MIX_VERSIONS_MAX,
  type Mix,
} from "../../../schema/contract/index.ts";
import { ask, ORIGIN, published } from "../cast.ts";
import { ada, begin, bob, compose, eve, get, mixOf, names, publish } from "./mix-cast.ts";

beforeAll(begin);

describe("a composition that is published", () => {
  it("is a mix that anyone reads, with members, crosstalk, licence and an address to share", async () => {
    const made = await compose(ada, ["ada/eve", "bob/dog", "ada/cat"], { title: "Party", prompt: "<eve>" });
    const { status, headers, body } = await publish(ada, made.id, { name: "party", changelog: "First" });
    expect(status).toBe(201);
    expect(headers.get("location")).toBe(`${ORIGIN}/v1/mixes/ada/party`);
    expect(body).toMatchObject({
      ...{ ref: "ada/party", owner: "ada", title: "Party", base: "cast-3", number: 1, rating: "general" },
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

  it("is visible only to its owner until then, and cannot be published by others", async () => {
    const made = await compose(ada, ["ada/eve"]);
    expect((await ask("GET", `/v1/compositions/${made.id}`)).body.code).toBe("auth_required");
    expect((await bob.ask("GET", `/v1/compositions/${made.id}`)).status).toBe(404);
    expect((await publish(bob, made.id, { name: "theft" })).status).toBe(404);
    const open = (await get("ada/party")).body.composition_id;
    const theirs = await publish(bob, open, { name: "theft" });
    expect([theirs.status, (theirs.body as unknown as { code: string }).code]).toEqual([403, "not_granted"]);
  });

  it("becomes the next version under an existing name, keeps unchanged fields, and old versions stay", async () => {
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

  it("gets a distinct number when many are published concurrently, under a new and an existing name", async () => {
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

  it("refuses blocked terms with pointers", async () => {
    await env.DB.prepare("INSERT INTO blocked_terms VALUES ('name', 'grumbleflick', 'usr_0', 1)").run();
    const made = await compose(ada, ["ada/eve"]);
    const input = { name: "fine", title: "A Grumbleflick", changelog: "grumbleflick" };
    const { status, body } = await ada.ask("POST", `/v1/compositions/${made.id}/publish`, input);
    expect([status, body.code]).toEqual([422, "content_blocked"]);
    expect(body.errors.map(({ pointer }) => pointer)).toEqual(["/title", "/changelog"]);
  });

  it("refuses blocked terms in texts that were private before", async () => {
    await env.DB.prepare("INSERT INTO blocked_terms VALUES ('prompt', 'blunderfrost', 'usr_0', 1)").run();
    for (const words of [{ title: "Of grumbleflick" }, { prompt: "a blunderfrost" }]) {
      const made = await compose(ada, ["ada/eve"], words);
      const { status, body } = await ada.ask("POST", `/v1/compositions/${made.id}/publish`, { name: "fine" });
      expect([status, body.code]).toEqual([422, "content_blocked"]);
    }
  });
});

describe("whoever sees a mix can generate with it", () => {
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

  it("names a member that is no longer available, and nothing else of it", async () => {
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
  it("takes somebody else's mix by name, by version, and by its composition", async () => {
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

describe("a withdrawn or removed mix", () => {
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

  it("of moderators says so", async () => {
    await mixOf(ada, "bad", ["ada/eve"]);
    await env.DB.prepare("UPDATE mixes SET state = 'removed' WHERE name = 'bad'").run();
    const { status, body } = await ask("GET", "/v1/mixes/ada/bad");
    expect([status, body.tombstone?.removed_by]).toEqual([410, "moderators"]);
  });
});
