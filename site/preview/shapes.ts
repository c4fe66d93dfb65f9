// The sizes of one base as its graphs have them; written by gpu-runner/orthoplex/export_onnx/files.py to cast/<base>/shapes.json.

import language from "./cast/language.json" with { type: "json" };

export { language };

export interface Shapes {
  config: {
    width: number;
    layers: number;
    /** Pixels of a patch and of a cell, one side. */
    patch_px: number;
    cell_px: number;
    /** Words of a caption. */
    words: number;
    /** The last channels of the context, in which the base's own words are 0; 0 where it keeps none free. */
    reserved: number;
  };
  /** Length of the mark that a token carries in its slot; 0 where no channels are reserved. */
  marker: number;
  /** Of the noise levels: see sampler.ts. */
  time_shift: number;
  /** By how much the sharpener enlarges a side. */
  enlarged: number;
  /** Layers that have residuals. The graph's inputs `up_M` hold those of one output dimension M in this order. */
  layers: readonly { name: string; in_features: number; out_features: number }[];
  /** Projections that have entries, in the order of the graph's input `entries`. Empty: learned tokens replace words. */
  entries: readonly string[];
}

/** Tokens of a concept. */
export const TOKENS = language.concept_words.length;

/** Patches along one side of a cell. */
export const gridOf = ({ config }: Shapes) => config.cell_px / config.patch_px;

/** The input dimensions of layers that have residuals, each once. */
export const inputDimensions = ({ layers }: Shapes) => [...new Set(layers.map((layer) => layer.in_features))];

/** The channels that slots divide in a layer of `n` input channels: those reserved, or all. */
export const slotWidth = ({ config }: Shapes, n: number) => config.reserved || n;
