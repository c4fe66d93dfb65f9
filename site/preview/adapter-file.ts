// Parses an adapter's file for a preview: trained ups and entries in the graph's order, tokens, slot. Checks what it reads;
// the edge has checked all of it before publishing.

import { BASIS_NAME, rowsOfBasis, UNIT_BASIS } from "../../functions/lib/basis.ts";
import { readHeader } from "../../functions/lib/safetensors.ts";
import { composedSlots, radixOf, slotColumns, slotDimensions } from "../../functions/lib/slot.ts";
import { fromHalf } from "./half.ts";
import { inputDimensions, type Shapes, slotWidth, TOKENS } from "./shapes.ts";

/** What a file holds. Which columns it reads is known only when it is composed with others. */
export interface AdapterFile {
  rank: number;
  basis: typeof BASIS_NAME | typeof UNIT_BASIS;
  seed: number;
  /** The slot it was trained in. */
  slot: number;
  /** One (out, rank) a layer, in the order of the shapes' layers. */
  ups: Float32Array[];
  /** orthoplex.adapter/1: (tokens, depth, width - reserved), without marks; otherwise empty. */
  words: Float32Array;
  /** orthoplex.adapter/2: one (tokens, width) a projection, in the order of the shapes' entries; otherwise none. */
  entries: Float32Array[];
}

/** An adapter in the slot that a composition gave it. */
export interface TrainedAdapter {
  rank: number;
  /**
   * For each input dimension of the base's layers (rank, n), n the channels that slots divide there: the slot's columns of the basis, the paper's B
   * transposed. It is 0 on all channels before these.
   */
  downs: ReadonlyMap<number, Float64Array>;
  ups: Float32Array[];
  /** (tokens, depth, width), each with the mark of its slot in the reserved channels. */
  tokens: Float32Array;
  entries: Float32Array[];
}

/** The adapter in a file; throws an Error that says what is wrong with it. */
export function readAdapter(bytes: Uint8Array, shapes: Shapes): AdapterFile {
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
      const fault = `The file has no tensor ${name} of the shape ${shape.join(" × ")}`;
      throw new Error(
        `${fault}: it was made for other layers than the base has now. Choose a newer version of it.`,
      );
    }
    return fromHalf(bytes.subarray(dataOffset + entry.begin, dataOffset + entry.end));
  };
  const { basis } = metadata;
  if (basis !== BASIS_NAME && basis !== UNIT_BASIS) throw new Error(`This preview knows no basis ${basis}.`);
  const { width, reserved, layers: depth } = shapes.config;
  const hasEntries = shapes.entries.length > 0;
  return {
    rank,
    basis,
    seed,
    slot,
    ups: shapes.layers.map(({ name, out_features }) => tensor(`up.${name}`, [out_features, rank])),
    words: hasEntries ? new Float32Array(0) : tensor("tokens", [TOKENS, depth, width - reserved]),
    entries: shapes.entries.map((projection) => tensor(`entry.${projection}`, [TOKENS, width])),
  };
}

/** The members of one composition, each in a slot of its own where the base lets them move, otherwise in that of its training. */
export function composed(files: readonly AdapterFile[], shapes: Shapes): TrainedAdapter[] {
  const [first] = files;
  if (!first) return [];
  const { reserved } = shapes.config;
  const base = { basis: { reserved: reserved || undefined }, layers: shapes.layers, rank: first.rank };
  const radix = radixOf(slotDimensions(base), first.rank);
  const slots = composedSlots(
    base,
    files.map(({ slot }) => slot),
  );
  return files.map(({ rank, basis, seed, ups, words, entries }, member) => {
    const downs = new Map<number, Float64Array>();
    for (const inputs of inputDimensions(shapes)) {
      const n = slotWidth(shapes, inputs);
      downs.set(inputs, rowsOfBasis(basis, n, seed, slotColumns(slots[member] as number, n, rank, radix)));
    }
    const tokens =
      entries.length > 0
        ? words
        : marked(words, downs.get(shapes.config.width) as Float64Array, rank, shapes);
    return { rank, downs, ups, tokens, entries };
  });
}

/** Tokens with their marks: token k carries row k mod rank of down. Twin of gpu-runner/orthoplex/ortho/marker.py. */
export function marked(
  words: Float32Array,
  down: Float64Array,
  rank: number,
  { config, marker }: Shapes,
): Float32Array {
  const { width, reserved, layers: depth } = config;
  const said = width - reserved;
  const tokens = new Float32Array(TOKENS * depth * width);
  for (let at = 0; at < TOKENS * depth; at++) {
    tokens.set(words.subarray(at * said, (at + 1) * said), at * width);
    const row = Math.floor(at / depth) % rank;
    for (let c = 0; c < reserved; c++) {
      tokens[at * width + said + c] = marker * (down[row * reserved + c] as number);
    }
  }
  return tokens;
}
