// Catalog entries: what may be created, who sees what, and lists that can be paged while they grow.

import { beforeAll, describe, expect, it } from "vitest";
import type { z } from "zod";
import { matchExpression } from "../../../functions/catalog/search-words.ts";
import type { Adapter, AdapterWithVersions } from "../../../schema/contract/index.ts";
import { adapterInput, ask, type Person, person, published } from "../cast.ts";

type Page = { items: Adapter[]; next_cursor: string | null };
let ada: Person;
let bob: Person;
beforeAll(async () => {
  ada = await person("Ada");
  bob = await person("Bob");
});

describe("creating an adapter", () => {
  it("gives a draft that only its owner sees", async () => {
    const made = await ada.must<Adapter>("POST", "/v1/adapters", adapterInput("shy"));
    expect([made.state, made.ref, made.slot, made.latest_version]).toEqual(["draft", "ada/shy", null, null]);
    expect((await ada.ask("GET", "/v1/adapters/ada/shy")).status).toBe(200);
    expect((await bob.ask("GET", "/v1/adapters/ada/shy")).body.code).toBe("not_found");
    expect((await ask("GET", "/v1/adapters/ada/shy")).body.code).toBe("not_found");
  });

  it("refuses a name its owner already uses, and allows it to others", async () => {
    await ada.must("POST", "/v1/adapters", adapterInput("twice"));
    const again = await ada.ask("POST", "/v1/adapters", adapterInput("twice"));
    expect([again.status, again.body.code, again.body.errors[0]?.pointer]).toEqual([
      409,
      "name_taken",
      "/name",
    ]);
    expect((await bob.ask("POST", "/v1/adapters", adapterInput("twice"))).status).toBe(201);
  });

  it("points to an unknown, a missing and a wrong field", async () => {
    const { title: _, ...untitled } = adapterInput("odd", { colour: "red", tags: ["Ünfit"] });
    const reply = await ada.ask("POST", "/v1/adapters", untitled);
    expect([reply.status, reply.body.code]).toEqual([400, "request_invalid"]);
    expect(reply.body.errors.map(({ pointer }) => pointer).sort()).toEqual(["/colour", "/tags/0", "/title"]);
  });

  it("refuses an unknown base by name", async () => {
    const reply = await ada.ask("POST", "/v1/adapters", adapterInput("lost", { base: "sdxl" }));
    expect([reply.status, reply.body.code]).toEqual([422, "base_unknown"]);
    expect(reply.body.detail).toContain("cast-3");
  });
});

describe("a published adapter", () => {
  beforeAll(async () => {
    await published(ada, "open");
  });

  it("is seen by anyone, with its version and slot", async () => {
    const seen = await ask<z.infer<typeof AdapterWithVersions>>("GET", "/v1/adapters/ada/open");
    expect(seen.body.latest_version).toMatchObject({
      ref: "ada/open:1",
      state: "published",
      trigger: "<open>",
    });
    expect(seen.body.versions).toHaveLength(1);
    expect(seen.body.slot).toBe(seen.body.latest_version?.slot);
  });

  it("is changed by its owner only", async () => {
    const theirs = await bob.ask("PATCH", "/v1/adapters/ada/open", { title: "Mine" });
    expect([theirs.status, theirs.body.code]).toEqual([403, "not_granted"]);
    const mine = await ada.must<Adapter>("PATCH", "/v1/adapters/ada/open", {
      title: "Opened",
      tags: ["door"],
    });
    expect([mine.title, mine.tags]).toEqual(["Opened", ["door"]]);
    const found = await ask<Page>("GET", "/v1/adapters?q=opene&tag=door");
    expect(found.body.items.map(({ ref }) => ref)).toEqual(["ada/open"]);
  });

  it("downloads whole, as a range, or as 304 when nothing changed", async () => {
    const version = await published(ada, "file");
    const whole = await ask<string>("GET", `/v1/versions/${version.id}/download`);
    expect([whole.status, whole.headers.get("etag")]).toEqual([200, `"${version.sha256}"`]);
    expect(Number(whole.headers.get("content-length"))).toBe(version.size_bytes);
    const part = await ask<string>("GET", `/v1/versions/${version.id}/download`, {
      headers: { range: "bytes=8-11" },
    });
    expect([part.status, part.headers.get("content-range")]).toEqual([
      206,
      `bytes 8-11/${version.size_bytes}`,
    ]);
    expect(part.body.slice(0, 1)).toBe("{");
    const beyond = await ask("GET", `/v1/versions/${version.id}/download`, {
      headers: { range: "bytes=999999999-" },
    });
    expect([beyond.status, beyond.body.code]).toEqual([416, "range_unsatisfiable"]);
    const same = await ask("GET", `/v1/versions/${version.id}/download`, {
      headers: { "if-none-match": `"${version.sha256}"` },
    });
    expect(same.status).toBe(304);
  });

  it("answers 410 to others once it is withdrawn, and leaves the catalog", async () => {
    const version = await published(ada, "gone");
    await ada.must("POST", "/v1/adapters/ada/gone/withdraw");
    expect((await ask("GET", "/v1/adapters/ada/gone")).body.code).toBe("adapter_removed");
    expect((await ask("GET", `/v1/versions/${version.id}/download`)).status).toBe(410);
    expect((await ask<Page>("GET", "/v1/adapters?q=gone")).body.items).toEqual([]);
    expect((await ada.ask("GET", "/v1/adapters/ada/gone")).status).toBe(200);
  });

  it("hides a private one and its file from others", async () => {
    const version = await published(ada, "secret", { visibility: "private" });
    expect((await bob.ask("GET", "/v1/adapters/ada/secret")).status).toBe(404);
    expect((await bob.ask("GET", `/v1/versions/${version.id}`)).status).toBe(404);
    expect((await bob.ask("GET", `/v1/versions/${version.id}/download`)).status).toBe(404);
    expect(
      (await bob.ask<Page>("GET", "/v1/adapters?owner=ada")).body.items.map((a) => a.name),
    ).not.toContain("secret");
    expect((await ada.ask<Page>("GET", "/v1/adapters?owner=ada")).body.items.map((a) => a.name)).toContain(
      "secret",
    );
  });
});

describe("the catalog list", () => {
  it("gives the same order at every page size while entries are added", async () => {
    const walker = await person("Walker");
    for (let i = 0; i < 7; i++) await published(walker, `walk-${i}`);
    const walks: string[][] = [];
    for (const limit of [1, 2, 3, 100]) {
      const names: string[] = [];
      let cursor: string | null = null;
      do {
        const at: string = cursor ? `&cursor=${cursor}` : "";
        const page: Page = (await ask<Page>("GET", `/v1/adapters?owner=walker&limit=${limit}${at}`)).body;
        names.push(...page.items.map(({ name }) => name));
        if (cursor === null) await published(walker, `late-${limit}`);
        cursor = page.next_cursor;
      } while (cursor);
      walks.push(names.filter((name) => name.startsWith("walk")));
      expect(new Set(names).size).toBe(names.length);
    }
    const expected = ["walk-6", "walk-5", "walk-4", "walk-3", "walk-2", "walk-1", "walk-0"];
    for (const walk of walks) expect(walk).toEqual(expected);
  });

  it("refuses an invalid cursor", async () => {
    for (const cursor of ["x", "WzFd", btoa('["a","b"]')]) {
      const reply = await ask("GET", `/v1/adapters?cursor=${cursor}`);
      expect([reply.status, reply.body.errors[0]?.pointer]).toEqual([400, "?cursor"]);
    }
  });

  it("refuses an unknown query parameter and an impossible limit", async () => {
    expect((await ask("GET", "/v1/adapters?colour=red")).body.errors[0]?.pointer).toBe("?colour");
    expect((await ask("GET", "/v1/adapters?limit=101")).body.errors[0]?.pointer).toBe("?limit");
  });

  it("treats search operators as words", () => {
    expect(matchExpression('red" OR title:* NEAR')).toBe('"red"* "OR"* "title"* "NEAR"*');
    expect(matchExpression("***")).toBeNull();
  });
});
