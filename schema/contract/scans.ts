// The report of a version's deep scan: what was measured of the file, check by check.

import { z } from "zod";
import { Sha256, Timestamp } from "./ids.ts";
import { orNull } from "./nullable.ts";

export const SCAN_STATES = ["pending", "passed", "failed"] as const;
export const ScanState = z.enum(SCAN_STATES);

/** hashes: the bytes are the announced ones. values: all finite. norms: within the base's limit. duplicate: nobody else's work. */
export const SCAN_CHECKS = ["hashes", "values", "norms", "duplicate"] as const;

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
    norms: z
      .object({ largest: z.number(), mean: z.number(), limit: z.number() })
      .meta({ description: "Frobenius norms of the layers' residuals at strength 1" }),
    scanned_at: Timestamp,
  })
  .meta({ id: "ScanReport" });
export type ScanReport = z.infer<typeof ScanReport>;

export const Scan = z.object({ state: ScanState, report: orNull(ScanReport) }).meta({ id: "Scan" });
