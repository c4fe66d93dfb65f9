// How other programs name the joint attention of Z-Image in LoRA files. Pure. Twin of gpu-runner/orthoplex/bases/zimage/foreign.py, which
// names their sources and knows every layer.

import type { Base } from "../../schema/contract/bases.ts";
import type { KnownLayer, Naming } from "./foreign-naming.ts";

const PLACE = /^(layers\.\d+\.attention\.)(to_[qkv]|to_out\.0)$/;
const AROUND = /^(?:base_model\.model\.)?(?:transformer\.|(?:model\.)?diffusion_model\.)*/;
const KOHYA = "lora_unet_";
const PARTS =
  /^(?:layers|(?:noise|context)_refiner|(?:all_)?(?:x_embedder|final_layer)|(?:t|cap)_embedder)[._]/;

/** A name in a file, and what it stands for: the model's first code has queries, keys and values in one layer. */
const NAMES: readonly (readonly [string, readonly string[]])[] = [
  ...["to_q", "to_k", "to_v", "to_out.0"].map((kind) => [kind, [kind]] as const),
  ["out", ["to_out.0"]],
  ["qkv", ["to_q", "to_k", "to_v"]],
];

type Shape = readonly [number, number];

/** Layers of every block, all of which are alike: the first one has no gates, so that only some of its layers are described. */
function attention(base: Base): Map<string, KnownLayer> {
  const shapes = new Map<string, Shape>();
  const places = new Set<string>();
  for (const { name, in_features, out_features } of base.layers) {
    const [, place, kind] = PLACE.exec(name) ?? [];
    if (place === undefined || kind === undefined) continue;
    places.add(place);
    shapes.set(kind, [out_features, in_features]);
  }
  for (const { name } of base.entries ?? []) places.add(PLACE.exec(name)?.[1] ?? "");
  places.delete("");
  const shapeOf = (kind: string) => shapes.get(kind) ?? null;
  const known = new Map<string, KnownLayer>();
  for (const place of places) {
    for (const [name, kinds] of NAMES) {
      const layer = { layers: kinds.map((kind) => place + kind), shape: sideBySide(kinds.map(shapeOf)) };
      known.set(place + name, layer);
      known.set(KOHYA + (place + name).replaceAll(".", "_"), layer);
    }
  }
  return known;
}

/** Of layers whose rows follow one another. */
function sideBySide(shapes: readonly (Shape | null)[]): Shape | null {
  const known = shapes.filter((shape) => shape !== null);
  const inputs = known[0]?.[1];
  if (known.length < shapes.length || inputs === undefined) return null;
  return [known.reduce((sum, [outputs]) => sum + outputs, 0), inputs];
}

/** Kohya's and LyCORIS' names with underscores as they are, all others as diffusers names the layer in its part. */
function plain(stem: string): string {
  const underscored = stem.replace(/^(?:lora_transformer_|lycoris_)/, KOHYA);
  return underscored.startsWith(KOHYA) ? underscored : stem.replace(AROUND, "");
}

const inPart = (name: string) => (name.startsWith(KOHYA) ? name.slice(KOHYA.length) : name);

export const Z_IMAGE: Naming = {
  model: "Z-Image",
  ...{ attention, plain },
  isOfPipeline: (name) => PARTS.test(inPart(name)) || name.startsWith("text_encoder."),
  isAttention: (name) => /^layers[._]\d+[._]attention[._]/.test(inPart(name)),
};
