// Measurements of a version: the report of its file's deep scan, and what a runner found by generating with it.

import { z } from "zod";
import { Sha256, Timestamp } from "./ids.ts";
import { CERTIFICATE_PROMPTS_MAX, SELF_CHECK_EXPRESSIONS_MAX } from "./limits.ts";
import { orNull } from "./nullable.ts";
import { prompt, title } from "./text.ts";

export const SCAN_STATES = ["pending", "passed", "failed"] as const;
export const ScanState = z.enum(SCAN_STATES);

/**
 * hashes: the bytes are the announced ones. values: all finite. norms: within the base's limit, but of LoRAs of other programs. duplicate: not another owner's tensors.
 * certificate: pictures that do not call it are the same bytes with and without it; only where a runner has drawn them.
 */
export const SCAN_CHECKS = ["hashes", "values", "norms", "duplicate", "certificate"] as const;

export const Certificate = z
  .object({
    unchanged: z.boolean().meta({ description: "Every picture is the same, to the byte" }),
    prompts: z.array(prompt(200)).min(1).max(CERTIFICATE_PROMPTS_MAX).meta({
      description: "Fixed prompts of the base, none of which names the concept",
    }),
    seed: z.int().nonnegative(),
    steps: z.int().positive(),
    without: z.array(Sha256).min(1).max(CERTIFICATE_PROMPTS_MAX).meta({
      description: "Of each prompt's picture without the adapter: SHA-256 of its RGB bytes, rows first",
    }),
    with: z
      .array(Sha256)
      .min(1)
      .max(CERTIFICATE_PROMPTS_MAX)
      .meta({ description: "The same with it attached" }),
  })
  .meta({
    id: "Certificate",
    description:
      "Whether an adapter changes anything when it is not called: drawn by the runner that trained it",
  });
export type Certificate = z.infer<typeof Certificate>;

export const SelfCheck = z
  .object({
    drawn: z.int().positive(),
    right: z.int().nonnegative().meta({ description: "In how many the reader found what was asked" }),
    steps: z.int().positive(),
    expressions: z
      .array(z.object({ name: title(64), drawn: z.int().positive(), right: z.int().nonnegative() }))
      .min(1)
      .max(SELF_CHECK_EXPRESSIONS_MAX),
  })
  .meta({
    id: "SelfCheck",
    description:
      "Samples of a trained concept by expression, read by which training picture they come closest to; a base without a reader has none",
  });
export type SelfCheck = z.infer<typeof SelfCheck>;

export const ScanCheck = z
  .object({ name: z.enum(SCAN_CHECKS), passed: z.boolean(), detail: z.string() })
  .meta({ id: "ScanCheck" });

export const ScanReport = z
  .object({
    checks: z.array(ScanCheck),
    sha256: Sha256,
    autov2: z
      .string()
      .meta({ description: "The first ten digits of the SHA-256, upper case, as Civitai writes it" }),
    tensors_sha256: Sha256.meta({ description: "Of the tensors without the header" }),
    values: z.object({
      count: z.int().meta({ description: "Numbers in the file" }),
      zero_share: z.number().meta({ description: "How many of them are 0: from 0 to 1" }),
    }),
    norms: orNull(z.object({ largest: z.number(), mean: z.number(), limit: z.number() })).meta({
      description:
        "Frobenius norms of the layers' residuals at strength 1; null for a LoRA of another program, which no base bounds",
    }),
    scanned_at: Timestamp,
  })
  .meta({ id: "ScanReport" });
export type ScanReport = z.infer<typeof ScanReport>;

export const Scan = z.object({ state: ScanState, report: orNull(ScanReport) }).meta({ id: "Scan" });
