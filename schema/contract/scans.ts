// The report of a version's deep scan: what was measured of the file, check by check.

import { z } from "zod";
import { Sha256, Timestamp } from "./ids.ts";

export const SCAN_STATES = ["pending", "passed", "failed"] as const;

export const ScanCheck = z
  .object({
    name: z.string().meta({ description: "hashes, values, norms, duplicate, previews" }),
    passed: z.boolean(),
    detail: z.string(),
  })
  .meta({ id: "ScanCheck" });

export const ScanReport = z
  .object({
    checks: z.array(ScanCheck),
    sha256: Sha256,
    autov2: z
      .string()
      .meta({ description: "The first ten digits of the SHA-256, upper case, as Civitai writes it" }),
    tensors_sha256: Sha256.meta({ description: "Of the tensors without the header" }),
    norms: z.object({ largest: z.number(), mean: z.number(), limit: z.number() }),
    scanned_at: Timestamp,
  })
  .meta({ id: "ScanReport" });
export type ScanReport = z.infer<typeof ScanReport>;
