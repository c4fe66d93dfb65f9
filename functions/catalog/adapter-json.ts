// Adapters and versions as the contract shows them: rows in, JSON out, with a fixed number of queries per page.

import { sql } from "drizzle-orm";
import type { Adapter, Version } from "../../schema/contract/adapters.ts";
import { type OwnedAdapter, versions } from "../../schema/tables.ts";
import type { Db } from "../db.ts";
import { isoTime, isoTimeOrNull } from "../lib/clock.ts";
import { inList } from "../lib/in-list.ts";
import type { Refusal } from "../lib/refusal.ts";
import { askAll } from "../lib/statement.ts";
import type { Caller } from "../rights/rights.ts";
import { imagesById, pictureJson } from "../storage/images.ts";
import {
  ADAPTER_COLUMNS,
  adapterOfRow,
  type ListedAdapter,
  type ShownVersion,
  seenBy,
  VERSION_COLUMNS,
  versionOfRow,
} from "./adapter-rows.ts";
import { adapterRefusal, noAdapter, refOf } from "./adapters.ts";
import type { VersionWithAdapter } from "./versions.ts";

function versionJson(
  row: Omit<ShownVersion, "pictures" | "supersededBy">,
  adapter: Pick<OwnedAdapter, "owner" | "name">,
  { pictures, supersededBy, origin }: Pick<ShownVersion, "pictures" | "supersededBy"> & { origin: string },
): Version {
  return {
    id: row.id,
    adapter_id: row.adapterId,
    ref: `${refOf(adapter)}:${row.number}`,
    number: row.number,
    base: row.baseId,
    slot: row.slot,
    foreign: row.foreign,
    state: row.state,
    trigger: row.trigger,
    strength: row.strength,
    changelog: row.changelog,
    previews: row.previews.flatMap((id) => {
      const image = pictures.get(id);
      return image ? [{ ...pictureJson(image, origin), recipe: image.recipe }] : [];
    }),
    preview_job_id: row.previewJobId,
    supersedes: row.supersedesId,
    superseded_by: supersededBy,
    scan: { state: row.scanState, report: row.scan },
    certificate: row.certificate,
    self_check: row.selfCheck,
    yank:
      row.state === "yanked"
        ? {
            reason: row.yankReason ?? "",
            yanked_at: isoTimeOrNull(row.yankedAt),
            yanked_by: row.yankedBy ?? "owner",
          }
        : null,
    hashes: {
      sha256: row.sha256,
      autov2: row.sha256.slice(0, 10).toUpperCase(),
      autov3: row.tensorsSha256?.slice(0, 12).toUpperCase() ?? null,
      tensors_sha256: row.tensorsSha256,
    },
    sha256: row.sha256,
    size_bytes: row.sizeBytes,
    download_url: `${origin}/v1/versions/${row.id}/download`,
    job_id: row.jobId,
    created_at: isoTime(row.createdAt),
    published_at: isoTimeOrNull(row.publishedAt),
  };
}

/** In the order given, with two queries however many there are. */
export async function versionsJson(
  db: Db,
  found: readonly VersionWithAdapter[],
  origin: string,
): Promise<Version[]> {
  const [pictures, siblings] = await Promise.all([
    imagesById(
      db,
      found.flatMap(({ version }) => version.previews),
    ),
    db
      .select({ id: versions.id, supersedesId: versions.supersedesId, state: versions.state })
      .from(versions)
      .where(
        inList(
          versions.adapterId,
          found.map(({ adapter }) => adapter.id),
        ),
      ),
  ]);
  return found.map(({ version, adapter }) => {
    const isNext = (row: (typeof siblings)[number]) =>
      row.supersedesId === version.id && row.state === "published";
    return versionJson(version, adapter, {
      pictures,
      supersededBy: siblings.find(isNext)?.id ?? null,
      origin,
    });
  });
}

/** Of one version. */
export async function oneVersionJson(db: Db, found: VersionWithAdapter, origin: string): Promise<Version> {
  const [json] = await versionsJson(db, [found], origin);
  if (!json) throw new Error(`Version ${found.version.id} has no JSON`);
  return json;
}

/** Entries with the versions this caller may see: its owner all of them, others the published ones. In one round trip. */
export async function adaptersJson(
  db: Db,
  found: readonly OwnedAdapter[],
  caller: Caller | null,
  origin: string,
): Promise<(Adapter & { versions: Version[] })[]> {
  const ids = JSON.stringify(found.map(({ id }) => id));
  const [versionRows, slotRows] = await askAll<[Record<string, unknown>, { adapter: string; slot: number }]>(
    db,
    [
      sql`select ${VERSION_COLUMNS} from json_each(${ids}) k cross join adapters a on a.id = k.value
      cross join versions v on v.adapter_id = a.id and ${seenBy(caller?.id)} order by v.number desc`,
      sql`select s.adapter_id as adapter, s.slot from json_each(${ids}) k cross join slots s on s.adapter_id = k.value`,
    ],
  );
  const shown = versionRows.flatMap((row) => versionOfRow(row) ?? []);
  const slotOf = new Map(slotRows.map(({ adapter, slot }) => [adapter, slot]));
  return found.map((adapter) =>
    withVersions(
      { ...adapter, slot: slotOf.get(adapter.id) ?? null },
      shown.filter(({ adapterId }) => adapterId === adapter.id),
      origin,
    ),
  );
}

function withVersions(
  adapter: OwnedAdapter & { slot: number | null },
  newestFirst: readonly ShownVersion[],
  origin: string,
): Adapter & { versions: Version[] } {
  const shown = newestFirst.map((row) => versionJson(row, adapter, { ...row, origin }));
  return { ...adapterJson(adapter), latest_version: latestOf(shown), versions: shown };
}

/** What is at owner/name with its versions, as findAdapter finds it, in one round trip. */
export async function adapterPage(
  db: Db,
  caller: Caller | null,
  address: { owner: string; name: string },
  origin: string,
): Promise<(Adapter & { versions: Version[] }) | Refusal> {
  const named = sql`users u cross join adapters a on a.owner_id = u.id and a.name = ${address.name}`;
  const at = sql`u.handle = ${address.owner}`;
  const [[row], versionRows] = await askAll<[Record<string, unknown>, Record<string, unknown>]>(db, [
    sql`select ${ADAPTER_COLUMNS} from ${named} left join slots s on s.adapter_id = a.id where ${at}`,
    sql`select ${VERSION_COLUMNS} from ${named}
      cross join versions v on v.adapter_id = a.id and ${seenBy(caller?.id)} where ${at} order by v.number desc`,
  ]);
  const found = row && adapterOfRow(row);
  const refusal = await adapterRefusal(db, caller, found, address);
  if (refusal || !found) return refusal ?? noAdapter(address);
  return withVersions(
    found,
    versionRows.flatMap((one) => versionOfRow(one) ?? []),
    origin,
  );
}

/** The entries of a list. */
export const listedJson = (found: readonly ListedAdapter[], origin: string): Adapter[] =>
  found.map((adapter) => ({
    ...adapterJson(adapter),
    latest_version: adapter.latest && versionJson(adapter.latest, adapter, { ...adapter.latest, origin }),
  }));

/** Of versions from the newest to the oldest: the newest published one, else the newest draft. */
function latestOf(newestFirst: readonly Version[]): Version | null {
  const published = newestFirst.find(({ state }) => state === "published");
  return published ?? newestFirst.find(({ state }) => state === "draft") ?? null;
}

function adapterJson(adapter: OwnedAdapter & { slot: number | null }): Omit<Adapter, "latest_version"> {
  return {
    id: adapter.id,
    ref: refOf(adapter),
    owner: adapter.owner,
    name: adapter.name,
    title: adapter.title,
    description: adapter.description,
    base: adapter.baseId,
    concept: adapter.concept,
    class_word: adapter.classWord,
    tags: adapter.tags,
    licence: adapter.licence,
    visibility: adapter.visibility,
    state: adapter.state,
    credits: adapter.credits,
    slot: adapter.slot,
    rating: adapter.rating,
    uses: adapter.uses,
    downloads: adapter.downloads,
    likes: adapter.likes,
    comments: adapter.comments,
    remixes: adapter.remixes,
    created_at: isoTime(adapter.createdAt),
    updated_at: isoTime(adapter.updatedAt),
    published_at: isoTimeOrNull(adapter.publishedAt),
  };
}
