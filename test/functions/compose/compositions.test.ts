// Compositions and generations: crosstalk, licences and warnings, and every faulty request refused at the right place.

import { env } from "cloudflare:workers";
import { beforeAll, describe, expect, it } from "vitest";
import { intersectLicences } from "../../../functions/compose/licences.ts";
import { warningsOf } from "../../../functions/compose/member-warnings.ts";
import { crosstalkOf } from "../../../functions/lib/crosstalk.ts";
import type { Composition, Generation, ResolvedMember, Version } from "../../../schema/contract/index.ts";
import { SEED_MAX } from "../../../schema/contract/limits.ts";
import { BASE, LICENCE, type Person, person, published } from "../cast.ts";
import { RESERVING } from "./reserving-base.ts";

let ada: Person;
let bob: Person;
let eve: Version;
let cat: Version;
let dog: Version;
let secret: Version;
beforeAll(async () => {
  ada = await person("Ada");
  bob = await person("Bob");
  eve = await published(ada, "eve");
  cat = await published(ada, "cat", { licence: { ...LICENCE, credit: false, commercial_use: false } });
  dog = await published(bob, "dog", { licence: { ...LICENCE, credit: false } });
  secret = await published(ada, "secret", { visibility: "private" });
});

const compose = (by: Person, body: Record<string, unknown>) =>
  by.ask<Composition>("POST", "/v1/compositions", body);
const problem = async (by: Person, path: string, body: unknown) => {
  const { status, body: refusal } = await by.ask("POST", path, body);
  return [status, refusal.code, refusal.errors[0]?.pointer];
};

describe("a composition", () => {
  it("computes from slots alone which pairs are exactly orthogonal", async () => {
    const members = [{ ref: "ada/eve" }, { ref: "ada/cat:1", strength: -0.5 }, { version_id: dog.id }];
    const { status, body } = await compose(bob, { members, title: "Three" });
    expect(status).toBe(201);
    expect(body.members).toMatchObject([
      { version_id: eve.id, strength: 0.7, trigger: "<eve>", region: null },
      { version_id: cat.id, strength: -0.5, slot: cat.slot },
      { version_id: dog.id, ref: "bob/dog:1" },
    ]);
    expect(body.crosstalk.pairs).toHaveLength(3);
    expect(body.crosstalk.pairs[0]).toEqual({
      ...{ a: eve.id, b: cat.id, shared_columns_per_layer: 0, rank: BASE.rank },
      ...{ gates_overlap: 0, exact: true },
    });
    for (const pair of body.crosstalk.pairs.slice(1))
      expect(pair.shared_columns_per_layer).toBeLessThanOrEqual(1);
    expect(await bob.must("GET", `/v1/compositions/${body.id}`)).toEqual(body);
    expect((await ada.ask("GET", `/v1/compositions/${body.id}`)).status).toBe(404);
  });

  it("has the licence that all its adapters allow, and names the adapters that forbid", async () => {
    const { body } = await compose(ada, { members: [{ version_id: eve.id }, { version_id: cat.id }] });
    expect(body.licence).toMatchObject({ credit: true, commercial_use: false, derivatives: true });
    expect(body.licence.limited_by).toEqual([
      { permission: "credit", ref: "ada/eve:1" },
      { permission: "commercial_use", ref: "ada/cat:1" },
    ]);
  });

  it("refuses adapters of different bases", async () => {
    const stranger = await published(ada, "stranger");
    await env.DB.prepare("UPDATE versions SET base_id = 'other-1' WHERE id = ?").bind(stranger.id).run();
    const members = [{ version_id: eve.id }, { version_id: stranger.id }];
    const expected = [422, "adapter_incompatible", "/members/1"];
    expect(await problem(ada, "/v1/compositions", { members })).toEqual(expected);
    const adapters = [{ version_id: stranger.id }];
    expect(await problem(ada, "/v1/generations", { base: "cast-3", adapters, prompt: "x" })).toEqual([
      ...[422, "adapter_incompatible", "/adapters/0"],
    ]);
  });

  it("refuses a version whose file is of layers that the base no longer has, before anything is ordered", async () => {
    const old = await published(ada, "of-before");
    const change = "UPDATE versions SET scan = json_set(scan, '$.values.count', 114688) WHERE id = ?";
    await env.DB.prepare(change).bind(old.id).run();
    const members = [{ version_id: eve.id }, { ref: "ada/of-before" }];
    const expected = [422, "adapter_unready", "/members/1"];
    expect(await problem(bob, "/v1/compositions", { members })).toEqual(expected);
    const order = { adapters: members, prompt: "<eve> smiling" };
    const { status, body } = await bob.ask("POST", "/v1/generations", order);
    expect([status, body.errors[0]?.pointer]).toEqual([422, "/adapters/1"]);
    expect(body.detail).toMatch(/^ada\/of-before:1 was made for other layers .* train the concept again/);
  });

  it("refuses unknown, hidden, withdrawn and duplicate adapters with pointers", async () => {
    const wrong = (member: object) =>
      problem(bob, "/v1/compositions", { members: [{ version_id: dog.id }, member] });
    expect(await wrong({ ref: "nobody/nothing" })).toEqual([422, "adapter_unknown", "/members/1/ref"]);
    expect(await wrong({ ref: "ada/secret" })).toEqual([422, "adapter_unknown", "/members/1/ref"]);
    expect(await wrong({ version_id: secret.id })).toEqual([422, "adapter_unknown", "/members/1/version_id"]);
    expect(await wrong({ ref: "ada/eve:7" })).toEqual([422, "adapter_unready", "/members/1/ref"]);
    expect(await wrong({ ref: "bob/dog" })).toEqual([400, "request_invalid", "/members/1"]);
    expect(await wrong({ ref: "bob/dog", version_id: dog.id })).toEqual([
      400,
      "request_invalid",
      "/members/1",
    ]);
    await published(ada, "leaver");
    await ada.must("POST", "/v1/adapters/ada/leaver/withdraw");
    expect(await wrong({ ref: "ada/leaver" })).toEqual([410, "adapter_removed", "/members/1/ref"]);
    expect((await compose(ada, { members: [{ version_id: secret.id }] })).status).toBe(201);
  });
});

describe("a generation", () => {
  it("takes a saved composition with its strengths, and fills in the base's defaults", async () => {
    const region = { x: 0.5, y: 0, width: 0.5, height: 1 };
    const members = [{ version_id: eve.id, strength: 0.9, region }];
    const { body: saved } = await compose(ada, { members });
    const input = { composition_id: saved.id, prompt: "<eve>, smiling" };
    const { status, body } = await ada.ask<Generation>("POST", "/v1/generations", input);
    expect(status).toBe(202);
    expect(body.request).toMatchObject({ size: "256x256", steps: 24, guidance: 1, count: 1 });
    expect(body.request.adapters).toMatchObject([{ version_id: eve.id, strength: 0.9, region }]);
    expect(Number.isInteger(body.request.seed)).toBe(true);
    const theirs = await problem(bob, "/v1/generations", { composition_id: saved.id, prompt: "x" });
    expect(theirs).toEqual([422, "composition_unknown", "/composition_id"]);
  });

  const adapters = (more: object) => ({ prompt: "x", adapters: [{ ref: "ada/eve", ...more }] });
  it.each<[string, unknown, [number, string, string | undefined]]>([
    [
      "a prompt of 10,000 characters",
      { base: "cast-3", prompt: "a".repeat(10_000) },
      [400, "request_invalid", "/prompt"],
    ],
    ["no prompt", { base: "cast-3" }, [400, "request_invalid", "/prompt"]],
    [
      "an unknown adapter",
      { prompt: "x", adapters: [{ ref: "no/body" }] },
      [422, "adapter_unknown", "/adapters/0/ref"],
    ],
    ["an unknown base", { base: "sdxl", prompt: "x" }, [422, "base_unknown", "/base"]],
    ["no base and no adapter", { prompt: "x" }, [422, "base_unknown", "/base"]],
    [
      "a strength of NaN, which JSON writes as null",
      adapters({ strength: Number.NaN }),
      [400, "request_invalid", "/adapters/0/strength"],
    ],
    ["a strength in words", adapters({ strength: "NaN" }), [400, "request_invalid", "/adapters/0/strength"]],
    ["a strength beyond 2", adapters({ strength: 2.01 }), [400, "request_invalid", "/adapters/0/strength"]],
    [
      "a region that leaves the canvas",
      adapters({ region: { x: 0.6, y: 0, width: 0.5, height: 1 } }),
      [400, "request_invalid", "/adapters/0/region/width"],
    ],
    [
      "a region of no width",
      adapters({ region: { x: 0, y: 0, width: 0, height: 1 } }),
      [400, "request_invalid", "/adapters/0/region/width"],
    ],
    [
      "a region left of the canvas",
      adapters({ region: { x: -0.1, y: 0, width: 0.5, height: 1 } }),
      [400, "request_invalid", "/adapters/0/region/x"],
    ],
    [
      "a size the base does not draw",
      { base: "cast-3", prompt: "x", size: "512x512" },
      [400, "request_invalid", "/size"],
    ],
    ["too many steps", { base: "cast-3", prompt: "x", steps: 101 }, [400, "request_invalid", "/steps"]],
    [
      "a guidance below zero",
      { base: "cast-3", prompt: "x", guidance: -1 },
      [400, "request_invalid", "/guidance"],
    ],
    [
      "a seed that is a fraction",
      { base: "cast-3", prompt: "x", seed: 1.5 },
      [400, "request_invalid", "/seed"],
    ],
    [
      "pictures whose seeds go past the largest, which no later order could name",
      { base: "cast-3", prompt: "x", seed: SEED_MAX - 2, count: 4 },
      [400, "request_invalid", "/seed"],
    ],
    ["17 pictures", { base: "cast-3", prompt: "x", count: 17 }, [400, "request_invalid", "/count"]],
    [
      "an unknown field",
      { base: "cast-3", prompt: "x", sampler: "euler" },
      [400, "request_invalid", "/sampler"],
    ],
    ["an unknown field deep inside", adapters({ weight: 1 }), [400, "request_invalid", "/adapters/0/weight"]],
    ["a body that is not JSON", "{", [400, "json_invalid", undefined]],
  ])("refuses %s", async (_, body, expected) => {
    expect(await problem(ada, "/v1/generations", body)).toEqual(expected);
    expect(
      await env.DB.prepare('SELECT count(*) AS n FROM jobs WHERE request LIKE \'%"prompt":"x"%\'').first("n"),
    ).toBe(0);
  });

  it("accepts seeds up to the largest one", async () => {
    const input = { base: "cast-3", prompt: "last", seed: SEED_MAX - 3, count: 4 };
    expect((await ada.ask("POST", "/v1/generations", input)).status).toBe(202);
  });

  it("refuses an invalid strength with its range", async () => {
    const { body } = await ada.ask("POST", "/v1/generations", adapters({ strength: null }));
    expect(body.detail).toContain("finite number from -2 to 2");
  });
});

describe("the rules", () => {
  const member = (slot: number) => ({ version_id: `ver_${slot}`, slot }) as ResolvedMember;

  it("list every pair once, without shared columns within a class", () => {
    const open = { ...RESERVING, basis: { name: RESERVING.basis.name, seed: 0 } }; // slots divide all 256 channels: radix 61
    const members = [member(0), member(1), member(61), member(0)];
    const pairs = crosstalkOf(open, members);
    expect(pairs.map((pair) => pair.shared_columns_per_layer)).toEqual([0, 1, RESERVING.rank, 1, 0, 1]);
    expect(warningsOf(open, members)).toContainEqual(expect.stringContaining("blend"));
  });

  it("find no shared columns on a base with reserved channels, whatever the slots", () => {
    // 0, 31 and 62 all own column 0; the last is a second version of the first.
    const members = [member(0), member(31), member(62), member(0)].map((one, i) => ({
      ...one,
      trigger: `<t${i}>`,
    }));
    const pairs = crosstalkOf(RESERVING, members);
    expect(pairs).toHaveLength(6);
    for (const pair of pairs) expect(pair).toMatchObject({ shared_columns_per_layer: 0, exact: true });
    expect(warningsOf(RESERVING, members)).toEqual([]);
  });

  it("show on a base with gates where two gates may be open, whatever the slots", () => {
    const gated = { ...RESERVING, basis: { name: RESERVING.basis.name, seed: 0 }, gate: { gain: 4 } };
    const box = (x: number, width: number, y = 0, height = 1) => ({ x, y, width, height });
    const predicted = (...regions: (ReturnType<typeof box> | null)[]) => {
      // 0, 61 and 122 all own column 0; forty members are more than any class has slots.
      const members = regions.map((region, i) => ({ ...member(61 * i), trigger: `<t${i}>`, region }));
      return { pairs: crosstalkOf(gated, members), warnings: warningsOf(gated, members) };
    };
    const alone = { shared_columns_per_layer: 0, gates_overlap: 0, exact: true };
    for (const pair of predicted(null, null, null).pairs) expect(pair).toMatchObject(alone);
    for (const pair of predicted(box(0, 0.5), box(0.5, 0.5)).pairs) expect(pair).toMatchObject(alone);
    expect(predicted(box(0, 0.6), null).pairs[0]).toMatchObject(alone);
    const met = { shared_columns_per_layer: 1, exact: false };
    expect(predicted(box(0, 0.6), box(0.5, 0.4, 0.5, 0.5)).pairs[0]).toMatchObject(met);
    expect(predicted(box(0, 0.6), box(0.5, 0.4, 0.5, 0.5)).pairs[0]?.gates_overlap).toBeCloseTo(0.25);
    // A box that reaches over its cell lets all see one another, so members without one may meet.
    expect(predicted(box(0.2, 0.5), null, null).pairs.map((pair) => pair.gates_overlap)).toEqual([0, 0, 1]);
    expect(predicted(box(0, 1 / 3), null, null).pairs.map((pair) => pair.gates_overlap)).toEqual([0, 0, 0]);
    // More members than any canvas has cells.
    expect(predicted(...Array(40).fill(null)).pairs[0]).toMatchObject({ gates_overlap: 1 });
    expect(predicted(...Array(40).fill(null)).warnings).toEqual([]);
  });

  it("give a composition without adapters no restriction", () => {
    expect(intersectLicences([])).toEqual({
      ...{ credit: false, commercial_use: true, derivatives: true, different_licence: true, limited_by: [] },
    });
  });
});
