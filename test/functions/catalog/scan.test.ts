// The deep scan: what it measures, what it refuses, that each version gets one result, and what happens where it fails.

import { createExecutionContext, createMessageBatch, getQueueResult } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { drizzle } from "drizzle-orm/d1";
import { beforeAll, describe, expect, it } from "vitest";
import { callerOfKey } from "../../../functions/auth/keys.ts";
import { publishVersion } from "../../../functions/catalog/publishing.ts";
import { reportOf, scanVersion } from "../../../functions/catalog/scan.ts";
import { resendScans } from "../../../functions/catalog/scan-queue.ts";
import { findVersion } from "../../../functions/catalog/versions.ts";
import type { Env } from "../../../functions/env.ts";
import worker from "../../../functions/index.ts";
import { granted } from "../../../functions/lib/refusal.ts";
import { sha256Hex } from "../../../functions/lib/sha256.ts";
import type { Version } from "../../../schema/contract/index.ts";
import type { VersionRow } from "../../../schema/tables.ts";
import { adapterFile, adapterInput, ask, BASE, type FileChange, type Person, person } from "../cast.ts";

const db = drizzle(env.DB);
let ada: Person;
let bob: Person;
beforeAll(async () => {
  ada = await person("Ada");
  bob = await person("Bob");
});

/** A draft with a file of its own. */
async function drafted(owner: Person, name: string, change: FileChange = {}, more = {}) {
  await owner.must("POST", "/v1/adapters", adapterInput(name, more));
  const path = `/v1/adapters/${owner.handle}/${name}`;
  const { slot } = await owner.must<{ slot: number }>("POST", `${path}/slot`, {});
  const file = await adapterFile(slot, `<${name}>`, change);
  const upload_id = await owner.upload("adapter", file, "application/octet-stream");
  const version = await owner.must<Version>("POST", `${path}/versions`, { upload_id });
  return { version, file, path };
}
const idOf = (version: Version) => version.id as VersionRow["id"];
/** Tensors that two owners can have in different slots. */
const shared = (seed: number): FileChange => ({
  data: (data) => new Uint8Array(new Uint16Array(data.length / 2).fill(0x1400 + seed).buffer),
});
/** Puts a version back to where its message was lost. */
const unscan = (id: string) =>
  env.DB.prepare("UPDATE versions SET scan_state = 'pending', scan = NULL WHERE id = ?").bind(id).run();

describe("a scan", () => {
  it("hashes the file and its tensors, counts its values and measures its norms", async () => {
    const { version, file } = await drafted(ada, "face");
    const row = await scanVersion(env, db, idOf(version), 1_000);
    expect(row?.scanState).toBe("passed");
    const norms = BASE.layers.map(({ out_features }) => 2 ** -10 * Math.sqrt(out_features * BASE.rank));
    const values =
      (BASE.entries ?? []).reduce((sum, { out_features }) => sum + out_features * BASE.tokens.count, 0) +
      BASE.layers.reduce((sum, { out_features }) => sum + out_features * BASE.rank, 0);
    const sha256 = await sha256Hex(file);
    expect(row?.scan).toMatchObject({
      sha256,
      autov2: sha256.slice(0, 10).toUpperCase(),
      tensors_sha256: row?.metadata.tensors_sha256,
      values: { count: values, zero_share: 0 },
      norms: { limit: BASE.residual_norm_max },
      scanned_at: new Date(1_000).toISOString(),
    });
    expect(row?.scan?.norms?.largest).toBeCloseTo(Math.max(...norms), 6);
    const mean = norms.reduce((sum, norm) => sum + norm, 0) / norms.length;
    expect(row?.scan?.norms?.mean).toBeCloseTo(mean, 6);
    expect(row?.scan?.checks.map(({ name, passed }) => [name, passed])).toEqual([
      ["hashes", true],
      ["values", true],
      ["norms", true],
      ["duplicate", true],
    ]);
  });

  it("scans a version once, however often its message arrives", async () => {
    const { version } = await drafted(ada, "once");
    await scanVersion(env, db, idOf(version), 1_000);
    const again = await scanVersion(env, db, idOf(version), 2_000);
    expect(again?.scannedAt).not.toBe(2_000);
    expect(await scanVersion(env, db, "ver_00000000000000000000", 1)).toBeNull();
  });

  it("is shown with the version, with its hashes", async () => {
    const { version } = await drafted(ada, "shown");
    await scanVersion(env, db, idOf(version), 1_000);
    const seen = await ada.must<Version>("GET", `/v1/versions/${version.id}`);
    expect(seen.scan.state).toBe("passed");
    expect(seen.scan.report?.checks).toHaveLength(4);
    expect(seen.hashes).toEqual({
      sha256: seen.sha256,
      autov2: seen.sha256.slice(0, 10).toUpperCase(),
      autov3: seen.scan.report?.tensors_sha256.slice(0, 12).toUpperCase(),
      tensors_sha256: seen.scan.report?.tensors_sha256,
    });
  });

  it("fails an adapter that does nothing, and a publisher reads why", async () => {
    const { version } = await drafted(ada, "nothing", { data: (data) => new Uint8Array(data.length) });
    const reply = await ada.ask("POST", `/v1/versions/${version.id}/publish`);
    expect([reply.status, reply.body.code]).toEqual([422, "scan_failed"]);
    expect(reply.body.detail).toContain("Every value is 0");
    expect((await ada.must<Version>("GET", `/v1/versions/${version.id}`)).scan.state).toBe("failed");
  });

  it("fails tensors that somebody else has published, naming them only where they are public", async () => {
    for (const [i, visibility, named] of [
      [1, "public", true],
      [2, "unlisted", false],
    ] as const) {
      const first = await drafted(ada, `first-${i}`, shared(i), { visibility });
      await ada.must("POST", `/v1/versions/${first.version.id}/publish`);
      const copy = await drafted(bob, `copy-${i}`, shared(i));
      expect(copy.version.sha256).not.toBe(first.version.sha256);
      const reply = await bob.ask("POST", `/v1/versions/${copy.version.id}/publish`);
      expect([reply.status, reply.body.code]).toEqual([422, "scan_failed"]);
      expect(reply.body.detail.includes(`ada/first-${i}`)).toBe(named);
    }
  });

  it("lets an owner publish the same tensors again", async () => {
    const first = await drafted(ada, "mine", shared(3));
    await ada.must("POST", `/v1/versions/${first.version.id}/publish`);
    const second = await drafted(ada, "mine-too", shared(3));
    expect((await ada.ask("POST", `/v1/versions/${second.version.id}/publish`)).status).toBe(200);
  });

  it("lets one of two owners publish the same tensors concurrently", async () => {
    const drafts = [await drafted(ada, "race", shared(4)), await drafted(bob, "race", shared(4))];
    for (const { version } of drafts) {
      expect((await scanVersion(env, db, idOf(version), 1))?.scanState).toBe("passed");
    }
    const [mine, theirs] = drafts;
    const replies = await Promise.all([
      ada.ask("POST", `/v1/versions/${mine?.version.id}/publish`),
      bob.ask("POST", `/v1/versions/${theirs?.version.id}/publish`),
    ]);
    expect(replies.map(({ status }) => status).sort()).toEqual([200, 422]);
    const refused = replies.find(({ status }) => status === 422);
    expect(refused?.body.detail).toContain("in the meantime");
  });

  it("that a published version fails yanks it, with the reason on its tombstone", async () => {
    const { version } = await drafted(ada, "late", shared(5));
    await ada.must("POST", `/v1/versions/${version.id}/publish`);
    // A fault that came to light later: the stored bytes changed.
    const key = `blobs/${version.sha256}`;
    const bytes = new Uint8Array((await (await env.BLOBS.get(key))?.arrayBuffer()) ?? new ArrayBuffer(0));
    bytes.set([(bytes.at(-2) ?? 0) ^ 1], bytes.length - 2);
    await env.BLOBS.put(key, bytes);
    await unscan(version.id);
    expect(await scanVersion(env, db, idOf(version), 5_000)).toMatchObject({
      scanState: "failed",
      state: "yanked",
    });
    const seen = await ask("GET", `/v1/versions/${version.id}`);
    expect([seen.status, seen.body.tombstone]).toMatchObject([
      410,
      { ref: "ada/late:1", removed_by: "scan", removed_at: new Date(5_000).toISOString() },
    ]);
    expect(seen.body.tombstone?.reason).toContain("not the ones that were announced");
  });
});

describe("a report", () => {
  const facts = {
    sha256: "a".repeat(64),
    tensorsSha256: "b".repeat(64),
    measured: { count: 4, zeros: 1, finite: true, norms: [3, 5] },
  };
  const row = {
    sha256: facts.sha256,
    metadata: { tensors_sha256: facts.tensorsSha256 },
    certificate: null,
    foreign: null,
  };
  const failing = (change: Partial<typeof facts.measured>, limit = 64) =>
    reportOf(row, { ...facts, measured: { ...facts.measured, ...change } }, { limit, twin: null, now: 0 })
      .checks.filter(({ passed }) => !passed)
      .map(({ name }) => name);

  it("reports largest and mean norm and the share of zeros", () => {
    const report = reportOf(row, facts, { limit: 64, twin: null, now: 0 });
    expect(report.norms).toEqual({ largest: 5, mean: 4, limit: 64 });
    expect(report.values).toEqual({ count: 4, zero_share: 0.25 });
    expect(report.checks.every(({ passed }) => passed)).toBe(true);
  });

  it("fails what is not finite, too large, all zero, or another file", () => {
    expect(failing({ finite: false, norms: [Number.NaN] })).toEqual(["values", "norms"]);
    expect(failing({ norms: [3, 65] })).toEqual(["norms"]);
    expect(failing({ norms: [3, 64] })).toEqual([]);
    expect(failing({ zeros: 4 })).toEqual(["values"]);
    const other = reportOf(row, { ...facts, sha256: "c".repeat(64) }, { limit: 64, twin: null, now: 0 });
    expect(other.checks.filter(({ passed }) => !passed).map(({ name }) => name)).toEqual(["hashes"]);
  });

  it("does not reveal whose private work it duplicates", () => {
    const detail = reportOf(row, facts, { limit: 64, twin: { ref: null }, now: 0 }).checks.at(-1)?.detail;
    expect(detail).toBe("Somebody else has published the same tensors.");
  });
});

describe("the queue of scans", () => {
  const deliver = async (versionId: string, bindings: Env = env) => {
    const batch = createMessageBatch("orthoplex-scans", [
      { id: "m1", timestamp: new Date(0), attempts: 1, body: { versionId: versionId as VersionRow["id"] } },
    ]);
    const context = createExecutionContext();
    await worker.queue(batch, bindings);
    return getQueueResult(batch, context);
  };

  it("scans what a message names and acknowledges it, unknown versions too", async () => {
    const { version } = await drafted(ada, "queued");
    expect(await deliver(version.id)).toMatchObject({ explicitAcks: ["m1"], retryMessages: [] });
    expect((await ada.must<Version>("GET", `/v1/versions/${version.id}`)).scan.state).toBe("passed");
    expect(await deliver("ver_00000000000000000000")).toMatchObject({ explicitAcks: ["m1"] });
  });

  it("retries after an internal error; publishing is deferred until then", async () => {
    const { version, file } = await drafted(ada, "lost");
    await unscan(version.id);
    await env.BLOBS.delete(`blobs/${version.sha256}`);
    const result = await deliver(version.id);
    expect(result.explicitAcks).toEqual([]);
    expect(result.retryMessages).toMatchObject([{ msgId: "m1" }]);
    const pending = await ada.ask("POST", `/v1/versions/${version.id}/publish`);
    expect([pending.status, pending.body.code, pending.headers.get("retry-after")]).toEqual([
      409,
      "scan_pending",
      "5",
    ]);
    await env.BLOBS.put(`blobs/${version.sha256}`, file);
    expect((await ada.ask("POST", `/v1/versions/${version.id}/publish`)).status).toBe(200);
  });

  it("gets overdue unscanned versions again, and no others", async () => {
    const { version } = await drafted(ada, "forgotten");
    await env.DB.prepare("UPDATE versions SET scan_state = 'passed'").run();
    await unscan(version.id);
    const sent: unknown[] = [];
    const SCANS = { sendBatch: async (bodies: unknown[]) => void sent.push(...bodies) };
    const listening = { ...env, SCANS } as unknown as Env;
    expect(await resendScans(listening, db, Date.now())).toBe(0);
    expect(await resendScans(listening, db, Date.now() + 11 * 60_000)).toBe(1);
    expect(sent).toEqual([{ body: { versionId: version.id } }]);
  });

  it("is not required before a version is published", async () => {
    const { version } = await drafted(ada, "fast");
    await unscan(version.id);
    const owner = await callerOfKey(env, db, ada.key, Date.now());
    const found = granted(await findVersion(db, owner, idOf(version)));
    const published = granted(await publishVersion(env, db, found, 9_000));
    expect([published.version.state, published.version.scanState, published.version.scannedAt]).toEqual([
      "published",
      "passed",
      9_000,
    ]);
  });
});
