// Decisions: their effects, that each is taken once, by others than the owner, and whom they notify.

import { beforeAll, describe, expect, it } from "vitest";
import type { Adapter, Comment, Generation, Problem, Version } from "../../../schema/contract/index.ts";
import { ACTION_REASON_MAX_CHARACTERS } from "../../../schema/contract/index.ts";
import { ask, db, type Person, person, published, verify } from "../cast.ts";
import { mixOf } from "../compose/mix-cast.ts";
import {
  adapterKey,
  decisionsAbout,
  type Moderator,
  moderator,
  mustReport,
  notificationsOf,
  userKey,
} from "./desk.ts";

type Whole = Adapter & { versions: Version[] };
let ada: Person;
let bob: Person;
let mod: Moderator;
let second: Moderator;
beforeAll(async () => {
  [ada, bob] = [await person("Ada"), await person("Bob")];
  [mod, second] = [await moderator("Maud"), await moderator("Second")];
});

const commentOn = (ref: string, body: string) =>
  bob.must<Comment>("POST", `/v1/adapters/${ref}/comments`, { body });

describe("two moderators at once", () => {
  it.each(["remove", "rate"])("yield one action: %s and dismiss", async (action) => {
    const name = `race-${action}`;
    await published(ada, name);
    const key = await adapterKey(`ada/${name}`);
    await mustReport(bob, { kind: "adapter", ref: `ada/${name}` });
    const more = action === "rate" ? { rating: "explicit" } : {};
    const both = await Promise.all([mod.decide(key, action, more), second.decide(key, "dismiss")]);
    expect(both.map(({ status }) => status).sort()).toEqual([201, 409]);
    expect(both.find(({ status }) => status === 409)?.body.code).toBe("decision_made");
    expect((await mod.see(key)).actions).toHaveLength(1);
  });

  it("yield one even if both decide the same", async () => {
    await published(ada, "same");
    const key = await adapterKey("ada/same");
    const all = await Promise.all([mod, second, mod, second].map((who) => who.decide(key, "remove")));
    expect(all.map(({ status }) => status).sort()).toEqual([201, 409, 409, 409]);
    expect(await notificationsOf("ada", "moderation")).toHaveLength(
      (await decisionsAbout(ada)).filter(({ kind }) => kind !== "dismiss").length,
    );
  });

  it("are refused if the other was first and they state what they saw", async () => {
    await published(ada, "stale");
    const key = await adapterKey("ada/stale");
    const { actions_seen } = await mod.see(key);
    await second.mustDecide(key, "rate", { rating: "sensitive" });
    const late = await mod.decide(key, "remove", { actions_seen });
    expect([late.status, late.body.code]).toEqual([409, "decision_made"]);
    const { actions_seen: now } = await mod.see(key);
    expect((await mod.decide(key, "remove", { actions_seen: now })).status).toBe(201);
  });
});

describe("a decision", () => {
  it("closes every report of its target and notifies each author once", async () => {
    await published(ada, "many");
    const key = await adapterKey("ada/many");
    const people = [await person("Pia"), await person("Paul"), await person("Pam")];
    for (const who of people) await mustReport(who, { kind: "adapter", ref: "ada/many" });
    const action = await mod.mustDecide(key, "dismiss");
    for (const who of people) {
      const received = await notificationsOf(who.handle, "report_decided");
      expect(received).toEqual([
        {
          kind: "report_decided",
          target_id: key.id,
          data: {
            report_id: expect.stringMatching(/^rep_/),
            outcome: "dismiss",
            target_kind: "adapter",
            ref: "ada/many",
          },
        },
      ]);
    }
    expect((await mod.see(key)).reports.map(({ state }) => state)).toEqual(Array(3).fill("dismissed"));
    expect(action.kind).toBe("dismiss");
    const about = await notificationsOf("ada", "moderation");
    expect(about.some(({ target_id }) => target_id === key.id)).toBe(false);
  });

  it("cannot dismiss where no report waits", async () => {
    await published(ada, "calm");
    const reply = await mod.decide(await adapterKey("ada/calm"), "dismiss");
    expect([reply.status, reply.body.code]).toEqual([409, "decision_made"]);
  });

  it("is not made about one's own content, nor about oneself", async () => {
    await published(mod, "mine");
    const own = await mod.decide(await adapterKey("maud/mine"), "rate", { rating: "explicit" });
    expect([own.status, own.body.code]).toEqual([403, "not_granted"]);
    expect((await mod.decide(await userKey("maud"), "suspend")).body.code).toBe("not_granted");
    expect((await second.decide(await adapterKey("maud/mine"), "rate", { rating: "sensitive" })).status).toBe(
      201,
    );
  });

  it("does not suspend a moderator", async () => {
    const reply = await mod.decide(await userKey("second"), "suspend");
    expect([reply.status, reply.body.code]).toEqual([409, "version_state"]);
  });

  it("does not suspend one whom the settings name", async () => {
    const root = await person("Moderator");
    await verify("moderator", true);
    const reply = await mod.decide(await userKey("moderator"), "suspend");
    expect([reply.status, reply.body.code]).toEqual([409, "version_state"]);
    const queue = await ask("GET", "/v1/moderation/queue", { headers: { cookie: root.cookie } });
    expect(queue.status).toBe(200);
  });

  it("needs a reason within bounds, a rating to rate, and grounds to delete at once", async () => {
    const target = await adapterKey("ada/calm");
    const wrong = [
      [{ reason: "" }, "/reason"],
      [{ reason: "x".repeat(ACTION_REASON_MAX_CHARACTERS + 1) }, "/reason"],
      [{ action: "rate" }, "/rating"],
      [{ action: "rate", rating: "awful" }, "/rating"],
      [{ action: "remove", rating: "explicit" }, "/rating"],
      [{ action: "remove", purge: true }, "/purge"],
      [{ action: "remove", purge: true, ground: "spam" }, "/purge"],
      [{ action: "rate", rating: "explicit", purge: true, ground: "minor" }, "/purge"],
      [{ action: "overturn" }, "/action"],
      [{ action: "hide" }, "/action"],
      [{ target: { kind: "adapter", id: "adp_no" } }, "/target/id"],
      [{ colour: "red" }, "/colour"],
    ] as const;
    for (const [change, pointer] of wrong) {
      const reply = await mod.act<Problem>("POST", "/v1/moderation/actions", {
        target,
        action: "remove",
        reason: "r",
        ...change,
      });
      expect([pointer, reply.status, reply.body.errors.map((fault) => fault.pointer)]).toEqual([
        pointer,
        400,
        [pointer],
      ]);
    }
    const nothing = await mod.decide({ kind: "adapter", id: "adp_00000000000000000000" }, "remove");
    expect([nothing.status, nothing.body.errors[0]?.pointer]).toEqual([404, "/target/id"]);
    const longest = "x".repeat(ACTION_REASON_MAX_CHARACTERS);
    expect((await mod.decide(target, "rate", { reason: longest, rating: "general" })).status).toBe(201);
  });
});

describe("a rating by moderators", () => {
  it("is a floor that the owner may raise and not lower, and a later one moves it", async () => {
    await published(ada, "rated");
    const key = await adapterKey("ada/rated");
    const rate = (rating: string) =>
      ada.ask<Adapter & Problem>("PATCH", "/v1/adapters/ada/rated", { rating });
    expect((await rate("general")).status).toBe(200);
    await mod.mustDecide(key, "rate", { rating: "sensitive" });
    const seen = await ask<Adapter>("GET", "/v1/adapters/ada/rated");
    expect(seen.body.rating).toBe("sensitive");
    expect((await rate("explicit")).status).toBe(200);
    expect((await rate("sensitive")).status).toBe(200);
    const lower = await rate("general");
    expect([lower.status, lower.body.code, lower.body.errors[0]?.pointer]).toEqual([
      403,
      "not_granted",
      "/rating",
    ]);
    await mod.mustDecide(key, "rate", { rating: "general" });
    expect((await rate("general")).status).toBe(200);
    expect((await notificationsOf("ada", "moderation"))[0]?.data).toEqual({
      action_id: expect.stringMatching(/^act_/),
      action: "rate",
      rating: "general",
      target_kind: "adapter",
      ref: "ada/rated",
      reason: "because of rate",
    });
  });
});

describe("a hidden comment", () => {
  it("is hidden and not counted, and restored by unhide", async () => {
    await published(ada, "talk");
    const { id } = await commentOn("ada/talk", "rude words");
    const key = { kind: "comment", id };
    const read = async () => {
      const list = await ask<{ items: Comment[] }>("GET", "/v1/adapters/ada/talk/comments");
      const entry = await ask<Adapter>("GET", "/v1/adapters/ada/talk");
      return [JSON.stringify(list.body).includes("rude words"), entry.body.comments];
    };
    expect(await read()).toEqual([true, 1]);
    await mod.mustDecide(key, "hide");
    expect(await read()).toEqual([false, 0]);
    expect((await mod.see(key)).texts).toEqual([{ field: "comment", text: "rude words" }]);
    expect((await mod.decide(key, "hide")).body.code).toBe("decision_made");
    await second.mustDecide(key, "unhide");
    expect(await read()).toEqual([true, 1]);
    expect((await notificationsOf("bob", "moderation")).map(({ data }) => data.action)).toEqual([
      "unhide",
      "hide",
    ]);
  });

  it("cannot be shown again by the owner of the page", async () => {
    const { id } = await commentOn("ada/talk", "more rude words");
    await ada.must("POST", `/v1/comments/${id}/hide`, {});
    const key = { kind: "comment", id };
    expect((await mod.see(key)).target.state).toBe("hidden_by_owner");
    await mod.mustDecide(key, "hide");
    const shown = await ada.ask("POST", `/v1/comments/${id}/unhide`, {});
    expect([shown.status >= 400, (await mod.see(key)).target.state]).toEqual([true, "hidden"]);
  });
});

describe("a suspended account", () => {
  it("is in no list, and its content is found by its address only", async () => {
    const sid = await person("Sid");
    await published(sid, "sids");
    await mixOf(sid, "sidmix", ["sid/sids"]);
    await sid.must("POST", "/v1/collections", { name: "sidcol", title: "Sid's" });
    const lists = [
      "/v1/adapters",
      "/v1/mixes",
      "/v1/collections",
      "/openai/v1/models",
      "/replicate/v1/models",
    ];
    const listing = async () => {
      const texts = await Promise.all(
        lists.map(async (path) => JSON.stringify((await ask("GET", path)).body)),
      );
      return texts.map((text) => /sids|sidmix|sidcol/.test(text));
    };
    expect(await listing()).toEqual(lists.map(() => true));
    await mod.mustDecide(await userKey("sid"), "suspend", { ground: "spam" });
    expect(await listing()).toEqual(lists.map(() => false));
    expect((await ask("GET", "/v1/mixes/sid/sidmix")).status).toBe(200);
    expect((await sid.must<{ items: unknown[] }>("GET", "/v1/mixes?owner=sid")).items).toHaveLength(1);
    await second.mustDecide(await userKey("sid"), "unsuspend");
    expect(await listing()).toEqual(lists.map(() => true));
  });

  it("reads and writes nothing, until it is unsuspended", async () => {
    const sly = await person("Sly");
    const key = await userKey("sly");
    await mod.mustDecide(key, "suspend", { ground: "spam" });
    expect((await sly.ask("GET", "/v1/account")).status).toBe(200);
    const write = await sly.ask("POST", "/v1/reports", {
      target: { kind: "user", handle: "bob" },
      reason: "spam",
    });
    expect([write.status, write.body.code]).toEqual([403, "account_suspended"]);
    expect(await decisionsAbout(sly)).toMatchObject([
      { kind: "suspend", ground: "spam", reason: "because of suspend", may_appeal: true },
    ]);
    await second.mustDecide(key, "unsuspend");
    expect(
      (await sly.ask("POST", "/v1/reports", { target: { kind: "user", handle: "bob" }, reason: "spam" }))
        .status,
    ).toBe(201);
  });
});

describe("what moderators see of a target", () => {
  it("contains texts, pictures, reports, actions and allowed decisions", async () => {
    await published(ada, "whole", { description: "Of a whole thing.", tags: ["one", "two"] });
    const key = await adapterKey("ada/whole");
    await mustReport(bob, { kind: "adapter", ref: "ada/whole" }, "ownership");
    await mod.mustDecide(key, "remove");
    const view = await mod.see(key);
    expect(view.target).toMatchObject({ label: "ada/whole", owner: "ada", state: "removed" });
    expect(Object.fromEntries(view.texts.map(({ field, text }) => [field, text]))).toMatchObject({
      description: "Of a whole thing.",
      tags: "one, two",
      triggers: "<whole>",
    });
    expect(view.reports).toMatchObject([{ reporter: "bob", reason: "ownership", state: "actioned" }]);
    expect(view.actions).toMatchObject([{ kind: "remove", moderator: "maud", subject: "ada" }]);
    expect(view.decisions).toEqual(["restore"]);
    const [picture] = view.pictures;
    if (!picture) throw new Error("A preview is missing");
    const path = new URL(picture.url).pathname;
    expect((await ask("GET", `/v1/images/${picture.id}`)).status).toBe(404);
    const shown = await mod.act<string>("GET", path);
    expect([shown.status, shown.headers.get("content-type"), shown.headers.get("cache-control")]).toEqual([
      200,
      "image/png",
      "private, no-store",
    ]);
    const other = await adapterKey("ada/talk");
    expect(
      (await mod.act("GET", `/v1/moderation/targets/adapter/${other.id}/images/${picture.id}`)).status,
    ).toBe(404);
  });

  it("is 404 if kind and id do not match", async () => {
    const { id } = await adapterKey("ada/whole");
    for (const path of [`mix/${id}`, `adapter/${(await userKey("ada")).id}`, "adapter/x", `thing/${id}`]) {
      expect((await mod.act("GET", `/v1/moderation/targets/${path}`)).status).toBe(404);
    }
  });
});

describe("a removed adapter", () => {
  it("answers 410 with a tombstone, also to its owner's writes, and is restored completely", async () => {
    const version = await published(ada, "back");
    const key = await adapterKey("ada/back");
    const before = (await ask<Whole>("GET", "/v1/adapters/ada/back")).body;
    await mod.mustDecide(key, "remove", { reason: "It shows somebody." });
    const gone = await ask("GET", "/v1/adapters/ada/back");
    expect([gone.status, gone.body.code]).toEqual([410, "adapter_removed"]);
    expect(gone.body.tombstone).toMatchObject({
      ref: "ada/back",
      removed_by: "moderators",
      reason: "It shows somebody.",
    });
    for (const who of [ask, ada.ask.bind(ada)]) {
      expect((await who<Problem>("GET", `/v1/versions/${version.id}/download`)).body.code).toBe(
        "adapter_removed",
      );
    }
    const list = await ask<{ items: Adapter[] }>("GET", "/v1/adapters?owner=ada&limit=100");
    expect(list.body.items.some(({ ref }) => ref === "ada/back")).toBe(false);
    expect((await ada.ask("POST", `/v1/versions/${version.id}/publish`, {})).status).toBeGreaterThanOrEqual(
      400,
    );
    expect((await ada.ask("PATCH", "/v1/adapters/ada/back", { title: "x" })).body.code).toBe(
      "adapter_removed",
    );
    expect((await ada.ask("POST", "/v1/adapters/ada/back/withdraw", {})).body.code).toBe("adapter_removed");
    await second.mustDecide(key, "restore");
    const after = (await ask<Whole>("GET", "/v1/adapters/ada/back")).body;
    expect({ ...after, updated_at: "" }).toEqual({ ...before, updated_at: "" });
    expect((await ask("GET", `/v1/versions/${version.id}/download`)).status).toBe(200);
  });

  it("is restored to its former state: withdrawn, with the owner's own yank", async () => {
    const version = await published(ada, "quiet");
    await ada.must("POST", `/v1/versions/${version.id}/yank`, { reason: "mine" });
    await ada.must("POST", "/v1/adapters/ada/quiet/withdraw", {});
    const key = await adapterKey("ada/quiet");
    await mod.mustDecide(key, "remove");
    await mod.mustDecide(key, "restore");
    const mine = await ada.must<Whole>("GET", "/v1/adapters/ada/quiet");
    expect([mine.state, mine.versions.map(({ state }) => state)]).toEqual(["withdrawn", ["yanked"]]);
  });
});

describe("a removed mix", () => {
  it("answers 410 with a tombstone, stops its jobs, and is restored", async () => {
    await published(ada, "solo");
    const members = [{ ref: "ada/solo" }];
    const made = await ada.must<{ id: string }>("POST", "/v1/compositions", { members, prompt: "<solo>" });
    const about = { name: "stew", title: "A stew" };
    await ada.must("POST", `/v1/compositions/${made.id}/publish`, about);
    const row = await db().prepare("SELECT id FROM mixes WHERE name = 'stew'").first<{ id: string }>();
    const key = { kind: "mix", id: row?.id ?? "" };
    await mustReport(bob, { kind: "mix", ref: "ada/stew" });
    const job = await ada.must<Generation>("POST", "/v1/generations", {
      composition_id: made.id,
      prompt: "<solo>",
    });
    expect((await mod.see(key)).target).toMatchObject({ label: "ada/stew", state: "published" });
    await mod.mustDecide(key, "remove", { reason: "Not like this." });
    const gone = await ask("GET", "/v1/mixes/ada/stew");
    expect([gone.status, gone.body.code, gone.body.tombstone?.reason]).toEqual([
      410,
      "mix_removed",
      "Not like this.",
    ]);
    expect((await ada.must<Generation>("GET", `/v1/generations/${job.id}`)).status).toBe("failed");
    expect((await ask("GET", "/v1/adapters/ada/solo")).status).toBe(200);
    await second.mustDecide(key, "restore");
    expect((await ask("GET", "/v1/mixes/ada/stew")).status).toBe(200);
  });
});
