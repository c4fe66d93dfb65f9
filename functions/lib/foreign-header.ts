// LoRAs of other programs: whether a safetensors header is that of one which this base can take, and what it says of itself. Pure; runs in the
// Worker, and in the browser before an upload. Attention layers are compared with the base; those that its description does not hold (text
// encoders, convolutions, feed-forward layers) are compared by the runner, which has the weights (gpu-runner/orthoplex/bases/foreign/reader.py).

import type { Base } from "../../schema/contract/bases.ts";
import { shortened } from "../../schema/contract/cut-text.ts";
import {
  FOREIGN_FAMILIES,
  FOREIGN_SAID_MAX_CHARACTERS,
  FOREIGN_TRIGGERS_MAX,
  type Foreign,
} from "../../schema/contract/foreign.ts";
import { type HeaderFault, isHeaderFault } from "./adapter-header.ts";
import { otherKindOf, type Parts, sizesOf, tensorOf } from "./foreign-kinds.ts";
import { dimensionsOf, lengthsFault } from "./foreign-magnitudes.ts";
import { STABLE_DIFFUSION } from "./foreign-names-sd.ts";
import { Z_IMAGE } from "./foreign-names-zimage.ts";
import { modelOf, type Naming } from "./foreign-naming.ts";
import type { Header } from "./safetensors.ts";

export const FOREIGN_DTYPES: readonly string[] = ["F16", "BF16", "F32"];

const NAMINGS: Record<(typeof FOREIGN_FAMILIES)[number], Naming> = { sd: STABLE_DIFFUSION, zimage: Z_IMAGE };

export type ForeignFacts = Omit<Foreign, "words">;

const fault = (reason: HeaderFault["reason"], detail: string): HeaderFault => ({ reason, detail });

/** Whether a file is to be read as another program's: none of our formats, and tensors as LoRAs and their relatives have them. */
export const looksForeign = ({ metadata, tensors }: Header): boolean =>
  !metadata.format?.startsWith("orthoplex.") &&
  Object.keys(tensors).some((name) => tensorOf(name) !== null || otherKindOf(name) !== null);

/** What is known of the LoRA, or the first reason why this base does not take it. */
export function checkForeign({ metadata, tensors }: Header, base: Base): ForeignFacts | HeaderFault {
  const family = FOREIGN_FAMILIES.find((name) => name === base.family);
  if (family === undefined) {
    const models = FOREIGN_FAMILIES.map((name) => NAMINGS[name].model).join(" and ");
    return fault("base_mismatch", `${base.id} takes no LoRAs of other programs: they are for ${models}.`);
  }
  const layers = new Map<string, Parts>();
  const layouts: Foreign["layout"][] = [];
  for (const [name, entry] of Object.entries(tensors)) {
    const kind = otherKindOf(name);
    if (kind !== null) return fault("lora_unsupported", `The file holds ${kind} (${cut(name)}).`);
    if (!FOREIGN_DTYPES.includes(entry.dtype)) {
      return fault(
        "dtype_invalid",
        `Tensor "${cut(name)}" is ${entry.dtype}, none of ${FOREIGN_DTYPES.join(", ")}.`,
      );
    }
    const tensor = tensorOf(name);
    if (tensor === null) {
      if (!name.endsWith(".alpha")) {
        return fault("tensor_unexpected", `Tensor "${cut(name)}" belongs to no LoRA that is known here.`);
      }
      if (entry.shape.every((side) => side === 1)) continue;
      return fault(
        "shape_invalid",
        `Tensor "${cut(name)}" is ${entry.shape.join(" x ")} values, which is no number.`,
      );
    }
    if (tensor.layout) layouts.push(tensor.layout);
    layers.set(tensor.stem, { ...layers.get(tensor.stem), [tensor.role]: entry });
  }
  const counted = countLayers(layers, base, NAMINGS[family]);
  return isHeaderFault(counted) ? counted : { ...factsOf(metadata, layouts[0] ?? "kohya"), ...counted };
}

/**
 * How many layers of the base it changes, and the largest rank. Every change is whole, and the attention layers are those of the base, at least
 * one of them.
 */
function countLayers(
  changed: ReadonlyMap<string, Parts>,
  base: Base,
  naming: Naming,
): Pick<ForeignFacts, "layers" | "rank"> | HeaderFault {
  const known = naming.attention(base);
  const model = modelOf([...changed.keys()]);
  const another = `it is for another base${model === null || model === naming.model ? "" : ` (${model}; ${base.id} is ${naming.model})`}.`;
  const dimensions = dimensionsOf(changed.values());
  const found = new Set<string>();
  let others = 0;
  let largest = 0;
  for (const [stem, parts] of changed) {
    const sizes = sizesOf(cut(stem), parts);
    if (isHeaderFault(sizes)) return sizes;
    const { outputs, inputs, rank } = sizes;
    largest = Math.max(largest, rank);
    const name = naming.plain(stem);
    const layer = known.get(name);
    if (!naming.isOfPipeline(name) || (naming.isAttention(name) && !layer)) {
      return fault("base_mismatch", `The LoRA changes "${cut(stem)}", which ${base.id} has not: ${another}`);
    }
    const place = { label: cut(stem), parts, sizes, layers: layer?.layers.length ?? 1 };
    const misfit = lengthsFault(place, dimensions);
    if (misfit) return misfit;
    if (!layer) {
      others += 1;
      continue;
    }
    // A file may name a layer in two ways, for two programs; whether both are one change is for the runner to see.
    for (const own of layer.layers) found.add(own);
    const [out, into] = layer.shape ?? [outputs, inputs];
    if (outputs !== out || inputs !== into) {
      const detail = `The LoRA changes "${cut(stem)}" as ${outputs} x ${inputs}, of ${base.id} it is ${out} x ${into}`;
      return fault("base_mismatch", `${detail}: ${another}`);
    }
  }
  return found.size > 0
    ? { layers: found.size + others, rank: largest }
    : fault("base_mismatch", `The LoRA changes no attention layer of ${base.id}: ${another}`);
}

function factsOf(
  metadata: Record<string, string>,
  layout: Foreign["layout"],
): Omit<ForeignFacts, "layers" | "rank"> {
  const trainedOn =
    metadata["modelspec.architecture"] || metadata.ss_base_model_version || metadata.ss_sd_model_name;
  return {
    exact: false,
    layout,
    triggers: triggersOf(metadata),
    trained_on: said(trainedOn),
    licence: said(metadata["modelspec.license"]),
  };
}

/** The trigger that the file names, else the folders it was trained from (`10_ada woman`) and its commonest tags. */
export function triggersOf(metadata: Record<string, string>): string[] {
  const named = (metadata["modelspec.trigger_phrase"] ?? "").split(",").flatMap((word) => said(word) ?? []);
  if (named.length > 0) return named.slice(0, FOREIGN_TRIGGERS_MAX);
  const folders: string[] = [];
  const tags = new Map<string, number>();
  for (const [folder, counts] of Object.entries(objectOf(metadata.ss_tag_frequency))) {
    folders.push(folder.replace(/^\d+_(?=.)/, ""));
    if (typeof counts !== "object" || counts === null) continue;
    for (const [tag, count] of Object.entries(counts)) {
      tags.set(tag.trim(), (tags.get(tag.trim()) ?? 0) + (Number(count) || 0));
    }
  }
  const common = [...tags].sort(([, a], [, b]) => b - a).slice(0, FOREIGN_TRIGGERS_MAX);
  const words = [...folders, ...common.map(([tag]) => tag)].flatMap((word) => said(word) ?? []);
  return [...new Set(words)].slice(0, FOREIGN_TRIGGERS_MAX);
}

function objectOf(text: string | undefined): object {
  try {
    const value: unknown = JSON.parse(text ?? "{}");
    return typeof value === "object" && value !== null ? value : {};
  } catch {
    return {};
  }
}

/** A text of a stranger's file in one visible line; null where nothing is left. */
function said(text: string | undefined): string | null {
  const line = (text ?? "").replaceAll(/[\p{C}\s]+/gu, " ").trim();
  return line === "" ? null : shortened(line, FOREIGN_SAID_MAX_CHARACTERS);
}

const cut = (name: string) => shortened(name, 200);
