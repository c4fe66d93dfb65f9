// How a family of models names its layers in LoRA files, as far as a base's description shows it: the interface of foreign-names-*.ts. Pure.

import type { Base } from "../../schema/contract/bases.ts";

/**
 * `shape` is (out, in); null where the base does not describe the layer because it has no gate. `layers`: those of the base that it stands for;
 * of several the rows follow one another.
 */
export type KnownLayer = { layers: readonly string[]; shape: readonly [number, number] | null };

export type Naming = {
  /** One of MODELS: what messages call the family. */
  model: string;
  /** Every plain name by which a file may call an attention layer of this base. */
  attention: (base: Base) => Map<string, KnownLayer>;
  /** A name of a layer without what a program put around it. */
  plain: (stem: string) => string;
  /** Of plain names: whether such pipelines have such a layer, and whether it is one of those that `attention` lists. */
  isOfPipeline: (name: string) => boolean;
  isAttention: (name: string) => boolean;
};

/** Models whose LoRAs can be known by the names of their layers. Twin of gpu-runner/orthoplex/bases/foreign/target.py. */
const MODELS: readonly (readonly [string, RegExp])[] = [
  ["Stable Diffusion", /(?:^|[._])(?:(?:down|up|input|output)_blocks|mid(?:dle)?_block)[._]/],
  [
    "Z-Image",
    /(?:^|[._])(?:layers[._]\d+[._](?:attention|feed_forward|adaLN_modulation)|(?:noise|context)_refiner[._]\d+)[._]/,
  ],
  ["FLUX", /(?:^|[._])(?:double_blocks|single_blocks|single_transformer_blocks)[._]/],
];

/** The first of MODELS that has layers of these names, or null. */
export const modelOf = (names: readonly string[]) =>
  MODELS.find(([, pattern]) => names.some((name) => pattern.test(name)))?.[0] ?? null;
