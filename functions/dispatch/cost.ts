// The price of a job in credits, and the refund at its end. Pure. The trigger jobs_update_refund computes the refund in SQL, so that no way to
// end a job misses it; `refundOf` is the same rule for tests to compare.

import type { JobErrorCode } from "../../schema/contract/codes.ts";
import type { JobPriority, JobStatus, Progress } from "../../schema/contract/jobs.ts";
import {
  CREDIT_PIXELS,
  HIGH_PRIORITY_FACTOR,
  LOW_PRIORITY_FACTOR,
  TRAINING_STEP_CREDITS,
} from "../../schema/contract/limits.ts";
import type { SampleSpec, TrainSpec } from "../../schema/contract/runner.ts";

const FACTORS: Record<JobPriority, number> = {
  low: LOW_PRIORITY_FACTOR,
  normal: 1,
  high: HIGH_PRIORITY_FACTOR,
};

type GenerationSize = Pick<SampleSpec, "count" | "steps" | "width" | "height">;

/** One step of one picture costs a credit for every 256 x 256 pixels. */
export function generationCredits(
  { count, steps, width, height }: GenerationSize,
  priority: JobPriority,
): number {
  return Math.ceil(((count * steps * width * height) / CREDIT_PIXELS) * FACTORS[priority]);
}

export function trainingCredits({ steps }: Pick<TrainSpec, "steps">, priority: JobPriority): number {
  return Math.ceil(steps * TRAINING_STEP_CREDITS * FACTORS[priority]);
}

export type End = {
  cost: number;
  status: Extract<JobStatus, "succeeded" | "failed" | "canceled">;
  errorCode: JobErrorCode | null;
  progress: Pick<Progress, "step" | "total"> | null;
  /** The run that ended it was on its owner's runner. */
  onOwnRunner: boolean;
};

/** Errors caused by the request. */
const OWNERS_FAULTS: readonly JobErrorCode[] = ["prompt_invalid", "input_invalid"];

/** Everything where the fault is the service's or the runner the owner's; otherwise, for a canceled job or a fault of the request, the share that was not done. */
export function refundOf({ cost, status, errorCode, progress, onOwnRunner }: End): number {
  if (onOwnRunner) return cost;
  if (status === "succeeded") return 0;
  if (status === "failed" && (errorCode === null || !OWNERS_FAULTS.includes(errorCode))) return cost;
  if (progress === null || progress.total === 0) return cost;
  return cost - Math.ceil((cost * Math.min(progress.step, progress.total)) / progress.total);
}
