// Checks a stored adapter file (orthoplex.adapter/1) as a stream: header first, then every value, nothing held whole.
// The same rules in the same order as gpu-runner/orthoplex/ortho/adapter.py; the header itself is functions/lib/safetensors.ts.

import {
  ADAPTER_DTYPE,
  ADAPTER_FORMAT,
  AdapterMetadata,
  TOKENS_TENSOR,
  UP_PREFIX,
} from "../../schema/contract/adapter-file.ts";
import { Trigger } from "../../schema/contract/adapters.ts";
import type { Base } from "../../schema/contract/bases.ts";
import type { FileReason } from "../../schema/contract/codes.ts";
import { STRENGTH_MAX } from "../../schema/contract/limits.ts";
import { type Refusal, refuse } from "../lib/refusal.ts";
import { type Header, type HeaderRefused, readHeader, type TensorEntry } from "../lib/safetensors.ts";
import { hex, sha256Hex } from "../lib/sha256.ts";
import { ValueChecker } from "./adapter-values.ts";

type Fault = { reason: FileReason; detail: string };
const fault = (reason: FileReason, detail: string): Fault => ({ reason, detail });
const isFault = (value: unknown): value is Fault =>
  typeof value === "object" && value !== null && "reason" in value;

/** Reads `length` bytes of the file from `offset` on, as a stream. */
export type ReadBytes = (offset: number, length: number) => Promise<ReadableStream<Uint8Array>>;

/** Most headers fit; a longer one costs a second read. */
const HEAD_BYTES = 64 * 1024;

/** The file's metadata if it is an adapter of this base in this slot, else why it is not. */
export async function checkAdapterFile(
  read: ReadBytes,
  sizeBytes: number,
  base: Base,
  slot: number,
): Promise<AdapterMetadata | Refusal> {
  const result = await check(read, sizeBytes, base, slot);
  return isFault(result) ? refuse("file_invalid", result.detail, "/upload_id", result.reason) : result;
}

/** The header of a stored file, or why it has none. */
export async function headerOf(read: ReadBytes, sizeBytes: number): Promise<Header | HeaderRefused> {
  const readHead = async (bytes: number) => {
    const stream = await read(0, Math.min(bytes, sizeBytes));
    return readHeader(new Uint8Array(await new Response(stream).arrayBuffer()), sizeBytes);
  };
  let header = await readHead(HEAD_BYTES);
  if (header.kind === "needs_more") header = await readHead(header.bytes);
  if (header.kind === "needs_more") throw new Error("A header cannot need more than it asked for");
  return header;
}

async function check(read: ReadBytes, sizeBytes: number, base: Base, slot: number) {
  const header = await headerOf(read, sizeBytes);
  if (header.kind === "refused") return fault(header.reason, header.detail);
  const metadata = await checkIdentity(header.metadata, base, slot);
  if (isFault(metadata)) return metadata;
  const data = () => read(header.dataOffset, sizeBytes - header.dataOffset);
  return (
    checkTensors(header.tensors, base) ?? (await checkData(header, await data(), base, metadata)) ?? metadata
  );
}

async function checkIdentity(
  raw: Record<string, string>,
  base: Base,
  slot: number,
): Promise<AdapterMetadata | Fault> {
  const missing = Object.keys(AdapterMetadata.shape).filter((key) => !(key in raw));
  if (missing.length > 0) return fault("metadata_missing", `The metadata lacks ${missing.join(", ")}.`);
  if (raw.format !== ADAPTER_FORMAT) {
    return fault("format_mismatch", `The format is "${raw.format}", not "${ADAPTER_FORMAT}".`);
  }
  if (raw.base !== base.id)
    return fault("base_mismatch", `The adapter is for "${raw.base}", not "${base.id}".`);
  if (raw.layers_sha256 !== (await layersSha256(base))) {
    return fault("base_mismatch", `The adapter was made for other layers than those of "${base.id}".`);
  }
  if (raw.basis !== base.basis.name || raw.basis_seed !== String(base.basis.seed)) {
    return fault("basis_mismatch", `The basis is not "${base.basis.name}" with seed ${base.basis.seed}.`);
  }
  if (raw.rank !== String(base.rank))
    return fault("rank_mismatch", `The rank is ${raw.rank}, not ${base.rank}.`);
  if (raw.slot !== String(slot)) {
    return fault(
      "slot_mismatch",
      `The file was trained in slot ${raw.slot}; this adapter owns slot ${slot}.`,
    );
  }
  const metadata = AdapterMetadata.safeParse(raw);
  if (!metadata.success)
    return fault("metadata_invalid", `${metadata.error.issues[0]?.path.join(".")} is not valid.`);
  return metadataFault(metadata.data) ?? metadata.data;
}

function metadataFault(metadata: AdapterMetadata): Fault | null {
  if (!Trigger.safeParse(metadata.trigger).success) {
    return fault("metadata_invalid", "The trigger must look like <ada>.");
  }
  const strength = /^-?[0-9]+(\.[0-9]+)?([eE][-+]?[0-9]+)?$/.test(metadata.strength)
    ? +metadata.strength
    : Infinity;
  if (Math.abs(strength) > STRENGTH_MAX) {
    return fault("metadata_invalid", `The strength must be a number within ±${STRENGTH_MAX}.`);
  }
  return isJsonObject(metadata.training)
    ? null
    : fault("metadata_invalid", "training must be a JSON object.");
}

function isJsonObject(text: string): boolean {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value);
  } catch {
    return false;
  }
}

/** SHA-256 of the lines `<name> <out> <in>\n` sorted by name: which layers an adapter was made for. */
export async function layersSha256(base: Base): Promise<string> {
  const byName = base.layers.toSorted((a, b) => (a.name < b.name ? -1 : 1));
  return sha256Hex(byName.map((l) => `${l.name} ${l.out_features} ${l.in_features}\n`).join(""));
}

/** Exactly the tensors of the base, each F16 and of the right shape. */
function checkTensors(tensors: Record<string, TensorEntry>, base: Base): Fault | null {
  const { count, layers, dim } = base.tokens;
  const shapes = new Map<string, number[]>([[TOKENS_TENSOR, [count, layers, dim]]]);
  for (const layer of base.layers) shapes.set(UP_PREFIX + layer.name, [layer.out_features, base.rank]);
  const strange = Object.keys(tensors).find((name) => !shapes.has(name));
  if (strange !== undefined) {
    return fault("tensor_unexpected", `Tensor "${strange.slice(0, 200)}" does not belong to ${base.id}.`);
  }
  for (const [name, shape] of shapes) {
    const entry = tensors[name];
    if (!entry) return fault("tensor_missing", `Tensor "${name}" is missing.`);
    if (entry.dtype !== ADAPTER_DTYPE) {
      return fault("dtype_invalid", `Tensor "${name}" is ${entry.dtype}, not ${ADAPTER_DTYPE}.`);
    }
    if (entry.shape.join() !== shape.join()) {
      return fault(
        "shape_invalid",
        `Tensor "${name}" is ${entry.shape.join(" x ")}, not ${shape.join(" x ")}.`,
      );
    }
  }
  return null;
}

/** Values and hash of everything behind the header. */
async function checkData(
  header: Header,
  data: ReadableStream<Uint8Array>,
  base: Base,
  metadata: AdapterMetadata,
): Promise<Fault | null> {
  const values = new ValueChecker(header.tensors, base.residual_norm_max);
  const digest = new crypto.DigestStream("SHA-256");
  const writer = digest.getWriter();
  for await (const chunk of data) {
    await writer.write(chunk);
    values.take(chunk);
  }
  await writer.close();
  if (hex(await digest.digest) !== metadata.tensors_sha256) {
    return fault("hash_mismatch", "The tensors are not the ones that tensors_sha256 names.");
  }
  return values.finish();
}
