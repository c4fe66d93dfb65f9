// The file formats orthoplex.adapter/1 and /2: safetensors files. Which tensors and which `__metadata__` strings they hold.
// Tensors, all F16: `up.<layer>` (out_features x rank) for every layer of the base; of the first format `tokens`
// (count x layers x dim), of the second `entry.<projection>` (count x out_features) for every entry of the base.

import { z } from "zod";
import { Trigger } from "./adapters.ts";
import { Sha256 } from "./ids.ts";
import { ADAPTER_HEADER_MAX_BYTES, CLASS_WORD_MAX_CHARACTERS, TITLE_MAX_CHARACTERS } from "./limits.ts";
import { label, plainText, token, withoutComma } from "./text.ts";

/** Learned tokens in place of words. */
export const TOKENS_FORMAT = "orthoplex.adapter/1";
/** Entries of a concept's tokens in every key and value projection, gated residuals: for bases that declare `entries`. */
export const ENTRIES_FORMAT = "orthoplex.adapter/2";
export const ADAPTER_FORMATS = [TOKENS_FORMAT, ENTRIES_FORMAT] as const;
export const ADAPTER_DTYPE = "F16";
export const UP_PREFIX = "up.";
export const ENTRY_PREFIX = "entry.";
export const TOKENS_TENSOR = "tokens";

const digits = z.string().regex(/^[0-9]{1,16}$/, "must be a whole number written in digits");

/** Safetensors metadata is a map of strings, so numbers are written as digits. Further keys (modelspec.*) are allowed. */
export const AdapterMetadata = z
  .object({
    format: z.enum(ADAPTER_FORMATS),
    base: token(64),
    layers_sha256: Sha256.meta({
      description:
        "SHA-256 of the lines `<name> <out> <in>\\n` of the base's layers and entries (in = 0), sorted by name",
    }),
    basis: token(64),
    basis_seed: digits,
    rank: digits,
    slot: digits,
    concept: label(TITLE_MAX_CHARACTERS),
    class_word: withoutComma(label(CLASS_WORD_MAX_CHARACTERS)),
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

/** What the catalog keeps of it: a version is read with every page that shows it. All of it stands in the file. */
export const summaryOf = ({ format, base, basis, basis_seed, rank, tensors_sha256 }: AdapterMetadata) => ({
  ...{ format, base, basis, basis_seed, rank },
  tensors_sha256,
});
