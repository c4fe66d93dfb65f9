// Numbers about the base on the method page, from the base's own description.

import { valuesIn } from "../../../functions/lib/adapter-header.ts";
import { capacity, radixOf, slotDimensions } from "../../../functions/lib/slot.ts";
import { EMBEDDED_BASE } from "../../../schema/bases/index.ts";

const BYTES_F16 = 2;

export interface BaseFacts {
  /** Layers with gated residuals. */
  layers: number;
  /** Projections in which tokens have entries. */
  entries: number;
  gain: number;
  rank: number;
  tokens: number;
  /** Slots that are exactly orthogonal to each other. */
  class: number;
  /** Slots of which any two share at most one column. */
  pairwise: number;
  fileKib: number;
}

export function baseFacts(): BaseFacts {
  const { layers, entries, gate, rank, tokens } = EMBEDDED_BASE;
  const radix = radixOf(slotDimensions(EMBEDDED_BASE), rank);
  return {
    layers: layers.length,
    entries: entries.length,
    gain: gate.gain,
    rank,
    tokens: tokens.count,
    class: capacity(radix, 0),
    pairwise: capacity(radix, 1),
    fileKib: (valuesIn(EMBEDDED_BASE) * BYTES_F16) / 1024,
  };
}
