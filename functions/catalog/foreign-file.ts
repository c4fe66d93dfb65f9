// Checks a stored LoRA of another program as a stream: its header, whether every value is finite, and the hash of its tensors, by which other
// programs know it (AutoV3).

import type { Base } from "../../schema/contract/bases.ts";
import { isHeaderFault } from "../lib/adapter-header.ts";
import { checkForeign, type ForeignFacts } from "../lib/foreign-header.ts";
import { type Refusal, refuse } from "../lib/refusal.ts";
import type { Header } from "../lib/safetensors.ts";
import { hex } from "../lib/sha256.ts";
import type { ReadBytes } from "./adapter-file.ts";
import { ForeignValues } from "./foreign-values.ts";

export type ForeignFile = { facts: ForeignFacts; tensorsSha256: string };

export async function checkForeignFile(
  read: ReadBytes,
  sizeBytes: number,
  header: Header,
  base: Base,
): Promise<ForeignFile | Refusal> {
  const facts = checkForeign(header, base);
  if (isHeaderFault(facts)) return refuse("file_invalid", facts.detail, "/upload_id", facts.reason);
  const values = new ForeignValues(header.tensors);
  const digest = new crypto.DigestStream("SHA-256");
  const writer = digest.getWriter();
  for await (const chunk of await read(header.dataOffset, sizeBytes - header.dataOffset)) {
    await writer.write(chunk);
    values.take(chunk);
  }
  await writer.close();
  if (values.notFinite !== null) {
    const detail = `Tensor "${values.notFinite}" holds a value that is not finite.`;
    return refuse("file_invalid", detail, "/upload_id", "value_not_finite");
  }
  return { facts, tensorsSha256: hex(await digest.digest) };
}
