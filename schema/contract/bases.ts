// What a base's description holds: schema/bases/*.json come with the product, others are published by a runner of the operator's. Forms, orders
// and runners read from it what the base can do; nothing else depends on a particular base.

import { z } from "zod";
import { Sha256 } from "./ids.ts";
import { TRIGGER_PLACE } from "./trigger-place.ts";

export const Size = z
  .string()
  .regex(/^[1-9][0-9]{1,4}x[1-9][0-9]{1,4}$/, "must look like 512x256")
  .meta({ description: "WIDTHxHEIGHT in pixels; the base's description says which it generates" });

export const Layer = z.object({
  name: z.string(),
  in_features: z.int().positive(),
  out_features: z.int().positive(),
});

const range = z.object({ default: z.number(), min: z.number(), max: z.number() });
const side = z.object({ min: z.int().positive(), max: z.int().positive(), step: z.int().positive() });
const BASE_ID = /^[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?$/;

const triggerPrompt = z.string().refine((text) => text.includes(TRIGGER_PLACE), `must hold ${TRIGGER_PLACE}`);

export const PROMPT_KINDS = ["grammar", "text"] as const;
export const PREDICTION_TYPES = ["epsilon", "v_prediction", "sample", "flow"] as const;

export const Base = z
  .object({
    id: z.string().regex(BASE_ID, "must hold a to z, digits and hyphens, at most 64"),
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
    weights_sha256: Sha256.optional().meta({
      description: "Of the lines `<path> <sha256>` of its weight files: adapters are bound to these weights",
    }),
    prediction: z.enum(PREDICTION_TYPES).meta({ description: "What its denoiser predicts" }),
    prompt: z.object({
      kind: z.enum(PROMPT_KINDS).meta({
        description: "grammar: words that the base lists, persons split at `;`. text: free text",
      }),
      negative: z.boolean().meta({ description: "Whether it takes a negative prompt" }),
      weights: z.boolean().optional().meta({
        description:
          "Whether `(word:1.2)` and `[word]` weigh words in its prompts. False: a weight is refused, and other brackets are text",
      }),
      people_words: z.array(z.string()).optional().meta({
        description:
          "Words of a grammar that are said of people: a clause with one of them is a person, as one with a trigger is. A hyphen in one may be written as a space",
      }),
    }),
    samplers: z.object({ default: z.string(), names: z.array(z.string()).min(1) }),
    clip_skip: z.object({ max: z.int().positive() }).optional().meta({
      description: "How many of the text encoder's last layers can be left out, its last one counted as 1",
    }),
    sizes: z
      .array(
        z.object({
          width: z.int().positive(),
          height: z.int().positive(),
          people: z.int().positive().optional().meta({
            description: "How many people have room, where the base places them side by side",
          }),
          room: z.int().positive().optional().meta({
            description:
              "How many people are generated well, where nothing places them: for so many this shape is chosen",
          }),
        }),
      )
      .min(1)
      .meta({ description: "Shapes to choose from" }),
    size_range: z
      .object({ width: side, height: side, pixels_max: z.int().positive() })
      .optional()
      .meta({ description: "Any other size it generates; without it, none but `sizes`" }),
    default_size: Size,
    steps: range,
    guidance: range,
    count: z.object({ default: z.int(), max: z.int() }),
    strength: range,
    training: z.object({
      images: z.object({ min: z.int().positive(), max: z.int().positive() }),
      picture: z
        .object({ side_min: z.int().positive(), pixels_max: z.int().positive() })
        .meta({ description: "What each picture may measure" }),
      steps: range,
      presets: z
        .array(z.object({ name: z.string(), title: z.string(), steps: z.int().positive() }))
        .min(1)
        .meta({ description: "Lengths to choose from by name" }),
      rates: z.object({ residuals: z.number().positive(), tokens: z.number().positive() }).optional().meta({
        description: "Learning rates that suit these weights; without them its family's",
      }),
      companions: z.array(z.string().min(1)).optional().meta({
        description: "Prompts of people, beside whom concepts in cut-out pictures are also trained",
      }),
    }),
    prompts: z.object({ preview: triggerPrompt, samples: z.array(triggerPrompt).min(1) }).meta({
      description: `Of previews and of a training's samples, which have one for each expression that captions name instead; ${TRIGGER_PLACE} is the adapter's`,
    }),
    residual_norm_max: z.number().positive().meta({
      description: "Largest Frobenius norm that one layer's up matrix may have",
    }),
    words: z.record(z.string(), z.array(z.string())).meta({
      description: "Words of a grammar by kind, offered beside the prompt; empty where prompts are free text",
    }),
  })
  .meta({ id: "Base" });
export type Base = z.infer<typeof Base>;

/** A description as the edge takes it: what it says must fit together. */
export const BaseDescription = Base.superRefine((base, context) => {
  const { basis, tokens, layers, entries, gate } = base;
  const refuse = (path: string[], message: string) => context.addIssue({ code: "custom", path, message });
  refuseChoices(base, refuse);
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

/** Defaults are among what can be chosen. */
function refuseChoices(base: Base, refuse: (path: string[], message: string) => void) {
  if (!base.samplers.names.includes(base.samplers.default)) {
    refuse(["samplers", "default"], "is none of samplers.names");
  }
  if (!base.sizes.some(({ width, height }) => `${width}x${height}` === base.default_size)) {
    refuse(["default_size"], "is none of sizes");
  }
  const ranges = { steps: base.steps, guidance: base.guidance, strength: base.strength };
  for (const [name, { min, max, default: chosen }] of Object.entries({
    ...ranges,
    "training.steps": base.training.steps,
  })) {
    if (chosen < min || chosen > max) refuse(name.split("."), "has a default outside its range");
  }
  const { steps, presets } = base.training;
  if (presets.some((preset) => preset.steps < steps.min || preset.steps > steps.max)) {
    refuse(["training", "presets"], "must lie within training.steps");
  }
}

export const BaseWithSlots = Base.extend({
  slots: z.object({
    count: z.int().meta({ description: "How many there are; any two share at most two columns of the rank" }),
    taken: z.int(),
    class_size: z.int().meta({ description: "How many slots of one class are exactly orthogonal" }),
  }),
}).meta({ id: "BaseWithSlots" });
