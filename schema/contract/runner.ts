// All messages from and to a runner (/runner/v1). Requests are strict, so that a wrong field is noticed at once.

import { z } from "zod";
import { Trigger } from "./adapters.ts";
import { JOB_ERROR_CODES } from "./codes.ts";
import { MemberForeign, Region } from "./compositions.ts";
import { idOf, Sha256, Timestamp } from "./ids.ts";
import { Progress } from "./jobs.ts";
import {
  LEASE_BATCH_MAX,
  LEASE_WAIT_MAX_SECONDS,
  METRICS_MAX_CHARACTERS,
  PROMPT_MAX_CHARACTERS,
  RECIPE_MAX_CHARACTERS,
  SETTLE_OUTPUTS_MAX,
  UPLOAD_MAX_BYTES,
  WARM_NAMED_MAX,
  WARNINGS_MAX,
} from "./limits.ts";
import { orNull } from "./nullable.ts";
import { Certificate, SelfCheck } from "./scans.ts";
import {
  boundedJsonObject,
  carriable,
  jsonObject,
  optionalMessage,
  plainText,
  title,
  token,
} from "./text.ts";
import { ContentType } from "./uploads.ts";

export const RunnerRegister = z
  .strictObject({
    name: title(120),
    version: token(40),
    device: token(120),
    dtype: token(20),
    memory_bytes: z.int().nonnegative(),
    bases: z.array(token(64)).min(1).max(32),
  })
  .meta({ id: "RunnerRegister" });

export const RunnerRegistered = z
  .object({
    runner_id: idOf("rnr"),
    lease_ttl_seconds: z.int(),
    heartbeat_seconds: z.int(),
  })
  .meta({ id: "RunnerRegistered" });

export const RunnerDeregister = z.strictObject({ runner_id: idOf("rnr") }).meta({ id: "RunnerDeregister" });

/** A Base: parsed as one where it is published, so that its many texts are checked by one rule. */
export const BaseToPublish = jsonObject().meta({
  id: "BaseToPublish",
  description: "A description as GET /v1/bases shows one, without slots",
});

export const BasePublished = z
  .object({
    id: z.string(),
    counts_at: Timestamp.meta({ description: "From then on adapters can be made for it" }),
  })
  .meta({ id: "BasePublished" });

export const LeaseRequest = z
  .strictObject({
    runner_id: idOf("rnr"),
    bases: z.array(token(64)).min(1).max(32),
    max_batch: z.int().min(1).max(LEASE_BATCH_MAX),
    wait_seconds: z.number().min(0).max(LEASE_WAIT_MAX_SECONDS).default(0),
    warm: z
      .array(Sha256)
      .max(WARM_NAMED_MAX)
      .default([])
      .meta({ description: "Inputs that it has on disk, the last used first" }),
  })
  .meta({ id: "LeaseRequest" });

export const Input = z
  .object({
    name: z.string().meta({ description: "What the spec calls it" }),
    url: z.string().meta({ description: "Signed; GET it before expires_at of the lease" }),
    sha256: Sha256,
    size_bytes: z.int(),
    content_type: z.string(),
  })
  .meta({ id: "Input" });

export const SampleSpec = z
  .object({
    prompt: z.string(),
    negative_prompt: z.string(),
    seed: z.int(),
    steps: z.int(),
    guidance: z.number(),
    sampler: z.string().nullish().meta({ description: "One of the base's; without it, its default" }),
    clip_skip: z.int().positive().nullish(),
    width: z.int(),
    height: z.int(),
    count: z.int(),
    enlarge_to: z.object({ width: z.int().positive(), height: z.int().positive() }).nullish().meta({
      description:
        "The picture is delivered in this size: as large as fits, at the bottom; beyond its edges their median colour",
    }),
    certify: z.boolean().optional().meta({
      description:
        "Also compare pictures that do not call the adapter, with it and without: settle carries the certificate",
    }),
    adapters: z.array(
      z.object({
        version_id: idOf("ver"),
        ref: z.string(),
        trigger: Trigger,
        strength: z.number(),
        slot: z.int().nullable(),
        input: z.string(),
        region: orNull(Region),
        foreign: MemberForeign.optional(),
      }),
    ),
  })
  .meta({ id: "SampleSpec" });
export type SampleSpec = z.infer<typeof SampleSpec>;

export const TrainSpec = z
  .object({
    adapter_id: idOf("adp"),
    concept: z.string(),
    class_word: z.string(),
    trigger: Trigger,
    rank: z.int(),
    slot: z.int(),
    steps: z.int(),
    seed: z.int(),
    images: z.array(z.object({ input: z.string(), caption: z.string() })),
    sample_prompts: z.array(z.string()),
    resume_input: z.string().nullable(),
  })
  .meta({ id: "TrainSpec" });
export type TrainSpec = z.infer<typeof TrainSpec>;

const leaseFields = {
  lease_id: idOf("lse"),
  run_id: idOf("run"),
  job_id: idOf("job"),
  attempt: z.int().positive(),
  base: z.string(),
  expires_at: Timestamp,
  inputs: z.array(Input),
};

export const Lease = z
  .discriminatedUnion("kind", [
    z.object({ ...leaseFields, kind: z.literal("sample"), spec: SampleSpec }),
    z.object({ ...leaseFields, kind: z.literal("train"), spec: TrainSpec }),
  ])
  .meta({ id: "Lease" });
export type Lease = z.infer<typeof Lease>;

const drain = z.boolean().meta({
  description: "An operator asks this runner to lease nothing more, to finish what it holds and to leave",
});

export const LeaseReply = z.object({ leases: z.array(Lease), drain }).meta({ id: "LeaseReply" });

export const Heartbeat = z
  .strictObject({
    progress: Progress.strict().optional(),
    preview: z.base64().optional().meta({ description: "A PNG of at most 64 KiB, base64" }),
  })
  .meta({ id: "Heartbeat" });

export const HeartbeatReply = z
  .object({ expires_at: Timestamp, cancel: z.boolean(), drain })
  .meta({ id: "HeartbeatReply" });

/** `checkpoint.safetensors` may be uploaded again and again; the newest is offered to the next run. */
/** The input of a training that goes on from a version: its adapter file, in the slot of the training. */
export const START_NAME = "start.safetensors";
export const CHECKPOINT_NAME = "checkpoint.safetensors";

export const OutputName = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/, "must be a plain file name");

export const LeaseUpload = z
  .strictObject({
    name: OutputName,
    content_type: ContentType,
    size_bytes: z.int().positive().max(UPLOAD_MAX_BYTES),
    sha256: Sha256,
  })
  .meta({ id: "LeaseUpload" });

export const LeaseUploadReply = z
  .object({ upload_url: z.string(), expires_at: Timestamp })
  .meta({ id: "LeaseUploadReply" });

export const OUTPUT_ROLES = ["image", "adapter", "sample", "checkpoint"] as const;

export const Output = z
  .strictObject({
    name: OutputName,
    role: z.enum(OUTPUT_ROLES),
    content_type: ContentType,
    size_bytes: z.int().positive(),
    sha256: Sha256,
    meta: carriable(
      z.looseObject({
        width: z.int().positive().optional(),
        height: z.int().positive().optional(),
        seed: z.int().optional(),
        prompt: optionalMessage(PROMPT_MAX_CHARACTERS).optional(),
        recipe: boundedJsonObject(RECIPE_MAX_CHARACTERS).optional(),
      }),
    )
      .default({})
      .meta({ description: "Role image carries width, height, seed and recipe" }),
  })
  .meta({ id: "Output" });
export type Output = z.infer<typeof Output>;

export const Settle = z
  .strictObject({
    outcome: z.enum(["succeeded", "failed", "canceled"]),
    outputs: z.array(Output).max(SETTLE_OUTPUTS_MAX).default([]),
    warnings: z.array(plainText(500)).max(WARNINGS_MAX).default([]),
    error: z
      .strictObject({
        code: z.enum(JOB_ERROR_CODES),
        message: plainText(2_000),
        retryable: z.boolean(),
      })
      .nullish(),
    metrics: boundedJsonObject(METRICS_MAX_CHARACTERS).default({}),
    certificate: Certificate.nullish().meta({
      description: "Of a training on a base that keeps concepts silent",
    }),
    self_check: SelfCheck.nullish().meta({ description: "Of a training on a base with a reader" }),
  })
  .refine((s) => s.outcome !== "failed" || s.error, {
    path: ["error"],
    error: "a failed outcome names its error",
  })
  .meta({ id: "Settle" });
export type Settle = z.infer<typeof Settle>;

export const SettleReply = z
  .object({ status: z.enum(["queued", "succeeded", "failed", "canceled"]) })
  .meta({ id: "SettleReply", description: "queued: the failure was retryable and the job waits again" });

export const Release = z.strictObject({ reason: optionalMessage(200) }).meta({ id: "Release" });
export const ReleaseReply = z.object({ status: z.enum(["queued", "canceled"]) }).meta({ id: "ReleaseReply" });
