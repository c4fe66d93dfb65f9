// The file format orthoplex.adapter/1: a safetensors file. Which tensors and which `__metadata__` strings it holds.
// Tensors: `up.<layer>` (out_features x rank, F16) for every layer of the base, and `tokens` (count x layers x dim, F16).

import { z } from "zod";
import { Trigger } from "./adapters.ts";
import { Sha256 } from "./ids.ts";
import { ADAPTER_HEADER_MAX_BYTES } from "./limits.ts";
import { label, plainText, token } from "./text.ts";

export const ADAPTER_FORMAT = "orthoplex.adapter/1";
export const ADAPTER_DTYPE = "F16";
export const UP_PREFIX = "up.";
export const TOKENS_TENSOR = "tokens";

const digits = z.string().regex(/^[0-9]{1,16}$/, "must be a whole number written in digits");

/** Safetensors metadata is a map of strings, so numbers are written as digits. Further keys (modelspec.*) are allowed. */
export const AdapterMetadata = z
  .object({
    format: z.literal(ADAPTER_FORMAT),
    base: token(64),
    layers_sha256: Sha256.meta({
      description: "SHA-256 of the lines `<name> <out> <in>\\n` of the base's layers, sorted by name",
    }),
    basis: token(64),
    basis_seed: digits,
    rank: digits,
    slot: digits,
    concept: label(ADAPTER_HEADER_MAX_BYTES),
    class_word: label(ADAPTER_HEADER_MAX_BYTES),
    trigger: Trigger,
    strength: token(64).meta({ description: "Recommended strength, a decimal within ±2" }),
    training: plainText(ADAPTER_HEADER_MAX_BYTES).meta({
      description: "JSON object: a summary of the training",
    }),
    tensors_sha256: Sha256.meta({ description: "SHA-256 of everything behind the header" }),
  })
  .catchall(plainText(ADAPTER_HEADER_MAX_BYTES))
  .meta({ id: "AdapterMetadata" });
export type AdapterMetadata = z.infer<typeof AdapterMetadata>;
