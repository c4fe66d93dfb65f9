// Requests that race with the deletion of their account: the caller was read before it, the row is written after it. Nothing is left, and the
// answer is that of a caller who is gone. test/structure/deleted-accounts.test.ts asks it of every table.

import { drizzle } from "drizzle-orm/d1";
import { beforeAll, describe, expect, it } from "vitest";
import { findOwnAdapter, patchAdapter } from "../../../functions/catalog/adapters.ts";
import { refusalOf } from "../../../functions/lib/problem.ts";
import { Refusal } from "../../../functions/lib/refusal.ts";
import { createCollection } from "../../../functions/people/collections.ts";
import { writeComment } from "../../../functions/people/comments.ts";
import { deleteAccount } from "../../../functions/people/deletion.ts";
import { follow } from "../../../functions/people/follows.ts";
import { like } from "../../../functions/people/likes.ts";
import { changeProfile } from "../../../functions/people/profile.ts";
import { findTarget, type Target } from "../../../functions/people/targets.ts";
import type { Caller } from "../../../functions/rights/rights.ts";
import type { OwnedAdapter } from "../../../schema/tables.ts";
import { db as database, type Person, person, published } from "../cast.ts";

const db = () => drizzle(database());
const now = Date.now();
let friend: Person;
let gone: Caller;
let here: Caller;
let target: Target;
let own: OwnedAdapter;

const callerOf = async (handle: string) => {
  const row = await database()
    .prepare("SELECT id, handle, email FROM users WHERE handle = ?")
    .bind(handle)
    .first();
  return { ...row, scopes: ["read", "write", "publish"] } as unknown as Caller;
};
const found = <T>(value: T | Refusal): T => {
  if (value instanceof Refusal) throw new Error(value.detail);
  return value;
};

beforeAll(async () => {
  friend = await person("Friend");
  await published(friend, "liked");
  const leaver = await person("Gone");
  await published(leaver, "left");
  [gone, here] = [await callerOf("gone"), await callerOf("friend")];
  target = found(await findTarget({ db: db(), caller: gone }, "adapter", "friend", "liked"));
  own = found(await findOwnAdapter(db(), gone, "gone", "left"));
  await deleteAccount(db(), gone, "gone", now);
});

const refused = (work: Promise<unknown>) =>
  work.then(
    () => "done",
    (error) => refusalOf(error).code,
  );

describe("a request of an account that is deleted meanwhile", () => {
  it("leaves no like, comment, collection or follow", async () => {
    const input = { name: "c", title: "C", description: "", visibility: "public" } as const;
    const works = [
      like(db(), gone, target, now),
      writeComment({ db: db(), caller: gone, now }, target, { body: "Late" }),
      createCollection(db(), gone, input, now),
      follow(db(), gone, here, now),
    ];
    expect(await Promise.all(works.map(refused))).toEqual(works.map(() => "auth_required"));
    const left = await database()
      .prepare(
        `SELECT (SELECT count(*) FROM likes) AS likes, (SELECT count(*) FROM comments) AS comments,
         (SELECT count(*) FROM collections) AS collections, (SELECT count(*) FROM follows) AS follows,
         (SELECT count(*) FROM notifications WHERE actor_id = ?1) AS notes, (SELECT likes FROM adapters WHERE id = ?2) AS counted`,
      )
      .bind(gone.id, target.id)
      .first();
    expect(left).toEqual({ likes: 0, comments: 0, collections: 0, follows: 0, notes: 0, counted: 0 });
  });

  it("writes no name, text or description again", async () => {
    const works = [
      changeProfile(db(), gone, { name: "Zanzibar", bio: "Zanzibar" }, now),
      patchAdapter(db(), own, { description: "Zanzibar" }, now),
    ];
    expect(await Promise.all(works.map(refused))).toEqual(["auth_required", "auth_required"]);
    const rows = await database()
      .prepare(
        "SELECT u.name, u.bio, a.description FROM users u JOIN adapters a ON a.owner_id = u.id WHERE u.id = ?",
      )
      .bind(gone.id)
      .first();
    expect(rows).toEqual({ name: "Deleted account", bio: "", description: "" });
  });

  it("is distinguished from following somebody who has just left", async () => {
    expect(await refused(follow(db(), here, gone, now))).toBe("not_found");
  });
});
