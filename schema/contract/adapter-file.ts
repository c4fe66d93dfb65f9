// The file format orthoplex.adapter/1: a safetensors file. Which tensors and which `__metadata__` strings it holds.
// Tensors: `up.<layer>` (out_features x rank, F16) for every layer of the base, and `tokens` (count x layers x dim, F16).

import { z } from "zod";
import { Sha256 } from "./ids.ts";

export const ADAPTER_FORMAT = "orthoplex.adapter/1";
export const ADAPTER_DTYPE = "F16";
export const UP_PREFIX = "up.";
export const TOKENS_TENSOR = "tokens";

const digits = z.string().regex(/^[0-9]{1,16}$/, "must be a whole number written in digits");

/** Safetensors metadata is a map of strings, so numbers travel as digits. Further keys (modelspec.*) are welcome. */
export const AdapterMetadata = z
  .object({
    format: z.literal(ADAPTER_FORMAT),
    base: z.string(),
    layers_sha256: Sha256.meta({
      description: "SHA-256 of the lines `<name> <out> <in>\\n` of the base's layers, sorted by name",
    }),
    basis: z.string(),
    basis_seed: digits,
    rank: digits,
    slot: digits,
    concept: z.string(),
    class_word: z.string(),
    trigger: z.string(),
    strength: z.string().meta({ description: "Recommended strength, a decimal within ±2" }),
    training: z.string().meta({ description: "JSON object: a summary of the training" }),
    tensors_sha256: Sha256.meta({ description: "SHA-256 of everything behind the header" }),
  })
  .catchall(z.string())
  .meta({ id: "AdapterMetadata" });
export type AdapterMetadata = z.infer<typeof AdapterMetadata>;
