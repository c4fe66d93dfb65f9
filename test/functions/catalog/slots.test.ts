// Slots: one owner each, permanently; races have one winner; an owner's adapters stay exactly orthogonal while there is room.

import { createScheduledController } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { drizzle } from "drizzle-orm/d1";
import { beforeAll, describe, expect, it } from "vitest";
import { knownBase, radixOfBase } from "../../../functions/catalog/bases.ts";
import { chooseClass, freeSlotIn, sharingWith } from "../../../functions/catalog/slot-choice.ts";
import { RELEASE_REASON, releaseSlots } from "../../../functions/catalog/slot-release.ts";
import worker from "../../../functions/index.ts";
import { classOf, sharedColumns, slotDimensions } from "../../../functions/lib/slot.ts";
import type { Adapter, Training, Version } from "../../../schema/contract/index.ts";
import { SLOT_DRAFT_TTL_DAYS, SLOTS_PER_OWNER_MAX } from "../../../schema/contract/limits.ts";
import { adapterFile, adapterInput, type Person, person, png, published } from "../cast.ts";

type Slot = { slot: number; class: number };
const base = knownBase("cast-3");
const q = radixOfBase(base);
const db = drizzle(env.DB);

async function reserve(owner: Person, name: string, slot?: number) {
  await owner.must<Adapter>("POST", "/v1/adapters", adapterInput(name));
  return owner.ask<Slot>(
    "POST",
    `/v1/adapters/${owner.handle}/${name}/slot`,
    slot === undefined ? {} : { slot },
  );
}

let ada: Person;
let bob: Person;
beforeAll(async () => {
  ada = await person("Ada");
  bob = await person("Bob");
});

describe("reserving a slot", () => {
  it("keeps one owner's adapters in one exactly orthogonal class, and another owner's in another", async () => {
    const mine = [];
    for (let i = 0; i < 4; i++) mine.push((await reserve(ada, `cast-${i}`)).body);
    const theirs = (await reserve(bob, "other")).body;
    expect(new Set(mine.map((slot) => slot.class)).size).toBe(1);
    expect(theirs.class).not.toBe(mine[0]?.class);
    for (const a of mine) {
      expect(classOf(a.slot, q)).toBe(a.class);
      for (const n of slotDimensions(base)) {
        expect(sharedColumns(a.slot, theirs.slot, { n, r: base.rank })).toBeLessThanOrEqual(1);
        for (const b of mine)
          if (a.slot !== b.slot) expect(sharedColumns(a.slot, b.slot, { n, r: base.rank })).toBe(0);
      }
    }
  });

  it("returns the same slot when repeated", async () => {
    const first = await reserve(ada, "again");
    const second = await ada.ask<Slot>("POST", "/v1/adapters/ada/again/slot", {});
    expect(second.body).toEqual(first.body);
  });

  it("gives ten adapters that ask at once ten different slots", async () => {
    const people = await Promise.all(["R0", "R1"].map((name) => person(name)));
    const inputs = people.flatMap((owner) => [0, 1, 2, 3, 4].map((i) => reserve(owner, `race-${i}`)));
    const replies = await Promise.all(inputs);
    expect(replies.map(({ status }) => status)).toEqual(Array(10).fill(200));
    expect(new Set(replies.map(({ body }) => body.slot)).size).toBe(10);
  });

  it("refuses a slot that another adapter owns", async () => {
    const { body } = await reserve(ada, "holder", 700);
    expect(body.slot).toBe(700);
    await bob.must("POST", "/v1/adapters", adapterInput("wants"));
    const reply = await bob.ask("POST", "/v1/adapters/bob/wants/slot", { slot: 700 });
    expect([reply.status, reply.body.code, reply.body.errors[0]?.pointer]).toEqual([
      409,
      "slot_taken",
      "/slot",
    ]);
  });

  it("gives a slot to one of two that request it at once", async () => {
    await ada.must("POST", "/v1/adapters", adapterInput("left"));
    await bob.must("POST", "/v1/adapters", adapterInput("right"));
    const replies = await Promise.all([
      ada.ask<Slot>("POST", "/v1/adapters/ada/left/slot", { slot: 800 }),
      bob.ask<Slot>("POST", "/v1/adapters/bob/right/slot", { slot: 800 }),
    ]);
    expect(replies.map(({ status }) => status).sort()).toEqual([200, 409]);
  });

  it("never exchanges a slot", async () => {
    await reserve(ada, "settled", 900);
    const reply = await ada.ask("POST", "/v1/adapters/ada/settled/slot", { slot: 901 });
    expect(reply.body.code).toBe("slot_taken");
  });

  it("refuses a taken slot with a remedy", async () => {
    await reserve(ada, "first", 950);
    const { detail } = (await reserve(bob, "second", 950)).body as unknown as { detail: string };
    expect(detail).toMatch(/belongs to another adapter\. Leave `slot` out/);
  });

  it("is refused above an account's limit, also for a training, which leaves nothing behind", async () => {
    const greedy = await person("Greedy");
    const mine = [];
    for (let i = 0; i < 4; i++) {
      mine.push({ upload_id: await greedy.upload("training_image", await png(64, 64, i), "image/png") });
    }
    await env.DB.prepare(
      `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?)
       INSERT INTO slots (id, base_id, slot, owner_id, adapter_id, reserved_at)
       SELECT 'slt_' || i, 'cast-3', 10000 + i, users.id, 'adp_' || i, 0 FROM n, users WHERE handle = 'greedy'`,
    )
      .bind(SLOTS_PER_OWNER_MAX)
      .run();
    const reply = await reserve(greedy, "more");
    expect([reply.status, (reply.body as unknown as { code: string }).code]).toEqual([429, "quota_exceeded"]);
    const order = { adapter: adapterInput("trained"), images: mine };
    expect((await greedy.ask("POST", "/v1/trainings", order)).body.code).toBe("quota_exceeded");
    expect((await greedy.ask("GET", "/v1/adapters/greedy/trained")).status).toBe(404);
    await env.DB.prepare(
      "UPDATE slots SET adapter_id = (SELECT id FROM adapters WHERE name = 'more') WHERE id = 'slt_1'",
    ).run();
    expect((await greedy.ask<Slot>("POST", "/v1/adapters/greedy/more/slot", {})).body.slot).toBe(10_001);
  });

  it("refuses a slot outside the base and one for somebody else's adapter", async () => {
    await ada.must("POST", "/v1/adapters", adapterInput("edge"));
    expect((await ada.ask("POST", "/v1/adapters/ada/edge/slot", { slot: q ** 3 })).body.code).toBe(
      "request_invalid",
    );
    expect((await bob.ask("POST", "/v1/adapters/ada/edge/slot", {})).body.code).toBe("not_found");
  });
});

describe("a race of many for one slot", () => {
  it("has exactly one winner, and answers every other that it is taken", async () => {
    const racers = await Promise.all(["Pat", "Quy", "Ray", "Sol"].map((name) => person(name)));
    const inputs = racers.flatMap((owner) =>
      [0, 1, 2, 3, 4].map(async (i) => {
        await owner.must("POST", "/v1/adapters", adapterInput(`same-${i}`));
        return () => owner.ask<Slot>("POST", `/v1/adapters/${owner.handle}/same-${i}/slot`, { slot: 1_234 });
      }),
    );
    const starts = await Promise.all(inputs);
    const replies = await Promise.all(starts.map((start) => start()));
    expect(replies.filter(({ status }) => status === 200)).toHaveLength(1);
    const lost = replies.filter(({ status }) => status === 409) as unknown as { body: { code: string } }[];
    expect(lost.map(({ body }) => body.code)).toEqual(Array(19).fill("slot_taken"));
    expect(await env.DB.prepare("SELECT count(*) AS n FROM slots WHERE slot = 1234").first("n")).toBe(1);
  });
});

describe("a slot of a collection", () => {
  const collection = (owner: Person, name: string) =>
    owner.must<{ id: string }>("POST", "/v1/collections", { name, title: name });
  const slotIn = async (owner: Person, name: string, of: string) => {
    await owner.must("POST", "/v1/adapters", adapterInput(name));
    return owner.ask<Slot>("POST", `/v1/adapters/${owner.handle}/${name}/slot`, { collection: of });
  };

  it("is one of its class, which the first request chooses, by id or by name", async () => {
    const cleo = await person("Cleo");
    const { id } = await collection(cleo, "troupe");
    const slots = [(await slotIn(cleo, "one", id)).body, (await slotIn(cleo, "two", "cleo/troupe")).body];
    expect(new Set(slots.map((slot) => slot.class)).size).toBe(1);
    const row = await env.DB.prepare("SELECT base_id, class FROM collections WHERE id = ?").bind(id).first();
    expect(row).toEqual({ base_id: "cast-3", class: slots[0]?.class });
  });

  it("is refused where the class is full, for somebody else's collection, and beside a request for a slot", async () => {
    const dora = await person("Dora");
    const { id } = await collection(dora, "full");
    const { body } = await slotIn(dora, "first", id);
    await env.DB.prepare(
      `WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < ?2)
       INSERT OR IGNORE INTO slots (id, base_id, slot, owner_id, adapter_id, reserved_at)
       SELECT 'slt_full' || i, 'cast-3', ?1 + i, 'usr_x', 'adp_full' || i, 0 FROM n`,
    )
      .bind(body.class * q, q - 1)
      .run();
    const full = (await slotIn(dora, "late", id)) as unknown as { status: number; body: { code: string } };
    expect([full.status, full.body.code]).toEqual([409, "class_full"]);
    await bob.must("POST", "/v1/adapters", adapterInput("guest"));
    const path = "/v1/adapters/bob/guest/slot";
    expect((await bob.ask("POST", path, { collection: id })).body.errors[0]?.pointer).toBe("/collection");
    expect((await bob.ask("POST", path, { collection: "dora/full" })).status).toBe(400);
    expect((await dora.ask("POST", "/v1/adapters/dora/late/slot", { collection: id, slot: 3 })).status).toBe(
      400,
    );
  });

  it("gives two that ask at once, before there is a class, the same class", async () => {
    const elsa = await person("Elsa");
    const { id } = await collection(elsa, "twins");
    const replies = await Promise.all(["left", "right"].map((name) => slotIn(elsa, name, id)));
    expect(replies.map(({ status }) => status)).toEqual([200, 200]);
    expect(new Set(replies.map(({ body }) => body.class)).size).toBe(1);
  });
});

describe("a draft's slot", () => {
  const DAY = 24 * 3_600_000;
  const rowOf = (name: string) =>
    env.DB.prepare(
      "SELECT slots.* FROM slots JOIN adapters ON adapters.id = adapter_id WHERE adapters.name = ?",
    )
      .bind(name)
      .first<{ slot: number; expires_at: number | null }>();
  const expire = (name: string) =>
    env.DB.prepare(
      "UPDATE slots SET expires_at = 5000 WHERE adapter_id = (SELECT id FROM adapters WHERE name = ?)",
    )
      .bind(name)
      .run();
  const draft = async (owner: Person, name: string) => {
    const { slot } = (await reserve(owner, name)).body;
    const upload_id = await owner.upload(
      "adapter",
      await adapterFile(slot, `<${name}>`),
      "application/octet-stream",
    );
    return owner.must<Version>("POST", `/v1/adapters/${owner.handle}/${name}/versions`, { upload_id });
  };
  let fay: Person;
  beforeAll(async () => {
    fay = await person("Fay");
  });

  it("expires; asking again does not extend it, a new version does", async () => {
    const { body } = await reserve(fay, "days");
    const left = Date.parse((body as unknown as { expires_at: string }).expires_at) - Date.now();
    expect(left).toBeGreaterThan((SLOT_DRAFT_TTL_DAYS - 1) * DAY);
    expect(left).toBeLessThanOrEqual(SLOT_DRAFT_TTL_DAYS * DAY);
    await expire("days");
    await fay.must("POST", "/v1/adapters/fay/days/slot", {});
    expect((await rowOf("days"))?.expires_at).toBe(5_000);
    const upload_id = await fay.upload(
      "adapter",
      await adapterFile(body.slot, "<days>"),
      "application/octet-stream",
    );
    await fay.must("POST", "/v1/adapters/fay/days/versions", { upload_id });
    expect((await rowOf("days"))?.expires_at).toBeGreaterThan(Date.now());
  });

  it("is released at its expiry; its versions stay readable to their owner and cannot be published", async () => {
    const version = await draft(fay, "lapsed");
    await expire("lapsed");
    expect(await releaseSlots(db, 4_999)).toBe(0);
    expect(await releaseSlots(db, 5_000)).toBe(1);
    expect(await rowOf("lapsed")).toBeNull();
    const seen = await fay.must<Version>("GET", `/v1/versions/${version.id}`);
    expect([seen.state, seen.yank?.reason]).toEqual(["yanked", RELEASE_REASON]);
    expect((await fay.ask("POST", `/v1/versions/${version.id}/publish`)).body.code).toBe("version_state");
    expect((await fay.ask<Slot>("POST", "/v1/adapters/fay/lapsed/slot", {})).status).toBe(200);
  });

  it("stays for ever once a version was published in it, withdrawn or not", async () => {
    await published(fay, "kept");
    expect((await rowOf("kept"))?.expires_at).toBeNull();
    await fay.must("POST", "/v1/adapters/fay/kept/withdraw");
    await expire("kept");
    expect(await releaseSlots(db, 10_000)).toBe(0);
    expect(await rowOf("kept")).not.toBeNull();
  });

  it("is not released while a training for it waits or runs", async () => {
    const images = [];
    for (let i = 0; i < 4; i++) {
      images.push({ upload_id: await fay.upload("training_image", await png(64, 64, i), "image/png") });
    }
    const job = await fay.must<Training>("POST", "/v1/trainings", {
      adapter: adapterInput("trained"),
      images,
    });
    expect((await rowOf("trained"))?.expires_at).toBeGreaterThan(Date.now());
    await expire("trained");
    expect(await releaseSlots(db, 10_000)).toBe(0);
    await fay.must("POST", `/v1/trainings/${job.id}/cancel`);
    expect(await releaseSlots(db, 10_000)).toBe(1);
  });

  it("refuses a version whose slot went to somebody else while it was being published", async () => {
    const version = await draft(fay, "lost-slot");
    await env.DB.prepare(
      "DELETE FROM slots WHERE adapter_id = (SELECT id FROM adapters WHERE name = 'lost-slot')",
    ).run();
    const reply = await fay.ask("POST", `/v1/versions/${version.id}/publish`);
    expect([reply.status, reply.body.code]).toEqual([409, "slot_missing"]);
  });

  it("is released by cron", async () => {
    await reserve(fay, "cron");
    await expire("cron");
    await worker.scheduled(createScheduledController({ scheduledTime: new Date(60_000) }), env);
    expect(await rowOf("cron")).toBeNull();
  });
});

describe("choosing a class", () => {
  const full = (count: number) => Array.from({ length: count }, (_, i) => ({ class: i, taken: q, mine: 0 }));

  it("starts with class 0 and spreads owners over the first q classes", () => {
    expect(chooseClass([], q, q ** 3)).toBe(0);
    expect(chooseClass([{ class: 0, taken: 3, mine: 0 }], q, q ** 3)).toBe(1);
  });

  it("stays in the owner's class while there is room, then takes the next", () => {
    expect(chooseClass([{ class: 4, taken: q - 1, mine: 1 }], q, q ** 3)).toBe(4);
    expect(chooseClass([{ class: 4, taken: q, mine: 5 }], q, q ** 3)).toBe(0);
  });

  it("goes past the first q classes only when they are full, and ends when all are", () => {
    expect(chooseClass(full(q), q, q ** 3)).toBe(q);
    expect(chooseClass(full(q ** 2), q, q ** 3)).toBeNull();
  });

  it("moves on to the class with the fewest shared columns, of those the emptiest", () => {
    const home = { class: 4, taken: q, mine: q };
    const shared = (candidate: number) => (candidate === 7 || candidate === 9 ? 1 : 2);
    expect(chooseClass([home, { class: 7, taken: 5, mine: 0 }], q, q ** 3, shared)).toBe(9);
    expect(chooseClass([home, { class: 9, taken: 5, mine: 0 }], q, q ** 3, shared)).toBe(7);
  });
});

describe("the free slots of a class", () => {
  it("are counted by the columns they share with what somebody has, and the lowest of the least is taken", () => {
    const owned = [0, 5, q + 3, 2 * q + 8];
    const sharedOf = sharingWith(base, q, owned);
    const widths = slotDimensions(base);
    for (const slot of [0, 1, q, q + 3, 5 * q + 11, 900]) {
      const one = (other: number) =>
        widths.reduce((sum, n) => sum + sharedColumns(slot, other, { n, r: base.rank, radix: q }), 0);
      expect(sharedOf(slot)).toBe(owned.reduce((sum, other) => sum + one(other), 0));
    }
    const free = freeSlotIn(3, q, new Set([3 * q]), sharedOf);
    const all = Array.from({ length: q - 1 }, (_, i) => 3 * q + 1 + i);
    const least = Math.min(...all.map(sharedOf));
    expect(free).toEqual({ slot: all.find((slot) => sharedOf(slot) === least), shared: least });
    expect(freeSlotIn(3, q, new Set([3 * q, ...all]), sharedOf)).toBeNull();
  });
});
