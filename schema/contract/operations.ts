// The running service as operators see it: queues, runners, failures. The numbers over time are at /metrics.

import { z } from "zod";
import { JOB_ERROR_CODES } from "./codes.ts";
import { Handle, idOf, Timestamp } from "./ids.ts";

export const QueueStanding = z
  .object({
    base: z.string(),
    kind: z.enum(["sample", "train"]),
    queued: z.int(),
    oldest_queued_at: Timestamp.nullable(),
    running: z.int(),
  })
  .meta({ id: "QueueStanding" });
export type QueueStanding = z.infer<typeof QueueStanding>;

export const Operations = z
  .object({
    queues: z.array(QueueStanding),
    runners: z.int().meta({ description: "Heard of in the last two minutes, or holding a job" }),
    failed_last_day: z.int(),
    webhooks: z.object({
      pending: z.int(),
      overdue_seconds: z.int().meta({ description: "How late the attempt is that is due longest" }),
    }),
  })
  .meta({ id: "Operations" });
export type Operations = z.infer<typeof Operations>;

export const RunnerStanding = z
  .object({
    id: idOf("rnr"),
    owner: Handle,
    name: z.string(),
    version: z.string(),
    device: z.string(),
    dtype: z.string(),
    memory_bytes: z.int(),
    bases: z.array(z.string()),
    registered_at: Timestamp,
    last_seen_at: Timestamp.meta({ description: "When it last asked for work" }),
    holds: z.int().meta({ description: "Jobs it holds the lease of" }),
    drain_requested_at: Timestamp.nullable().meta({
      description: "Since then it gets no job: it finishes what it holds and leaves",
    }),
  })
  .meta({ id: "RunnerStanding" });
export type RunnerStanding = z.infer<typeof RunnerStanding>;

export const FailedJob = z
  .object({
    id: idOf("job"),
    owner: Handle,
    kind: z.enum(["sample", "train"]),
    base: z.string(),
    error: z.object({ code: z.enum(JOB_ERROR_CODES), message: z.string() }).nullable(),
    attempts: z.int(),
    created_at: Timestamp,
    finished_at: Timestamp,
    replayed_as: idOf("job").nullable(),
  })
  .meta({ id: "FailedJob" });
export type FailedJob = z.infer<typeof FailedJob>;

export const ReplayedJob = z
  .object({ job_id: idOf("job").meta({ description: "The new job; the failed one stays as it is" }) })
  .meta({ id: "ReplayedJob" });
