// Adapter files: what is accepted, and every way a file is refused with its own reason.

import { env } from "cloudflare:workers";
import { beforeAll, describe, expect, it } from "vitest";
import { checkAdapterFile } from "../../../functions/catalog/adapter-file.ts";
import { Refusal } from "../../../functions/lib/refusal.ts";
import { sha256Hex } from "../../../functions/lib/sha256.ts";
import type { Base, FileReason, Version } from "../../../schema/contract/index.ts";
import golden from "../../../schema/examples/adapter.json" with { type: "json" };
import { adapterFile, adapterInput, BASE, type FileChange, type Person, person } from "../cast.ts";

const bytesOf = (base64: string) => Uint8Array.from(atob(base64), (char) => char.charCodeAt(0));
const { entries: _entries, gate: _gate, ...bare } = BASE;
const tiny = { ...bare, ...golden.base } as Base;
const gated = { ...BASE, ...golden.gated.base, basis: golden.gated.base.basis } as Base;
const SLOT = Number(golden.accepted.metadata.slot);

/** Chunks of odd lengths, so that a value is cut in two. */
const readerOf =
  (file: Uint8Array, step = 7) =>
  async (offset: number, length: number) =>
    new ReadableStream<Uint8Array>({
      start(controller) {
        const end = offset + length;
        for (let at = offset; at < end; at += step)
          controller.enqueue(file.subarray(at, Math.min(at + step, end)));
        controller.close();
      },
    });

describe("the file checker and Python's", () => {
  it("accept the same golden file", async () => {
    const file = bytesOf(golden.accepted.base64);
    for (const step of [1, 7, 4096]) {
      const result = await checkAdapterFile(readerOf(file, step), file.length, tiny, SLOT);
      expect(result).toMatchObject(golden.accepted.metadata);
    }
  });

  it.each(golden.refused.map((each) => [each.name, each] as const))("refuse %s alike", async (_, each) => {
    const file = bytesOf(each.base64);
    const result = await checkAdapterFile(readerOf(file), file.length, tiny, SLOT);
    expect(result).toBeInstanceOf(Refusal);
    expect((result as Refusal).faults[0]?.reason).toBe(each.reason);
  });
});

describe("files of a base with entries", () => {
  it("are accepted by both checkers", async () => {
    const file = bytesOf(golden.gated.accepted.base64);
    const result = await checkAdapterFile(readerOf(file), file.length, gated, SLOT);
    expect(result).toMatchObject(golden.gated.accepted.metadata);
    expect(result).toMatchObject({ format: "orthoplex.adapter/2" });
  });

  it.each(golden.gated.refused.map((each) => [each.name, each] as const))(
    "are refused: %s",
    async (_, each) => {
      const file = bytesOf(each.base64);
      const result = await checkAdapterFile(readerOf(file), file.length, gated, SLOT);
      expect(result).toBeInstanceOf(Refusal);
      expect((result as Refusal).faults[0]?.reason).toBe(each.reason);
    },
  );

  it("are refused by a base without entries, and the other way round, with a remedy", async () => {
    for (const [content, base] of [
      [golden.accepted.base64, { ...gated, id: golden.base.id }],
      [golden.gated.accepted.base64, { ...tiny, id: golden.gated.base.id }],
    ] as const) {
      const file = bytesOf(content);
      const result = (await checkAdapterFile(readerOf(file), file.length, base, SLOT)) as Refusal;
      expect(result.faults[0]?.reason).toBe("format_mismatch");
      expect(result.detail).toContain("Train the concept again");
    }
  });
});

describe("making a version of an upload", () => {
  let ada: Person;
  let slot: number;
  beforeAll(async () => {
    ada = await person("Ada");
    await ada.must("POST", "/v1/adapters", adapterInput("face"));
    slot = (await ada.must<{ slot: number }>("POST", "/v1/adapters/ada/face/slot", {})).slot;
  });

  async function version(file: Uint8Array<ArrayBuffer>, more: Record<string, unknown> = {}, by = ada) {
    const upload_id = await by.upload("adapter", file, "application/octet-stream");
    return by.ask<Version>("POST", `/v1/adapters/${by.handle}/face/versions`, { upload_id, ...more });
  }
  const refusal = async (file: Uint8Array<ArrayBuffer>) => {
    const { status, body } = await version(file);
    const problem = body as unknown as { code: string; errors: { reason: FileReason }[] };
    return [status, problem.code, problem.errors[0]?.reason];
  };

  it("numbers versions and takes trigger and strength from the file", async () => {
    const first = await version(await adapterFile(slot, "<face>"));
    expect(first.body).toMatchObject({ number: 1, state: "draft", trigger: "<face>", strength: 0.7, slot });
    const second = await version(await adapterFile(slot, "<face>", { metadata: { strength: "0.5" } }), {
      strength: 1,
    });
    expect(second.body).toMatchObject({ number: 2, strength: 1 });
  });

  it("keeps no more of its header in the catalog than pages need, however long that is", async () => {
    const training = JSON.stringify({ note: "x".repeat(500_000) });
    const { status, body } = await version(await adapterFile(slot, "<face>", { metadata: { training } }));
    expect(status).toBe(201);
    const kept = await env.DB.prepare("SELECT length(metadata) AS n FROM versions WHERE id = ?")
      .bind(body.id)
      .first<number>("n");
    expect(kept).toBeLessThan(1_000);
  });

  it.each<[string, FileReason, () => Promise<Uint8Array<ArrayBuffer>> | Uint8Array<ArrayBuffer>]>([
    ["a pickle", "pickle", () => new Uint8Array([0x80, 2, 0x7d, 0x71, 0, 0x2e, 0, 0, 0, 0, 0, 0])],
    ["a zip archive", "zip", () => new Uint8Array([0x50, 0x4b, 3, 4, 20, 0, 0, 0, 0, 0, 0, 0])],
    [
      "a text",
      "not_safetensors",
      () => Uint8Array.from("just some words, not tensors", (char) => char.charCodeAt(0)),
    ],
    ["a truncated file", "truncated", async () => (await adapterFile(slot, "<face>")).slice(0, -1000)],
    ["a file cut in its header", "truncated", async () => (await adapterFile(slot, "<face>")).slice(0, 500)],
    [
      "a file with bytes behind its tensors",
      "trailing_bytes",
      async () => new Uint8Array([...(await adapterFile(slot, "<face>")), 0]),
    ],
    [
      "a header of 2 GB",
      "header_too_large",
      async () => {
        const file = await adapterFile(slot, "<face>");
        new DataView(file.buffer).setBigUint64(0, 2n ** 31n, true);
        return file;
      },
    ],
  ])("refuses %s", async (_, reason, make) => {
    expect(await refusal(await make())).toEqual([422, "file_invalid", reason]);
  });

  const layer = `up.${BASE.layers[1]?.name}`;
  const halves = (data: Uint8Array, at: number, bits: number) => {
    new DataView(data.buffer).setUint16(at, bits, true);
    return data;
  };
  it.each<[string, FileReason, FileChange]>([
    ["overlapping offsets", "offsets_invalid", { header: (h) => h[layer]?.data_offsets.fill(0, 0, 1) }],
    ["an F32 tensor", "dtype_invalid", { header: (h) => Object.assign(h[layer] ?? {}, { dtype: "I16" }) }],
    ["a transposed tensor", "shape_invalid", { header: (h) => h[layer]?.shape.reverse() }],
    [
      "a layer of another model",
      "tensor_unexpected",
      {
        header: (h) => {
          h["up.unet.mid"] = h[layer] ?? { dtype: "F16", shape: [], data_offsets: [] };
          delete h[layer];
        },
      },
    ],
    ["a NaN", "value_not_finite", { data: (data) => halves(data, data.length - 2, 0x7e00) }],
    ["an infinity", "value_not_finite", { data: (data) => halves(data, 0, 0xfc00) }],
    [
      "a residual that is too large",
      "norm_too_large",
      { data: (data) => halves(data, data.length - 2, 0x7bff) },
    ],
    ["missing metadata", "metadata_missing", { metadata: { trigger: undefined } }],
    ["a trigger without brackets", "metadata_invalid", { metadata: { trigger: "ada" } }],
    ["a strength that is no number", "metadata_invalid", { metadata: { strength: "NaN" } }],
    ["another format", "format_mismatch", { metadata: { format: "orthoplex.adapter/9" } }],
    [
      "the first format, of the base before this one",
      "format_mismatch",
      { metadata: { format: "orthoplex.adapter/1", base: "cast-2" } },
    ],
    ["another base", "base_mismatch", { metadata: { base: "cast-9" } }],
    ["another basis seed", "basis_mismatch", { metadata: { basis_seed: "2" } }],
    ["another rank", "rank_mismatch", { metadata: { rank: String(BASE.rank + 1) } }],
    ["another slot", "slot_mismatch", { metadata: { slot: "30" } }],
    [
      "tensors that its hash does not name",
      "hash_mismatch",
      { metadata: { tensors_sha256: "0".repeat(64) } },
    ],
  ])("refuses a file with %s", async (_, reason, change) => {
    expect(await refusal(await adapterFile(slot, "<face>", change))).toEqual([422, "file_invalid", reason]);
  });

  it("refuses a file for an adapter that has no slot", async () => {
    const bob = await person("Bob");
    await bob.must("POST", "/v1/adapters", adapterInput("face"));
    const reply = await version(await adapterFile(0, "<face>"), {}, bob);
    expect([reply.status, (reply.body as unknown as { code: string }).code]).toEqual([409, "slot_missing"]);
  });

  it("refuses a trigger other than the one the file was trained on", async () => {
    const reply = await version(await adapterFile(slot, "<face>"), { trigger: "<other>" });
    expect(reply.body).toMatchObject({ code: "request_invalid", errors: [{ pointer: "/trigger" }] });
  });

  it("refuses an upload that never arrived, and somebody else's", async () => {
    const file = await adapterFile(slot, "<never>");
    const { body } = await ada.announce("adapter", file, "application/octet-stream", await sha256Hex(file));
    const late = await ada.ask("POST", "/v1/adapters/ada/face/versions", { upload_id: body.id });
    expect(late.body).toMatchObject({ code: "upload_incomplete", errors: [{ pointer: "/upload_id" }] });
    const eve = await person("Eve");
    const upload_id = await eve.upload("adapter", file, "application/octet-stream");
    const stolen = await ada.ask("POST", "/v1/adapters/ada/face/versions", { upload_id });
    expect(stolen.body.code).toBe("upload_unknown");
  });
});

describe("a version", () => {
  it("is published once by its owner, and unusable once yanked", async () => {
    const [cai, dan] = [await person("Cai"), await person("Dan")];
    await cai.must("POST", "/v1/adapters", adapterInput("face"));
    const { slot } = await cai.must<{ slot: number }>("POST", "/v1/adapters/cai/face/slot", {});
    const upload_id = await cai.upload(
      "adapter",
      await adapterFile(slot, "<face>"),
      "application/octet-stream",
    );
    const { id } = await cai.must<Version>("POST", "/v1/adapters/cai/face/versions", { upload_id });
    expect((await dan.ask("GET", `/v1/versions/${id}`)).status).toBe(404);
    expect((await dan.ask("POST", `/v1/versions/${id}/publish`)).status).toBe(404);
    const published = await cai.must<Version>("POST", `/v1/versions/${id}/publish`);
    expect(published.state).toBe("published");
    expect(await cai.must("POST", `/v1/versions/${id}/publish`)).toEqual(published);
    expect((await dan.ask("POST", `/v1/versions/${id}/yank`)).body.code).toBe("not_granted");
    await cai.must("POST", `/v1/versions/${id}/yank`);
    expect((await cai.ask("POST", `/v1/versions/${id}/publish`)).body.code).toBe("version_state");
    const use = await cai.ask("POST", "/v1/compositions", { members: [{ version_id: id }] });
    expect(use.body.code).toBe("adapter_unready");
  });
});
