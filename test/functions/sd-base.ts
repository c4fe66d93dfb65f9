// A base that does not come with the product: free text, sizes by range, several samplers.

import type { Base } from "../../schema/contract/bases.ts";

/** As a runner derives it from a Stable Diffusion pipeline, cut down. */
export const SD: Base = {
  ...{ id: "my-sd", title: "My SD", description: "A pipeline.", family: "sd", rank: 4 },
  licence: { spdx: "LicenseRef-unknown", note: "" },
  weights_sha256: "ab".repeat(32),
  basis: { name: "signed-dct-2", seed: 0 },
  tokens: { count: 4, layers: 1, dim: 32 },
  layers: [
    { name: "mid_block.attentions.0.transformer_blocks.0.attn1.to_q", in_features: 64, out_features: 64 },
  ],
  entries: [{ name: "mid_block.attentions.0.transformer_blocks.0.attn2.to_k", out_features: 64 }],
  gate: { gain: 4 },
  prediction: "epsilon",
  prompt: { kind: "text", negative: false },
  samplers: { default: "Euler", names: ["Euler", "DPM++ 2M Karras"] },
  sizes: [
    { width: 512, height: 512 },
    { width: 512, height: 256 },
  ],
  size_range: {
    width: { min: 256, max: 1024, step: 64 },
    height: { min: 256, max: 1024, step: 64 },
    pixels_max: 524_288,
  },
  default_size: "512x512",
  steps: { default: 25, min: 1, max: 100 },
  guidance: { default: 7.5, min: 0, max: 20 },
  count: { default: 1, max: 4 },
  strength: { default: 1, min: -2, max: 2 },
  training: {
    images: { min: 2, max: 8 },
    picture: { side_min: 64, pixels_max: 10_000 },
    steps: { default: 500, min: 1, max: 2_000 },
    presets: [{ name: "quick", title: "Quick", steps: 100 }],
  },
  prompts: { preview: "a photo of {trigger}", samples: ["{trigger}", "{trigger} in a park"] },
  residual_norm_max: 256,
  words: {},
};
