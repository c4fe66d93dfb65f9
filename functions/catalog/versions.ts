// Adapter versions: made once from a validated file, then published or yanked. The artifact never changes.

import { and, desc, eq, ne, sql } from "drizzle-orm";
import type { z } from "zod";
import type { VersionCreate } from "../../schema/contract/adapters.ts";
import { adapters, images, users, versions } from "../../schema/tables.ts";
import type { Caller } from "../auth/caller.ts";
import type { Db } from "../context.ts";
import type { Env } from "../env.ts";
import { newId } from "../lib/ids.ts";
import { Refusal, refuse } from "../lib/refusal.ts";
import { checkAdapterFile } from "./adapter-file.ts";
import { maySee, type OwnedAdapter, refOf } from "./adapters.ts";
import { knownBase } from "./bases.ts";
import { blobKey } from "./blobs.ts";
import { imageOfUpload } from "./images.ts";
import { slotOf } from "./slots.ts";
import { findUpload } from "./uploads.ts";

export type VersionRow = typeof versions.$inferSelect;
export type VersionWithAdapter = { version: VersionRow; adapter: OwnedAdapter };

/** A draft version from an uploaded file, after every check of the format and of the slot. */
export async function createVersion(
  env: Env,
  db: Db,
  caller: Caller,
  adapter: OwnedAdapter,
  wish: z.infer<typeof VersionCreate>,
  now: number,
): Promise<VersionRow | Refusal> {
  const held = await slotOf(db, adapter.id);
  if (!held) return refuse("slot_missing", `Reserve a slot for ${refOf(adapter)} first: POST .../slot.`);
  const upload = await findUpload(db, caller, wish.upload_id, "adapter", "/upload_id");
  if (upload instanceof Refusal) return upload;
  const previews = [];
  for (const [i, id] of wish.previews.entries()) {
    const preview = await findUpload(db, caller, id, "preview", `/previews/${i}`);
    if (preview instanceof Refusal) return preview;
    previews.push(imageOfUpload(preview, "preview", i, now));
  }
  const file = await readAdapterFile(env, adapter, upload.sha256, upload.sizeBytes, held.slot);
  if (file instanceof Refusal) return file;
  if (wish.trigger !== undefined && wish.trigger !== file.trigger) {
    return refuse("request_invalid", `The file was taught the trigger ${file.trigger}.`, "/trigger");
  }
  const row: Omit<VersionRow, "number"> = {
    id: newId("ver", now),
    adapterId: adapter.id,
    baseId: adapter.baseId,
    slot: held.slot,
    state: "draft",
    trigger: file.trigger,
    strength: wish.strength ?? Number(file.strength),
    changelog: wish.changelog,
    supersedesId: null,
    yankReason: null,
    tensorsSha256: file.tensors_sha256,
    scanState: "pending",
    scan: null,
    scannedAt: null,
    previewJobId: null,
    previews: previews.map(({ id }) => id),
    sha256: upload.sha256,
    sizeBytes: upload.sizeBytes,
    metadata: file,
    jobId: null,
    createdAt: now,
    publishedAt: null,
  };
  const numbered = { ...row, number: nextNumber(adapter.id) };
  if (previews.length > 0) await db.insert(images).values(previews);
  const [inserted] = await db.insert(versions).values(numbered).returning();
  if (!inserted) throw new Error("An inserted version came back empty");
  return inserted;
}

/** The next number of an adapter, found inside the INSERT so that two at once cannot get the same. */
export const nextNumber = (adapterId: OwnedAdapter["id"]) =>
  sql<number>`(select coalesce(max(number), 0) + 1 from versions where adapter_id = ${adapterId})`;

/** Streams a stored file through every check. Returns its metadata. */
export async function readAdapterFile(
  env: Env,
  adapter: Pick<OwnedAdapter, "baseId">,
  sha256: string,
  sizeBytes: number,
  slot: number,
) {
  const read = async (offset: number, length: number) => {
    const object = await env.BLOBS.get(blobKey(sha256), { range: { offset, length } });
    if (!object) throw new Error(`Blob ${sha256} has a row but no object`);
    return object.body;
  };
  return checkAdapterFile(read, sizeBytes, knownBase(adapter.baseId), slot);
}

export async function findVersion(
  db: Db,
  caller: Caller | null,
  id: VersionRow["id"],
): Promise<VersionWithAdapter | Refusal> {
  const found = await readVersion(db, id);
  const isOwner = found?.adapter.ownerId === caller?.id;
  if (!found || !maySee(found.adapter, caller) || (found.version.publishedAt === null && !isOwner)) {
    return refuse("not_found", `There is no version ${id}.`);
  }
  if (found.adapter.state === "withdrawn" && !isOwner) {
    return refuse("adapter_removed", `${refOf(found.adapter)} was withdrawn by its owner.`);
  }
  return found;
}

async function readVersion(db: Db, id: VersionRow["id"]): Promise<VersionWithAdapter | null> {
  const found = await db
    .select({ version: versions, adapter: adapters, owner: users.handle })
    .from(versions)
    .innerJoin(adapters, eq(adapters.id, versions.adapterId))
    .innerJoin(users, eq(users.id, adapters.ownerId))
    .where(eq(versions.id, id))
    .get();
  return found ? { version: found.version, adapter: { ...found.adapter, owner: found.owner } } : null;
}

/** The version that `owner/name` or `owner/name:n` means to this caller, newest published first, else the newest draft. */
export async function versionOfAdapter(
  db: Db,
  caller: Caller | null,
  adapter: OwnedAdapter,
  number: number | null,
): Promise<VersionRow | undefined> {
  const isOwner = adapter.ownerId === caller?.id;
  const open = isOwner ? sql`${versions.state} <> 'yanked'` : eq(versions.state, "published");
  return db
    .select()
    .from(versions)
    .where(
      and(
        eq(versions.adapterId, adapter.id),
        open,
        number === null ? undefined : eq(versions.number, number),
      ),
    )
    .orderBy(desc(sql`${versions.state} = 'published'`), desc(versions.number))
    .limit(1)
    .get();
}

/** Guarded in SQL: a draft alone can be published, and only while nobody withdraws its adapter. Again changes nothing. */
export async function publishVersion(
  db: Db,
  { version, adapter }: VersionWithAdapter,
  now: number,
): Promise<VersionWithAdapter | Refusal> {
  const isOpen = sql`exists (select 1 from adapters where id = ${adapter.id} and state <> 'withdrawn')`;
  const isNew = sql`exists (select 1 from versions where id = ${version.id} and published_at = ${now})`;
  await db.batch([
    db
      .update(versions)
      .set({ state: "published", publishedAt: now })
      .where(and(eq(versions.id, version.id), eq(versions.state, "draft"), isOpen)),
    db
      .update(adapters)
      .set({ state: "published", publishedAt: sql`coalesce(published_at, ${now})`, updatedAt: now })
      .where(and(eq(adapters.id, adapter.id), ne(adapters.state, "withdrawn"), isNew)),
  ]);
  const current = await readVersion(db, version.id);
  if (current?.adapter.state === "withdrawn") {
    return refuse("version_state", `${refOf(adapter)} was withdrawn.`);
  }
  if (current?.version.state === "published") return current;
  return refuse("version_state", "A yanked version cannot be published again.");
}

/** Takes one version out of use. New work cannot name it; what was made with it keeps its recipe. */
export async function yankVersion(db: Db, found: VersionWithAdapter): Promise<VersionWithAdapter> {
  await db.update(versions).set({ state: "yanked" }).where(eq(versions.id, found.version.id));
  return { ...found, version: { ...found.version, state: "yanked" } };
}
