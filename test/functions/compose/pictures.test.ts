// Shared pictures: what becomes public and when, who sees it, the daily limit, and lists.

import { env } from "cloudflare:workers";
import { drizzle } from "drizzle-orm/d1";
import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import { factsOf } from "../../../functions/compose/member-facts.ts";
import { sharePicture } from "../../../functions/compose/share-picture.ts";
import { openFault } from "../../../functions/compose/sharing.ts";
import { deleteAccount } from "../../../functions/people/deletion.ts";
import type { Caller } from "../../../functions/rights/rights.ts";
import type { Id } from "../../../schema/contract/ids.ts";
import type { Account, Problem, SharedPicture } from "../../../schema/contract/index.ts";
import { PICTURES_SHARED_PER_DAY_MAX } from "../../../schema/contract/limits.ts";
import { ask, empty, Machine, ORIGIN, type Page, type Person, person, png, published } from "../cast.ts";
import { moderator } from "../moderation/desk.ts";
import { drawn, idsOf, listed, mustShare, share } from "./picture-cast.ts";

const DAY_MS = 24 * 3_600_000;
let ada: Person;
let bob: Person;
let operator: Person;
let machine: Machine;
beforeAll(async () => {
  [ada, bob, operator] = [await person("Ada"), await person("Bob"), await person("Operator")];
  machine = await Machine.register(operator);
  await published(ada, "eve");
  await published(bob, "dog");
  await published(ada, "quiet", { visibility: "unlisted" });
  await published(ada, "secret", { visibility: "private" });
});
beforeEach(() => empty("pictures", "picture_members"));

const read = (id: string, by?: Person) =>
  by
    ? by.ask<SharedPicture & Problem>("GET", `/v1/pictures/${id}`)
    : ask<SharedPicture & Problem>("GET", `/v1/pictures/${id}`);
const imageOf = async ({ image }: SharedPicture) => (await ask("GET", new URL(image.url).pathname)).status;

describe("sharing a picture", () => {
  it("makes it public with its recipe, and it alone", async () => {
    const region = { x: 0, y: 0, width: 0.5, height: 1 };
    const id = await drawn(ada, machine, [], {
      adapters: [{ ref: "ada/eve", strength: 0.8, region }, { ref: "bob/dog" }],
      prompt: "<eve> smiling; <dog> laughing",
      seed: 41,
      size: "512x256",
    });
    expect([await idsOf(), (await ask("GET", `/v1/images/${id}`)).status]).toEqual([[], 404]);
    const { status, body, headers } = await share(ada, id);
    expect([status, headers.get("location")]).toEqual([201, `${ORIGIN}/v1/pictures/${body.id}`]);
    expect(body).toMatchObject({
      owner: "ada",
      base: "cast-3",
      prompt: "<eve> smiling; <dog> laughing",
      recipe: { seed: 41, size: "512x256", prompt: "<eve> smiling; <dog> laughing" },
      members: [
        { ref: "ada/eve:1", strength: 0.8, region, title: "eve", available: true },
        { ref: "bob/dog:1", region: null, available: true },
      ],
      ...{ rating: "general", state: "published", listed: true },
      page_url: `${ORIGIN}/pictures/?id=${body.id}`,
    });
    expect(body.recipe.steps).toEqual(expect.any(Number));
    expect(await imageOf(body)).toBe(200);
    expect((await read(body.id)).body).toEqual(body);
    expect(await listed()).toEqual([body]);
    // The generation itself stays private.
    expect((await ask("GET", `/v1/images/${id}`)).status).toBe(404);
  });

  it("is done once, however often it is asked for", async () => {
    const id = await drawn(ada, machine, ["ada/eve"]);
    const first = await share(ada, id);
    const again = await share(ada, id);
    expect([first.status, again.status, again.body.id]).toEqual([201, 200, first.body.id]);
    const other = await drawn(ada, machine, ["ada/eve"]);
    const both = await Promise.all([share(ada, other), share(ada, other)]);
    expect(new Set(both.map(({ body }) => body.id)).size).toBe(1);
    expect(await idsOf()).toHaveLength(2);
  });

  it("again changes its rating where another is named, not below that of moderators, and leaves it otherwise", async () => {
    const id = await drawn(ada, machine, ["ada/eve"]);
    const { id: picture } = await mustShare(ada, id);
    const rated = async (more: object) => (await mustShare(ada, id, { ...more })).rating;
    expect(await rated({ rating: "explicit" })).toBe("explicit");
    expect(await rated({})).toBe("explicit");
    expect((await read(picture)).body.rating).toBe("explicit");
    expect(await rated({ rating: "general" })).toBe("general");
    const mod = await moderator("Rater");
    await mod.mustDecide({ kind: "picture", id: picture }, "rate", { rating: "sensitive" });
    expect(await rated({ rating: "general" })).toBe("sensitive");
  });

  it("is for the owner of a generation alone: not of others, of uploads or of what is not there", async () => {
    const id = await drawn(ada, machine, ["ada/eve"]);
    const upload = await ada.upload("preview", await png(16, 16, 3), "image/png");
    const preview = await env.DB.prepare(
      "SELECT id FROM images WHERE role = 'preview' LIMIT 1",
    ).first<string>("id");
    for (const [who, image] of [
      [bob, id],
      [ada, preview ?? ""],
      [ada, "img_00000000000000000000"],
    ] as const) {
      const { status, body } = await share(who, image);
      expect([status, body.code, body.errors[0]?.pointer]).toEqual([422, "image_invalid", "/image_id"]);
    }
    expect((await share(ada, upload)).status).toBe(400);
    expect((await ask("POST", "/v1/pictures", { body: { image_id: id } })).status).toBe(401);
  });

  it("is refused where an adapter in it is not public", async () => {
    for (const [name, why] of [
      ["quiet", "is unlisted"],
      ["secret", "is private"],
    ] as const) {
      const { status, body } = await share(ada, await drawn(ada, machine, ["ada/eve", `ada/${name}`]));
      expect([status, body.code, body.detail]).toEqual([
        422,
        "adapter_unready",
        `ada/${name}:1 ${why}. Everything in a shared picture must be open to those who see it.`,
      ]);
    }
  });

  it("is refused where the owner's own runner drew it, unless that serves everybody", async () => {
    const own = await Machine.register(bob);
    const { status, body } = await share(bob, await drawn(bob, own, ["bob/dog"]));
    expect([status, body.code]).toEqual([422, "image_invalid"]);
    expect((await share(operator, await drawn(operator, machine, ["bob/dog"]))).status).toBe(201);
  });

  it("is refused with a blocked word in either prompt", async () => {
    const ids = [
      await drawn(ada, machine, ["ada/eve"], { prompt: "a grumpkin" }),
      await drawn(ada, machine, ["ada/eve"], { negative_prompt: "a grumpkin" }),
    ];
    await env.DB.prepare("INSERT INTO blocked_terms VALUES ('prompt', 'grumpkin', 'usr_0', 0)").run();
    for (const id of ids) expect((await share(ada, id)).body.code).toBe("content_blocked");
    await env.DB.prepare("DELETE FROM blocked_terms").run();
    for (const id of ids) expect((await share(ada, id)).status).toBe(201);
  });

  it(`is limited to ${PICTURES_SHARED_PER_DAY_MAX} a day, and says when the next one may come`, async () => {
    const first = await mustShare(ada, await drawn(ada, machine, ["ada/eve"]));
    const at = Date.now() - DAY_MS + 600_000;
    const copy = env.DB.prepare(
      `INSERT INTO pictures SELECT 'pic_' || ?1, owner_id, 'img_' || ?1, 'img_s' || ?1, base_id, members, 'withdrawn', rating, ?2, ?2, sha256, 0
       FROM pictures WHERE id = ?3`,
    );
    const rows = (from: number, to: number, time: number) =>
      Array.from({ length: to - from }, (_, i) => copy.bind(`${from + i}`, time, first.id));
    await env.DB.batch([...rows(0, PICTURES_SHARED_PER_DAY_MAX - 2, at), ...rows(100, 110, at - 3_600_000)]);
    expect((await share(ada, await drawn(ada, machine, ["ada/eve"]))).status).toBe(201);
    const over = await share(ada, await drawn(ada, machine, ["ada/eve"]));
    expect([over.status, over.body.code]).toEqual([429, "quota_exceeded"]);
    const wait = Number(over.headers.get("retry-after"));
    expect([wait > 500, wait <= 600]).toEqual([true, true]);
    const { image_id } = (await env.DB.prepare("SELECT source_id AS image_id FROM pictures WHERE id = ?")
      .bind(first.id)
      .first<{ image_id: string }>()) ?? { image_id: "" };
    expect((await share(ada, image_id)).status).toBe(200);
    expect((await share(bob, await drawn(bob, machine, ["bob/dog"]))).status).toBe(201);
  });

  it("leaves nothing of an account that is deleted meanwhile", async () => {
    const dan = await person("Dan");
    const image_id = (await drawn(dan, machine, ["ada/eve"])) as Id<"img">;
    const caller = await env.DB.prepare("SELECT id, handle FROM users WHERE handle = 'dan'").first<Caller>();
    if (!caller) throw new Error("Dan has no account");
    const [db, now] = [drizzle(env.DB), Date.now()];
    const batch = async (statements: D1PreparedStatement[]) => {
      await deleteAccount(db, caller, "dan", now);
      return env.DB.batch(statements);
    };
    const racing = drizzle({
      batch,
      prepare: (text: string) => env.DB.prepare(text),
    } as unknown as D1Database);
    const refusal = await sharePicture({ db: racing, caller, now, isOperator: false }, { image_id });
    expect(refusal).toMatchObject({ code: "image_invalid" });
    expect(await env.DB.prepare("SELECT count(*) AS n FROM pictures").first("n")).toBe(0);
  });

  it("takes no further bytes of the account's storage, which counts them once", async () => {
    const bytes = async () => (await ada.must<Account>("GET", "/v1/account")).usage.bytes_stored;
    const before = await bytes();
    const id = await drawn(ada, machine, ["ada/eve"]);
    const after = await bytes();
    expect(after).toBeGreaterThan(before);
    await mustShare(ada, id);
    expect(await bytes()).toBe(after);
  });
});

describe("a shared picture", () => {
  it("stays where the generation's own row goes", async () => {
    const id = await drawn(ada, machine, ["ada/eve"]);
    const shared = await mustShare(ada, id);
    await env.DB.prepare("DELETE FROM images WHERE id = ?").bind(id).run();
    expect([await imageOf(shared), (await idsOf())[0]]).toEqual([200, shared.id]);
  });

  it("is withdrawn by its owner, with a tombstone, and can be shared again", async () => {
    const id = await drawn(ada, machine, ["ada/eve"]);
    const shared = await mustShare(ada, id);
    expect((await bob.ask("DELETE", `/v1/pictures/${shared.id}`)).body.code).toBe("not_granted");
    for (const status of [204, 204]) {
      expect((await ada.ask("DELETE", `/v1/pictures/${shared.id}`)).status).toBe(status);
    }
    const gone = await read(shared.id);
    expect([gone.status, gone.body.code, gone.body.tombstone]).toMatchObject([
      410,
      "picture_removed",
      { ref: shared.id, removed_by: "owner", title: "A shared picture" },
    ]);
    expect([await idsOf(), await idsOf("owner=ada", ada), await imageOf(shared)]).toEqual([[], [], 404]);
    expect((await read(shared.id, ada)).body).toMatchObject({ state: "withdrawn", listed: false });
    const again = await share(ada, id);
    expect([again.status, again.body.id, again.body.shared_at]).toEqual([201, shared.id, shared.shared_at]);
    expect(await imageOf(shared)).toBe(200);
  });

  it("is hidden by the rule that refuses its sharing, and returns with its adapters", async () => {
    const { id: versionId } = await published(ada, "fickle");
    const shared = await mustShare(ada, await drawn(ada, machine, ["ada/fickle", "bob/dog"]));
    const set = (adapter: string, visibility: string, version: string) =>
      env.DB.batch([
        env.DB.prepare("UPDATE adapters SET state = ?, visibility = ? WHERE name = 'fickle'").bind(
          adapter,
          visibility,
        ),
        env.DB.prepare("UPDATE versions SET state = ? WHERE id = ?").bind(version, versionId),
      ]);
    const db = drizzle(env.DB);
    let open = 0;
    for (const adapter of ["published", "draft", "withdrawn", "removed"]) {
      for (const visibility of ["public", "unlisted", "private"]) {
        for (const version of ["published", "draft", "yanked"]) {
          await set(adapter, visibility, version);
          const how = { visibility: "public", pointer: "", what: "it" } as const;
          const isOpen = openFault(shared.members, await factsOf(db, shared.members), how) === null;
          open += Number(isOpen);
          const seen = [
            (await idsOf()).length === 1,
            (await idsOf("adapter=bob/dog")).length === 1,
            (await read(shared.id)).status === 200,
            (await imageOf(shared)) === 200,
            (await listed("owner=ada", ada))[0]?.listed,
          ];
          expect([adapter, visibility, version, seen]).toEqual([
            adapter,
            visibility,
            version,
            seen.map(() => isOpen),
          ]);
        }
      }
    }
    expect(open).toBe(1);
    await set("published", "public", "published");
    expect(await idsOf()).toEqual([shared.id]);
  });

  it("is in nobody's list while its owner is suspended", async () => {
    const shared = await mustShare(bob, await drawn(bob, machine, ["bob/dog"]));
    const suspend = (at: number | null) =>
      env.DB.prepare("UPDATE users SET suspended_at = ? WHERE handle = 'bob'").bind(at).run();
    await suspend(1);
    expect([await idsOf(), await idsOf("owner=bob", bob), (await read(shared.id)).status]).toEqual([
      [],
      [shared.id],
      200,
    ]);
    await suspend(null);
    expect(await idsOf()).toEqual([shared.id]);
  });

  it("is rated at least as its adapters are, also when one of them is rated up later", async () => {
    await published(ada, "bare");
    const rate = (rating: string) =>
      env.DB.prepare("UPDATE adapters SET rating = ? WHERE name = 'bare'").bind(rating).run();
    await rate("sensitive");
    const shared = await mustShare(ada, await drawn(ada, machine, ["ada/bare"]));
    const mild = await mustShare(ada, await drawn(ada, machine, ["ada/eve"]));
    const strict = await mustShare(ada, await drawn(ada, machine, ["ada/eve"]), { rating: "explicit" });
    expect([shared.rating, mild.rating, strict.rating]).toEqual(["sensitive", "general", "explicit"]);
    expect(await idsOf()).toEqual([mild.id]);
    expect(await idsOf("rating=general,sensitive")).toEqual([mild.id, shared.id]);
    expect(await idsOf("", ada)).toEqual([strict.id, mild.id, shared.id]);
    await rate("explicit");
    expect(await idsOf("rating=explicit")).toEqual([strict.id, shared.id]);
    await rate("general");
    expect(await idsOf("rating=explicit")).toEqual([strict.id, shared.id]);
  });
});

describe("the list", () => {
  it("finds by adapter, owner and base, newest first", async () => {
    const one = await mustShare(ada, await drawn(ada, machine, ["ada/eve"]));
    const two = await mustShare(bob, await drawn(bob, machine, ["ada/eve", "bob/dog"]));
    const three = await mustShare(bob, await drawn(bob, machine, []));
    expect(await idsOf()).toEqual([three.id, two.id, one.id]);
    expect(await idsOf("adapter=ada/eve")).toEqual([two.id, one.id]);
    expect(await idsOf("adapter=bob/dog")).toEqual([two.id]);
    expect(await idsOf("adapter=bob/dog&owner=ada")).toEqual([]);
    expect(await idsOf("owner=bob")).toEqual([three.id, two.id]);
    expect(await idsOf("base=other-1")).toEqual([]);
    for (const query of ["colour=red", "adapter=eve", "rating=mild"]) {
      expect((await ask("GET", `/v1/pictures?${query}`)).status).toBe(400);
    }
  });

  it("has no gaps or duplicates at any page size", async () => {
    for (let i = 0; i < 5; i++) await mustShare(ada, await drawn(ada, machine, ["ada/eve"]));
    // Two of one instant are ordered by their ids.
    await env.DB.prepare("UPDATE pictures SET created_at = created_at / 2 * 2").run();
    const whole = await idsOf();
    expect(whole).toHaveLength(5);
    for (const limit of [1, 2, 3]) {
      const walked: string[] = [];
      for (let cursor = "", path = ""; cursor !== "end"; ) {
        path = `/v1/pictures?limit=${limit}${cursor && `&cursor=${cursor}`}`;
        const { body } = await ask<Page<SharedPicture>>("GET", path);
        walked.push(...body.items.map(({ id }) => id));
        cursor = body.next_cursor ?? "end";
      }
      expect(walked).toEqual(whole);
    }
  });

  it("is answered with 304 until something in it changes", async () => {
    const shared = await mustShare(ada, await drawn(ada, machine, ["ada/eve"]));
    const known = async (etag: string) => {
      const reply = await ask("GET", "/v1/pictures", { headers: { "if-none-match": etag } });
      return [reply.status, reply.headers.get("etag")] as const;
    };
    const first = await ask("GET", "/v1/pictures");
    const etag = first.headers.get("etag") ?? "";
    expect([etag.startsWith('W/"'), first.headers.get("cache-control")]).toEqual([true, "public, no-cache"]);
    expect(await known(etag)).toEqual([304, etag]);
    expect((await ada.ask("GET", "/v1/pictures")).headers.get("cache-control")).toBe("private, no-cache");
    await ada.ask("DELETE", `/v1/pictures/${shared.id}`);
    expect((await known(etag))[0]).toBe(200);
  });
});
