// Shared pictures at the moderators' desk: reported, seen, rated, removed and restored as mixes and adapters are, and their bytes.

import { env } from "cloudflare:workers";
import { beforeAll, describe, expect, it } from "vitest";
import type { Report, SharedPicture } from "../../../schema/contract/index.ts";
import { ask, Machine, type Person, person, published } from "../cast.ts";
import { drawn, idsOf, mustShare, share } from "../compose/picture-cast.ts";
import {
  decisionsAbout,
  type Key,
  type Moderator,
  moderator,
  mustReport,
  type Page,
  reportOf,
} from "./desk.ts";

let ada: Person;
let bob: Person;
let mod: Moderator;
let second: Moderator;
let machine: Machine;
beforeAll(async () => {
  [ada, bob] = [await person("Ada"), await person("Bob")];
  [mod, second] = [await moderator("Maud"), await moderator("Second")];
  machine = await Machine.register(await person("Operator"));
  await published(ada, "eve");
});

/** A fresh one of Ada's: the generated picture, and the shared one. */
async function shared(): Promise<{ source: string; picture: SharedPicture; key: Key }> {
  const source = await drawn(ada, machine, ["ada/eve"], { prompt: "<eve> smiling broadly" });
  const picture = await mustShare(ada, source);
  return { source, picture, key: { kind: "picture", id: picture.id } };
}
const statusOf = async ({ image }: SharedPicture) => (await ask("GET", new URL(image.url).pathname)).status;
const rowsOf = async (...ids: string[]) =>
  (
    await env.DB.prepare("SELECT id FROM images WHERE id IN (SELECT value FROM json_each(?))")
      .bind(JSON.stringify(ids))
      .all()
  ).results.length;

describe("a report of a shared picture", () => {
  it("names it by its prompt, with the place where it is seen, and comes to the queue", async () => {
    const { picture, key } = await shared();
    const report = await mustReport(bob, { kind: "picture", id: picture.id });
    expect(report.target).toMatchObject({
      ...{ kind: "picture", id: picture.id, label: "<eve> smiling broadly" },
      place: { kind: "picture", ref: picture.id },
    });
    const [entry] = await mod.queue("&kind=picture");
    expect(entry?.target).toMatchObject({ title: "A picture by ada", owner: "ada", state: "published" });
    const seen = await mod.see(key);
    expect(seen.texts).toEqual([
      { field: "prompt", text: "<eve> smiling broadly" },
      { field: "members", text: "ada/eve:1" },
    ]);
    expect(seen.decisions).toEqual(["remove", "rate", "dismiss"]);
    const [image] = seen.pictures;
    expect([image?.id, (await mod.act("GET", new URL(image?.url ?? "").pathname)).status]).toEqual([
      picture.image.id,
      200,
    ]);
  });

  it("is refused of one's own, of what is hidden and of what is not there", async () => {
    const { picture } = await shared();
    const at = async (who: Person, id: string) => {
      const { status, body } = await reportOf(who, { kind: "picture", id });
      return [status, body.code, body.errors[0]?.pointer];
    };
    expect(await at(ada, picture.id)).toEqual([400, "request_invalid", "/target"]);
    expect(await at(bob, "pic_00000000000000000000")).toEqual([404, "not_found", "/target/id"]);
    await ada.ask("DELETE", `/v1/pictures/${picture.id}`);
    expect(await at(bob, picture.id)).toEqual([410, "picture_removed", "/target/id"]);
  });
});

describe("a decision about a shared picture", () => {
  it("removes it everywhere, and an appeal brings it back", async () => {
    const { source, picture, key } = await shared();
    await mustReport(bob, { kind: "picture", id: picture.id });
    const action = await mod.mustDecide(key, "remove", { reason: "Enough." });
    const gone = await ask("GET", `/v1/pictures/${picture.id}`);
    expect([gone.status, gone.body.tombstone]).toMatchObject([
      410,
      { removed_by: "moderators", reason: "Enough.", title: "A shared picture" },
    ]);
    const seen = async () => [(await idsOf("adapter=ada/eve")).includes(picture.id), await statusOf(picture)];
    expect(await seen()).toEqual([false, 404]);
    expect((await share(ada, source)).body.code).toBe("picture_removed");
    await ada.ask("DELETE", `/v1/pictures/${picture.id}`);
    const [report] = (await bob.ask<Page<Report>>("GET", "/v1/reports")).body.items;
    expect([report?.outcome, report?.target.label]).toEqual(["remove", "A picture"]);
    expect((await decisionsAbout(ada))[0]).toMatchObject({ kind: "remove", may_appeal: true });

    const appeal = await ada.signedIn<{ id: string }>("POST", "/v1/appeals", {
      action_id: action.id,
      text: "Look again.",
    });
    await second.mustAct("POST", `/v1/moderation/appeals/${appeal.body.id}/decide`, {
      decision: "overturn",
      answer: "Right.",
    });
    expect(await seen()).toEqual([true, 200]);
  });

  it("rates it, and sharing it again does not make it milder", async () => {
    const { source, picture, key } = await shared();
    await mod.mustDecide(key, "rate", { rating: "sensitive" });
    expect(await idsOf()).not.toContain(picture.id);
    expect(await idsOf("rating=sensitive")).toEqual([picture.id]);
    await ada.ask("DELETE", `/v1/pictures/${picture.id}`);
    expect((await share(ada, source)).body.rating).toBe("sensitive");
  });

  it("holds when it is generated again, by whomever and after its bytes are gone, until it is restored", async () => {
    for (const decision of [{ ground: "spam" }, { ground: "minor", purge: true }]) {
      const { picture, key } = await shared();
      const before = await drawn(bob, machine, ["ada/eve"], { again: true });
      await mod.mustDecide(key, "remove", decision);
      for (const image of [before, await drawn(bob, machine, ["ada/eve"], { again: true })]) {
        const { status, body } = await share(bob, image);
        expect([status, body.code, body.tombstone?.ref]).toEqual([410, "picture_removed", picture.id]);
      }
      const other = await drawn(ada, machine, ["ada/eve"], { again: true });
      expect((await share(ada, other)).status).toBe(410);
      if (decision.purge) continue;
      await mod.mustDecide(key, "restore");
      expect((await share(ada, other)).status).toBe(201);
    }
  });

  it("takes its bytes at once on severe grounds, those of the generation as well", async () => {
    const { source, picture, key } = await shared();
    const sha256 = await env.DB.prepare("SELECT sha256 FROM images WHERE id = ?")
      .bind(source)
      .first<string>("sha256");
    await mod.mustDecide(key, "remove", { ground: "minor", purge: true });
    expect([await rowsOf(source, picture.image.id), await env.BLOBS.head(`blobs/${sha256}`)]).toEqual([
      0,
      null,
    ]);
    expect((await mod.see(key)).target.state).toBe("purged");
    expect((await ask("GET", `/v1/pictures/${picture.id}`)).status).toBe(410);
    expect((await ada.ask("GET", `/v1/pictures/${picture.id}`)).status).toBe(410);
    expect((await mod.decide(key, "restore")).body.code).toBe("version_state");
  });

  it("of another kind is refused", async () => {
    const { key } = await shared();
    expect((await mod.decide(key, "hide")).body.code).toBe("request_invalid");
  });
});
