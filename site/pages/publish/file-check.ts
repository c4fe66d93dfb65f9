// Checks an adapter file before anything is sent: reads base, slot and trigger from the header, or says why the file would be refused.

import { checkHeader, type HeaderFault, isHeaderFault } from "../../../functions/lib/adapter-header.ts";
import { readHeader } from "../../../functions/lib/safetensors.ts";
import type { FileReason } from "../../../schema/contract/codes.ts";
import { UPLOAD_MULTIPART_MAX_BYTES } from "../../../schema/contract/limits.ts";
import type { Base } from "../../api.ts";

export interface FileFacts {
  base: string;
  slot: number;
  trigger: string;
  strength: number;
  concept: string;
  classWord: string;
}
export type Checked = { facts: FileFacts } | { fault: HeaderFault };

const HEAD_BYTES = 64 * 1024;

export async function checkFile(file: Blob, base: Base): Promise<Checked> {
  if (file.size > UPLOAD_MULTIPART_MAX_BYTES) {
    return { fault: { reason: "too_many_bytes", detail: `The file has ${file.size} bytes.` } };
  }
  const read = async (bytes: number) =>
    readHeader(new Uint8Array(await file.slice(0, bytes).arrayBuffer()), file.size);
  let header = await read(HEAD_BYTES);
  if (header.kind === "needs_more") header = await read(header.bytes);
  if (header.kind === "needs_more")
    return { fault: { reason: "truncated", detail: "The header has no end." } };
  if (header.kind === "refused") return { fault: header };
  const metadata = await checkHeader(header, base, null);
  if (isHeaderFault(metadata)) return { fault: metadata };
  return {
    facts: {
      base: metadata.base,
      slot: Number(metadata.slot),
      trigger: metadata.trigger,
      strength: Number(metadata.strength),
      concept: metadata.concept,
      classWord: metadata.class_word,
    },
  };
}

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
  slot_mismatch: "Train it in the slot that this adapter owns, or publish it as another adapter.",
  too_many_bytes: "Adapter files have at most 2 GiB.",
};

export const remedyOf = (reason: FileReason): string =>
  REMEDIES[reason] ?? "Export it again with `orthoplex train`, which writes such files.";
