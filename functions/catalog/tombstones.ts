// Tombstones: what a withdrawn or removed thing was, when it was taken away, by whom and why. Its owner can still read it.

import type { AdapterRow, OwnedAdapter, VersionRow } from "../../schema/tables.ts";
import type { Db } from "../db.ts";
import { isoTime } from "../lib/clock.ts";
import { gone, type Refusal } from "../lib/refusal.ts";
import { removalOf } from "../policy/removals.ts";

const refOf = ({ owner, name }: OwnedAdapter) => `${owner}/${name}`;

export const isGone = (adapter: Pick<AdapterRow, "state">) =>
  adapter.state === "withdrawn" || adapter.state === "removed";

/** The refusal for a withdrawn or removed adapter. */
export async function adapterGone(db: Db, adapter: OwnedAdapter): Promise<Refusal> {
  const ref = refOf(adapter);
  if (adapter.state === "withdrawn") {
    return gone("adapter_removed", `${ref} was withdrawn by its owner.`, {
      ref,
      title: adapter.title,
      removed_at: isoTime(adapter.withdrawnAt ?? adapter.updatedAt),
      removed_by: "owner",
      reason: adapter.withdrawReason,
    });
  }
  const removal = await removalOf(db, adapter.id);
  return gone("adapter_removed", `${ref} was removed by the moderators.`, {
    ref,
    title: adapter.title,
    removed_at: isoTime(removal?.at ?? adapter.updatedAt),
    removed_by: "moderators",
    reason: removal?.reason ?? "",
  });
}

/** The refusal for a yanked version. */
export function versionGone(version: VersionRow, adapter: OwnedAdapter): Refusal {
  const ref = `${refOf(adapter)}:${version.number}`;
  const by = version.yankedBy ?? "owner";
  const who = { owner: "by its owner", moderators: "by the moderators", scan: "because it failed its scan" };
  return gone("adapter_removed", `${ref} was yanked ${who[by]}.`, {
    ref,
    title: adapter.title,
    removed_at: isoTime(version.yankedAt ?? version.publishedAt ?? version.createdAt),
    removed_by: by,
    reason: version.yankReason ?? "",
  });
}
