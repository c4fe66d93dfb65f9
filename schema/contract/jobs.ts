// Jobs as clients see them: generations (kind sample), trainings (kind train), and the events of their live stream.

import { z } from "zod";
import { AdapterCreate, ClassWord, Recipe, Strength, Trigger } from "./adapters.ts";
import { Size } from "./bases.ts";
import { JOB_ERROR_CODES } from "./codes.ts";
import { Alias, MixRef, Region, ResolvedMember } from "./compositions.ts";
import { AdapterRef, idOf, OwnerAndName, Timestamp } from "./ids.ts";
import {
  CAPTION_MAX_CHARACTERS,
  COMPOSITION_MEMBERS_MAX,
  GENERATION_COUNT_MAX,
  NAME_MAX_CHARACTERS,
  PROMPT_MAX_CHARACTERS,
  SAMPLER_MAX_CHARACTERS,
  SEED_MAX,
  TRAINING_IMAGES_MAX,
  TRAINING_IMAGES_MIN,
  TRAINING_STEPS_MAX,
} from "./limits.ts";
import { orNull } from "./nullable.ts";
import { plainText, prompt, prose, token } from "./text.ts";
import { JobWebhook } from "./webhooks.ts";

export const JOB_STATUSES = ["queued", "running", "succeeded", "failed", "canceled"] as const;
export const JobStatus = z.enum(JOB_STATUSES);
export type JobStatus = z.infer<typeof JobStatus>;
export const FINISHED_STATUSES = ["succeeded", "failed", "canceled"] as const;

export const JOB_PRIORITIES = ["low", "normal", "high"] as const;
export const JobPriority = z.enum(JOB_PRIORITIES).meta({
  description:
    "low costs half and waits until nothing else does. high costs double and does not wait behind your other jobs; those of others it " +
    "does not pass, but takes turns with them",
});
export type JobPriority = z.infer<typeof JobPriority>;

export const Seed = z.int().min(0).max(SEED_MAX);

/** As a composition's member, or by the training that makes it. */
export const GenerationMember = z
  .strictObject({
    version_id: idOf("ver").optional(),
    ref: AdapterRef.optional(),
    training_id: idOf("job")
      .optional()
      .meta({
        description:
          "A training of yours: the version that it has made or, while it goes on, will make. The generation waits for it, and fails if " +
          "there will be none. At most one of its trainings may still go on",
      }),
    strength: Strength.optional().meta({
      description: "Without it: what the version's owner recommends",
    }),
    region: orNull(Region).optional(),
    as: Alias,
  })
  .refine((m) => [m.version_id, m.ref, m.training_id].filter((name) => name !== undefined).length === 1, {
    error: "needs exactly one of version_id, ref and training_id",
  })
  .meta({ id: "GenerationMember" });
export type GenerationMember = z.infer<typeof GenerationMember>;

export const GenerationCreate = z
  .strictObject({
    base: token(64).optional().meta({
      description: "Follows from the adapters; needed only where there are none",
    }),
    composition_id: idOf("cmp").optional(),
    mix: MixRef.optional().meta({ description: "A published composition, by name" }),
    adapters: z.array(GenerationMember).max(COMPOSITION_MEMBERS_MAX).optional(),
    prompt: prompt(PROMPT_MAX_CHARACTERS),
    negative_prompt: plainText(PROMPT_MAX_CHARACTERS).default(""),
    seed: Seed.optional().meta({ description: "Chosen at random and reported where it is left out" }),
    steps: z.int().positive().optional(),
    guidance: z.number().optional(),
    sampler: token(SAMPLER_MAX_CHARACTERS).optional().meta({
      description: "One of the base's; without it, the base's own",
    }),
    clip_skip: z.int().min(1).optional().meta({
      description: "Of bases that have it: which of the text encoder's last layers is read, 1 for the last",
    }),
    size: Size.optional().meta({
      description:
        "Without it: the base's own, or the smallest of its sizes that has room for the prompt's people and the adapters that it calls or that have a region",
    }),
    count: z.int().min(1).max(GENERATION_COUNT_MAX).default(1),
    preview_of: idOf("ver").optional().meta({
      description:
        "A version of yours, the only adapter here, that the pictures are to show on its page: they are no use of the adapter",
    }),
    priority: JobPriority.optional(),
    webhook: JobWebhook.optional(),
  })
  .refine((g) => g.composition_id === undefined || g.adapters === undefined, {
    path: ["adapters"],
    error: "send composition_id or adapters, not both",
  })
  .refine((g) => g.mix === undefined || (g.composition_id === undefined && g.adapters === undefined), {
    path: ["mix"],
    error: "send one of mix, composition_id and adapters",
  })
  .meta({ id: "GenerationCreate" });

export const TrainingCreate = z
  .strictObject({
    adapter: AdapterCreate.optional(),
    adapter_ref: OwnerAndName.optional(),
    class_word: ClassWord.optional().meta({
      description: "Without it: the adapter's own",
    }),
    trigger: Trigger.optional().meta({
      description:
        "Without it: that of from_version, or <name> of the adapter. With from_version: no other than its own",
    }),
    from_version: idOf("ver").optional().meta({
      description:
        "A version of adapter_ref whose weights the training begins with, to train it further; anew without it",
    }),
    images: z
      .array(
        z.strictObject({
          upload_id: idOf("upl"),
          caption: prose(CAPTION_MAX_CHARACTERS).default(""),
        }),
      )
      .min(TRAINING_IMAGES_MIN)
      .max(TRAINING_IMAGES_MAX)
      .meta({ description: "Different pictures: the same bytes twice are refused" }),
    steps: z.int().min(1).max(TRAINING_STEPS_MAX).optional(),
    preset: token(NAME_MAX_CHARACTERS).optional().meta({
      description: "Instead of steps: the name of one of the base's presets",
    }),
    seed: Seed.optional(),
    priority: JobPriority.optional(),
    webhook: JobWebhook.optional(),
  })
  .refine((t) => (t.adapter === undefined) !== (t.adapter_ref === undefined), {
    error: "needs exactly one of adapter and adapter_ref",
  })
  .refine((t) => t.from_version === undefined || t.adapter_ref !== undefined, {
    path: ["from_version"],
    error: "needs adapter_ref",
  })
  .refine((t) => t.steps === undefined || t.preset === undefined, {
    path: ["preset"],
    error: "send steps or preset, not both",
  })
  .meta({ id: "TrainingCreate" });

export const Progress = z
  .object({ step: z.int().nonnegative(), total: z.int().nonnegative(), message: plainText(200) })
  .meta({ id: "Progress" });
export type Progress = z.infer<typeof Progress>;

export const GeneratedImage = z
  .object({
    id: idOf("img"),
    url: z.string(),
    width: z.int(),
    height: z.int(),
    seed: z.int().nullable(),
    recipe: orNull(Recipe),
  })
  .meta({ id: "GeneratedImage" });

export const Cost = z
  .object({
    credits: z.int().meta({ description: "Charged with the order; 0 for what we ordered" }),
    refunded: z.int().meta({
      description:
        "Given back at its end: all of it where we failed or your own runner did it, and what was not done where you canceled",
    }),
  })
  .meta({ id: "Cost" });

const jobFields = {
  id: idOf("job"),
  status: JobStatus,
  priority: JobPriority,
  cost: Cost,
  base: z.string(),
  created_at: Timestamp,
  started_at: Timestamp.nullable(),
  finished_at: Timestamp.nullable(),
  progress: orNull(Progress),
  queue_position: z.int().nullable().meta({
    description: "1 is next; null once the job has left the queue, and while it waits for a training",
  }),
  cancel_requested: z.boolean(),
  warnings: z.array(z.string()),
  error: z.object({ code: z.enum(JOB_ERROR_CODES), message: z.string() }).nullable(),
  metrics: z.record(z.string(), z.unknown()),
  url: z.string(),
  events_url: z.string(),
};

export const Generation = z
  .object({
    ...jobFields,
    kind: z.literal("sample"),
    waits_for: idOf("job").nullable().meta({
      description:
        "The training whose version it will draw with; null once that is made, or where there is none",
    }),
    request: z.object({
      composition_id: idOf("cmp").nullable(),
      prompt: z.string(),
      negative_prompt: z.string(),
      seed: z.int(),
      steps: z.int(),
      guidance: z.number(),
      sampler: z.string().optional().meta({ description: "Not in orders from before bases had several" }),
      clip_skip: z.int().optional(),
      size: Size,
      enlarged_to: Size.optional().meta({
        description: "Of an order through another API: the size asked for, which the base does not draw",
      }),
      count: z.int(),
      preview_of: idOf("ver").optional(),
      adapters: z.array(ResolvedMember).meta({ description: "Without the one that is still being trained" }),
    }),
    result: z.object({ images: z.array(GeneratedImage) }).nullable(),
  })
  .meta({ id: "Generation" });
export type Generation = z.infer<typeof Generation>;

export const Training = z
  .object({
    ...jobFields,
    kind: z.literal("train"),
    request: z.object({
      adapter: AdapterRef,
      adapter_id: idOf("adp"),
      title: z.string().optional().meta({
        description: "The adapter's title when it was ordered; absent in trainings that were ordered earlier",
      }),
      concept: z.string(),
      class_word: z.string(),
      trigger: Trigger,
      slot: z.int(),
      steps: z.int(),
      seed: z.int(),
      from_version_id: idOf("ver").optional().meta({
        description: "The version whose weights it began with; absent where it began anew",
      }),
      images: z.array(z.object({ url: z.string(), caption: z.string() })),
    }),
    result: z
      .object({
        version_id: idOf("ver"),
        adapter: AdapterRef,
        samples: z.array(z.string()).meta({ description: "URLs of sample pictures" }),
      })
      .nullable(),
  })
  .meta({ id: "Training" });
export type Training = z.infer<typeof Training>;

export const Job = z.discriminatedUnion("kind", [Generation, Training]);
export type Job = z.infer<typeof Job>;

/** What a webhook is sent about a job. `abridged`: it was too long; GET `data.url` has the whole. */
export const JobMessage = z
  .object({
    type: z.string().meta({ description: "generation.succeeded, training.failed, ..." }),
    timestamp: Timestamp,
    abridged: z.literal(true).optional(),
    data: z.union([Job, z.looseObject({ id: idOf("job"), status: JobStatus, url: z.string() })]),
  })
  .meta({ id: "JobMessage" });

const eta = z.int().nullable().optional().meta({
  description: "Seconds until the job is likely to have ended; null where nothing was measured yet",
});

/** Server-sent events of `.../events`: `event:` is the key, `data:` one line of JSON of this shape. */
export const JOB_EVENTS = {
  status: z
    .object({ status: JobStatus, queue_position: z.int().nullable(), eta_seconds: eta })
    .meta({ id: "StatusEvent" }),
  progress: Progress.extend({
    preview: z.string().nullable().meta({
      description: "A small PNG as a data: URL; only the newest is kept, of a training the newest 24",
    }),
    eta_seconds: eta,
  }).meta({ id: "ProgressEvent" }),
  done: z.object({ status: JobStatus }).meta({ id: "DoneEvent", description: "GET the job for its result" }),
} as const;
export type JobEventName = keyof typeof JOB_EVENTS;
export type StatusEvent = z.infer<(typeof JOB_EVENTS)["status"]>;
export type ProgressEvent = z.infer<(typeof JOB_EVENTS)["progress"]>;
export type DoneEvent = z.infer<(typeof JOB_EVENTS)["done"]>;
