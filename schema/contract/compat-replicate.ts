// Replicate's predictions, trainings, models and files in its own field names. What is accepted without effect says so.

import { z } from "zod";
import { ClassWord, Licence, Name, Strength, Visibility } from "./adapters.ts";
import { Size } from "./bases.ts";
import { Member, Region } from "./compositions.ts";
import { Handle, idOf, Timestamp } from "./ids.ts";
import { Seed } from "./jobs.ts";
import {
  CAPTION_MAX_CHARACTERS,
  COMPOSITION_MEMBERS_MAX,
  DESCRIPTION_MAX_CHARACTERS,
  GENERATION_COUNT_MAX,
  PROMPT_MAX_CHARACTERS,
  TITLE_MAX_CHARACTERS,
  TRAINING_IMAGES_MAX,
  TRAINING_STEPS_MAX,
  TRIGGER_MAX_CHARACTERS,
} from "./limits.ts";
import { orNull } from "./nullable.ts";
import { address, plainText, prompt, prose, title, token } from "./text.ts";

export const ReplicateInput = z
  .strictObject({
    prompt: prompt(PROMPT_MAX_CHARACTERS).meta({ title: "Prompt" }),
    negative_prompt: plainText(PROMPT_MAX_CHARACTERS).optional(),
    seed: Seed.nullish().meta({ description: "Random where it is left out" }),
    num_outputs: z.int().min(1).max(GENERATION_COUNT_MAX).optional(),
    num_inference_steps: z.int().positive().optional(),
    guidance_scale: z.number().optional(),
    size: Size.optional().meta({
      description:
        "512x256; or send width and height. Without it: one with room for the prompt's people and the adapters",
    }),
    width: z.int().positive().optional(),
    height: z.int().positive().optional(),
    strength: Strength.optional().meta({ description: "Of the model's own adapter" }),
    adapters: z.array(Member).max(COMPOSITION_MEMBERS_MAX).optional().meta({
      description: "More adapters beside the model, or another strength or region for it",
    }),
    regions: z.array(orNull(Region)).max(COMPOSITION_MEMBERS_MAX).optional().meta({
      description: "Boxes for the adapters that have none, in their order: the model first",
    }),
    output_format: z.enum(["png"], { error: "must be png: the recipe lies inside the PNG" }).optional(),
  })
  .meta({ id: "ReplicateInput" });
export type ReplicateInput = z.infer<typeof ReplicateInput>;

export const REPLICATE_EVENTS = ["start", "output", "logs", "completed"] as const;

const webhook = {
  webhook: address(2_000).nullish(),
  webhook_events_filter: z.array(z.enum(REPLICATE_EVENTS)).max(REPLICATE_EVENTS.length).nullish(),
};

/** Of a model's own address; there `version` is not needed. */
export const ReplicateModelPredictionCreate = z
  .strictObject({
    input: ReplicateInput,
    stream: z.boolean().nullish().meta({ description: "Accepted, without effect: every prediction streams" }),
    ...webhook,
  })
  .meta({ id: "ReplicateModelPredictionCreate" });

export const ReplicatePredictionCreate = ReplicateModelPredictionCreate.extend({
  version: token(160).min(1).optional().meta({
    description: "A version's id (ver_...), the SHA-256 of its file, a base's id, owner/name or owner/name:2",
  }),
  model: token(160).min(1).optional().meta({ description: "owner/name, in place of a version" }),
})
  .refine((p) => (p.version === undefined) !== (p.model === undefined), {
    error: "needs exactly one of version and model",
  })
  .meta({ id: "ReplicatePredictionCreate" });

const status = z.enum(["starting", "processing", "succeeded", "failed", "canceled"]);
export type ReplicateStatus = z.infer<typeof status>;

const runFields = {
  id: idOf("job"),
  model: z.string(),
  version: z.string(),
  status,
  input: z.record(z.string(), z.unknown()),
  logs: z.string(),
  error: z.string().nullable(),
  created_at: Timestamp,
  started_at: Timestamp.nullable(),
  completed_at: Timestamp.nullable(),
  metrics: z.object({ predict_time: z.number().optional(), total_time: z.number().optional() }),
  source: z.literal("api"),
  webhook: z.string().nullable(),
  webhook_events_filter: z.array(z.enum(REPLICATE_EVENTS)).nullable(),
};

export const ReplicatePrediction = z
  .object({
    ...runFields,
    output: z.array(z.string()).nullable().meta({ description: "Addresses that need no key and expire" }),
    data_removed: z.literal(false),
    urls: z.object({ get: z.string(), cancel: z.string(), stream: z.string() }),
  })
  .meta({ id: "ReplicatePrediction" });
export type ReplicatePrediction = z.infer<typeof ReplicatePrediction>;

export const ReplicateTraining = z
  .object({
    ...runFields,
    destination: z.string(),
    output: z.object({ version: z.string(), weights: z.string() }).nullable(),
    urls: z.object({ get: z.string(), cancel: z.string() }),
  })
  .meta({ id: "ReplicateTraining" });
export type ReplicateTraining = z.infer<typeof ReplicateTraining>;

export const replicatePage = <T extends z.ZodType>(item: T) =>
  z.object({ previous: z.string().nullable(), next: z.string().nullable(), results: z.array(item) });

export const ReplicateVersion = z
  .object({
    id: z.string(),
    created_at: Timestamp,
    cog_version: z.string(),
    openapi_schema: z.record(z.string(), z.unknown()),
  })
  .meta({ id: "ReplicateVersion" });
export type ReplicateVersion = z.infer<typeof ReplicateVersion>;

export const ReplicateModel = z
  .object({
    url: z.string(),
    owner: z.string(),
    name: z.string(),
    description: z.string(),
    visibility: z.enum(["public", "private"]),
    github_url: z.null(),
    paper_url: z.null(),
    license_url: z.string().nullable(),
    run_count: z.int(),
    cover_image_url: z.string().nullable(),
    default_example: z.null(),
    latest_version: orNull(ReplicateVersion),
  })
  .meta({ id: "ReplicateModel" });
export type ReplicateModel = z.infer<typeof ReplicateModel>;

const ignored = plainText(2_000).nullish().meta({ description: "Accepted, without effect" });

/** Makes a draft adapter of the first base; a training with it as destination fills it. */
export const ReplicateModelCreate = z
  .strictObject({
    owner: Handle,
    name: Name,
    visibility: z.enum(["public", "private"]),
    hardware: ignored,
    description: prose(DESCRIPTION_MAX_CHARACTERS).nullish(),
    github_url: ignored,
    paper_url: ignored,
    license_url: ignored,
    cover_image_url: ignored,
  })
  .meta({ id: "ReplicateModelCreate" });

export const ReplicateTrainingInput = z
  .strictObject({
    input_images: z
      .union([token(2_000), z.array(token(2_000)).max(TRAINING_IMAGES_MAX)], {
        error: "must be the address of a zip, or a list of addresses of pictures",
      })
      .meta({
        description: "What files.create gave: one zip of pictures (and name.txt captions), or a list",
      }),
    captions: z.array(prose(CAPTION_MAX_CHARACTERS)).max(TRAINING_IMAGES_MAX).optional(),
    trigger_word: token(TRIGGER_MAX_CHARACTERS).min(1).optional().meta({
      description: "<ada> or ada; without it the destination's name",
    }),
    class_word: ClassWord.optional().meta({ description: "person, dog, style" }),
    concept: title(TITLE_MAX_CHARACTERS).optional(),
    title: title(TITLE_MAX_CHARACTERS).optional(),
    description: prose(DESCRIPTION_MAX_CHARACTERS).optional(),
    licence: Licence.optional().meta({ description: "Of a new adapter. Without it: CC-BY-NC-ND-4.0" }),
    visibility: Visibility.optional().meta({ description: "Of a new adapter. Without it: private" }),
    steps: z.int().min(1).max(TRAINING_STEPS_MAX).optional(),
    seed: Seed.optional(),
  })
  .meta({ id: "ReplicateTrainingInput" });
export type ReplicateTrainingInput = z.infer<typeof ReplicateTrainingInput>;

export const ReplicateTrainingCreate = z
  .strictObject({
    destination: z
      .string()
      .regex(/^[a-z0-9][a-z0-9-]{0,39}\/[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?$/, "must look like owner/name"),
    input: ReplicateTrainingInput,
    ...webhook,
  })
  .meta({ id: "ReplicateTrainingCreate" });

export const ReplicateFile = z
  .object({
    id: idOf("upl"),
    name: z.string(),
    content_type: z.string(),
    size: z.int(),
    etag: z.string(),
    checksums: z.object({ sha256: z.string() }),
    metadata: z.record(z.string(), z.unknown()),
    created_at: Timestamp,
    expires_at: Timestamp.nullable(),
    urls: z.object({ get: z.string() }),
  })
  .meta({ id: "ReplicateFile" });
export type ReplicateFile = z.infer<typeof ReplicateFile>;

export const ReplicateAccount = z
  .object({
    type: z.literal("user"),
    username: Handle,
    name: z.string(),
    github_url: z.null(),
  })
  .meta({ id: "ReplicateAccount" });

export const ReplicateHardware = z
  .object({ name: z.string(), sku: z.string() })
  .meta({ id: "ReplicateHardware" });
