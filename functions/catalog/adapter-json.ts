// Adapters and versions as the contract shows them: rows in, JSON out, a fixed number of queries a page.

import { desc } from "drizzle-orm";
import type { Adapter, Version } from "../../schema/contract/adapters.ts";
import { slots, versions } from "../../schema/tables.ts";
import type { Caller } from "../auth/caller.ts";
import type { Db } from "../context.ts";
import { inList } from "../lib/in-list.ts";
import { type OwnedAdapter, refOf } from "./adapters.ts";
import { type ImageRow, imagesById, pictureJson } from "./images.ts";
import type { VersionRow } from "./versions.ts";

export const isoTime = (milliseconds: number) => new Date(milliseconds).toISOString();
export const isoTimeOrNull = (milliseconds: number | null) =>
  milliseconds === null ? null : isoTime(milliseconds);

export function versionJson(
  row: VersionRow,
  adapter: OwnedAdapter,
  pictures: Map<string, ImageRow>,
  origin: string,
): Version {
  return {
    id: row.id,
    adapter_id: row.adapterId,
    ref: `${refOf(adapter)}:${row.number}`,
    number: row.number,
    base: row.baseId,
    slot: row.slot,
    state: row.state,
    trigger: row.trigger,
    strength: row.strength,
    changelog: row.changelog,
    previews: row.previews.flatMap((id) => {
      const image = pictures.get(id);
      return image ? [pictureJson(image, origin)] : [];
    }),
    sha256: row.sha256,
    size_bytes: row.sizeBytes,
    download_url: `${origin}/v1/versions/${row.id}/download`,
    job_id: row.jobId,
    created_at: isoTime(row.createdAt),
    published_at: isoTimeOrNull(row.publishedAt),
  };
}

export async function versionsJson(
  db: Db,
  rows: readonly VersionRow[],
  adapter: OwnedAdapter,
  origin: string,
) {
  const pictures = await imagesById(
    db,
    rows.flatMap((row) => row.previews),
  );
  return rows.map((row) => versionJson(row, adapter, pictures, origin));
}

/** Entries with the versions this caller may see: its owner all of them, others the published ones. */
export async function adaptersJson(
  db: Db,
  found: readonly OwnedAdapter[],
  caller: Caller | null,
  origin: string,
): Promise<(Adapter & { versions: Version[] })[]> {
  const ids = found.map(({ id }) => id);
  const [versionRows, slotRows] = await db.batch([
    db.select().from(versions).where(inList(versions.adapterId, ids)).orderBy(desc(versions.number)),
    db.select().from(slots).where(inList(slots.adapterId, ids)),
  ]);
  const visible = (adapter: OwnedAdapter) =>
    versionRows.filter(
      (row) => row.adapterId === adapter.id && (row.state === "published" || caller?.id === adapter.ownerId),
    );
  const pictures = await imagesById(
    db,
    found.flatMap((adapter) => visible(adapter).flatMap((row) => row.previews)),
  );
  const slotByAdapter = new Map(slotRows.map((row) => [row.adapterId, row.slot]));
  return found.map((adapter) => {
    const shown = visible(adapter).map((row) => versionJson(row, adapter, pictures, origin));
    return {
      ...adapterJson(adapter, slotByAdapter.get(adapter.id) ?? null),
      latest_version: latestOf(shown),
      versions: shown,
    };
  });
}

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
