// Numbers about the base on the method page, from the base's own description.

import { capacity, radixOf, slotDimensions } from "../../../functions/lib/slot.ts";
import cast2 from "../../../schema/bases/cast-2.json" with { type: "json" };

const BYTES_F16 = 2;

export interface BaseFacts {
  channels: number;
  reserved: number;
  said: number;
  layers: number;
  rank: number;
  tokens: number;
  /** Slots that are exactly orthogonal to each other. */
  class: number;
  /** Slots of which any two share at most one column. */
  pairwise: number;
  fileKib: number;
}

export function baseFacts(): BaseFacts {
  const { layers, basis, rank, tokens } = cast2;
  const channels = layers[0]?.in_features ?? 0;
  if (layers.some((layer) => layer.in_features !== channels)) {
    throw new Error("The method page speaks of one number of channels; the layers of cast-2 have several");
  }
  const radix = radixOf(slotDimensions(cast2), rank);
  const values =
    layers.reduce((sum, layer) => sum + layer.out_features * rank, 0) +
    tokens.count * tokens.layers * tokens.dim;
  return {
    channels,
    reserved: basis.reserved,
    said: channels - basis.reserved,
    layers: layers.length,
    rank,
    tokens: tokens.count,
    class: capacity(radix, 0),
    pairwise: capacity(radix, 1),
    fileKib: (values * BYTES_F16) / 1024,
  };
}
