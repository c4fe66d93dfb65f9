// The file format orthoplex.adapter/1: a safetensors file. Which tensors and which `__metadata__` strings it holds.
// Tensors: `up.<layer>` (out_features x rank, F16) for every layer of the base, and `tokens` (count x layers x dim, F16).

import { z } from "zod";

export const ADAPTER_FORMAT = "orthoplex.adapter/1";
export const ADAPTER_DTYPE = "F16";
export const UP_PREFIX = "up.";
export const TOKENS_TENSOR = "tokens";

const digits = z.string().regex(/^[0-9]{1,9}$/, "must be a whole number written in digits");

/** Safetensors metadata is a map of strings, so numbers travel as digits. Further keys (modelspec.*) are welcome. */
export const AdapterMetadata = z
  .looseObject({
    format: z.string(),
    base: z.string(),
    basis: z.string(),
    basis_seed: digits,
    rank: digits,
    slot: digits,
    concept: z.string().optional(),
    class_word: z.string().optional(),
    trigger: z.string().optional(),
    strength: z.string().optional(),
    training: z.string().optional().meta({ description: "JSON summary of the training" }),
    layers_sha256: z.string().optional(),
    tensors_sha256: z.string().optional(),
  })
  .meta({ id: "AdapterMetadata" });
export type AdapterMetadata = z.infer<typeof AdapterMetadata>;
