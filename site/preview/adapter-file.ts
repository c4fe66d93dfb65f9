// An adapter's file as a preview needs it: slot, trained ups in the graph's order of layers, tokens. Checks what it reads;
// the edge has checked all of it before publishing.

import { downRows } from "../../functions/lib/basis.ts";
import { readHeader } from "../../functions/lib/safetensors.ts";
import { radixOf, slotColumns } from "../../functions/lib/slot.ts";
import cast from "./cast/cast.json";
import { fromHalf } from "./half.ts";

const { width, layers: depth } = cast.config;
const TOKENS = cast.language.concept_words.length;

export interface Taught {
  rank: number;
  /** (rank, width): the slot's columns of the basis, the paper's B transposed. */
  down: Float64Array;
  /** One (width, rank) a layer, in the order of cast.json's layers. */
  ups: Float32Array[];
  /** (tokens, depth, width). */
  tokens: Float32Array;
}

/** The adapter in a file; an Error says what is wrong with it. */
export function readAdapter(bytes: Uint8Array): Taught {
  const header = readHeader(bytes, bytes.length);
  if (header.kind !== "header")
    throw new Error(header.kind === "refused" ? header.detail : "The file is cut short.");
  const { metadata, tensors, dataOffset } = header;
  const [rank, slot, seed] = ["rank", "slot", "basis_seed"].map((key) => Number(metadata[key]));
  if (rank === undefined || slot === undefined || seed === undefined)
    throw new Error("The file names no slot.");
  const tensor = (name: string, shape: readonly number[]) => {
    const entry = tensors[name];
    if (entry?.dtype !== "F16" || entry.shape.join() !== shape.join()) {
      throw new Error(`The file has no tensor ${name} of the shape ${shape.join(" × ")}.`);
    }
    return fromHalf(bytes.subarray(dataOffset + entry.begin, dataOffset + entry.end));
  };
  return {
    rank,
    down: downRows(width, seed, slotColumns(slot, width, rank, radixOf([width], rank))),
    ups: cast.layers.map((layer) => tensor(`up.${layer}`, [width, rank])),
    tokens: tensor("tokens", [TOKENS, depth, width]),
  };
}
