// The one error body. RFC 9457 readers, the OpenAI client and curl all find what they need in it.

import { z } from "zod";
import { ERROR_CODE_NAMES, FILE_REASONS } from "./codes.ts";

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
      code: z.enum(ERROR_CODE_NAMES),
    }),
  })
  .meta({ id: "Problem" });
export type Problem = z.infer<typeof Problem>;
