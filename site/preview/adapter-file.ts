// Parses an adapter's file for a preview: trained ups in the graph's order of layers, tokens, slot. Checks what it reads;
// the edge has checked all of it before publishing.

import { BASIS_NAME, rowsOfBasis, UNIT_BASIS } from "../../functions/lib/basis.ts";
import { readHeader } from "../../functions/lib/safetensors.ts";
import { composedSlots, radixOf, slotColumns } from "../../functions/lib/slot.ts";
import cast from "./cast/cast.json";
import { fromHalf } from "./half.ts";

const { width, reserved, layers: depth } = cast.config;
const TOKENS = cast.language.concept_words.length;

/** What a file holds. Which columns it reads is known only when it is composed with others. */
export interface AdapterFile {
  rank: number;
  basis: typeof BASIS_NAME | typeof UNIT_BASIS;
  seed: number;
  /** The slot it was trained in. */
  slot: number;
  /** One (width, rank) a layer, in the order of cast.json's layers. */
  ups: Float32Array[];
  /** (tokens, depth, width - reserved), without marks. */
  words: Float32Array;
}

/** An adapter in the slot that a composition gave it. */
export interface TrainedAdapter {
  rank: number;
  /** (rank, reserved): the slot's columns of the basis, the paper's B transposed; 0 on all channels before these. */
  down: Float64Array;
  /** One (width, rank) a layer, in the order of cast.json's layers. */
  ups: Float32Array[];
  /** (tokens, depth, width), each with the mark of its slot in the reserved channels. */
  tokens: Float32Array;
}

/** The adapter in a file; throws an Error that says what is wrong with it. */
export function readAdapter(bytes: Uint8Array): AdapterFile {
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
  const { basis } = metadata;
  if (basis !== BASIS_NAME && basis !== UNIT_BASIS) throw new Error(`This preview knows no basis ${basis}.`);
  return {
    rank,
    basis,
    seed,
    slot,
    ups: cast.layers.map((layer) => tensor(`up.${layer}`, [width, rank])),
    words: tensor("tokens", [TOKENS, depth, width - reserved]),
  };
}

/** The members of one composition, each in a slot of its own, whatever slots they were trained in. */
export function composed(files: readonly AdapterFile[]): TrainedAdapter[] {
  const [first] = files;
  if (!first) return [];
  const base = { basis: { reserved }, layers: [{ in_features: width }], rank: first.rank };
  const slots = composedSlots(
    base,
    files.map(({ slot }) => slot),
  );
  return files.map(({ rank, basis, seed, ups, words }, member) => {
    const slot = slots[member] as number;
    const down = rowsOfBasis(
      basis,
      reserved,
      seed,
      slotColumns(slot, reserved, rank, radixOf([reserved], rank)),
    );
    return { rank, down, ups, tokens: marked(words, down, rank) };
  });
}

/** Tokens with their marks: token k carries row k mod rank of down. Twin of gpu-runner/orthoplex/ortho/marker.py. */
export function marked(words: Float32Array, down: Float64Array, rank: number): Float32Array {
  const said = width - reserved;
  const tokens = new Float32Array(TOKENS * depth * width);
  for (let at = 0; at < TOKENS * depth; at++) {
    tokens.set(words.subarray(at * said, (at + 1) * said), at * width);
    const row = Math.floor(at / depth) % rank;
    for (let c = 0; c < reserved; c++) {
      tokens[at * width + said + c] = cast.marker * (down[row * reserved + c] as number);
    }
  }
  return tokens;
}
