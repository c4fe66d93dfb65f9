// The audit log, roles and the list of blocked terms: every action is recorded and stays.

import { beforeAll, describe, expect, it } from "vitest";
import type { BlockedTerm, ModerationAction, Problem } from "../../../schema/contract/index.ts";
import { BLOCKED_TERM_MAX_WORDS, BLOCKED_TERMS_MAX } from "../../../schema/contract/index.ts";
import { adapterInput, db, type Person, person, published } from "../cast.ts";
import { adapterKey, type Moderator, moderator, type Page, userKey } from "./desk.ts";

let ada: Person;
/** Named in MODERATOR_EMAILS of the test's settings. */
let root: Moderator;
let mod: Moderator;
beforeAll(async () => {
  ada = await person("Ada");
  root = await moderator("Moderator");
  mod = await moderator("Maud");
});

const log = async (who: Moderator, query = "") =>
  (await who.mustAct<Page<ModerationAction>>("GET", `/v1/moderation/actions?limit=100${query}`)).items;

describe("the audit log", () => {
  it("cannot be changed or deleted, not even by SQL", async () => {
    await published(ada, "logged");
    await mod.mustDecide(await adapterKey("ada/logged"), "rate", {
      rating: "sensitive",
      reason: "As it is.",
    });
    await expect(db().prepare("UPDATE moderation_actions SET reason = 'else'").run()).rejects.toThrow(
      "never changed",
    );
    await expect(db().prepare("DELETE FROM moderation_actions").run()).rejects.toThrow("never changed");
    await expect(
      db().prepare("REPLACE INTO moderation_actions SELECT * FROM moderation_actions").run(),
    ).rejects.toThrow("never changed");
    expect((await log(mod)).map(({ reason }) => reason)).toEqual(["As it is."]);
  });

  it("records who did what to whom, and is filtered by target and moderator", async () => {
    await published(ada, "two");
    const key = await adapterKey("ada/two");
    await mod.mustDecide(key, "remove", { ground: "spam", reason: "One." });
    await root.mustDecide(key, "restore", { reason: "Two." });
    expect(await log(mod, `&target=${key.id}`)).toMatchObject([
      { kind: "restore", moderator: "moderator", subject: "ada", reason: "Two.", ground: null },
      {
        kind: "remove",
        moderator: "maud",
        subject: "ada",
        reason: "One.",
        ground: "spam",
        target: { label: "ada/two" },
      },
    ]);
    const mine = await log(mod, "&moderator=moderator");
    expect(mine.length).toBeGreaterThan(0);
    expect(mine.every((action) => action.moderator === "moderator")).toBe(true);
    expect(await log(mod, "&moderator=nobody")).toEqual([]);
  });

  it.each([1, 2])("gives the same list at page size %i", async (limit) => {
    const whole = (await log(mod)).map(({ id }) => id);
    const walked: string[] = [];
    let cursor = "";
    do {
      const page = await mod.mustAct<Page<ModerationAction>>(
        "GET",
        `/v1/moderation/actions?limit=${limit}${cursor}`,
      );
      walked.push(...page.items.map(({ id }) => id));
      cursor = page.next_cursor ? `&cursor=${page.next_cursor}` : "";
    } while (cursor);
    expect([walked, walked.length > 2]).toEqual([whole, true]);
  });
});

describe("the role of a moderator", () => {
  const change = (who: Moderator, handle: string, role: string) =>
    who.act<Problem>("POST", "/v1/moderation/roles", { handle, role, reason: "Trusted." });

  it("is granted and revoked only by accounts named in the settings", async () => {
    const nina = await moderator("Nina");
    await db().prepare("UPDATE users SET role = 'user' WHERE handle = 'nina'").run();
    const refused = await change(mod, "nina", "moderator");
    expect([refused.status, refused.body.code]).toEqual([403, "not_granted"]);
    expect((await nina.act("GET", "/v1/moderation/queue")).body.code).toBe("not_granted");
    expect((await change(root, "nina", "moderator")).status).toBe(200);
    expect((await nina.act("GET", "/v1/moderation/queue")).status).toBe(200);
    expect((await change(root, "nina", "moderator")).status).toBe(200);
    expect((await change(root, "nina", "user")).status).toBe(200);
    expect((await nina.act("GET", "/v1/moderation/queue")).status).toBe(403);
    const entries = await log(root, `&target=${(await userKey("nina")).id}`);
    expect(entries.map(({ kind, data, reason }) => [kind, data.role, reason])).toEqual([
      ["set_role", "user", "Trusted."],
      ["set_role", "moderator", "Trusted."],
    ]);
  });

  it("is not granted to oneself, to nobody, or to a suspended account", async () => {
    expect((await change(root, "moderator", "user")).body.code).toBe("not_granted");
    expect((await change(root, "nobody", "moderator")).body.errors[0]?.pointer).toBe("/handle");
    await person("Sid");
    await mod.mustDecide(await userKey("sid"), "suspend");
    expect((await change(root, "sid", "moderator")).body.code).toBe("version_state");
  });

  it("does not come from a listed address that nobody has verified", async () => {
    await db().prepare("UPDATE users SET email_verified = 0 WHERE handle = 'moderator'").run();
    expect((await change(root, "nina", "moderator")).body.code).toBe("not_granted");
    await db().prepare("UPDATE users SET email_verified = 1 WHERE handle = 'moderator'").run();
  });

  it("is not available to a key", async () => {
    const reply = await mod.ask("GET", "/v1/moderation/queue");
    expect([reply.status, reply.body.code]).toEqual([403, "session_required"]);
  });
});

describe("the list of blocked terms", () => {
  const PATH = "/v1/moderation/blocked-terms";
  const block = (term: string, scope = "name") =>
    mod.act<BlockedTerm & Problem>("POST", PATH, { scope, term, reason: "Unwanted." });
  const terms = async (scope = "name") =>
    (await mod.mustAct<Page<BlockedTerm>>("GET", `${PATH}?scope=${scope}&limit=100`)).items.map(
      ({ term }) => term,
    );

  it("stores a normalised term once, with immediate effect", async () => {
    const made = await block("  Slug-BAIT ");
    expect([made.status, made.body.term, made.body.created_by]).toEqual([201, "slug bait", "maud"]);
    expect((await block("slug bait")).status).toBe(200);
    const title = { title: "My slug, bait" };
    expect((await ada.ask("POST", "/v1/adapters", adapterInput("baited", title))).body.code).toBe(
      "content_blocked",
    );
    expect((await mod.act("DELETE", `${PATH}/name/${encodeURIComponent("slug bait")}`)).status).toBe(204);
    expect((await mod.act("DELETE", `${PATH}/name/${encodeURIComponent("slug bait")}`)).status).toBe(404);
    expect((await ada.ask("POST", "/v1/adapters", adapterInput("baited", title))).status).toBe(201);
    const entries = (await log(mod)).filter(({ target }) => target.kind === "term");
    expect(entries.map(({ kind, target }) => [kind, target.label])).toEqual([
      ["unblock_term", "slug bait"],
      ["block_term", "slug bait"],
    ]);
  });

  it("lists each scope separately, in alphabetical order, page by page", async () => {
    for (const term of ["worm", "leech", "snail"]) await block(term);
    await block("thorn", "prompt");
    expect([await terms(), await terms("prompt")]).toEqual([["leech", "snail", "worm"], ["thorn"]]);
    const page = await mod.mustAct<Page<BlockedTerm>>("GET", `${PATH}?scope=name&limit=2`);
    const rest = await mod.mustAct<Page<BlockedTerm>>(
      "GET",
      `${PATH}?scope=name&limit=2&cursor=${page.next_cursor}`,
    );
    expect([page.items.length, rest.items.map(({ term }) => term)]).toEqual([2, ["worm"]]);
  });

  it("refuses a term that can match nothing", async () => {
    for (const term of ["!?", "a b c d e f".slice(0, 2 * BLOCKED_TERM_MAX_WORDS + 1), "x".repeat(65)]) {
      const reply = await block(term);
      expect([term, reply.status, reply.body.errors[0]?.pointer]).toEqual([term, 400, "/term"]);
    }
  });

  it("is limited in length", async () => {
    const row = db().prepare("INSERT INTO blocked_terms VALUES ('prompt', ?, 'usr_0', 0)");
    const have = (await terms("prompt")).length;
    const more = Array.from({ length: BLOCKED_TERMS_MAX - have }, (_, i) => row.bind(`filler${i}`));
    for (let i = 0; i < more.length; i += 1_000) await db().batch(more.slice(i, i + 1_000));
    const over = await block("onemore", "prompt");
    expect([over.status, over.body.code]).toEqual([429, "quota_exceeded"]);
    expect((await block("thorn", "prompt")).status).toBe(200);
  });
});
