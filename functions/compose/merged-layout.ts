// The header of a merged adapter: which tensors, under which names, at which bytes, for the tools that read PEFT's (diffusers) or kohya's names.
// Ranks are concatenated (PEFT's `cat`), so the factors' product is exactly the sum of the residuals; alpha = rank makes the
// tools' own scale 1. Pure; merged-stream.ts fills in the bytes. Specification: docs/adapter-format.md.

import type { Base } from "../../schema/contract/bases.ts";
import type { MergedFormat, ResolvedMember } from "../../schema/contract/compositions.ts";
import { LENGTH_BYTES } from "../lib/safetensors.ts";

export type MergeMember = ResolvedMember & { slot: number } & {
  sha256: string;
  sizeBytes: number;
  credit: boolean;
};

type Layer = Base["layers"][number];

type MergedPart =
  | { kind: "down"; layer: Layer }
  | { kind: "up"; layer: Layer }
  | { kind: "alpha" }
  | { kind: "tokens"; member: number };

export type MergedTensor = { name: string; shape: number[]; part: MergedPart };

const HALF_BYTES = 2;

export const bytesOfTensor = ({ shape }: MergedTensor) =>
  shape.reduce((product, size) => product * size, HALF_BYTES);

/** The tensors in the order of their bytes. All are F16. */
export function mergedTensors(
  base: Base,
  members: readonly MergeMember[],
  format: MergedFormat,
): MergedTensor[] {
  const rank = base.rank * members.length;
  const layers = base.layers.flatMap((layer): MergedTensor[] => {
    const down = { shape: [rank, layer.in_features], part: { kind: "down", layer } as const };
    const up = { shape: [layer.out_features, rank], part: { kind: "up", layer } as const };
    const name = layerName(layer.name, format);
    if (format === "peft") {
      return [
        { name: `${name}.lora_A.weight`, ...down },
        { name: `${name}.lora_B.weight`, ...up },
      ];
    }
    return [
      { name: `${name}.lora_down.weight`, ...down },
      { name: `${name}.lora_up.weight`, ...up },
      { name: `${name}.alpha`, shape: [], part: { kind: "alpha" } },
    ];
  });
  const { count, layers: depth, dim } = base.tokens;
  const names = tokenNames(members);
  const tokens = names.map(
    (name, member): MergedTensor => ({
      name,
      shape: [count, depth, dim + (base.basis.reserved ?? 0)],
      part: { kind: "tokens", member },
    }),
  );
  return [...layers, ...tokens];
}

/** diffusers puts the model's name before a layer's; kohya's trainer calls every denoiser `lora_unet`. */
function layerName(layer: string, format: MergedFormat): string {
  if (format === "kohya") return `lora_unet_${layer.replaceAll(".", "_")}`;
  return `${denoiserOf(layer)}.${layer}`;
}

const denoiserOf = (layer: string) =>
  /^(?:down_blocks|mid_block|up_blocks)\./.test(layer) ? "unet" : "transformer";

/** `emb_params.<ada>`, as a file of textual inversion calls its one tensor. Triggers used twice get a number. */
function tokenNames(members: readonly MergeMember[]): string[] {
  const seen = new Map<string, number>();
  return members.map(({ trigger }) => {
    const place = (seen.get(trigger) ?? 0) + 1;
    seen.set(trigger, place);
    return `emb_params.${trigger}${place > 1 ? `.${place}` : ""}`;
  });
}

/** The first bytes of the file: length, then the JSON, padded to 8 bytes. Equal members give equal bytes. */
export function mergedHeader(
  base: Base,
  members: readonly MergeMember[],
  format: MergedFormat,
  tensors: readonly MergedTensor[],
): Uint8Array<ArrayBuffer> {
  const header: Record<string, unknown> = { __metadata__: metadataOf(base, members, format) };
  let at = 0;
  for (const tensor of tensors) {
    const end = at + bytesOfTensor(tensor);
    header[tensor.name] = { dtype: "F16", shape: tensor.shape, data_offsets: [at, end] };
    at = end;
  }
  const json = new TextEncoder().encode(JSON.stringify(header));
  const length = Math.ceil(json.length / 8) * 8;
  const head = new Uint8Array(LENGTH_BYTES + length).fill(0x20);
  new DataView(head.buffer).setBigUint64(0, BigInt(length), true);
  head.set(json, LENGTH_BYTES);
  return head;
}

function metadataOf(
  base: Base,
  members: readonly MergeMember[],
  format: MergedFormat,
): Record<string, string> {
  const rank = base.rank * members.length;
  const shown = members.map(({ ref, trigger, strength, slot, sha256 }) => ({
    ref,
    trigger,
    strength,
    slot,
    sha256,
  }));
  const triggers = members.map(({ trigger }) => trigger).join(" ");
  const credited = members.filter(({ credit }) => credit).map(({ ref }) => ref.split("/")[0] ?? "");
  return {
    format: "pt",
    "orthoplex.format": "orthoplex.merged/1",
    "orthoplex.base": base.id,
    "orthoplex.basis": base.basis.name,
    "orthoplex.members": JSON.stringify(shown),
    "orthoplex.credit": [...new Set(credited)].join(", "),
    "modelspec.sai_model_spec": "1.0.1",
    "modelspec.architecture": `${base.id}/lora`,
    "modelspec.implementation": "orthoplex",
    "modelspec.title": members.map(({ ref }) => ref).join(" + "),
    "modelspec.trigger_phrase": triggers,
    ...(format === "peft" ? peftKeys(base, rank) : kohyaKeys(base, rank)),
  };
}

/** What diffusers reads of a LoRA's shape from `lora_adapter_metadata`: PEFT's configuration, keys under the model's name. */
function peftKeys(base: Base, rank: number): Record<string, string> {
  const model = denoiserOf(base.layers[0]?.name ?? "");
  const config = {
    r: rank,
    lora_alpha: rank,
    use_rslora: false,
    bias: "none",
    target_modules: base.layers.map((layer) => layer.name),
  };
  const named = Object.entries(config).map(([key, value]) => [`${model}.${key}`, value]);
  return { lora_adapter_metadata: JSON.stringify(Object.fromEntries(named)) };
}

const kohyaKeys = (base: Base, rank: number) => ({
  ss_network_module: "networks.lora",
  ss_network_dim: String(rank),
  ss_network_alpha: String(rank),
  ss_base_model_version: base.id,
});
