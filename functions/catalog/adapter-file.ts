// Checks a stored adapter file (orthoplex.adapter/1 or /2) as a stream: header first, then every value, never the whole file in memory.
// The same rules in the same order as gpu-runner/orthoplex/ortho/adapter.py; the header itself is functions/lib/{safetensors,adapter-header}.ts.

import type { AdapterMetadata } from "../../schema/contract/adapter-file.ts";
import type { Base } from "../../schema/contract/bases.ts";
import { checkHeader, type HeaderFault, isHeaderFault } from "../lib/adapter-header.ts";
import { type Refusal, refuse } from "../lib/refusal.ts";
import { type Header, type HeaderRefused, readHeader } from "../lib/safetensors.ts";
import { hex } from "../lib/sha256.ts";
import { ValueChecker } from "./adapter-values.ts";

/** Reads `length` bytes of the file from `offset` on, as a stream. */
export type ReadBytes = (offset: number, length: number) => Promise<ReadableStream<Uint8Array>>;

/** Most headers fit into this many bytes; a longer one costs a second read. */
const HEAD_BYTES = 64 * 1024;

/** The file's metadata if it is an adapter of this base in this slot, else why it is not. */
export async function checkAdapterFile(
  read: ReadBytes,
  sizeBytes: number,
  base: Base,
  slot: number,
): Promise<AdapterMetadata | Refusal> {
  const result = await check(read, sizeBytes, base, slot);
  return isHeaderFault(result) ? refuse("file_invalid", result.detail, "/upload_id", result.reason) : result;
}

/** The header of a stored file, or the fault of it. */
export async function headerOf(read: ReadBytes, sizeBytes: number): Promise<Header | HeaderRefused> {
  const readHead = async (bytes: number) => {
    const stream = await read(0, Math.min(bytes, sizeBytes));
    return readHeader(new Uint8Array(await new Response(stream).arrayBuffer()), sizeBytes);
  };
  let header = await readHead(HEAD_BYTES);
  if (header.kind === "needs_more") header = await readHead(header.bytes);
  if (header.kind === "needs_more") throw new Error("A header cannot need more than it asked for");
  return header;
}

async function check(
  read: ReadBytes,
  sizeBytes: number,
  base: Base,
  slot: number,
): Promise<AdapterMetadata | HeaderFault> {
  const header = await headerOf(read, sizeBytes);
  if (header.kind === "refused") return { reason: header.reason, detail: header.detail };
  const metadata = await checkHeader(header, base, slot);
  if (isHeaderFault(metadata)) return metadata;
  const data = await read(header.dataOffset, sizeBytes - header.dataOffset);
  return (await checkData(header, data, base, metadata)) ?? metadata;
}

/** Values and hash of everything behind the header. */
async function checkData(
  header: Header,
  data: ReadableStream<Uint8Array>,
  base: Base,
  metadata: AdapterMetadata,
): Promise<HeaderFault | null> {
  const values = new ValueChecker(header.tensors, base.residual_norm_max);
  const digest = new crypto.DigestStream("SHA-256");
  const writer = digest.getWriter();
  for await (const chunk of data) {
    await writer.write(chunk);
    values.take(chunk);
  }
  await writer.close();
  if (hex(await digest.digest) !== metadata.tensors_sha256) {
    return { reason: "hash_mismatch", detail: "The tensors are not the ones that tensors_sha256 names." };
  }
  return values.finish();
}
