// Shapes of a base that reserves channels for marked tokens, as no base of the product does now; slots are those of
// schema/examples/reserved-channels.json.

import channels from "../../../schema/examples/reserved-channels.json" with { type: "json" };
import type { Shapes } from "../../../site/preview/shapes.ts";

const { tokens, basis, layers } = channels;

export const RESERVING: Shapes = {
  config: {
    width: tokens.dim + basis.reserved,
    layers: tokens.layers,
    patch_px: 8,
    cell_px: 64,
    words: 16,
    reserved: basis.reserved,
  },
  marker: tokens.marker,
  time_shift: 1.5,
  enlarged: 4,
  layers,
  entries: [],
};
