// The notification of an adapter's owner about pictures that others share with it: one an adapter and day, whose count follows the pictures.

import { env } from "cloudflare:workers";
import { drizzle } from "drizzle-orm/d1";
import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import { newId } from "../../../functions/lib/ids.ts";
import { deleteAccount } from "../../../functions/people/deletion.ts";
import type { Caller } from "../../../functions/rights/rights.ts";
import type { NotificationPage } from "../../../schema/contract/index.ts";
import { empty, Machine, type Person, person, published } from "../cast.ts";
import { drawn, mustShare, share } from "../compose/picture-cast.ts";

let ada: Person;
let bob: Person;
let cleo: Person;
let machine: Machine;
beforeAll(async () => {
  [ada, bob, cleo] = [await person("Ada"), await person("Bob"), await person("Cleo")];
  machine = await Machine.register(await person("Operator"));
  for (const name of ["eve", "ida"]) await published(ada, name);
  await published(bob, "dog");
});
beforeEach(() => empty("pictures", "picture_members", "notifications"));

const notices = async (who: Person) => {
  const { items } = await who.must<NotificationPage>("GET", "/v1/account/notifications");
  return items.filter(({ kind }) => kind === "picture_shared");
};
/** Who, of how many, with what, and whether it was read. */
const notified = async (who: Person) =>
  (await notices(who))
    .map(({ actor, data, target, read_at }) => [
      target?.ref,
      data.count,
      actor?.handle ?? null,
      read_at !== null,
    ])
    .sort();
const shareNew = async (by: Person, ...refs: string[]) => mustShare(by, await drawn(by, machine, refs));
const readAll = (who: Person) => who.must("POST", "/v1/account/notifications/read", { all: true });

describe("the owner of an adapter", () => {
  it("is notified of others' pictures with it, in one notification, and never of their own", async () => {
    await shareNew(ada, "ada/eve");
    expect([await notified(ada), await notified(bob)]).toEqual([[], []]);
    await shareNew(bob, "ada/eve", "bob/dog");
    expect(await notified(ada)).toEqual([["ada/eve", 1, "bob", false]]);
    await shareNew(bob, "ada/eve");
    expect(await notified(ada)).toEqual([["ada/eve", 2, "bob", false]]);
    // Of several people nobody is named.
    await shareNew(cleo, "ada/eve", "bob/dog");
    expect(await notified(ada)).toEqual([["ada/eve", 3, null, false]]);
    expect(await notified(bob)).toEqual([["bob/dog", 1, "cleo", false]]);
    expect((await notices(ada))[0]?.data.day).toBe(new Date().toISOString().slice(0, 10));
  });

  it("is notified of each adapter, and of a picture once, however many versions are in it", async () => {
    const { id: first } = await published(bob, "twice");
    const picture = await shareNew(cleo, "ada/eve", "ada/ida", "bob/twice");
    expect(await notified(ada)).toEqual([
      ["ada/eve", 1, "cleo", false],
      ["ada/ida", 1, "cleo", false],
    ]);
    await env.DB.prepare(
      "INSERT INTO picture_members (picture_id, adapter_id, version_id) SELECT picture_id, adapter_id, ?1 FROM picture_members WHERE version_id = ?2",
    )
      .bind(newId("ver", 1), first)
      .run();
    expect(await notified(bob)).toEqual([["bob/twice", 1, "cleo", false]]);
    await cleo.ask("DELETE", `/v1/pictures/${picture.id}`);
    expect([await notified(ada), await notified(bob)]).toEqual([[], []]);
  });

  it("is notified anew once it was read, and on another day", async () => {
    await shareNew(bob, "ada/eve");
    await env.DB.prepare("UPDATE notifications SET data = json_set(data, '$.day', '2020-01-01')").run();
    await shareNew(bob, "ada/eve");
    expect(await notified(ada)).toEqual([
      ["ada/eve", 1, "bob", false],
      ["ada/eve", 1, "bob", false],
    ]);
    await readAll(ada);
    await shareNew(bob, "ada/eve");
    await shareNew(bob, "ada/eve");
    expect(await notified(ada)).toEqual([
      ["ada/eve", 1, "bob", true],
      ["ada/eve", 1, "bob", true],
      ["ada/eve", 2, "bob", false],
    ]);
  });

  it("is notified once where twenty are shared at once", async () => {
    const images: string[] = [];
    for (let i = 0; i < 5; i++) images.push(await drawn(bob, machine, ["ada/eve"]));
    await Promise.all(
      images.flatMap((id) => [share(bob, id), share(bob, id), share(bob, id), share(bob, id)]),
    );
    expect(await notified(ada)).toEqual([["ada/eve", 5, "bob", false]]);
  });
});

describe("a picture that is taken away", () => {
  it("leaves the count of the notification that had it, read or not, and the last one takes it along", async () => {
    const [one, two] = [await shareNew(bob, "ada/eve"), await shareNew(bob, "ada/eve")];
    await readAll(ada);
    const three = await shareNew(bob, "ada/eve");
    const withdraw = ({ id }: { id: string }) => bob.ask("DELETE", `/v1/pictures/${id}`);
    await withdraw(one);
    expect(await notified(ada)).toEqual([
      ["ada/eve", 1, "bob", false],
      ["ada/eve", 1, "bob", true],
    ]);
    await withdraw(two);
    expect(await notified(ada)).toEqual([["ada/eve", 1, "bob", false]]);
    await withdraw(three);
    await withdraw(three);
    expect(await notices(ada)).toEqual([]);
    expect((await ada.must<NotificationPage>("GET", "/v1/account/notifications")).unread_count).toBe(0);
  });

  it("is counted again where it is shared again, or restored", async () => {
    const image = await drawn(bob, machine, ["ada/eve"]);
    const { id } = await mustShare(bob, image);
    await shareNew(bob, "ada/eve");
    await bob.ask("DELETE", `/v1/pictures/${id}`);
    expect(await notified(ada)).toEqual([["ada/eve", 1, "bob", false]]);
    await mustShare(bob, image);
    expect(await notified(ada)).toEqual([["ada/eve", 2, "bob", false]]);
    const set = (state: string) =>
      env.DB.prepare("UPDATE pictures SET state = ? WHERE id = ?").bind(state, id).run();
    await set("removed");
    expect(await notified(ada)).toEqual([["ada/eve", 1, "bob", false]]);
    await set("published");
    expect(await notified(ada)).toEqual([["ada/eve", 2, "bob", false]]);
    await mustShare(bob, image);
    expect(await notified(ada)).toEqual([["ada/eve", 2, "bob", false]]);
  });

  it("goes with its owner's account, and the others stay", async () => {
    const dan = await person("Dan");
    await shareNew(dan, "ada/eve");
    await shareNew(cleo, "ada/eve");
    await shareNew(dan, "ada/ida");
    const caller = await env.DB.prepare("SELECT id, handle FROM users WHERE handle = 'dan'").first<Caller>();
    if (!caller) throw new Error("Dan has no account");
    await deleteAccount(drizzle(env.DB), caller, "dan", Date.now());
    expect(await notified(ada)).toEqual([["ada/eve", 1, null, false]]);
  });
});

describe("what is not public", () => {
  it("is in no notification: a refused picture notifies nobody, and a hidden adapter is named to its owner alone", async () => {
    await published(ada, "secret", { visibility: "private" });
    expect((await share(ada, await drawn(ada, machine, ["ada/secret", "bob/dog"]))).status).toBe(422);
    expect(await notified(bob)).toEqual([]);
    await shareNew(cleo, "ada/eve", "bob/dog");
    await env.DB.prepare("UPDATE adapters SET visibility = 'private' WHERE name = 'eve'").run();
    const texts = JSON.stringify(await notices(bob));
    expect(texts).toContain("bob/dog");
    expect(texts).not.toContain("eve");
    expect(await notified(ada)).toEqual([["ada/eve", 1, "cleo", false]]);
    await env.DB.prepare("UPDATE adapters SET visibility = 'public' WHERE name = 'eve'").run();
  });
});
