// The present state of a saved composition's members: adapters may have been hidden, withdrawn or relicensed since.

import type { z } from "zod";
import type { ResolvedMember } from "../../schema/contract/compositions.ts";
import type { MixMember } from "../../schema/contract/mixes.ts";
import type { ImageRow, OwnedAdapter, VersionRow } from "../../schema/tables.ts";
import { isOfOtherLayers } from "../catalog/other-layers.ts";
import { readVersions } from "../catalog/versions.ts";
import type { Db } from "../db.ts";
import type { Caller } from "../rights/rights.ts";
import { imagesById, pictureJson } from "../storage/images.ts";

export type MemberFacts = { version: VersionRow; adapter: OwnedAdapter };
/** By id of the adapter version. */
export type FactsById = ReadonlyMap<string, MemberFacts>;

export async function factsOf(db: Db, members: readonly ResolvedMember[]): Promise<FactsById> {
  const ids = [...new Set(members.map((member) => member.version_id))];
  return readVersions(db, ids);
}

/** Whether this caller can generate with it now: not where its file is of layers that the base no longer has. A private adapter is hidden from others even where a composition names it. */
function isAvailable({ version, adapter }: MemberFacts, caller: Caller | null): boolean {
  if (adapter.state === "withdrawn" || adapter.state === "removed" || version.state === "yanked")
    return false;
  if (isOfOtherLayers(version)) return false;
  if (adapter.ownerId === caller?.id) return true;
  return adapter.state === "published" && adapter.visibility !== "private" && version.state === "published";
}

export function memberJson(
  { caller, origin }: { caller: Caller | null; origin: string },
  member: ResolvedMember,
  facts: MemberFacts | undefined,
  pictures: ReadonlyMap<string, ImageRow>,
): z.infer<typeof MixMember> {
  const available = facts !== undefined && isAvailable(facts, caller);
  const preview = available ? previewOf(facts, pictures) : undefined;
  return {
    ...member,
    title: available ? facts.adapter.title : null,
    preview: preview ? pictureJson(preview, origin) : null,
    available,
  };
}

const previewOf = ({ version }: MemberFacts, pictures: ReadonlyMap<string, ImageRow>) =>
  version.previews.map((id) => pictures.get(id)).find((image) => image !== undefined);

export async function previewsOf(db: Db, facts: FactsById): Promise<Map<string, ImageRow>> {
  return imagesById(
    db,
    [...facts.values()].flatMap(({ version }) => version.previews.slice(0, 1)),
  );
}
