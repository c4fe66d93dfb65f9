// DoRA in LoRA files: whether the lengths of a layer fit it. Pure. Twin of gpu-runner/orthoplex/bases/foreign/dora.py, which has the equation.

import type { HeaderFault } from "./adapter-header.ts";
import type { TensorEntry } from "./safetensors.ts";

/** The role of a layer's lengths (foreign-kinds.ts), as PEFT calls them and as LyCORIS does. */
export const PEFT_LENGTHS = "lora_magnitude_vector";
export const LYCORIS_LENGTHS = "dora_scale";

type Layer = {
  label: string;
  parts: Readonly<Record<string, TensorEntry>>;
  /** What its change says; `inputs` of a convolution's may have its places. */
  sizes: { outputs: number; inputs: number };
  /** How many layers of the base it stands for. */
  layers: number;
};

/** In how many dimensions a file has the lengths of linear layers: LyCORIS has two, diffusers one in the same names. */
export const dimensionsOf = (all: Iterable<Readonly<Record<string, TensorEntry>>>): ReadonlySet<number> =>
  new Set(
    [...all].flatMap((parts) => parts[LYCORIS_LENGTHS]?.shape.length ?? []).filter((n) => n === 1 || n === 2),
  );

/** Why the lengths of a layer are not taken, or null where they are, or there are none. */
export function lengthsFault(layer: Layer, dimensions: ReadonlySet<number>): HeaderFault | null {
  const { label, parts, sizes } = layer;
  const isPeft = parts[PEFT_LENGTHS] !== undefined;
  const shape = (parts[PEFT_LENGTHS] ?? parts[LYCORIS_LENGTHS])?.shape;
  if (!shape) return null;
  const count = shape.reduce((product, side) => product * side, 1);
  const inColumns = shape.length > 1 && shape[0] === 1 && shape[1] === count;
  const byOutput =
    count === sizes.outputs &&
    (shape.length < 2 || shape[0] === count || (inColumns && (isPeft || shape.length === 4)));
  const isInputs = count === sizes.inputs || (shape.length === 4 && sizes.inputs % count === 0);
  let byInput = inColumns && isInputs && !isPeft;
  if (byInput && byOutput) {
    if (dimensions.size !== 1)
      return unsupported(label, "a DoRA of which no layer says whether it is by inputs or by outputs");
    byInput = dimensions.has(2);
  }
  if (byInput && layer.layers > 1) return unsupported(label, "a DoRA by inputs of several layers in one");
  if (byInput || byOutput) return null;
  const detail = `"${label}" is a DoRA of ${count} lengths; the layer is ${sizes.outputs} x ${sizes.inputs}.`;
  return { reason: "shape_invalid", detail };
}

const unsupported = (label: string, what: string): HeaderFault => ({
  reason: "lora_unsupported",
  detail: `"${label}" is ${what}.`,
});
