// LoRAs of other programs in the catalog: published without a slot, marked, composed, and refused where no base can take them.

import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { sha256Hex } from "../../../functions/lib/sha256.ts";
import type { Base } from "../../../schema/contract/bases.ts";
import type { Composition, Lease, Version } from "../../../schema/contract/index.ts";
import golden from "../../../schema/examples/foreign.json" with { type: "json" };
import { adapterFile, adapterInput, db, Machine, type Person, person, png, published } from "../cast.ts";
import { know } from "../compose/reserving-base.ts";
import { SD } from "../sd-base.ts";

const TINY = { ...SD, ...golden.bases.sd } as Base;
/** The same layers with other weights, as a model that was trained on from the first. */
const CHILD: Base = { ...TINY, id: "tiny-child" };
const XL = { ...SD, ...golden.bases.sdxl } as Base;
const Z_IMAGE = { ...SD, ...golden.bases.zimage } as Base;

type Example = { metadata: object; tensors: object };
const example = (name: string): Example => {
  const found = [...golden.taken, ...golden.refused].find((each) => each.name === name);
  if (!found) throw new Error(`There is no example ${name}`);
  return found;
};

/** A file of an example; every value is 2^-10 but the first. */
function fileOf({ metadata, tensors }: Example, first = 0x1400): Uint8Array<ArrayBuffer> {
  let end = 0;
  const header: Record<string, object> = { __metadata__: metadata };
  for (const [name, [dtype, shape]] of Object.entries(tensors as Record<string, [string, number[]]>)) {
    const begin = end;
    end += 2 * shape.reduce((a, b) => a * b, 1);
    header[name] = { dtype, shape, data_offsets: [begin, end] };
  }
  const values = new Uint16Array(end / 2).fill(0x1400);
  values[0] = first;
  const text = new TextEncoder().encode(JSON.stringify(header));
  const file = new Uint8Array(8 + text.length + end);
  new DataView(file.buffer).setBigUint64(0, BigInt(text.length), true);
  file.set(text, 8);
  file.set(new Uint8Array(values.buffer), 8 + text.length);
  return file;
}

let ada: Person;
let machine: Machine;
const undone: (() => Promise<void>)[] = [];
beforeAll(async () => {
  for (const base of [TINY, CHILD, XL, Z_IMAGE]) undone.push(await know(base));
  ada = await person("Ada");
  machine = await Machine.register(await person("Operator"), [TINY.id, CHILD.id]);
});
afterAll(async () => {
  for (const undo of undone) await undo();
});
beforeEach(async () => {
  await db().prepare("UPDATE jobs SET status = 'canceled' WHERE status = 'queued'").run();
});

async function drafted(name: string, file: Uint8Array<ArrayBuffer>, more: object = {}, base = TINY) {
  await ada.ask("POST", "/v1/adapters", adapterInput(name, { base: base.id }));
  const upload_id = await ada.upload("adapter", file, "application/octet-stream");
  return ada.ask<Version>("POST", `/v1/adapters/ada/${name}/versions`, { upload_id, ...more });
}

let seed = 0;
/** A published one; every call makes other bytes. */
async function foreign(name: string, more: object = {}, shown = "sd: kohya"): Promise<Version> {
  seed += 1;
  const { body } = await drafted(name, fileOf(example(shown), 0x1400 + seed), more);
  const version = await ada.must<Version>("POST", `/v1/versions/${body.id}/publish`);
  await db().prepare("UPDATE jobs SET status = 'canceled' WHERE status = 'queued'").run();
  return version;
}

const refusal = ({ body }: { body: unknown }) => {
  const { code, errors, detail } = body as {
    code: string;
    detail: string;
    errors: { reason?: string; pointer: string }[];
  };
  return { code, detail, reason: errors?.[0]?.reason, at: errors?.[0]?.pointer };
};

/** The job that an order leads to, as a runner gets it. */
async function leased(order: object, base = TINY): Promise<Lease> {
  await ada.must("POST", "/v1/generations", { size: "512x256", steps: 1, ...order });
  return nextLease(base);
}
async function nextLease(base = TINY): Promise<Lease> {
  const asked = { runner_id: machine.id, bases: [base.id], max_batch: 1 };
  const { leases } = await machine.owner.must<{ leases: Lease[] }>("POST", "/runner/v1/lease", asked);
  if (!leases[0]) throw new Error("Nothing was leased");
  return leases[0];
}
const sample = (lease: Lease) => {
  if (lease.kind !== "sample") throw new Error("Not a generation");
  return lease.spec;
};

describe("publishing a LoRA of another program", () => {
  it("needs no slot, keeps what the file says, and is marked as not exact everywhere", async () => {
    const file = fileOf(example("sd: kohya"));
    const { body: draft } = await drafted("rex", file);
    expect(draft).toMatchObject({ slot: null, trigger: "<rex>", strength: 1, state: "draft" });
    expect(draft.foreign).toEqual({
      ...{ exact: false, layout: "kohya", rank: 3, layers: 5, words: "ada woman", licence: null },
      ...{ triggers: ["ada woman", "red hair", "smile"], trained_on: "sd_1.5" },
    });
    const header = Number(new DataView(file.buffer).getBigUint64(0, true));
    const tensors = await sha256Hex(file.slice(8 + header));
    expect(draft.hashes).toMatchObject({
      autov2: (await sha256Hex(file)).slice(0, 10).toUpperCase(),
      autov3: tensors.slice(0, 12).toUpperCase(),
    });
    const shown = await ada.must<Version>("POST", `/v1/versions/${draft.id}/publish`);
    expect(shown.scan.report).toMatchObject({ norms: null, values: { zero_share: 0 } });
    expect(shown.scan.report?.checks.map(({ name, passed }) => [name, passed])).toEqual([
      ["hashes", true],
      ["values", true],
      ["duplicate", true],
    ]);
    const listed = await ada.must<{ items: { latest_version: Version; slot: null }[] }>(
      "GET",
      `/v1/adapters?base=${TINY.id}`,
    );
    expect(listed.items[0]).toMatchObject({ slot: null, latest_version: { foreign: { exact: false } } });
    const { body } = await ada.ask<Version>("GET", `/v1/versions/by-hash/${draft.hashes.autov3}`);
    expect(body.id).toBe(draft.id);
  });

  it("takes a trigger and words from its publisher; empty words are none", async () => {
    const named = await foreign("fido", { trigger: "<good-dog>", words: "fidodog dog", strength: 0.7 });
    expect(named).toMatchObject({ trigger: "<good-dog>", strength: 0.7, foreign: { words: "fidodog dog" } });
    expect((await foreign("style", { words: "" })).foreign?.words).toBeNull();
    expect((await foreign("silent", {}, "sd: PEFT itself")).foreign?.words).toBeNull();
  });

  it.each([
    ["sd: LoHa", "tensor_missing", "LoHa"],
    ["sd: OFT", "lora_unsupported", "OFT"],
    ["sd: half of a layer", "tensor_missing", "halves"],
    ["sd: a LoRA of sdxl", "base_mismatch", "another base"],
    ["sd: a stranger's tensor", "tensor_unexpected", "something.else"],
  ])("refuses %s by name", async (name, reason, says) => {
    const found = refusal(await drafted("refused", fileOf(example(name))));
    expect(found).toMatchObject({ code: "file_invalid", reason, at: "/upload_id" });
    expect(found.detail).toContain(says);
  });

  it("takes one of Z-Image on its own base alone, and none of another model there, and names both", async () => {
    const file = (name: string) => fileOf(example(name));
    const { body } = await drafted("z-rex", file("zimage: musubi-tuner"), {}, Z_IMAGE);
    expect(body.foreign).toMatchObject({ layout: "kohya", rank: 3, layers: 5, words: "ada woman" });
    const elsewhere = refusal(await drafted("z-on-sd", file("zimage: musubi-tuner")));
    expect(elsewhere).toMatchObject({ code: "file_invalid", reason: "base_mismatch" });
    expect(elsewhere.detail).toContain("(Z-Image; tiny-sd is Stable Diffusion)");
    const other = refusal(await drafted("sd-on-z", file("sd: kohya"), {}, Z_IMAGE));
    expect(other).toMatchObject({ code: "file_invalid", reason: "base_mismatch" });
    expect(other.detail).toContain("(Stable Diffusion; tiny-zimage is Z-Image)");
  });

  it("refuses values that are not finite, and bases of other families", async () => {
    const infinite = await drafted("infinite", fileOf(example("sd: kohya"), 0x7c00));
    expect(refusal(infinite)).toMatchObject({ code: "file_invalid", reason: "value_not_finite" });
    await ada.must("POST", "/v1/adapters", adapterInput("drawn"));
    const elsewhere = await drafted("drawn", fileOf(example("sd: kohya")));
    expect(refusal(elsewhere)).toMatchObject({ code: "file_invalid", reason: "base_mismatch" });
  });

  it("keeps adapters of a slot and LoRAs of other programs under names of their own", async () => {
    await foreign("mixed");
    expect(refusal(await ada.ask("POST", "/v1/adapters/ada/mixed/slot", {})).code).toBe("version_state");
    const own = await published(ada, "own", {}, TINY);
    expect(refusal(await drafted("own", fileOf(example("sd: kohya")))).code).toBe("version_state");
    const file = await adapterFile(own.slot ?? -1, "<own>", {}, TINY);
    expect(refusal(await drafted("own", file, { words: "dog" }))).toMatchObject({ at: "/words" });
  });
});

describe("composing with a LoRA of another program", () => {
  it("gates it by its words where the prompt names its trigger, and attaches it whole elsewhere", async () => {
    const rex = await foreign("gated");
    const named = await leased({
      adapters: [{ version_id: rex.id }],
      prompt: "a <Gated> in a park",
      seed: 5,
    });
    expect(sample(named).adapters).toMatchObject([{ slot: null, foreign: { words: "ada woman" } }]);
    expect(named.inputs).toMatchObject([{ sha256: rex.sha256 }]);
    // A call of another API gets the trigger put in, and is gated by the prompt that its runner reads.
    const theirs = { prompt: "a dog in a park", num_inference_steps: 1 };
    for (const input of [theirs, { ...theirs, size: "256x256" }]) {
      await ada.must("POST", "/replicate/v1/models/ada/gated/predictions", { input });
      const { prompt, adapters } = sample(await nextLease());
      expect([prompt, adapters[0]?.foreign]).toEqual(["<gated>, a dog in a park", { words: "ada woman" }]);
    }
    const whole = await leased({ adapters: [{ version_id: rex.id }], prompt: "a dog in a park" });
    expect(sample(whole).adapters).toMatchObject([{ slot: null, foreign: { words: null } }]);
  });

  it("takes pictures whose recipe names it as not exact, and none that says another file", async () => {
    const rex = await foreign("settled");
    const lease = await leased({ adapters: [{ version_id: rex.id }], prompt: "<settled>", seed: 5 });
    const lora = { ref: rex.ref, version_id: rex.id, strength: 1, sha256: rex.sha256 };
    const gated = { ...lora, trigger: "<settled>", words: "ada woman" };
    const settle = async (recipe: object) => {
      const meta = { width: 512, height: 256, seed: 5, recipe };
      const output = await machine.deliver(
        lease.lease_id,
        { name: "image-0.png", role: "image", meta },
        await png(512, 256),
      );
      return machine.on(lease.lease_id, "settle", { outcome: "succeeded", outputs: [output] });
    };
    const other = await settle({ loras: [{ ...gated, sha256: "0".repeat(64) }], exact: false });
    expect(refusal(other).code).toBe("output_mismatch");
    expect(refusal(await settle({ loras: [lora], exact: true })).code).toBe("output_mismatch");
    expect((await settle({ adapters: [], loras: [gated], exact: false })).body).toEqual({
      status: "succeeded",
    });
  });

  it("is exact with nobody, says so, and cannot be kept within a region", async () => {
    const rex = await foreign("beside");
    const own = await published(ada, "alone", {}, TINY);
    const members = [{ version_id: own.id }, { version_id: rex.id }];
    const made = await ada.must<Composition>("POST", "/v1/compositions", { members });
    expect(made.crosstalk.pairs).toMatchObject([{ exact: false, gates_overlap: 1 }]);
    expect(made.warnings.join()).toContain("ada/beside:1 is a LoRA of another program");
    expect(made.members[1]).toMatchObject({ slot: null, foreign: { words: "ada woman" } });
    const region = { x: 0, y: 0, width: 0.5, height: 1 };
    const boxed = await ada.ask("POST", "/v1/compositions", {
      members: [{ version_id: rex.id, region }],
    });
    expect(refusal(boxed)).toMatchObject({ code: "request_invalid", at: "/members/0/region" });
  });

  it("works on every base with the same layers, and on no other", async () => {
    const rex = await foreign("travels");
    const own = await published(ada, "child", {}, CHILD);
    const lease = await leased(
      { adapters: [{ version_id: rex.id }, { version_id: own.id }], prompt: "<child>" },
      CHILD,
    );
    expect(lease.base).toBe(CHILD.id);
    for (const base of [XL.id, "cast-3"]) {
      const refused = await ada.ask("POST", "/v1/generations", {
        ...{ base, adapters: [{ version_id: rex.id }], prompt: "a dog" },
      });
      expect(refusal(refused).code).toBe("adapter_incompatible");
    }
  });

  it("keeps a collection with it from being called an orthogonal cast", async () => {
    await foreign("collected");
    await published(ada, "orthogonal", {}, TINY);
    await ada.must("POST", "/v1/collections", { name: "cast", title: "Cast", base: TINY.id });
    const exactness = async (name: string) => {
      await ada.must("PUT", `/v1/collections/ada/cast/items/ada/${name}`, {});
      return (await ada.must<{ exactness: { exact: boolean } }>("GET", "/v1/collections/ada/cast")).exactness
        .exact;
    };
    expect(await exactness("orthogonal")).toBe(true);
    expect(await exactness("collected")).toBe(false);
  });
});
