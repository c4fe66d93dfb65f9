// OpenAI's image and model calls in its own field names, with our extensions. What is accepted without effect says so.

import { z } from "zod";
import { Member, Region } from "./compositions.ts";
import { AdapterRef } from "./ids.ts";
import { Seed } from "./jobs.ts";
import {
  COMPOSITION_MEMBERS_MAX,
  GENERATION_COUNT_MAX,
  PARTIAL_IMAGES_MAX,
  PROMPT_MAX_CHARACTERS,
} from "./limits.ts";
import { orNull } from "./nullable.ts";
import { plainText, prompt, token } from "./text.ts";

const ignored = "Accepted, without effect";

export const OpenAiImageCreate = z
  .strictObject({
    prompt: prompt(PROMPT_MAX_CHARACTERS),
    model: token(120).optional().meta({
      description: "A base, owner/adapter, owner/adapter:2 or owner/mix; without it the first base",
    }),
    n: z.int().min(1).max(GENERATION_COUNT_MAX).nullish(),
    size: z
      .string()
      .regex(/^(?:auto|[1-9][0-9]{1,4}x[1-9][0-9]{1,4})$/, "must be auto or look like 512x256")
      .nullish()
      .meta({ description: "auto: one cell for each adapter, as far as the base has them" }),
    response_format: z.enum(["url", "b64_json"]).nullish().meta({ description: "Without it: b64_json" }),
    output_format: z.enum(["png"], { error: "must be png: the recipe lies inside the PNG" }).nullish(),
    output_compression: z.literal(100, { error: "must be 100: a PNG loses nothing" }).nullish(),
    background: z.enum(["auto", "opaque"], { error: "must be auto or opaque" }).nullish(),
    quality: z
      .enum(["auto", "standard", "hd", "low", "medium", "high"])
      .nullish()
      .meta({ description: `${ignored}; steps says how much work is done` }),
    style: z.enum(["vivid", "natural"]).nullish().meta({ description: ignored }),
    moderation: z.enum(["auto", "low"]).nullish().meta({ description: ignored }),
    user: plainText(512).nullish().meta({ description: ignored }),
    stream: z.boolean().nullish(),
    partial_images: z.int().min(0).max(PARTIAL_IMAGES_MAX).nullish(),
    seed: Seed.nullish(),
    negative_prompt: plainText(PROMPT_MAX_CHARACTERS).nullish(),
    steps: z.int().positive().nullish(),
    guidance: z.number().nullish(),
    adapters: z.array(Member).max(COMPOSITION_MEMBERS_MAX).nullish().meta({
      description: "More adapters beside the model, or another strength or region for it",
    }),
    regions: z.array(orNull(Region)).max(COMPOSITION_MEMBERS_MAX).nullish().meta({
      description: "Boxes for the adapters that have none, in their order: the model first",
    }),
  })
  .meta({ id: "OpenAiImageCreate" });
export type OpenAiImageCreate = z.infer<typeof OpenAiImageCreate>;

const usage = z.object({
  input_tokens: z.int(),
  input_tokens_details: z.object({ image_tokens: z.int(), text_tokens: z.int() }),
  output_tokens: z.int(),
  total_tokens: z.int(),
});

export const OpenAiImages = z
  .object({
    created: z.int(),
    data: z.array(
      z.object({
        b64_json: z.string().optional(),
        url: z.string().optional(),
        revised_prompt: z.string().optional().meta({
          description: "The prompt as it was drawn, where a trigger had to be put in",
        }),
        seed: z.int().nullable(),
      }),
    ),
    background: z.literal("opaque"),
    output_format: z.literal("png"),
    quality: z.literal("auto"),
    size: z.string(),
    usage,
    job_id: z.string().meta({ description: "The generation, for the native API" }),
    warnings: z.array(z.string()),
  })
  .meta({ id: "OpenAiImages" });
export type OpenAiImages = z.infer<typeof OpenAiImages>;

export const OpenAiModel = z
  .object({
    id: z.union([AdapterRef, z.string()]),
    object: z.literal("model"),
    created: z.int(),
    owned_by: z.string(),
    title: z.string(),
  })
  .meta({ id: "OpenAiModel" });
export type OpenAiModel = z.infer<typeof OpenAiModel>;

export const OpenAiModels = z
  .object({ object: z.literal("list"), data: z.array(OpenAiModel) })
  .meta({ id: "OpenAiModels" });
export type OpenAiModels = z.infer<typeof OpenAiModels>;
