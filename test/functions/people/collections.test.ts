// Collections: adapters of one base in their owner's order, shown to those who may see them, with their crosstalk.

import { beforeAll, describe, expect, it } from "vitest";
import { radixOfBase } from "../../../functions/catalog/bases.ts";
import { exactnessOf } from "../../../functions/compose/exactness.ts";
import { classOf, overlapBound, radixOf, sharedColumns } from "../../../functions/lib/slot.ts";
import type {
  Adapter,
  Collection,
  CollectionItem,
  CollectionWithItems,
  NotificationPage,
} from "../../../schema/contract/index.ts";
import {
  COLLECTION_ITEMS_MAX,
  COLLECTION_NOTE_MAX_CHARACTERS,
  COLLECTIONS_PER_OWNER_MAX,
  CONFLICTS_SHOWN_MAX,
} from "../../../schema/contract/limits.ts";
import { adapterInput, ask, BASE, db, type Page, type Person, person, published } from "../cast.ts";
import { RESERVING } from "../compose/reserving-base.ts";

let ada: Person;
let bob: Person;
let cleo: Person;
beforeAll(async () => {
  [ada, bob, cleo] = [await person("Ada"), await person("Bob"), await person("Cleo")];
  for (const name of ["a", "b", "c", "d"]) await published(ada, name);
  await published(bob, "b");
});

const make = (who: Person, name: string, more: Record<string, unknown> = {}) =>
  who.must<Collection>("POST", "/v1/collections", { name, title: name, ...more });
const put = (who: Person, at: string, ref: string, input: Record<string, unknown> = {}) =>
  who.ask<CollectionItem & { code: string; errors: { pointer: string }[] }>(
    "PUT",
    `/v1/collections/${at}/items/${ref}`,
    input,
  );
const read = async (at: string, who?: Person) =>
  (
    await (who
      ? who.ask<CollectionWithItems>("GET", `/v1/collections/${at}`)
      : ask<CollectionWithItems>("GET", `/v1/collections/${at}`))
  ).body;
const namesIn = async (at: string, who?: Person) => (await read(at, who)).items.map(({ ref }) => ref);

describe("a collection", () => {
  it("is made, changed and deleted by its owner", async () => {
    const made = await make(ada, "cast", { title: "My cast" });
    expect([made.ref, made.base, made.class, made.item_count, made.covers]).toEqual([
      "ada/cast",
      null,
      null,
      0,
      [],
    ]);
    expect((await ada.ask("POST", "/v1/collections", { name: "cast", title: "x" })).body.code).toBe(
      "name_taken",
    );
    expect((await bob.ask("PATCH", "/v1/collections/ada/cast", { title: "x" })).body.code).toBe(
      "not_granted",
    );
    const changed = await ada.must<Collection>("PATCH", "/v1/collections/ada/cast", { title: "Ours" });
    expect([changed.title, changed.description]).toEqual(["Ours", ""]);
    expect((await bob.ask("DELETE", "/v1/collections/ada/cast")).body.code).toBe("not_granted");
    expect((await ada.ask("DELETE", "/v1/collections/ada/cast")).status).toBe(204);
    expect((await ask("GET", "/v1/collections/ada/cast")).status).toBe(404);
  });

  it("gets its base with the first adapter, and refuses another base's", async () => {
    await make(ada, "based");
    expect((await put(ada, "ada/based", "ada/a")).status).toBe(200);
    expect((await read("ada/based")).base).toBe(BASE.id);
    await make(ada, "strange");
    await db().prepare("UPDATE collections SET base_id = 'other-1' WHERE name = 'strange'").run();
    expect((await put(ada, "ada/strange", "ada/a")).body.code).toBe("adapter_incompatible");
    expect(
      (await ada.ask("POST", "/v1/collections", { name: "n", title: "n", base: "sdxl" })).body.code,
    ).toBe("base_unknown");
  });

  it("takes each adapter once, keeps its note, and refuses a note too long", async () => {
    await make(bob, "notes");
    await put(bob, "bob/notes", "ada/a", { note: "the best" });
    const again = await put(bob, "bob/notes", "ada/a");
    expect([again.status, again.body.note, again.body.adapter?.ref]).toEqual([200, "the best", "ada/a"]);
    expect((await read("bob/notes")).item_count).toBe(1);
    const long = { note: "x".repeat(COLLECTION_NOTE_MAX_CHARACTERS + 1) };
    expect((await put(bob, "bob/notes", "ada/a", long)).body.errors[0]?.pointer).toBe("/note");
    expect((await put(ada, "bob/notes", "ada/b")).body.code).toBe("not_granted");
  });

  it("is put in any order by moving one at a time", async () => {
    await make(ada, "order");
    const refs = ["ada/a", "ada/b", "ada/c", "ada/d", "bob/b"];
    for (const ref of refs) await put(ada, "ada/order", ref);
    let expected = [...refs];
    for (const [ref, to] of [
      ["ada/a", 2],
      ["bob/b", 0],
      ["ada/c", 1],
      ["ada/d", 4],
      ["ada/b", 400],
      ["ada/a", 0],
    ] as const) {
      await put(ada, "ada/order", ref, { position: to });
      const rest = expected.filter((one) => one !== ref);
      expected = [...rest.slice(0, to), ref, ...rest.slice(to)];
      const items = (await read("ada/order")).items;
      expect(items.map((item) => item.ref)).toEqual(expected);
      expect(items.map((item) => item.position)).toEqual([0, 1, 2, 3, 4]);
    }
    await ada.must("DELETE", `/v1/collections/ada/order/items/${expected[1]}`);
    const after = (await read("ada/order")).items;
    expect(after.map(({ position }) => position)).toEqual([0, 1, 2, 3]);
    await put(ada, "ada/order", expected[1] ?? "");
    expect((await read("ada/order")).items.at(-1)?.ref).toBe(expected[1]);
  });

  it("is walked at every page size", async () => {
    for (const limit of [1, 2, 100]) {
      const walked: string[] = [];
      let cursor: string | null = null;
      do {
        const at: string = cursor === null ? "" : `&cursor=${cursor}`;
        const page: Page<CollectionItem> = (
          await ask<Page<CollectionItem>>("GET", `/v1/collections/ada/order/items?limit=${limit}${at}`)
        ).body;
        walked.push(...page.items.map(({ ref }) => ref));
        cursor = page.next_cursor;
      } while (cursor !== null);
      expect(walked).toEqual(await namesIn("ada/order"));
    }
  });

  it("is bounded in adapters and in number", async () => {
    const full = await make(cleo, "full");
    await db()
      .prepare(
        `WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < ?)
         INSERT INTO collection_items SELECT ?, 'adp_' || i, i, '', 0 FROM n`,
      )
      .bind(COLLECTION_ITEMS_MAX - 2, full.id)
      .run();
    expect((await put(cleo, "cleo/full", "ada/a")).status).toBe(200);
    expect((await put(cleo, "cleo/full", "ada/b")).body.code).toBe("quota_exceeded");
    expect((await put(cleo, "cleo/full", "ada/a", { note: "still mine" })).body.note).toBe("still mine");
    expect((await read("cleo/full")).item_count).toBe(COLLECTION_ITEMS_MAX);
    await db()
      .prepare(
        `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?)
         INSERT INTO collections SELECT 'col_' || i, owner_id, 'n' || i, '', '', 'private', null, null, 0, 0, 0
         FROM n, collections WHERE id = ?`,
      )
      .bind(COLLECTIONS_PER_OWNER_MAX - 1, full.id)
      .run();
    expect((await cleo.ask("POST", "/v1/collections", { name: "more", title: "x" })).body.code).toBe(
      "quota_exceeded",
    );
  });
});

describe("visibility of a collection", () => {
  it("keeps a private one to its owner, and an unlisted one out of lists", async () => {
    await make(ada, "secret", { visibility: "private" });
    await make(ada, "quiet", { visibility: "unlisted" });
    expect((await bob.ask("GET", "/v1/collections/ada/secret")).status).toBe(404);
    expect((await bob.ask("GET", "/v1/collections/ada/secret/items")).status).toBe(404);
    expect((await bob.ask("GET", "/v1/collections/ada/quiet")).status).toBe(200);
    const listed = async (who: Person) =>
      (await who.must<Page<Collection>>("GET", "/v1/collections?owner=ada&limit=100")).items.map(
        ({ name }) => name,
      );
    expect(await listed(bob)).not.toContain("quiet");
    expect(await listed(ada)).toEqual(expect.arrayContaining(["quiet", "secret"]));
  });

  it("shows a placeholder for a withdrawn adapter, and hides private and draft ones", async () => {
    for (const name of ["going", "closing"]) await published(bob, name);
    await bob.must("POST", "/v1/adapters", adapterInput("sketch"));
    await make(bob, "mixed");
    for (const ref of ["bob/going", "bob/closing", "bob/sketch", "ada/a"]) await put(bob, "bob/mixed", ref);
    await bob.must("POST", "/v1/adapters/bob/going/withdraw", {});
    await bob.must("PATCH", "/v1/adapters/bob/closing", { visibility: "private" });
    const seen = (await read("bob/mixed")).items;
    expect(seen.map(({ ref, state, adapter }) => [ref, state, adapter?.ref ?? null])).toEqual([
      ["bob/going", "withdrawn", null],
      ["ada/a", "present", "ada/a"],
    ]);
    expect(await namesIn("bob/mixed", bob)).toEqual(["bob/going", "bob/closing", "bob/sketch", "ada/a"]);
    expect((await put(bob, "bob/mixed", "bob/going")).body.code).toBe("adapter_removed");
    expect((await put(ada, "ada/based", "bob/sketch")).body.code).toBe("not_found");
    await bob.must("DELETE", "/v1/collections/bob/mixed/items/bob/going");
    expect(await namesIn("bob/mixed")).toEqual(["ada/a"]);
  });

  it("lists by adapter, and newest or last changed first, page by page", async () => {
    const dora = await person("Dora");
    for (const name of ["first", "second", "third"]) await make(dora, name);
    await put(dora, "dora/first", "ada/d");
    const walk = async (query: string) => {
      const names: string[] = [];
      let cursor: string | null = null;
      do {
        const at: string = cursor === null ? "" : `&cursor=${cursor}`;
        const page: Page<Collection> = (
          await ask<Page<Collection>>("GET", `/v1/collections?owner=dora&limit=1${query}${at}`)
        ).body;
        names.push(...page.items.map(({ name }) => name));
        cursor = page.next_cursor;
      } while (cursor !== null);
      return names;
    };
    expect(await walk("")).toEqual(["third", "second", "first"]);
    expect(await walk("&sort=updated")).toEqual(["first", "third", "second"]);
    expect(await walk("&adapter=ada/d")).toEqual(["first"]);
    expect((await ask("GET", "/v1/collections?adapter=ada/none")).body.errors[0]?.pointer).toBe("?adapter");
  });

  it("notifies the adapter's owner once, and only of what everybody may see", async () => {
    const notified = async () =>
      (await ada.must<NotificationPage>("GET", "/v1/account/notifications?limit=100")).items
        .filter((n) => n.kind === "collected" && n.target?.ref === "ada/c")
        .map((n) => [n.actor?.handle, n.data.collection]);
    await make(bob, "open");
    await make(bob, "closed", { visibility: "private" });
    for (const at of ["bob/closed", "bob/open"]) await put(bob, at, "ada/c");
    await bob.must("DELETE", "/v1/collections/bob/open/items/ada/c");
    await put(bob, "bob/open", "ada/c");
    expect(await notified()).toEqual([["bob", "bob/open"]]);
  });
});

describe("the exactness of a collection", () => {
  const radix = radixOfBase(BASE);

  it("follows from the base: with gates any classes compose exactly", async () => {
    const slots: { ref: string; slot: number }[] = [];
    for (const ref of ["ada/a", "ada/b", "bob/b"]) {
      const { slot } = (await ask<Adapter>("GET", `/v1/adapters/${ref}`)).body;
      slots.push({ ref, slot: slot ?? -1 });
    }
    await make(ada, "exact");
    for (const ref of ["ada/a", "ada/b"]) await put(ada, "ada/exact", ref);
    const exact = (await read("ada/exact")).exactness;
    expect(exact).toEqual({
      exact: true,
      classes: [classOf(slots[0]?.slot ?? -1, radix)],
      conflict_count: 0,
      conflicts: [],
    });
    await put(ada, "ada/exact", "bob/b");
    const { exactness } = await read("ada/exact");
    expect(exactness).toEqual(exactnessOf(BASE, radix, slots));
    expect(exactness).toMatchObject({ exact: true, conflict_count: 0 });
    expect(exactness.classes.length).toBe(2);
  });

  it("agrees with the slot code pair by pair, the worst first, bounded", () => {
    const members = Array.from({ length: 120 }, (_, i) => ({ ref: `o/m${i}`, slot: i * 37 }));
    const open = { ...RESERVING, basis: { name: RESERVING.basis.name, seed: 0 } }; // members keep their slots there
    const n = 256;
    const radix = radixOf([n], RESERVING.rank);
    const expected = members.flatMap((a, i) =>
      members.slice(i + 1).flatMap((b) => {
        const shared = sharedColumns(a.slot, b.slot, { n, r: RESERVING.rank, radix });
        expect(shared).toBeLessThanOrEqual(overlapBound(a.slot, b.slot, radix, RESERVING.rank));
        return shared > 0 ? [{ a: a.ref, b: b.ref, shared_columns: shared }] : [];
      }),
    );
    const found = exactnessOf(open, radix, members);
    expect(found.conflict_count).toBe(expected.length);
    expect(expected.length).toBeGreaterThan(CONFLICTS_SHOWN_MAX);
    expect(found.conflicts.length).toBe(CONFLICTS_SHOWN_MAX);
    for (const conflict of found.conflicts) expect(expected).toContainEqual(conflict);
    const shares = found.conflicts.map(({ shared_columns }) => shared_columns);
    expect(shares).toEqual(shares.toSorted((a, b) => b - a));
    expect(shares[0]).toBe(Math.max(...expected.map(({ shared_columns }) => shared_columns)));
  });
});

describe("somebody else's unlisted adapter in a collection", () => {
  it("is seen only by whoever added it and by its owner", async () => {
    await published(bob, "hush", { visibility: "unlisted" });
    await make(ada, "open");
    expect((await put(ada, "ada/open", "bob/hush")).status).toBeLessThan(300);
    const seen = async (who?: Person) => (await read("ada/open", who)).items.map(({ ref }) => ref);
    expect([await seen(ada), await seen(bob), await seen(cleo), await seen()]).toEqual([
      ["bob/hush"],
      ["bob/hush"],
      [],
      [],
    ]);
    await make(bob, "mine");
    await put(bob, "bob/mine", "bob/hush");
    expect((await read("bob/mine")).items.map(({ ref }) => ref)).toEqual(["bob/hush"]);
  });
});
