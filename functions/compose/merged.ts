// Adapters in the formats of other tools, a composition's all in one file: who may download it, and the HTTP response.

import type { Base } from "../../schema/contract/bases.ts";
import type { MergedFormat } from "../../schema/contract/compositions.ts";
import type { CompositionRow } from "../../schema/tables.ts";
import { refOf } from "../catalog/adapters.ts";
import { knownBase } from "../catalog/bases.ts";
import type { VersionWithAdapter } from "../catalog/versions.ts";
import type { Db } from "../db.ts";
import type { Env } from "../env.ts";
import { rangeResponse } from "../lib/range.ts";
import { type Refusal, refuse } from "../lib/refusal.ts";
import { sha256Hex } from "../lib/sha256.ts";
import type { Caller } from "../rights/rights.ts";
import { factsOf } from "./member-facts.ts";
import { bytesOfTensor, type MergeMember, mergedHeader, mergedTensors } from "./merged-layout.ts";
import { mergedStream } from "./merged-stream.ts";
import { mergeFault } from "./sharing.ts";

export async function mergedResponse(
  { env, db, caller }: { env: Env; db: Db; caller: Caller | null },
  row: CompositionRow,
  format: MergedFormat,
  request: Request,
): Promise<Response | Refusal> {
  const facts = await factsOf(db, row.members);
  const base = knownBase(row.baseId);
  const fault = mergeFault(row.members, facts, caller) ?? formatFault(base);
  if (fault) return fault;
  const members = row.members.map((member): MergeMember => {
    const found = facts.get(member.version_id);
    if (!found) throw new Error(`${member.version_id} passed without facts`);
    const { sha256, sizeBytes } = found.version;
    return { ...member, slot: slotOf(member), sha256, sizeBytes, credit: found.adapter.licence.credit };
  });
  const file = { base, members, format, filename: `${row.id}-${format}.safetensors` };
  return fileResponse(env, file, request);
}

/** One version as the tools of PEFT or kohya read it, at full strength. Another container is no derivative, so no grant is needed. */
export async function convertedResponse(
  env: Env,
  { version, adapter }: VersionWithAdapter,
  format: MergedFormat,
  request: Request,
): Promise<Response | Refusal> {
  const base = knownBase(version.baseId);
  const fault = formatFault(base);
  if (fault) return fault;
  const { trigger, sha256, sizeBytes } = version;
  const slot = slotOf(version);
  const ref = `${refOf(adapter)}:${version.number}`;
  const facts = { version_id: version.id, ref, trigger, slot, strength: 1, region: null };
  const member: MergeMember = { ...facts, sha256, sizeBytes, credit: adapter.licence.credit };
  const filename = `${adapter.owner}-${adapter.name}-${version.number}-${format}.safetensors`;
  return fileResponse(env, { base, members: [member], format, filename }, request);
}

/** LoRAs of other programs are for bases with entries alone, which formatFault refuses. */
function slotOf({ slot }: { slot: number | null }): number {
  if (slot === null) throw new Error("A LoRA of another program passed as an adapter with a slot");
  return slot;
}

/** Where residuals are gated by attention, no weight can hold them: a LoRA of them would act on everything. */
export function formatFault({ id, entries }: Base): Refusal | null {
  if (!entries) return null;
  const detail = `Adapters of ${id} act as far as their tokens are attended to, which no LoRA file can hold. Download the adapter's own file (format=orthoplex).`;
  return refuse("request_invalid", detail, "?format");
}

type MergedFile = { base: Base; members: readonly MergeMember[]; format: MergedFormat; filename: string };

async function fileResponse(
  env: Env,
  { base, members, format, filename }: MergedFile,
  request: Request,
): Promise<Response | Refusal> {
  const tensors = mergedTensors(base, members, format);
  const head = mergedHeader(base, members, format, tensors);
  const size = tensors.reduce((sum, tensor) => sum + bytesOfTensor(tensor), head.length);
  // The header determines the file: it names every member's bytes, strength and slot. So it is hashed for the ETag.
  const etag = `"${await sha256Hex(head)}"`;
  return rangeResponse(request, {
    etag,
    sizeBytes: size,
    headers: {
      "content-type": "application/octet-stream",
      "content-disposition": `attachment; filename="${filename}"`,
      // Licences and visibility can change: a cache must ask again.
      "cache-control": "private, no-cache",
    },
    open: (range) =>
      mergedStream(env, base, members, { head, tensors, range: range ?? { offset: 0, length: size } }),
  });
}
