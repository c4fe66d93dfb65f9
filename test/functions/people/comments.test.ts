// Comments: threads of one level, limited, editable for a quarter of an hour, hidden by those who may.

import { beforeAll, describe, expect, it } from "vitest";
import { allowedActs, type Reader } from "../../../functions/people/comment-list.ts";
import { mentionsIn } from "../../../functions/people/comments.ts";
import { excerptOf } from "../../../schema/contract/cut-text.ts";
import type { Reply as Answer, Comment, NotificationPage, Problem } from "../../../schema/contract/index.ts";
import {
  COMMENT_EDIT_SECONDS,
  COMMENT_MAX_CHARACTERS,
  COMMENTS_PER_HOUR_MAX,
  MENTIONS_MAX,
} from "../../../schema/contract/limits.ts";
import type { CommentRow } from "../../../schema/tables.ts";
import { ask, db, type Page, type Person, person, published } from "../cast.ts";

let ada: Person;
let bob: Person;
let cleo: Person;
beforeAll(async () => {
  [ada, bob, cleo] = [await person("Ada"), await person("Bob"), await person("Cleo")];
  for (const name of ["talk", "walk", "rules", "hidden", "heard", "aged"]) await published(ada, name);
});

const say = (who: Person, name: string, body: string, parent_id?: string) =>
  who.must<Comment>("POST", `/v1/adapters/ada/${name}/comments`, { body, ...(parent_id && { parent_id }) });
const threads = async (name: string, who?: Person) =>
  (
    await (who?.ask<Page<Comment>>("GET", `/v1/adapters/ada/${name}/comments`) ??
      ask<Page<Comment>>("GET", `/v1/adapters/ada/${name}/comments`))
  ).body;
const countOf = async (name: string) =>
  (await ask<{ comments: number }>("GET", `/v1/adapters/ada/${name}`)).body.comments;

describe("a thread", () => {
  it("shows a comment with its three newest answers and how many there are", async () => {
    const top = await say(bob, "talk", "  Lovely <b>work</b>  ");
    expect([top.body, top.author.handle, top.state, top.reply_count]).toEqual([
      "Lovely <b>work</b>",
      "bob",
      "visible",
      0,
    ]);
    for (let i = 1; i <= 5; i++) await say(i % 2 ? ada : cleo, "talk", `answer ${i}`, top.id);
    const [seen] = (await threads("talk")).items;
    expect([seen?.reply_count, seen?.replies.map(({ body }) => body)]).toEqual([
      5,
      ["answer 5", "answer 4", "answer 3"],
    ]);
    const walked: string[] = [];
    let cursor: string | null = null;
    do {
      const at: string = cursor === null ? "" : `&cursor=${cursor}`;
      const page: Page<Answer> = (
        await ask<Page<Answer>>("GET", `/v1/comments/${top.id}/replies?limit=2${at}`)
      ).body;
      walked.push(...page.items.map(({ body }) => body));
      cursor = page.next_cursor;
    } while (cursor !== null);
    expect(walked).toEqual([5, 4, 3, 2, 1].map((i) => `answer ${i}`));
    expect(await countOf("talk")).toBe(6);
  });

  it("is listed newest first while others write", async () => {
    for (let i = 0; i < 5; i++) await say(cleo, "walk", `say ${i}`);
    for (const limit of [1, 2, 100]) {
      const walked: string[] = [];
      let cursor: string | null = null;
      do {
        const at: string = cursor === null ? "" : `&cursor=${cursor}`;
        const page: Page<Comment> = (
          await ask<Page<Comment>>("GET", `/v1/adapters/ada/walk/comments?limit=${limit}${at}`)
        ).body;
        walked.push(...page.items.map(({ body }) => body));
        if (cursor === null) await say(ada, "walk", `late ${limit}`);
        cursor = page.next_cursor;
      } while (cursor !== null);
      expect(walked.filter((body) => body.startsWith("say"))).toEqual([4, 3, 2, 1, 0].map((i) => `say ${i}`));
      expect(new Set(walked).size).toBe(walked.length);
    }
  });

  it("refuses an answer to an answer, to another thread's comment, and to nothing", async () => {
    const top = await say(bob, "rules", "top");
    const answer = await say(cleo, "rules", "answer", top.id);
    const [elsewhere] = (await threads("talk")).items;
    for (const parent_id of [answer.id, elsewhere?.id, "cmt_00000000000000000000"]) {
      const reply = await bob.ask("POST", "/v1/adapters/ada/rules/comments", { body: "no", parent_id });
      expect([reply.status, reply.body.errors[0]?.pointer]).toEqual([400, "/parent_id"]);
    }
  });

  it("refuses empty, too long and blocked texts, and accepts the longest allowed", async () => {
    const refused = async (body: string) => bob.ask("POST", "/v1/adapters/ada/rules/comments", { body });
    expect((await refused("   ")).body.errors[0]?.pointer).toBe("/body");
    expect((await refused("x".repeat(COMMENT_MAX_CHARACTERS + 1))).status).toBe(400);
    expect((await say(bob, "rules", "x".repeat(COMMENT_MAX_CHARACTERS))).body.length).toBe(
      COMMENT_MAX_CHARACTERS,
    );
    await db().prepare("INSERT INTO blocked_terms VALUES ('name', 'grobian', 'usr_x', 0)").run();
    const blocked = await refused("You are a Grobian!");
    expect([blocked.status, blocked.body.code, blocked.body.errors[0]?.pointer]).toEqual([
      422,
      "content_blocked",
      "/body",
    ]);
  });

  it("limits comments per hour and states when the next is allowed", async () => {
    const noisy = await person("Noisy");
    const replies: { status: number; body: Problem; headers: Headers }[] = [];
    for (let i = 0; i <= COMMENTS_PER_HOUR_MAX; i++) {
      replies.push(await noisy.ask("POST", "/v1/adapters/ada/aged/comments", { body: `${i}` }));
    }
    expect(replies.filter(({ status }) => status === 201).length).toBe(COMMENTS_PER_HOUR_MAX);
    const last = replies.at(-1);
    expect([last?.status, last?.body.code]).toEqual([429, "quota_exceeded"]);
    const wait = Number(last?.headers.get("retry-after"));
    expect(wait).toBeGreaterThan(3_500);
    expect(wait).toBeLessThanOrEqual(3_600);
    // Deleting does not buy new ones, time does.
    const [newest] = (await threads("aged", noisy)).items;
    await noisy.must("DELETE", `/v1/comments/${newest?.id}`);
    expect((await noisy.ask("POST", "/v1/adapters/ada/aged/comments", { body: "x" })).status).toBe(429);
    await db().prepare("UPDATE comments SET created_at = created_at - 3600000 WHERE body = '0'").run();
    expect((await noisy.ask("POST", "/v1/adapters/ada/aged/comments", { body: "x" })).status).toBe(201);
  });
});

describe("an author", () => {
  it("may edit a comment for a quarter of an hour, and nobody else may", async () => {
    const mine = await say(bob, "rules", "tpyo");
    expect((await cleo.ask("PATCH", `/v1/comments/${mine.id}`, { body: "hers" })).body.code).toBe(
      "not_granted",
    );
    const edited = await bob.must<Comment>("PATCH", `/v1/comments/${mine.id}`, { body: "typo" });
    expect([edited.body, edited.edited_at !== null, edited.allowed]).toEqual([
      "typo",
      true,
      ["reply", "edit", "delete"],
    ]);
    await db()
      .prepare("UPDATE comments SET created_at = created_at - ? WHERE id = ?")
      .bind(COMMENT_EDIT_SECONDS * 1000, mine.id)
      .run();
    expect((await bob.ask("PATCH", `/v1/comments/${mine.id}`, { body: "late" })).body.code).toBe(
      "not_granted",
    );
  });

  it("deletes a comment; its placeholder stays only while it has answers", async () => {
    const [alone, asked] = [await say(bob, "heard", "alone"), await say(bob, "heard", "asked")];
    const answer = await say(ada, "heard", "answered", asked.id);
    expect((await cleo.ask("DELETE", `/v1/comments/${asked.id}`)).body.code).toBe("not_granted");
    for (const { id } of [alone, asked]) await bob.must("DELETE", `/v1/comments/${id}`);
    const seen = (await threads("heard")).items;
    expect(seen.map(({ id, body, state, allowed }) => [id, body, state, allowed])).toEqual([
      [asked.id, "", "deleted", []],
    ]);
    expect((await ask<Page<Answer>>("GET", `/v1/comments/${asked.id}/replies`)).body.items.length).toBe(1);
    expect((await db().prepare("SELECT body FROM comments WHERE id = ?").bind(asked.id).first())?.body).toBe(
      "",
    );
    expect(await countOf("heard")).toBe(1);
    await ada.must("DELETE", `/v1/comments/${answer.id}`);
    expect((await threads("heard")).items).toEqual([]);
    expect(await countOf("heard")).toBe(0);
    expect((await bob.ask("DELETE", `/v1/comments/${asked.id}`)).status).toBe(404);
  });
});

describe("hiding", () => {
  it("is for the adapter's owner; the author still reads it, others do not, and it can be shown again", async () => {
    const rude = await say(bob, "hidden", "rude");
    expect((await cleo.ask("POST", `/v1/comments/${rude.id}/hide`, {})).body.code).toBe("not_granted");
    expect((await bob.ask("POST", `/v1/comments/${rude.id}/hide`, {})).body.code).toBe("not_granted");
    const hidden = await ada.must<Comment>("POST", `/v1/comments/${rude.id}/hide`, {});
    expect([hidden.state, hidden.body, hidden.allowed]).toEqual(["hidden", "rude", ["unhide"]]);
    expect((await threads("hidden")).items).toEqual([]);
    expect((await threads("hidden", cleo)).items).toEqual([]);
    expect((await threads("hidden", bob)).items.map(({ body, state }) => [body, state])).toEqual([
      ["rude", "hidden"],
    ]);
    expect(await countOf("hidden")).toBe(0);
    await ada.must("POST", `/v1/comments/${rude.id}/unhide`, {});
    expect((await threads("hidden")).items.map(({ body }) => body)).toEqual(["rude"]);
    expect(await countOf("hidden")).toBe(1);
  });

  it("keeps answers under a hidden comment, without its text", async () => {
    const top = await say(bob, "hidden", "provocation");
    await say(cleo, "hidden", "calm", top.id);
    await ada.must("POST", `/v1/comments/${top.id}/hide`, {});
    const seen = (await threads("hidden", cleo)).items.find(({ id }) => id === top.id);
    expect([seen?.state, seen?.body, seen?.replies.map(({ body }) => body)]).toEqual([
      "hidden",
      "",
      ["calm"],
    ]);
  });

  it("by a moderator cannot be undone by the owner", async () => {
    const spam = await say(bob, "hidden", "spam");
    await db().prepare("UPDATE comments SET state = 'hidden' WHERE id = ?").bind(spam.id).run();
    expect((await ada.ask("POST", `/v1/comments/${spam.id}/unhide`, {})).body.code).toBe("not_granted");
    expect((await bob.ask("PATCH", `/v1/comments/${spam.id}`, { body: "better" })).status).toBe(200);
    expect((await threads("hidden")).items.map(({ id }) => id)).not.toContain(spam.id);
  });
});

describe("being notified", () => {
  it("reaches the answered person, the owner and those mentioned, each once", async () => {
    const dan = await person("Dan");
    const notified = async (who: Person) =>
      (await who.must<NotificationPage>("GET", "/v1/account/notifications?limit=100")).items
        .filter((n) => n.target?.ref === "ada/aged" && n.actor?.handle !== "noisy")
        .map((n) => [n.kind, n.actor?.handle, n.excerpt]);
    const top = await say(dan, "aged", "What a find, @cleo and @ada!");
    expect(await notified(ada)).toEqual([["comment", "dan", top.body]]);
    expect(await notified(cleo)).toEqual([["mention", "dan", top.body]]);
    await say(ada, "aged", "Thank you @dan", top.id);
    expect(await notified(dan)).toEqual([["reply", "ada", "Thank you @dan"]]);
    expect((await notified(ada)).length).toBe(1);
    await ada.must("POST", `/v1/comments/${top.id}/hide`, {});
    expect(await notified(cleo)).toEqual([["mention", "dan", null]]);
  });

  it("finds mentioned handles, up to a limit", () => {
    expect(mentionsIn("@ada, (@Bob) @ada x@y.z a/@b @-no @cleo-2.")).toEqual(["ada", "bob", "cleo-2"]);
    expect(mentionsIn(Array.from({ length: 9 }, (_, i) => `@p${i}`).join(" ")).length).toBe(MENTIONS_MAX);
  });

  it("cuts an excerpt between characters", () => {
    expect(excerptOf(" a\n b ", 140)).toBe("a b");
    expect(excerptOf("😀".repeat(200), 140)).toBe(`${"😀".repeat(139)}…`);
    expect(excerptOf(`ab ${"👩‍🚀".repeat(9)}`, 10)).toBe("ab 👩‍🚀👩‍🚀…");
  });
});

it("offers a reader only actions that the routes allow", () => {
  const row: CommentRow = {
    id: "cmt_c",
    targetId: "adp_a",
    body: "",
    editedAt: null,
    authorId: "usr_a",
    parentId: null,
    state: "visible",
    hiddenById: null,
    createdAt: 0,
  };
  const reader = (id: string | null, ownsTarget: boolean, now: number): Reader => ({
    caller: id === null ? null : ({ id } as Reader["caller"]),
    ownsTarget,
    seesHidden: ownsTarget,
    origin: "",
    now,
  });
  expect(allowedActs(reader(null, false, 0), row)).toEqual([]);
  expect(allowedActs(reader("usr_a", false, 0), row)).toEqual(["reply", "edit", "delete"]);
  expect(allowedActs(reader("usr_a", false, COMMENT_EDIT_SECONDS * 1000), row)).toEqual(["reply", "delete"]);
  expect(allowedActs(reader("usr_b", true, 0), row)).toEqual(["reply", "hide"]);
  expect(allowedActs(reader("usr_b", false, 0), { ...row, parentId: "cmt_p" })).toEqual([]);
  expect(allowedActs(reader("usr_b", true, 0), { ...row, state: "hidden", hiddenById: "usr_b" })).toEqual([
    "unhide",
  ]);
});
