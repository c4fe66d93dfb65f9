// Which version a file is: by its SHA-256, its first ten (AutoV2) or twelve digits, or the SHA-256 of its tensors and its first
// twelve (AutoV3).

import { FileHash } from "../../schema/contract/adapters.ts";
import type { VersionRow } from "../../schema/tables.ts";
import type { Db } from "../db.ts";
import { type Refusal, refuse } from "../lib/refusal.ts";
import type { Caller } from "../rights/rights.ts";
import { maySee } from "./adapters.ts";
import { adapterGone, isGone, versionGone } from "./tombstones.ts";
import { readVersions, type VersionWithAdapter } from "./versions.ts";

/**
 * The wanted hashes drive the query (CROSS JOIN keeps that order), so each is one index search. A short hash is a range of it: the
 * digits and a "g", which sorts after every digit, are its bounds. The tensors' hash is never shortened to ten digits.
 */
export const BY_HASH = `
SELECT wanted.value AS hash, v.id FROM json_each(?1) wanted CROSS JOIN versions v
  ON v.sha256 >= wanted.value AND v.sha256 < wanted.value || 'g'
UNION
SELECT wanted.value, v.id FROM json_each(?1) wanted CROSS JOIN versions v ON length(wanted.value) <> 10 AND v.tensors_sha256 >= wanted.value AND v.tensors_sha256 < wanted.value || 'g'`;

/** For each hash all versions that this caller may know of, the best first: published ones, then the newest. */
async function versionsByHash(
  db: Db,
  caller: Caller | null,
  hashes: readonly string[],
): Promise<Map<string, VersionWithAdapter[]>> {
  const wanted = [
    ...new Set(hashes.filter((hash) => FileHash.safeParse(hash).success).map((hash) => hash.toLowerCase())),
  ];
  const { results } = await db.$client
    .prepare(BY_HASH)
    .bind(JSON.stringify(wanted))
    .all<{ hash: string; id: VersionRow["id"] }>();
  const known = await readVersions(
    db,
    results.map(({ id }) => id),
  );
  const found = new Map<string, VersionWithAdapter[]>();
  for (const { hash, id } of results) {
    const version = known.get(id);
    if (version && mayKnow(version, caller)) found.set(hash, [...(found.get(hash) ?? []), version]);
  }
  for (const candidates of found.values()) candidates.sort((a, b) => rankOf(b) - rankOf(a));
  return found;
}

function mayKnow({ version, adapter }: VersionWithAdapter, caller: Caller | null): boolean {
  return maySee(adapter, caller) && (version.publishedAt !== null || adapter.ownerId === caller?.id);
}

const isOut = ({ version, adapter }: VersionWithAdapter) =>
  version.state === "published" && adapter.state === "published";

const rankOf = (found: VersionWithAdapter) => (isOut(found) ? 1e15 : 0) + found.version.createdAt;

/** Whether this caller may download it, not only know of it. */
const mayHave = (found: VersionWithAdapter, caller: Caller | null) =>
  isOut(found) || found.adapter.ownerId === caller?.id;

/** The version itself; a tombstone where all versions of that hash are removed. */
export async function versionByHash(
  db: Db,
  caller: Caller | null,
  hash: string,
): Promise<VersionWithAdapter | Refusal> {
  const [best] = (await versionsByHash(db, caller, [hash])).get(hash.toLowerCase()) ?? [];
  if (!best) return refuse("not_found", "No published version has this hash.");
  if (mayHave(best, caller)) return best;
  return isGone(best.adapter) ? adapterGone(db, best.adapter) : versionGone(best.version, best.adapter);
}

/** One answer for each hash, in the request's order; null if this caller finds none. */
export async function lookUpHashes(
  db: Db,
  caller: Caller | null,
  hashes: readonly string[],
): Promise<{ hash: string; found: VersionWithAdapter | null }[]> {
  const known = await versionsByHash(db, caller, hashes);
  return hashes.map((hash) => {
    const [best] = known.get(hash.toLowerCase()) ?? [];
    return { hash, found: best && mayHave(best, caller) ? best : null };
  });
}
