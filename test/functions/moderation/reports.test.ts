// Reports: who may report what, one pending each, limited per day; and the queue that groups and orders them.

import { beforeAll, describe, expect, it } from "vitest";
import {
  type Comment,
  type QueueEntry,
  REPORT_DETAIL_MAX_CHARACTERS,
  REPORTS_PER_DAY_MAX,
  type Report,
} from "../../../schema/contract/index.ts";
import { adapterInput, db, type Person, person, published } from "../cast.ts";
import {
  adapterKey,
  type Moderator,
  moderator,
  mustReport,
  notificationsOf,
  type Page,
  reportOf,
  userKey,
} from "./desk.ts";

let ada: Person;
let bob: Person;
let cleo: Person;
let mod: Moderator;
beforeAll(async () => {
  [ada, bob, cleo] = [await person("Ada"), await person("Bob"), await person("Cleo")];
  mod = await moderator("Maud");
  await published(ada, "fish");
});

describe("a report", () => {
  it("is stored with its text, and repeated while it is pending", async () => {
    const first = await reportOf(bob, { kind: "adapter", ref: "ada/fish" }, "likeness", "That is me.");
    expect([first.status, first.body.state, first.body.outcome]).toEqual([201, "pending", null]);
    expect(first.body.target).toMatchObject({ kind: "adapter", label: "ada/fish" });
    const second = await reportOf(bob, { kind: "adapter", ref: "ada/fish" }, "spam", "Again.");
    expect([second.status, second.body.id, second.body.detail]).toEqual([200, first.body.id, "That is me."]);
  });

  it("is stored once even if two are sent concurrently", async () => {
    await published(ada, "twin");
    const both = await Promise.all([1, 2].map(() => reportOf(cleo, { kind: "adapter", ref: "ada/twin" })));
    expect(both.map(({ status }) => status).sort()).toEqual([200, 201]);
    expect(new Set(both.map(({ body }) => body.id)).size).toBe(1);
  });

  it("may be about a comment and about a person", async () => {
    const comment = await ada.must<Comment>("POST", "/v1/adapters/ada/fish/comments", { body: "buy now" });
    const said = await reportOf(bob, { kind: "comment", id: comment.id });
    expect([said.status, said.body.target.label, said.body.target.place]).toEqual([
      201,
      "buy now",
      { kind: "adapter", ref: "ada/fish" },
    ]);
    const about = await reportOf(bob, { kind: "user", handle: "ada" }, "hate");
    expect([about.status, about.body.target.label]).toEqual([201, "@ada"]);
  });

  it("may be about a mix", async () => {
    await db()
      .prepare(
        `INSERT INTO mixes (id, owner_id, name, title, description, base_id, visibility, state, created_at, updated_at)
         SELECT 'mix_00000000000000000001', id, 'stew', 'Stew', '', 'cast-3', 'public', 'published', 0, 0 FROM users WHERE handle = 'ada'`,
      )
      .run();
    expect((await reportOf(bob, { kind: "mix", ref: "ada/stew" })).body.target.label).toBe("ada/stew");
  });

  it.each([
    ["a draft", { kind: "adapter", ref: "ada/shy" }],
    ["a private adapter", { kind: "adapter", ref: "ada/secret" }],
    ["nothing", { kind: "adapter", ref: "ada/none" }],
    ["a mix that is not there", { kind: "mix", ref: "ada/none" }],
    ["nobody", { kind: "user", handle: "nobody" }],
    ["a comment that is not there", { kind: "comment", id: "cmt_00000000000000000000" }],
  ])("is refused about content that the reporter cannot see: %s", async (_, target) => {
    await ada.ask("POST", "/v1/adapters", adapterInput("shy"));
    if ((await ada.ask("GET", "/v1/adapters/ada/secret")).status === 404) {
      await published(ada, "secret", { visibility: "private" });
    }
    const reply = await reportOf(bob, target as Record<string, string>);
    expect([reply.status, reply.body.code]).toEqual([404, "not_found"]);
    expect(reply.body.errors[0]?.pointer).toMatch(/^\/target\/(ref|handle|id)$/);
  });

  it("is refused about one's own content", async () => {
    const mine = await reportOf(ada, { kind: "adapter", ref: "ada/fish" });
    expect([mine.status, mine.body.errors[0]?.pointer]).toEqual([400, "/target"]);
    expect((await reportOf(ada, { kind: "user", handle: "ada" })).status).toBe(400);
  });

  it("is refused with another kind, an unknown reason or too long a text, with a pointer", async () => {
    const wrong = [
      [{ target: { kind: "collection", id: "x" }, reason: "spam" }, "/target/kind"],
      [{ target: { kind: "user", handle: "ada", id: "x" }, reason: "spam" }, "/target/id"],
      [{ target: { kind: "user", handle: "ada" }, reason: "ugly" }, "/reason"],
      [
        {
          target: { kind: "user", handle: "ada" },
          reason: "spam",
          detail: "x".repeat(REPORT_DETAIL_MAX_CHARACTERS + 1),
        },
        "/detail",
      ],
    ] as const;
    for (const [body, pointer] of wrong) {
      const reply = await bob.ask("POST", "/v1/reports", body);
      expect([reply.status, reply.body.errors[0]?.pointer]).toEqual([400, pointer]);
    }
    const longest = {
      target: { kind: "user", handle: "ada" },
      reason: "spam",
      detail: "x".repeat(REPORT_DETAIL_MAX_CHARACTERS),
    };
    expect((await cleo.ask("POST", "/v1/reports", longest)).status).toBe(201);
  });

  it("is limited per day, and states when the next is allowed", async () => {
    const eager = await person("Eager");
    const { id } = await userKey("eager");
    const old = db().prepare(
      "INSERT INTO reports VALUES (?, ?, 'user', ?, 'spam', '', 'dismissed', NULL, ?, NULL)",
    );
    const start = Date.now() - 23 * 3_600_000;
    const rows = Array.from({ length: REPORTS_PER_DAY_MAX - 1 }, (_, i) =>
      old.bind(`rep_${String(i).padStart(20, "0")}`, id, `usr_${i}`, start + i),
    );
    const yesterday = old.bind("rep_99999999999999999999", id, "usr_x", start - 2 * 3_600_000);
    await db().batch([...rows, yesterday]);
    expect((await reportOf(eager, { kind: "user", handle: "bob" })).status).toBe(201);
    const over = await reportOf(eager, { kind: "user", handle: "cleo" });
    expect([over.status, over.body.code]).toEqual([429, "quota_exceeded"]);
    const wait = Number(over.headers.get("retry-after"));
    expect(wait).toBeGreaterThan(3_500);
    expect(wait).toBeLessThanOrEqual(3_600);
    expect((await reportOf(eager, { kind: "user", handle: "bob" })).status).toBe(200);
  });

  it("notifies its author of the outcome, but not of the message to the owner", async () => {
    const nosy = await person("Nosy");
    await published(ada, "bait");
    await mustReport(nosy, { kind: "adapter", ref: "ada/bait" });
    await mod.mustDecide(await adapterKey("ada/bait"), "remove", { reason: "Between us." });
    const list = await nosy.ask<Page<Report>>("GET", "/v1/reports");
    expect(list.body.items[0]).toMatchObject({ state: "actioned", outcome: "remove" });
    expect(list.body.items[0]?.decided_at).not.toBeNull();
    expect(JSON.stringify(list.body)).not.toContain("Between us");
    const received = await notificationsOf("nosy", "report_decided");
    expect(received.map(({ data }) => data.outcome)).toEqual(["remove"]);
  });
});

describe("the queue", () => {
  it("groups reports by target, the most severe first, then the oldest", async () => {
    const [x, y] = [await person("Xeno"), await person("Yuri")];
    for (const name of ["first", "second", "third"]) await published(ada, name);
    await mustReport(x, { kind: "adapter", ref: "ada/first" }, "spam");
    await mustReport(x, { kind: "adapter", ref: "ada/second" }, "spam");
    await mustReport(x, { kind: "adapter", ref: "ada/third" }, "spam");
    await mustReport(y, { kind: "adapter", ref: "ada/third" }, "minor");
    const queue = await mod.queue("&kind=adapter");
    const labels = queue.map(({ target }) => target.label);
    expect(labels[0]).toBe("ada/third");
    expect(labels.indexOf("ada/first")).toBeLessThan(labels.indexOf("ada/second"));
    expect(queue[0]).toMatchObject({
      reports: 2,
      reasons: [
        { reason: "minor", count: 1 },
        { reason: "spam", count: 1 },
      ],
    });
    expect(queue.every(({ target }) => target.kind === "adapter")).toBe(true);
  });

  it.each([1, 2, 3, 100])("gives the same list at page size %i", async (limit) => {
    const whole = (await mod.queue()).map(({ target }) => target.id);
    expect(whole.length).toBeGreaterThan(4);
    const walked: string[] = [];
    let cursor = "";
    do {
      const page = await mod.mustAct<Page<QueueEntry>>("GET", `/v1/moderation/queue?limit=${limit}${cursor}`);
      walked.push(...page.items.map(({ target }) => target.id));
      cursor = page.next_cursor ? `&cursor=${page.next_cursor}` : "";
    } while (cursor);
    expect(walked).toEqual(whole);
  });

  it("loses an entry when its reports are closed, and gets it back by a new one", async () => {
    await published(ada, "odd");
    const key = await adapterKey("ada/odd");
    const report = await mustReport(bob, { kind: "adapter", ref: "ada/odd" });
    await mod.mustDecide(key, "dismiss");
    expect((await mod.queue()).some(({ target }) => target.id === key.id)).toBe(false);
    const again = await reportOf(bob, { kind: "adapter", ref: "ada/odd" });
    expect([again.status, again.body.id === report.id]).toEqual([201, false]);
    expect((await mod.queue()).some(({ target }) => target.id === key.id)).toBe(true);
  });
});
