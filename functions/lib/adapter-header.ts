// What a safetensors header must contain to be an adapter of a base (orthoplex.adapter/1 or /2): identity, tensors, metadata. Pure but for a
// digest; runs in the Worker, and in the browser before an upload. Values and hashes: functions/catalog/adapter-file.ts.

import {
  ADAPTER_DTYPE,
  AdapterMetadata,
  ENTRIES_FORMAT,
  ENTRY_PREFIX,
  TOKENS_FORMAT,
  TOKENS_TENSOR,
  UP_PREFIX,
} from "../../schema/contract/adapter-file.ts";
import type { Base } from "../../schema/contract/bases.ts";
import { uncarriableAt } from "../../schema/contract/characters.ts";
import type { FileReason } from "../../schema/contract/codes.ts";
import { shortened } from "../../schema/contract/cut-text.ts";
import { STRENGTH_MAX } from "../../schema/contract/limits.ts";
import type { Header, TensorEntry } from "./safetensors.ts";
import { sha256Hex } from "./sha256.ts";
import { parseStrictJson } from "./strict-json.ts";

export type HeaderFault = { reason: FileReason; detail: string };

const fault = (reason: FileReason, detail: string): HeaderFault => ({ reason, detail });
export const isHeaderFault = (value: unknown): value is HeaderFault =>
  typeof value === "object" && value !== null && "reason" in value;

/** The metadata of an adapter of this base in this slot (null: in any), or the first fault. */
export async function checkHeader(
  header: Header,
  base: Base,
  slot: number | null,
): Promise<AdapterMetadata | HeaderFault> {
  const metadata = await identityOf(header.metadata, base, slot);
  return isHeaderFault(metadata) ? metadata : (tensorsFault(header.tensors, base) ?? metadata);
}

async function identityOf(
  raw: Record<string, string>,
  base: Base,
  slot: number | null,
): Promise<AdapterMetadata | HeaderFault> {
  const missing = Object.keys(AdapterMetadata.shape).filter((key) => !(key in raw));
  if (missing.length > 0) return fault("metadata_missing", `The metadata lacks ${missing.join(", ")}.`);
  if (raw.format !== formatOf(base)) {
    const detail = `The format is "${raw.format}", and adapters of ${base.id} are "${formatOf(base)}".`;
    return fault("format_mismatch", `${detail} Train the concept again on this base.`);
  }
  if (raw.base !== base.id)
    return fault("base_mismatch", `The adapter is for "${raw.base}", not "${base.id}".`);
  if (raw.layers_sha256 !== (await layersSha256(base))) {
    return fault(
      "base_mismatch",
      `The adapter was made for other layers than those of "${base.id}". Train the concept again on this base.`,
    );
  }
  if (raw.basis !== base.basis.name || raw.basis_seed !== String(base.basis.seed)) {
    return fault("basis_mismatch", `The basis is not "${base.basis.name}" with seed ${base.basis.seed}.`);
  }
  if (raw.rank !== String(base.rank))
    return fault("rank_mismatch", `The rank is ${raw.rank}, not ${base.rank}.`);
  if (slot !== null && raw.slot !== String(slot)) {
    return fault(
      "slot_mismatch",
      `The file was trained in slot ${raw.slot}; this adapter owns slot ${slot}.`,
    );
  }
  const at = uncarriableAt(raw);
  if (at !== null) return fault("metadata_invalid", `The metadata${at} holds what no text can carry.`);
  const metadata = AdapterMetadata.safeParse(raw);
  const issue = metadata.error?.issues[0];
  if (!metadata.success)
    return fault("metadata_invalid", `The metadata's ${issue?.path.join(".")} ${issue?.message}.`);
  return metadataFault(metadata.data) ?? metadata.data;
}

function metadataFault(metadata: AdapterMetadata): HeaderFault | null {
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
  const value = parseStrictJson(text);
  const isObject = typeof value === "object" && value !== null && !Array.isArray(value);
  return isObject && uncarriableAt(value) === null;
}

const formatOf = ({ entries }: Base) => (entries ? ENTRIES_FORMAT : TOKENS_FORMAT);

/** SHA-256 of the lines `<name> <out> <in>\n` sorted by name: which layers an adapter was made for. Entries read nothing. */
export async function layersSha256({ layers, entries = [] }: Base): Promise<string> {
  const all = [...layers, ...entries.map((entry) => ({ ...entry, in_features: 0 }))];
  const byName = all.toSorted((a, b) => (a.name < b.name ? -1 : 1));
  return sha256Hex(byName.map((l) => `${l.name} ${l.out_features} ${l.in_features}\n`).join(""));
}

/** As much of a base's description as says what tensors its adapters have. */
type Tensors = Pick<Base, "layers" | "entries" | "tokens" | "rank">;

/** Every tensor that a file of this base holds, and its shape. */
function shapesOf({ layers, entries, tokens, rank }: Tensors): Map<string, number[]> {
  const shapes = new Map(layers.map(({ name, out_features }) => [UP_PREFIX + name, [out_features, rank]]));
  if (!entries) return shapes.set(TOKENS_TENSOR, [tokens.count, tokens.layers, tokens.dim]);
  for (const { name, out_features } of entries) shapes.set(ENTRY_PREFIX + name, [tokens.count, out_features]);
  return shapes;
}

/** How many numbers a file of this base holds. */
export function valuesIn(base: Tensors): number {
  const sizes = [...shapesOf(base).values()].map((shape) => shape.reduce((a, b) => a * b));
  return sizes.reduce((a, b) => a + b, 0);
}

/** Exactly the tensors of the base, each F16 and of the right shape. */
function tensorsFault(tensors: Record<string, TensorEntry>, base: Base): HeaderFault | null {
  const shapes = shapesOf(base);
  const strange = Object.keys(tensors).find((name) => !shapes.has(name));
  if (strange !== undefined) {
    return fault("tensor_unexpected", `Tensor "${shortened(strange, 200)}" does not belong to ${base.id}.`);
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
