// Profiles: what others see, what their owner may change, the picture of a person.

import { env } from "cloudflare:workers";
import { beforeAll, describe, expect, it } from "vitest";
import {
  type Account,
  AVATAR_MAX_BYTES,
  BIO_MAX_CHARACTERS,
  type Profile,
} from "../../../schema/contract/index.ts";
import { ask, type Person, person, png, published } from "../cast.ts";

let ada: Person;
let bob: Person;
beforeAll(async () => {
  [ada, bob] = [await person("Ada"), await person("Bob")];
});

const change = (who: Person, body: object) => who.ask<Account>("PATCH", "/v1/account/profile", body);
const seen = async (handle: string) => (await ask<Profile>("GET", `/v1/users/${handle}`)).body;
const codeOf = (reply: { body: unknown }) => (reply.body as { code: string }).code;

describe("a profile", () => {
  it("shows a person's public data and publications only", async () => {
    await published(ada, "open");
    await published(ada, "unlisted", { visibility: "unlisted" });
    await published(ada, "private", { visibility: "private" });
    await env.DB.prepare("UPDATE adapters SET uses = 3").run();
    await bob.must("PUT", "/v1/users/ada/follow");
    const profile = await seen("ada");
    expect(profile).toEqual({
      id: expect.stringMatching(/^usr_/),
      handle: "ada",
      name: "Ada",
      bio: "",
      avatar_url: null,
      joined_at: expect.any(String),
      adapters: 1,
      uses: 3,
      followers: 1,
    });
  });

  it("is 404 for an unknown handle", async () => {
    for (const handle of ["nobody", "No Body"])
      expect((await ask("GET", `/v1/users/${encodeURIComponent(handle)}`)).status).toBe(404);
  });

  it("is changed by its owner, within bounds, and never the handle", async () => {
    const done = await change(ada, {
      name: "  Ada L. ",
      bio: "I draw.",
      shown_ratings: ["sensitive", "sensitive"],
    });
    expect([done.status, done.body.name, done.body.bio, done.body.shown_ratings]).toEqual([
      ...[200, "Ada L.", "I draw."],
      ["sensitive"],
    ]);
    expect(await seen("ada")).toMatchObject({ name: "Ada L.", bio: "I draw." });
    for (const [body, pointer] of [
      [{ name: " " }, "/name"],
      [{ name: "x".repeat(81) }, "/name"],
      [{ bio: "x".repeat(BIO_MAX_CHARACTERS + 1) }, "/bio"],
      [{ handle: "operator" }, "/handle"],
      [{ shown_ratings: ["all"] }, "/shown_ratings/0"],
      [{}, ""],
    ] as const) {
      const refused = await change(ada, body);
      const [fault] = (refused.body as unknown as { errors: { pointer: string }[] }).errors;
      expect([refused.status, fault?.pointer]).toEqual([400, pointer]);
    }
  });

  it("refuses blocked terms", async () => {
    await env.DB.prepare(
      "INSERT INTO blocked_terms (scope, term, created_by_id, created_at) VALUES ('name', 'badword', 'usr_x', 0)",
    ).run();
    expect(codeOf(await change(ada, { bio: "a badword" }))).toBe("content_blocked");
  });
});

describe("the picture of a person", () => {
  it("is seen by everybody until it is replaced or taken away", async () => {
    const first = await ada.upload("avatar", await png(32, 32, 10), "image/png");
    const { avatar_url } = (await change(ada, { avatar_upload_id: first })).body;
    expect(avatar_url).toMatch(/\/v1\/images\/img_/);
    expect((await seen("ada")).avatar_url).toBe(avatar_url);
    const pathOf = (url: string | null) => new URL(url ?? "").pathname;
    expect((await ask("GET", pathOf(avatar_url))).status).toBe(200);
    const second = await ada.upload("avatar", await png(32, 32, 20), "image/png");
    const replaced = (await change(ada, { avatar_upload_id: second })).body.avatar_url;
    expect((await ask("GET", pathOf(avatar_url))).status).toBe(404);
    expect((await ask("GET", pathOf(replaced))).status).toBe(200);
    expect((await change(ada, { avatar_upload_id: null })).body.avatar_url).toBe(null);
    expect((await ask("GET", pathOf(replaced))).status).toBe(404);
  });

  it("is an upload of one's own, of the kind avatar, and small enough", async () => {
    const foreign = await bob.upload("avatar", await png(32, 32, 30), "image/png");
    expect(codeOf(await change(ada, { avatar_upload_id: foreign }))).toBe("upload_unknown");
    const preview = await ada.upload("preview", await png(32, 32, 40), "image/png");
    expect(codeOf(await change(ada, { avatar_upload_id: preview }))).toBe("upload_unknown");
    const announce = (size_bytes: number) =>
      ada.ask("POST", "/v1/uploads", {
        kind: "avatar",
        content_type: "image/png",
        size_bytes,
        sha256: "1".repeat(64),
      });
    const large = await announce(AVATAR_MAX_BYTES + 1);
    expect([large.body.code, large.body.errors[0]?.reason]).toEqual(["image_invalid", "too_many_bytes"]);
    expect((await announce(AVATAR_MAX_BYTES)).status).toBe(201);
  });
});
