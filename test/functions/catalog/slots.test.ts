// Slots: one owner each, for ever; races have one winner; an owner's cast stays exactly orthogonal while there is room.

import { env } from "cloudflare:workers";
import { beforeAll, describe, expect, it } from "vitest";
import { knownBase, radixOfBase } from "../../../functions/catalog/bases.ts";
import { chooseClass } from "../../../functions/catalog/slot-choice.ts";
import { classOf, sharedColumns, slotDimensions } from "../../../functions/lib/slot.ts";
import type { Adapter } from "../../../schema/contract/index.ts";
import { SLOTS_PER_OWNER_MAX } from "../../../schema/contract/limits.ts";
import { adapterWish, type Person, person, png } from "../cast.ts";

type Slot = { slot: number; class: number };
const base = knownBase("cast-2");
const q = radixOfBase(base);

async function reserve(owner: Person, name: string, slot?: number) {
  await owner.must<Adapter>("POST", "/v1/adapters", adapterWish(name));
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
        expect(sharedColumns(a.slot, theirs.slot, n, base.rank)).toBeLessThanOrEqual(1);
        for (const b of mine)
          if (a.slot !== b.slot) expect(sharedColumns(a.slot, b.slot, n, base.rank)).toBe(0);
      }
    }
  });

  it("gives the same slot again when asked again", async () => {
    const first = await reserve(ada, "again");
    const second = await ada.ask<Slot>("POST", "/v1/adapters/ada/again/slot", {});
    expect(second.body).toEqual(first.body);
  });

  it("gives ten adapters that ask at once ten different slots", async () => {
    const people = await Promise.all(["R0", "R1"].map((name) => person(name)));
    const wishes = people.flatMap((owner) => [0, 1, 2, 3, 4].map((i) => reserve(owner, `race-${i}`)));
    const replies = await Promise.all(wishes);
    expect(replies.map(({ status }) => status)).toEqual(Array(10).fill(200));
    expect(new Set(replies.map(({ body }) => body.slot)).size).toBe(10);
  });

  it("refuses a slot that another adapter owns", async () => {
    const { body } = await reserve(ada, "holder", 700);
    expect(body.slot).toBe(700);
    await bob.must("POST", "/v1/adapters", adapterWish("wants"));
    const reply = await bob.ask("POST", "/v1/adapters/bob/wants/slot", { slot: 700 });
    expect([reply.status, reply.body.code, reply.body.errors[0]?.pointer]).toEqual([
      409,
      "slot_taken",
      "/slot",
    ]);
  });

  it("lets one of two that wish for the same slot at once have it", async () => {
    await ada.must("POST", "/v1/adapters", adapterWish("left"));
    await bob.must("POST", "/v1/adapters", adapterWish("right"));
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

  it("tells who wants a taken slot what to do", async () => {
    await reserve(ada, "first", 950);
    const { detail } = (await reserve(bob, "second", 950)).body as unknown as { detail: string };
    expect(detail).toMatch(/belongs to another adapter\. Leave `slot` out/);
  });

  it("ends where one account would take too many of them, also for a training, which leaves nothing", async () => {
    const greedy = await person("Greedy");
    const mine = [];
    for (let i = 0; i < 4; i++) {
      mine.push({ upload_id: await greedy.upload("training_image", await png(64, 64, i), "image/png") });
    }
    await env.DB.prepare(
      `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?)
       INSERT INTO slots (id, base_id, slot, owner_id, adapter_id, reserved_at)
       SELECT 'slt_' || i, 'cast-2', 10000 + i, users.id, 'adp_' || i, 0 FROM n, users WHERE handle = 'greedy'`,
    )
      .bind(SLOTS_PER_OWNER_MAX)
      .run();
    const reply = await reserve(greedy, "more");
    expect([reply.status, (reply.body as unknown as { code: string }).code]).toEqual([429, "quota_exceeded"]);
    const order = { adapter: adapterWish("taught"), images: mine };
    expect((await greedy.ask("POST", "/v1/trainings", order)).body.code).toBe("quota_exceeded");
    expect((await greedy.ask("GET", "/v1/adapters/greedy/taught")).status).toBe(404);
    await env.DB.prepare(
      "UPDATE slots SET adapter_id = (SELECT id FROM adapters WHERE name = 'more') WHERE id = 'slt_1'",
    ).run();
    expect((await greedy.ask<Slot>("POST", "/v1/adapters/greedy/more/slot", {})).body.slot).toBe(10_001);
  });

  it("refuses a slot outside the base and one for somebody else's adapter", async () => {
    await ada.must("POST", "/v1/adapters", adapterWish("edge"));
    expect((await ada.ask("POST", "/v1/adapters/ada/edge/slot", { slot: q ** 3 })).body.code).toBe(
      "request_invalid",
    );
    expect((await bob.ask("POST", "/v1/adapters/ada/edge/slot", {})).body.code).toBe("not_found");
  });
});

describe("choosing a class", () => {
  const full = (count: number) => Array.from({ length: count }, (_, i) => ({ class: i, taken: q, mine: 0 }));

  it("starts with class 0 and spreads owners over the first q classes", () => {
    expect(chooseClass([], q, q ** 3)).toBe(0);
    expect(chooseClass([{ class: 0, taken: 3, mine: 0 }], q, q ** 3)).toBe(1);
  });

  it("stays at home while there is room, then moves on", () => {
    expect(chooseClass([{ class: 4, taken: q - 1, mine: 1 }], q, q ** 3)).toBe(4);
    expect(chooseClass([{ class: 4, taken: q, mine: 5 }], q, q ** 3)).toBe(0);
  });

  it("goes past the first q classes only when they are full, and ends when all are", () => {
    expect(chooseClass(full(q), q, q ** 3)).toBe(q);
    expect(chooseClass(full(q ** 2), q, q ** 3)).toBeNull();
  });
});
