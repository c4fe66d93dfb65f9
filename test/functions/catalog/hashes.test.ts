// Look-ups by hash: each of the three hashes, in either case, only what the caller may see, and by an index.

import { env } from "cloudflare:workers";
import { drizzle } from "drizzle-orm/d1";
import { beforeAll, describe, expect, it } from "vitest";
import { versionsJson } from "../../../functions/catalog/adapter-json.ts";
import { BY_HASH, lookUpHashes } from "../../../functions/catalog/hashes.ts";
import type { Version } from "../../../schema/contract/index.ts";
import { HASHES_LOOKED_UP_MAX } from "../../../schema/contract/limits.ts";
import { adapterFile, adapterInput, ask, type Person, person, published } from "../cast.ts";
import { Meter } from "../dispatch/scale/counted.ts";

type Found = { items: { hash: string; version: Version | null }[] };
let ada: Person;
let bob: Person;
let open: Version;
beforeAll(async () => {
  ada = await person("Ada");
  bob = await person("Bob");
  open = await published(ada, "open");
});

const lookUp = (hash: string, by: Person | null = null) =>
  by
    ? by.ask<Version>("GET", `/v1/versions/by-hash/${hash}`)
    : ask<Version>("GET", `/v1/versions/by-hash/${hash}`);

describe("a look-up by hash", () => {
  it("finds a version by SHA-256, AutoV2 and the hash of its tensors, in upper or lower case", async () => {
    const { sha256, autov2, autov3, tensors_sha256 } = open.hashes;
    expect(autov3).toBe(tensors_sha256?.slice(0, 12).toUpperCase());
    // Twelve digits of the file's own are what AUTOMATIC1111's pictures name it by, ours among them.
    for (const hash of [sha256, autov2, autov3 ?? "", sha256.slice(0, 12), tensors_sha256 ?? ""]) {
      for (const written of [hash.toLowerCase(), hash.toUpperCase()]) {
        const reply = await lookUp(written);
        expect([reply.status, reply.body.id]).toEqual([200, open.id]);
      }
    }
  });

  it("answers 404 for an unknown hash and for an invalid one", async () => {
    for (const hash of ["0".repeat(64), "0".repeat(10), "abc", "z".repeat(64), open.sha256.slice(0, 11)]) {
      expect([hash, (await lookUp(hash)).status]).toEqual([hash, 404]);
    }
  });

  it("finds drafts and private adapters for their owner alone", async () => {
    const hidden = await published(ada, "secret", { visibility: "private" });
    await ada.must("POST", "/v1/adapters", adapterInput("draft"));
    const { slot } = await ada.must<{ slot: number }>("POST", "/v1/adapters/ada/draft/slot", {});
    const file = await adapterFile(slot, "<draft>");
    const upload_id = await ada.upload("adapter", file, "application/octet-stream");
    const draft = await ada.must<Version>("POST", "/v1/adapters/ada/draft/versions", { upload_id });
    for (const { id, hashes } of [hidden, draft]) {
      expect((await lookUp(hashes.sha256, ada)).body.id).toBe(id);
      expect((await lookUp(hashes.sha256, bob)).status).toBe(404);
      expect((await lookUp(hashes.autov2)).status).toBe(404);
    }
  });

  it("prefers the published version, and returns a tombstone for a removed one", async () => {
    const first = await published(ada, "twice");
    const file = await adapterFile(first.slot ?? -1, "<twice>");
    const upload_id = await ada.upload("adapter", file, "application/octet-stream");
    const second = await ada.must<Version>("POST", "/v1/adapters/ada/twice/versions", { upload_id });
    expect(second.sha256).toBe(first.sha256);
    expect((await lookUp(first.sha256)).body.id).toBe(first.id);
    await ada.must("POST", `/v1/versions/${second.id}/publish`);
    expect((await lookUp(first.sha256)).body.id).toBe(second.id);
    await ada.must("POST", `/v1/versions/${second.id}/yank`, { reason: "Blurred." });
    expect((await lookUp(first.sha256)).body.id).toBe(first.id);
    await ada.must("POST", `/v1/versions/${first.id}/yank`, { reason: "Blurred, too." });
    const gone = (await ask("GET", `/v1/versions/by-hash/${first.sha256}`)).body;
    expect(gone).toMatchObject({ code: "adapter_removed", tombstone: { removed_by: "owner" } });
  });

  it("of many hashes answers in order, duplicates included, with null for unknown ones", async () => {
    const other = await published(bob, "other");
    const hashes = [
      other.hashes.autov2,
      "0".repeat(64),
      open.sha256.toUpperCase(),
      other.hashes.autov2,
      "1A2B3C4D",
      "f".repeat(5_000),
    ];
    const { body } = await ask<Found>("POST", "/v1/versions/by-hash", { body: { hashes } });
    expect(body.items.map(({ hash, version }) => [hash, version?.id ?? null])).toEqual([
      [hashes[0], other.id],
      [hashes[1], null],
      [hashes[2], open.id],
      [hashes[3], other.id],
      // A kind of hash that is not kept here is merely unknown.
      [hashes[4], null],
      // Nor one of another length: SHA-512, a whole manifest.
      [hashes[5], null],
    ]);
  });

  it("accepts the stated number of hashes and no more", async () => {
    const hashes = Array.from({ length: HASHES_LOOKED_UP_MAX }, (_, i) => String(i).padStart(64, "0"));
    const most = await ask<Found>("POST", "/v1/versions/by-hash", { body: { hashes } });
    expect(most.body.items).toHaveLength(HASHES_LOOKED_UP_MAX);
    for (const wrong of [[...hashes, "0".repeat(64)], [], ["a\u0000"]]) {
      expect((await ask("POST", "/v1/versions/by-hash", { body: { hashes: wrong } })).status).toBe(400);
    }
  });

  it("asks the database as often for a hundred found versions as for one", async () => {
    const other = await published(bob, "third");
    const statements = async (hashes: string[]) => {
      const meter = new Meter();
      const db = drizzle(meter.counted(env.DB)) as Parameters<typeof lookUpHashes>[0];
      await meter.measure("look up", async () => {
        const found = (await lookUpHashes(db, null, hashes)).flatMap(({ found }) => found ?? []);
        expect(await versionsJson(db, found, "https://edge.test")).toHaveLength(hashes.length);
      });
      return meter.costs.get("look up")?.statements;
    };
    const one = await statements([open.sha256]);
    expect(one).toBeGreaterThan(2);
    expect(await statements([open.sha256, other.sha256, ...Array(98).fill(open.sha256)])).toBe(one);
  });

  it("searches the indexes of both hashes and scans no table of versions", async () => {
    const plan = await env.DB.prepare(`EXPLAIN QUERY PLAN ${BY_HASH}`)
      .bind(JSON.stringify([open.sha256]))
      .all<{ detail: string }>();
    const details = plan.results.map(({ detail }) => detail);
    const ofVersions = details.filter((detail) => / v( |$)/.test(detail));
    expect(ofVersions).toEqual([
      expect.stringMatching(/^SEARCH v USING INDEX versions_sha256 \(sha256>\? AND sha256<\?\)/),
      expect.stringMatching(
        /^SEARCH v USING INDEX versions_tensors_sha256 \(tensors_sha256>\? AND tensors_sha256<\?\)/,
      ),
    ]);
  });
});
