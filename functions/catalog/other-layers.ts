// Versions whose files were made for other layers than their base has now, which happens where a base's description changed before 1.0.
// No runner takes such a file, so what would need it is refused before a job is ordered. Pure.

import type { OwnedAdapter, VersionRow } from "../../schema/tables.ts";
import { valuesIn } from "../lib/adapter-header.ts";
import { Refusal, refuse } from "../lib/refusal.ts";
import { refOf } from "./adapters.ts";
import { baseOf } from "./bases.ts";

/**
 * By the count of its values, which the scan of the whole file took: a row keeps no hash of the layers. True is certain. Other layers that
 * hold as many values, and files that were not scanned yet, pass: the runner compares `layers_sha256`.
 */
export function isOfOtherLayers({
  baseId,
  foreign,
  scan,
}: Pick<VersionRow, "baseId" | "foreign" | "scan">): boolean {
  const base = baseOf(baseId);
  if (base instanceof Refusal || foreign !== null || scan === null) return false;
  return scan.values.count !== valuesIn(base);
}

/** Why nothing can be drawn with this version, trained from it or published as it. */
export function otherLayersFault(
  version: VersionRow,
  adapter: Pick<OwnedAdapter, "owner" | "name">,
  pointer?: string,
): Refusal | null {
  if (!isOfOtherLayers(version)) return null;
  const detail = `${refOf(adapter)}:${version.number} was made for other layers than ${version.baseId} has now, and can no longer be used. Choose a newer version, or train the concept again on this base, from the same pictures.`;
  return refuse("adapter_unready", detail, pointer);
}
