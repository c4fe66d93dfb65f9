// How other programs name the attention layers of a Stable Diffusion UNet in LoRA files, from a base's description alone. Pure. Twin of
// gpu-runner/orthoplex/bases/sd/names.py, which knows every layer; a description has those of attention.

import type { Base } from "../../schema/contract/bases.ts";
import type { KnownLayer, Naming } from "./foreign-naming.ts";

const ATTENTION = ["attn1", "attn2"].flatMap((attention) =>
  ["to_q", "to_k", "to_v", "to_out.0"].map((projection) => `${attention}.${projection}`),
);
const PLACE = /^(down_blocks|up_blocks)\.(\d+)\.attentions\.(\d+)\.(.+)$/;

/** Every name by which a file may call an attention layer of this base: `unet.` and diffusers' name, or kohya's without an ending. */
function attention(base: Base): Map<string, KnownLayer> {
  const shapes = new Map<string, readonly [number, number]>(
    base.layers.map(({ name, out_features, in_features }) => [name, [out_features, in_features]]),
  );
  for (const { name, out_features } of base.entries ?? []) shapes.set(name, [out_features, base.tokens.dim]);
  const blocks = new Set([...shapes.keys()].map((name) => name.replace(/attn[12]\..+$/, "")));
  const names = [...blocks].flatMap((block) => ATTENTION.map((layer) => block + layer));
  const perBlock = attentionsPerBlock(names);
  const known = new Map<string, KnownLayer>();
  for (const name of names) {
    const layer = { layers: [name], shape: shapes.get(name) ?? null };
    known.set(`unet.${name}`, layer);
    known.set(kohyaName(name), layer);
    known.set(kohyaName(stabilityName(name, perBlock)), layer);
  }
  return known;
}

const kohyaName = (name: string) => `lora_unet_${name.replaceAll(".", "_")}`;

const attentionsPerBlock = (names: readonly string[]) =>
  1 +
  Math.max(0, ...names.map((name) => (name.startsWith("down_blocks") ? Number(PLACE.exec(name)?.[3]) : 0)));

/** As Stability's own code names it, which kohya's scripts follow for XL. */
function stabilityName(name: string, perBlock: number): string {
  const [, side, block, number, rest] = PLACE.exec(name) ?? [];
  if (side === undefined) return name.replace(/^mid_block\.attentions\.0\./, "middle_block.1.");
  const at = Number(block) * (perBlock + 1) + Number(number);
  return side === "down_blocks" ? `input_blocks.${1 + at}.1.${rest}` : `output_blocks.${at}.1.${rest}`;
}

/** A layer's name without what a program put around it: kohya's as it is, all others with the part of the pipeline before it. */
function plain(stem: string): string {
  const name = stem.replace(/^base_model\.model\./, "");
  if (name.startsWith("lora_")) return name;
  const plain = name.replace(/\.processor\.(to_[qkv]|to_out)$/, ".$1").replace(/\.to_out$/, ".to_out.0");
  return /^(?:unet|text_encoder(?:_2)?)\./.test(plain) ? plain : `unet.${plain}`;
}

const PARTS = /^(?:lora_unet_|lora_te[12]?_|unet\.|text_encoder(?:_2)?\.)/;

export const STABLE_DIFFUSION: Naming = {
  model: "Stable Diffusion",
  ...{ attention, plain },
  isOfPipeline: (name) => PARTS.test(name),
  isAttention: (name) => /(?:^|[._])attn[12][._]to_(?:[qkv]|out)/.test(name),
};
