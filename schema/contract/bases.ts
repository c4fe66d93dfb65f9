// What a base description file (schema/bases/*.json) holds. The edge bundles these files, the runner reads them.

import { z } from "zod";

export const Size = z
  .string()
  .regex(/^[1-9][0-9]{1,4}x[1-9][0-9]{1,4}$/, "must look like 512x256")
  .meta({ description: "WIDTHxHEIGHT in pixels; the base lists those it draws" });

export const Layer = z.object({
  name: z.string(),
  in_features: z.int().positive(),
  out_features: z.int().positive(),
});

const range = z.object({ default: z.number(), min: z.number(), max: z.number() });

export const Base = z
  .object({
    id: z.string(),
    title: z.string(),
    description: z.string(),
    family: z.string(),
    licence: z.object({ spdx: z.string(), note: z.string() }),
    basis: z.object({
      name: z.enum(["signed-dct-2", "unit"]),
      seed: z.int().nonnegative(),
      reserved: z.int().positive().optional().meta({
        description:
          "The last so many input channels of every layer, in which the base's own words are 0: the basis spans these alone",
      }),
    }),
    rank: z.int().positive(),
    tokens: z.object({
      count: z.int(),
      layers: z.int(),
      dim: z.int(),
      marker: z.number().positive().optional().meta({
        description:
          "Length of the mark that each token carries in its adapter's slot, where channels are reserved",
      }),
    }),
    layers: z.array(Layer).min(1),
    entries: z
      .array(z.object({ name: z.string(), out_features: z.int().positive() }))
      .min(1)
      .optional()
      .meta({
        description:
          "Key and value projections in which a concept's tokens add entries of their own; adapters are then orthoplex.adapter/2",
      }),
    gate: z.object({ gain: z.number().positive() }).optional().meta({
      description:
        "Residuals act at a position as far as it attends to the concept's tokens: min(1, gain * share of attention)",
    }),
    sizes: z.array(z.object({ width: z.int(), height: z.int(), cells: z.int() })).min(1),
    default_size: Size,
    steps: range,
    guidance: range,
    count: z.object({ default: z.int(), max: z.int() }),
    strength: range,
    training: z.object({ images: z.object({ min: z.int(), max: z.int() }), steps: range }),
    residual_norm_max: z.number().positive().meta({
      description: "Largest Frobenius norm that one layer's up matrix may have",
    }),
    words: z.record(z.string(), z.array(z.string())).meta({
      description: "Prompt words by kind; the compose page offers them as chips",
    }),
  })
  .meta({ id: "Base" });
export type Base = z.infer<typeof Base>;

/** A description file as the edge bundles it: what it says of reserved channels must fit together. */
export const BaseDescription = Base.superRefine(({ basis, tokens, layers, entries, gate }, context) => {
  const refuse = (path: string[], message: string) => context.addIssue({ code: "custom", path, message });
  if ((basis.reserved === undefined) !== (tokens.marker === undefined)) {
    refuse(["tokens", "marker"], "goes with basis.reserved: tokens are marked where channels are reserved");
  }
  if ((entries === undefined) !== (gate === undefined)) {
    refuse(["gate"], "goes with entries: gates follow the attention that their tokens are paid");
  }
  if (entries !== undefined && basis.reserved !== undefined) {
    refuse(["entries"], "need no reserved channels: they are added to rows of their own");
  }
  if (basis.name === "unit" && basis.reserved === undefined) {
    refuse(["basis", "reserved"], "is missing: the basis unit is for reserved channels");
  }
  const { reserved } = basis;
  if (reserved !== undefined && layers.some((layer) => layer.in_features !== tokens.dim + reserved)) {
    refuse(["layers"], "must read tokens.dim channels of words and basis.reserved channels");
  }
});

export const BaseWithSlots = Base.extend({
  slots: z.object({
    count: z.int().meta({ description: "How many there are; any two share at most two columns of the rank" }),
    taken: z.int(),
    class_size: z.int().meta({ description: "How many slots of one class are exactly orthogonal" }),
  }),
}).meta({ id: "BaseWithSlots" });
