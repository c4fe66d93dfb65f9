// Adapters and versions as the contract shows them: rows in, JSON out, with a fixed number of queries per page.

import { and, desc, eq, or } from "drizzle-orm";
import type { Adapter, Version } from "../../schema/contract/adapters.ts";
import type { VersionRow } from "../../schema/tables.ts";
import { type ImageRow, type OwnedAdapter, slots, versions } from "../../schema/tables.ts";
import type { Db } from "../db.ts";
import { isoTime, isoTimeOrNull } from "../lib/clock.ts";
import { inList } from "../lib/in-list.ts";
import type { Caller } from "../rights/rights.ts";
import { imagesById, pictureJson } from "../storage/images.ts";
import { refOf } from "./adapters.ts";
import type { VersionWithAdapter } from "./versions.ts";

/** `siblings` are versions of the same adapter: among them is the one that supersedes it. */
export function versionJson(
  row: VersionRow,
  adapter: OwnedAdapter,
  {
    pictures,
    siblings,
    origin,
  }: {
    pictures: Map<string, ImageRow>;
    siblings: readonly Pick<VersionRow, "id" | "supersedesId" | "state">[];
    origin: string;
  },
): Version {
  const next = siblings.find(({ supersedesId, state }) => supersedesId === row.id && state === "published");
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
    superseded_by: next?.id ?? null,
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
  return found.map(({ version, adapter }) => versionJson(version, adapter, { pictures, siblings, origin }));
}

/** Of one version. */
export async function oneVersionJson(db: Db, found: VersionWithAdapter, origin: string): Promise<Version> {
  const [json] = await versionsJson(db, [found], origin);
  if (!json) throw new Error(`Version ${found.version.id} has no JSON`);
  return json;
}

/** Entries with the versions this caller may see: its owner all of them, others the published ones. */
export async function adaptersJson(
  db: Db,
  found: readonly OwnedAdapter[],
  caller: Caller | null,
  origin: string,
): Promise<(Adapter & { versions: Version[] })[]> {
  const ids = found.map(({ id }) => id);
  const own = found.filter(({ ownerId }) => ownerId === caller?.id).map(({ id }) => id);
  const [versionRows, slotRows] = await db.batch([
    db.select().from(versions).where(shownVersions(ids, own)).orderBy(desc(versions.number)),
    db.select().from(slots).where(inList(slots.adapterId, ids)),
  ]);
  const visible = (adapter: OwnedAdapter) => versionRows.filter((row) => row.adapterId === adapter.id);
  const pictures = await imagesById(
    db,
    found.flatMap((adapter) => visible(adapter).flatMap((row) => row.previews)),
  );
  const slotByAdapter = new Map(slotRows.map((row) => [row.adapterId, row.slot]));
  return found.map((adapter) => {
    const shown = visible(adapter).map((row) =>
      versionJson(row, adapter, { pictures, siblings: versionRows, origin }),
    );
    return {
      ...adapterJson(adapter, slotByAdapter.get(adapter.id) ?? null),
      latest_version: latestOf(shown),
      versions: shown,
    };
  });
}

/** What is published, and of one's own adapters all: others' drafts are not even read. */
const shownVersions = (ids: readonly string[], own: readonly string[]) =>
  and(inList(versions.adapterId, ids), or(eq(versions.state, "published"), inList(versions.adapterId, own)));

/** Of versions from the newest to the oldest: the newest published one, else the newest draft. */
function latestOf(newestFirst: readonly Version[]): Version | null {
  const published = newestFirst.find(({ state }) => state === "published");
  return published ?? newestFirst.find(({ state }) => state === "draft") ?? null;
}

function adapterJson(adapter: OwnedAdapter, slot: number | null): Omit<Adapter, "latest_version"> {
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
    slot,
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
