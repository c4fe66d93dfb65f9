// Remedies for refused files, as text. Pure.

import type { FileReason } from "../../../schema/contract/codes.ts";

const CONVERT = "Save it as safetensors; other formats can hide code or lose what is needed.";
const AGAIN = "Copy it here again from where it was made; it seems to have been cut off or changed.";
const OTHER_MODEL = "Train it for this base. An adapter of another model cannot be added here.";

/** What can be done about a file that is refused. */
const REMEDIES: Partial<Record<FileReason, string>> = {
  empty: AGAIN,
  truncated: AGAIN,
  trailing_bytes: AGAIN,
  offsets_invalid: AGAIN,
  hash_mismatch: AGAIN,
  pickle: CONVERT,
  zip: CONVERT,
  gguf: CONVERT,
  not_safetensors: CONVERT,
  base_mismatch: OTHER_MODEL,
  basis_mismatch: OTHER_MODEL,
  rank_mismatch: OTHER_MODEL,
  tensor_missing: OTHER_MODEL,
  tensor_unexpected: OTHER_MODEL,
  shape_invalid: OTHER_MODEL,
  lora_unsupported:
    "LoRA, DoRA, LoHa and LoKr are taken. Save it as one of them, or merge it into a checkpoint with the program that made it.",
  slot_mismatch: "Train it in the slot that this adapter owns, or publish it as another adapter.",
  too_many_bytes: "Adapter files have at most 2 GiB.",
};

export const remedyOf = (reason: FileReason): string =>
  REMEDIES[reason] ?? "Export it again with `orthoplex train`, which writes such files.";
