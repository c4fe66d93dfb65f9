// Checks an adapter file before anything is sent: reads base, slot and trigger from the header, or what a LoRA of another program says of
// itself, or says why the file would be refused. It
// brings the contract's schemas along, so that it is loaded when a file is chosen.

import { checkHeader, type HeaderFault, isHeaderFault } from "../../../functions/lib/adapter-header.ts";
import { checkForeign, type ForeignFacts, looksForeign } from "../../../functions/lib/foreign-header.ts";
import { readHeader } from "../../../functions/lib/safetensors.ts";
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
export type Checked = { facts: FileFacts } | { foreign: ForeignFacts } | { fault: HeaderFault };

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
  if (looksForeign(header)) {
    const foreign = checkForeign(header, base);
    return isHeaderFault(foreign) ? { fault: foreign } : { foreign };
  }
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
