// The cover of a mix: a picture that its owner generated with exactly its adapter versions, else the preview of its first adapter.

import type { ResolvedMember } from "../../schema/contract/compositions.ts";
import type { ImageRow } from "../../schema/tables.ts";
import type { Db } from "../db.ts";
import { Refusal, refuse } from "../lib/refusal.ts";
import type { Caller } from "../rights/rights.ts";
import { generatedPicture } from "./generated-picture.ts";

const POINTER = "/cover_image_id";

export async function coverOf(
  db: Db,
  caller: Caller,
  id: ImageRow["id"],
  members: readonly ResolvedMember[],
): Promise<ImageRow | Refusal> {
  const found = await generatedPicture(db, caller, id, POINTER);
  if (found instanceof Refusal) return found;
  const { adapters } = found.request;
  if (sameVersions(adapters, members)) return found.image;
  const detail = `The picture was generated with ${namesOf(adapters)}, the mix holds ${namesOf(members)}.`;
  return refuse("image_invalid", detail, POINTER);
}

const namesOf = (members: readonly ResolvedMember[]) => members.map(({ ref }) => ref).join(", ") || "nobody";

function sameVersions(some: readonly ResolvedMember[], others: readonly ResolvedMember[]): boolean {
  const ids = new Set(others.map((member) => member.version_id));
  return some.length === ids.size && some.every((member) => ids.has(member.version_id));
}
