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
import { STABLE_DIFFUSION } from "./foreign-names-sd.ts";
import { Z_IMAGE } from "./foreign-names-zimage.ts";
import { modelOf, type Naming } from "./foreign-naming.ts";
import type { Header, TensorEntry } from "./safetensors.ts";

/** What else is called a LoRA, by a part of the names of the tensors that only it has. */
const OTHER_KINDS: readonly (readonly [RegExp, string])[] = [
  [/hada_/, "LoHa"],
  [/lokr_/, "LoKr"],
  [/boft_/, "BOFT"],
  [/oft_/, "OFT"],
  [/dora_scale|lora_magnitude_vector/, "DoRA"],
  [/lora_mid/, "LoCon in Tucker form"],
  [/\.diff(?:_b)?$/, "a difference of whole weights"],
  [/ia3|\.on_input/, "IA3"],
  [/glora|\.a1\.weight/, "GLoRA"],
];
const HALVES: readonly (readonly [Foreign["layout"], RegExp, "down" | "up"])[] = [
  ["kohya", /\.lora_down\.weight$/, "down"],
  ["kohya", /\.lora_up\.weight$/, "up"],
  ["peft", /\.lora_A(?:\.default)?\.weight$/, "down"],
  ["peft", /\.lora_B(?:\.default)?\.weight$/, "up"],
  ["diffusers", /(?:[._]lora|\.lora_linear_layer)\.down\.weight$/, "down"],
  ["diffusers", /(?:[._]lora|\.lora_linear_layer)\.up\.weight$/, "up"],
];
export const FOREIGN_DTYPES: readonly string[] = ["F16", "BF16", "F32"];

const NAMINGS: Record<(typeof FOREIGN_FAMILIES)[number], Naming> = { sd: STABLE_DIFFUSION, zimage: Z_IMAGE };

type Half = { layout: Foreign["layout"]; side: "down" | "up"; stem: string };
type Pair = { down?: TensorEntry; up?: TensorEntry };
export type ForeignFacts = Omit<Foreign, "words">;

const fault = (reason: HeaderFault["reason"], detail: string): HeaderFault => ({ reason, detail });

/** Whether a file is to be read as another program's: none of our formats, and tensors as LoRAs and their relatives have them. */
export const looksForeign = ({ metadata, tensors }: Header): boolean =>
  !metadata.format?.startsWith("orthoplex.") &&
  Object.keys(tensors).some((name) => halfOf(name) !== null || kindOf(name) !== null);

/** What is known of the LoRA, or the first reason why this base does not take it. */
export function checkForeign({ metadata, tensors }: Header, base: Base): ForeignFacts | HeaderFault {
  const family = FOREIGN_FAMILIES.find((name) => name === base.family);
  if (family === undefined) {
    const models = FOREIGN_FAMILIES.map((name) => NAMINGS[name].model).join(" and ");
    return fault("base_mismatch", `${base.id} takes no LoRAs of other programs: they are for ${models}.`);
  }
  const pairs = new Map<string, Pair>();
  const layouts: Foreign["layout"][] = [];
  for (const [name, entry] of Object.entries(tensors)) {
    const kind = kindOf(name);
    if (kind !== null) return fault("lora_unsupported", `The file holds ${kind} (${cut(name)}).`);
    if (!FOREIGN_DTYPES.includes(entry.dtype)) {
      return fault(
        "dtype_invalid",
        `Tensor "${cut(name)}" is ${entry.dtype}, none of ${FOREIGN_DTYPES.join(", ")}.`,
      );
    }
    const half = halfOf(name);
    if (half === null) {
      if (name.endsWith(".alpha")) continue;
      return fault("tensor_unexpected", `Tensor "${cut(name)}" belongs to no LoRA that is known here.`);
    }
    layouts.push(half.layout);
    pairs.set(half.stem, { ...pairs.get(half.stem), [half.side]: entry });
  }
  const layers = countLayers(pairs, base, NAMINGS[family]);
  return isHeaderFault(layers) ? layers : { ...factsOf(metadata, pairs, layouts[0] ?? "kohya"), layers };
}

function halfOf(name: string): Half | null {
  for (const [layout, ending, side] of HALVES) {
    const stem = name.replace(ending, "");
    if (stem !== name) return { layout, side, stem };
  }
  return null;
}

const kindOf = (name: string) => OTHER_KINDS.find(([mark]) => mark.test(name))?.[1] ?? null;

/**
 * How many layers of the base it changes. Every one has both halves of one rank, and the attention layers are those of the base, at least one
 * of them.
 */
function countLayers(pairs: ReadonlyMap<string, Pair>, base: Base, naming: Naming): number | HeaderFault {
  const known = naming.attention(base);
  const model = modelOf([...pairs.keys()]);
  const another = `it is for another base${model === null || model === naming.model ? "" : ` (${model}; ${base.id} is ${naming.model})`}.`;
  const found = new Set<string>();
  let others = 0;
  for (const [stem, { down, up }] of pairs) {
    if (!down || !up) return fault("tensor_missing", `"${cut(stem)}" has only one of its halves.`);
    const [rank, inputs] = down.shape;
    const [outputs, other] = up.shape;
    if (!rank || rank !== other) {
      return fault("shape_invalid", `The halves of "${cut(stem)}" have the ranks ${rank} and ${other}.`);
    }
    const name = naming.plain(stem);
    const layer = known.get(name);
    if (!naming.isOfPipeline(name) || (naming.isAttention(name) && !layer)) {
      return fault("base_mismatch", `The LoRA changes "${cut(stem)}", which ${base.id} has not: ${another}`);
    }
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
    ? found.size + others
    : fault("base_mismatch", `The LoRA changes no attention layer of ${base.id}: ${another}`);
}

function factsOf(
  metadata: Record<string, string>,
  pairs: ReadonlyMap<string, Pair>,
  layout: Foreign["layout"],
): Omit<ForeignFacts, "layers"> {
  const trainedOn =
    metadata["modelspec.architecture"] || metadata.ss_base_model_version || metadata.ss_sd_model_name;
  return {
    exact: false,
    layout,
    rank: Math.max(...[...pairs.values()].map(({ down }) => down?.shape[0] ?? 0)),
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
