// The one error body. RFC 9457 readers, the OpenAI client and curl all find what they need in it.

import { z } from "zod";
import { ERROR_CODE_NAMES, FILE_REASONS, JOB_ERROR_CODES } from "./codes.ts";
import { Timestamp } from "./ids.ts";

export const REMOVERS = ["owner", "moderators", "scan"] as const;

/** The tombstone of something withdrawn or removed: enough to understand a link, nothing of its content. */
export const Tombstone = z
  .object({
    ref: z.string(),
    title: z.string(),
    removed_at: Timestamp,
    removed_by: z.enum(REMOVERS),
    reason: z.string().meta({ description: "In the words of whoever took it away; may be empty" }),
  })
  .meta({ id: "Tombstone" });
export type Tombstone = z.infer<typeof Tombstone>;

export const Problem = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    detail: z.string(),
    instance: z.string(),
    code: z.enum(ERROR_CODE_NAMES),
    errors: z.array(
      z.object({
        pointer: z.string().meta({
          description: "JSON pointer into the body, or ?name for a query parameter",
        }),
        detail: z.string(),
        reason: z.enum(FILE_REASONS).optional(),
      }),
    ),
    error: z.object({
      message: z.string(),
      type: z.string(),
      param: z.string().nullable(),
      code: z.enum([...ERROR_CODE_NAMES, ...JOB_ERROR_CODES]).meta({
        description: "As `code`; where OpenAI's API reports a job that failed, the job's own",
      }),
    }),
    tombstone: Tombstone.optional().meta({
      description: "Beside a 410: what stood here, when it went, by whom and why",
    }),
  })
  .meta({ id: "Problem" });
export type Problem = z.infer<typeof Problem>;
