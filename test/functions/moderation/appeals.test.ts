// Appeals: by the affected person, once, in time; decided by another moderator, once; overturning restores the former state.

import { beforeAll, describe, expect, it } from "vitest";
import type {
  Adapter,
  Appeal,
  AppealCase,
  Comment,
  ModerationAction,
  Problem,
} from "../../../schema/contract/index.ts";
import { APPEAL_MAX_CHARACTERS, APPEAL_WINDOW_DAYS } from "../../../schema/contract/index.ts";
import { ask, db, type Person, person, published } from "../cast.ts";
import {
  adapterKey,
  decisionsAbout,
  type Key,
  type Moderator,
  moderator,
  notificationsOf,
  type Page,
  userKey,
} from "./desk.ts";

const DAY_MS = 24 * 3_600_000;
let ada: Person;
let bob: Person;
let mod: Moderator;
beforeAll(async () => {
  [ada, bob] = [await person("Ada"), await person("Bob")];
  mod = await moderator("Maud");
});

const appeal = (who: Person, action_id: string, text = "Please look again.") =>
  ask<Appeal & Problem>("POST", "/v1/appeals", {
    headers: { cookie: who.cookie },
    body: { action_id, text },
  });
const decide = (who: Moderator, id: string, decision: string) =>
  who.act<AppealCase & Problem>("POST", `/v1/moderation/appeals/${id}/decide`, {
    decision,
    answer: `I ${decision}.`,
  });

async function removed(name: string): Promise<{ key: Key; action: ModerationAction }> {
  await published(ada, name);
  const key = await adapterKey(`ada/${name}`);
  return { key, action: await mod.mustDecide(key, "remove") };
}

// First of all, while there is one moderator only.
describe("with a single moderator", () => {
  it("appeals are decided by the same moderator", async () => {
    const { action } = await removed("lonely");
    const { body } = await appeal(ada, action.id);
    expect((await mod.cases()).map(({ id, may_decide }) => [id, may_decide])).toEqual([[body.id, true]]);
    expect((await decide(mod, body.id, "overturn")).status).toBe(200);
    expect((await ask("GET", "/v1/adapters/ada/lonely")).status).toBe(200);
  });
});

describe("an appeal", () => {
  it("is made once, by the affected account", async () => {
    const { action } = await removed("mine");
    expect((await appeal(bob, action.id)).body.code).toBe("not_found");
    const first = await appeal(ada, action.id);
    expect([first.status, first.body.state, first.body.action_id]).toEqual([201, "pending", action.id]);
    const second = await appeal(ada, action.id);
    expect([second.status, second.body.code, second.body.errors[0]?.pointer]).toEqual([
      409,
      "decision_made",
      "/action_id",
    ]);
    const list = await ada.must<Page<Appeal>>("GET", "/v1/appeals");
    expect(list.items.filter(({ action_id }) => action_id === action.id)).toEqual([first.body]);
    expect((await bob.must<Page<Appeal>>("GET", "/v1/appeals")).items).toEqual([]);
    expect((await decisionsAbout(ada))[0]).toMatchObject({ may_appeal: false, appeal: { state: "pending" } });
  });

  it("is not made with a key", async () => {
    const { action } = await removed("keyed");
    const reply = await ada.ask("POST", "/v1/appeals", { action_id: action.id, text: "x" });
    expect([reply.status, reply.body.code]).toEqual([403, "session_required"]);
  });

  it("is refused against an action without effect, and against none", async () => {
    const { key } = await removed("given");
    const restored = await mod.mustDecide(key, "restore");
    for (const id of [restored.id, "act_00000000000000000000"]) {
      expect((await appeal(ada, id)).body.code).toBe("not_found");
    }
  });

  it("is bounded in time and length", async () => {
    const { id: subject } = await userKey("ada");
    const { id: moderatorId } = await userKey("maud");
    const insert = db().prepare(
      `INSERT INTO moderation_actions (id, moderator_id, kind, target_kind, target_id, subject_id, reason, data, created_at)
       VALUES (?, ?, 'hide', 'comment', 'cmt_00000000000000000001', ?, 'old', '{}', ?)`,
    );
    const window = APPEAL_WINDOW_DAYS * DAY_MS;
    await insert.bind("act_00000000000000000001", moderatorId, subject, Date.now() - window - 60_000).run();
    await insert.bind("act_00000000000000000002", moderatorId, subject, Date.now() - window + 60_000).run();
    const late = await appeal(ada, "act_00000000000000000001");
    expect([late.status, late.body.code]).toEqual([409, "decision_made"]);
    const mine = await decisionsAbout(ada);
    const may = mine.filter(({ reason }) => reason === "old").map(({ may_appeal }) => may_appeal);
    expect(may).toEqual([true, false]);
    const longest = "x".repeat(APPEAL_MAX_CHARACTERS);
    const long = await appeal(ada, "act_00000000000000000002", `${longest}x`);
    expect([long.status, long.body.errors[0]?.pointer]).toEqual([400, "/text"]);
    expect((await appeal(ada, "act_00000000000000000002", longest)).status).toBe(201);
    await db().prepare("DELETE FROM appeals WHERE action_id = 'act_00000000000000000002'").run();
  });

  it("is open to suspended accounts", async () => {
    const sly = await person("Sly");
    const action = await mod.mustDecide(await userKey("sly"), "suspend");
    const made = await appeal(sly, action.id);
    expect(made.status).toBe(201);
    const other = await moderator("Judge");
    await other.mustAct("POST", `/v1/moderation/appeals/${made.body.id}/decide`, {
      decision: "overturn",
      answer: "Sorry.",
    });
    const write = await sly.ask("POST", "/v1/reports", {
      target: { kind: "user", handle: "bob" },
      reason: "spam",
    });
    expect(write.status).toBe(201);
  });
});

describe("a decision about an appeal", () => {
  it("is made by another moderator, and never by its subject", async () => {
    const other = await moderator("Third");
    await published(other, "own");
    const action = await mod.mustDecide(await adapterKey("third/own"), "remove");
    const { body } = await appeal(other, action.id);
    const shown = async (who: Moderator) => (await who.cases()).find(({ id }) => id === body.id)?.may_decide;
    expect([await shown(mod), await shown(other)]).toEqual([false, false]);
    expect([
      (await decide(mod, body.id, "uphold")).body.code,
      (await decide(other, body.id, "overturn")).body.code,
    ]).toEqual(["not_granted", "not_granted"]);
    const fourth = await moderator("Fourth");
    expect(await shown(fourth)).toBe(true);
    expect((await decide(fourth, body.id, "overturn")).status).toBe(200);
  });

  it("is made once, even by two concurrently, and notifies the appellant", async () => {
    const { key, action } = await removed("twice");
    const { body } = await appeal(ada, action.id);
    const [x, y] = [await moderator("Xia"), await moderator("Yan")];
    const both = await Promise.all([decide(x, body.id, "overturn"), decide(y, body.id, "uphold")]);
    expect(both.map(({ status }) => status).sort()).toEqual([200, 409]);
    const won = both.find(({ status }) => status === 200)?.body;
    const isBack = (await ask("GET", "/v1/adapters/ada/twice")).status === 200;
    expect(isBack).toBe(won?.state === "overturned");
    const about = (await notificationsOf("ada", "appeal_decided")).filter(
      ({ target_id }) => target_id === key.id,
    );
    expect(about.map(({ data }) => data.decision)).toEqual([
      won?.state === "overturned" ? "overturn" : "uphold",
    ]);
    expect((await decide(x, body.id, "uphold")).body.code).toBe("decision_made");
    expect((await x.see(key)).actions).toHaveLength(2);
    const mine = (await decisionsAbout(ada)).find(({ id }) => id === action.id);
    expect(mine?.appeal).toMatchObject({ state: won?.state, answer: won?.answer });
  });

  it("overturns a hidden comment, and a rating with its floor", async () => {
    const judge = await moderator("Jo");
    await published(ada, "judged");
    const { id } = await bob.must<Comment>("POST", "/v1/adapters/ada/judged/comments", {
      body: "a thing said",
    });
    const hidden = await mod.mustDecide({ kind: "comment", id }, "hide");
    const said = await appeal(bob, hidden.id);
    await judge.mustAct("POST", `/v1/moderation/appeals/${said.body.id}/decide`, {
      decision: "overturn",
      answer: "Fine.",
    });
    expect((await judge.see({ kind: "comment", id })).target.state).toBe("visible");

    const key = await adapterKey("ada/judged");
    const rated = await mod.mustDecide(key, "rate", { rating: "explicit" });
    const lower = () => ada.ask<Adapter & Problem>("PATCH", "/v1/adapters/ada/judged", { rating: "general" });
    expect((await lower()).status).toBe(403);
    const made = await appeal(ada, rated.id);
    await judge.mustAct("POST", `/v1/moderation/appeals/${made.body.id}/decide`, {
      decision: "overturn",
      answer: "Right.",
    });
    expect((await ask<Adapter>("GET", "/v1/adapters/ada/judged")).body.rating).toBe("general");
    expect((await lower()).status).toBe(200);
  });

  it("overturns without a second restoration if it was restored meanwhile", async () => {
    const judge = await moderator("Ina");
    const { key, action } = await removed("early");
    const { body } = await appeal(ada, action.id);
    await judge.mustDecide(key, "restore");
    const decided = await decide(judge, body.id, "overturn");
    expect([decided.status, decided.body.state]).toEqual([200, "overturned"]);
    expect((await ask("GET", "/v1/adapters/ada/early")).status).toBe(200);
  });

  it("cannot overturn for deleted content, but can answer", async () => {
    const judge = await moderator("Kim");
    await published(ada, "burnt");
    const key = await adapterKey("ada/burnt");
    const action = await mod.mustDecide(key, "remove", { ground: "minor", purge: true });
    const { body } = await appeal(ada, action.id);
    const over = await decide(judge, body.id, "overturn");
    expect([over.status, over.body.code]).toEqual([409, "version_state"]);
    expect((await decide(judge, body.id, "uphold")).body.state).toBe("upheld");
  });

  it("needs an answer, one of two words, and an appeal that exists", async () => {
    const judge = await moderator("Lea");
    const { action } = await removed("words");
    const { body } = await appeal(ada, action.id);
    const path = `/v1/moderation/appeals/${body.id}/decide`;
    for (const [input, pointer] of [
      [{ decision: "uphold", answer: " " }, "/answer"],
      [{ decision: "maybe", answer: "x" }, "/decision"],
    ] as const) {
      const reply = await judge.act("POST", path, input);
      expect([reply.status, reply.body.errors[0]?.pointer]).toEqual([400, pointer]);
    }
    expect((await decide(judge, "apl_00000000000000000000", "uphold")).body.code).toBe("not_found");
  });
});
