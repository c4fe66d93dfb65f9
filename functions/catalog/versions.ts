// Adapter versions: made once from a validated file, found by id or by name. The artifact never changes. Publishing, yanking and
// changing its texts: publishing.ts.

import { and, desc, eq, sql } from "drizzle-orm";
import type { z } from "zod";
import { summaryOf } from "../../schema/contract/adapter-file.ts";
import type { VersionCreate } from "../../schema/contract/adapters.ts";
import { STRENGTH_DEFAULT } from "../../schema/contract/limits.ts";
import type { VersionRow } from "../../schema/tables.ts";
import { adapters, images, type OwnedAdapter, users, versions } from "../../schema/tables.ts";
import type { Db } from "../db.ts";
import type { Env } from "../env.ts";
import { looksForeign } from "../lib/foreign-header.ts";
import { newId } from "../lib/ids.ts";
import { inList } from "../lib/in-list.ts";
import { insertRows } from "../lib/insert-rows.ts";
import { Refusal, refuse } from "../lib/refusal.ts";
import { blockedFault } from "../policy/blocklist.ts";
import type { Caller } from "../rights/rights.ts";
import { readerOf } from "../storage/blobs.ts";
import { findUpload } from "../storage/uploads.ts";
import { checkAdapterFile, headerOf } from "./adapter-file.ts";
import { maySee, refOf } from "./adapters.ts";
import { knownBase } from "./bases.ts";
import { checkForeignFile } from "./foreign-file.ts";
import { choosePreviews } from "./previews.ts";
import { orderScan } from "./scan-queue.ts";
import { keepSlot, slotOf } from "./slots.ts";
import { adapterGone, isGone, versionGone } from "./tombstones.ts";

export type VersionWithAdapter = { version: VersionRow; adapter: OwnedAdapter };

type File = Pick<VersionRow, "slot" | "foreign" | "trigger" | "strength" | "tensorsSha256" | "metadata">;

/** A draft version from an uploaded file, after every check of the format and of the slot. The deep scan is queued. */
export async function createVersion(
  { env, db, caller, now }: { env: Env; db: Db; caller: Caller; now: number },
  adapter: OwnedAdapter,
  input: z.infer<typeof VersionCreate>,
): Promise<VersionRow | Refusal> {
  const upload = await findUpload({ db, caller }, input.upload_id, "adapter", "/upload_id");
  if (upload instanceof Refusal) return upload;
  const chosen = [
    ...input.previews.map((id, i) => ({ id, pointer: `/previews/${i}` })),
    ...input.images.map((id, i) => ({ id, pointer: `/images/${i}` })),
  ];
  const previews = await choosePreviews(db, caller, chosen, now);
  if (previews instanceof Refusal) return previews;
  const file = await fileOf(env, db, adapter, { ...upload, input });
  if (file instanceof Refusal) return file;
  const blocked = await blockedFault(db, "name", [
    { pointer: "/upload_id", text: file.trigger },
    { pointer: "/words", text: file.foreign?.words ?? undefined },
    { pointer: "/changelog", text: input.changelog },
  ]);
  if (blocked) return blocked;
  const row: Omit<VersionRow, "number"> = {
    id: newId("ver", now),
    adapterId: adapter.id,
    baseId: adapter.baseId,
    ...file,
    state: "draft",
    changelog: input.changelog,
    supersedesId: null,
    yankReason: null,
    yankedAt: null,
    yankedBy: null,
    scanState: "pending",
    scan: null,
    scannedAt: null,
    certificate: null,
    selfCheck: null,
    previewJobId: null,
    previews: previews.ids,
    sha256: upload.sha256,
    sizeBytes: upload.sizeBytes,
    jobId: null,
    createdAt: now,
    publishedAt: null,
  };
  const numbered = { ...row, number: nextNumber(adapter.id) };
  const [[inserted]] = await db.batch([
    db.insert(versions).values(numbered).returning(),
    insertRows(db, images, previews.rows),
    keepSlot(db, adapter.id, now),
  ]);
  if (!inserted) throw new Error("An inserted version came back empty");
  await orderScan(env, inserted.id);
  return inserted;
}

/** What a stored file says of its version: of an adapter in its slot, or of a LoRA of another program. */
async function fileOf(
  env: Env,
  db: Db,
  adapter: OwnedAdapter,
  { sha256, sizeBytes, input }: { sha256: string; sizeBytes: number; input: z.infer<typeof VersionCreate> },
): Promise<File | Refusal> {
  const held = await slotOf(db, adapter.id);
  const read = readerOf(env, sha256);
  const header = await headerOf(read, sizeBytes);
  if (header.kind === "header" && looksForeign(header)) {
    if (held) return refuse("version_state", OWN_NAME(adapter), "/upload_id");
    const file = await checkForeignFile(read, sizeBytes, header, knownBase(adapter.baseId));
    if (file instanceof Refusal) return file;
    const words = (input.words ?? file.facts.triggers[0] ?? "").trim() || null;
    return {
      slot: null,
      foreign: { ...file.facts, words },
      trigger: input.trigger ?? `<${adapter.name}>`,
      strength: input.strength ?? STRENGTH_DEFAULT,
      tensorsSha256: file.tensorsSha256,
      metadata: { tensors_sha256: file.tensorsSha256 },
    };
  }
  if (!held) return refuse("slot_missing", `Reserve a slot for ${refOf(adapter)} first: POST .../slot.`);
  const file = await readAdapterFile(env, adapter, { sha256, sizeBytes }, held.slot);
  if (file instanceof Refusal) return file;
  if (input.trigger !== undefined && input.trigger !== file.trigger) {
    return refuse("request_invalid", `The file was trained on the trigger ${file.trigger}.`, "/trigger");
  }
  if (input.words !== undefined) {
    return refuse("request_invalid", "The words are those of LoRAs of other programs.", "/words");
  }
  return {
    ...{ slot: held.slot, foreign: null, trigger: file.trigger },
    strength: input.strength ?? Number(file.strength),
    ...{ tensorsSha256: file.tensors_sha256, metadata: summaryOf(file) },
  };
}

const OWN_NAME = (adapter: OwnedAdapter) =>
  `${refOf(adapter)} holds a slot, and a LoRA of another program has none. Publish it under a name of its own.`;

/** The next number of an adapter, found inside the INSERT so that two concurrent requests cannot get the same. */
const nextNumber = (adapterId: OwnedAdapter["id"]) =>
  sql<number>`(select coalesce(max(number), 0) + 1 from versions where adapter_id = ${adapterId})`;

/** Streams a stored file through every check. Returns its metadata. */
export async function readAdapterFile(
  env: Env,
  adapter: Pick<OwnedAdapter, "baseId">,
  { sha256, sizeBytes }: { sha256: string; sizeBytes: number },
  slot: number,
) {
  return checkAdapterFile(readerOf(env, sha256), sizeBytes, knownBase(adapter.baseId), slot);
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
  return isGone(found.adapter) && !isOwner ? adapterGone(db, found.adapter) : found;
}

/** As findVersion, but of a yanked version others get only its tombstone. */
export async function findOpenVersion(
  db: Db,
  caller: Caller | null,
  id: VersionRow["id"],
): Promise<VersionWithAdapter | Refusal> {
  const found = await findVersion(db, caller, id);
  if (found instanceof Refusal || found.version.state !== "yanked") return found;
  return found.adapter.ownerId === caller?.id ? found : versionGone(found.version, found.adapter);
}

export async function readVersion(db: Db, id: VersionRow["id"]): Promise<VersionWithAdapter | null> {
  return (await readVersions(db, [id])).get(id) ?? null;
}

/** Rows with their adapters, for any caller. */
export async function readVersions(
  db: Db,
  ids: readonly VersionRow["id"][],
): Promise<Map<VersionRow["id"], VersionWithAdapter>> {
  const found = await db
    .select({ version: versions, adapter: adapters, owner: users.handle })
    .from(versions)
    .innerJoin(adapters, eq(adapters.id, versions.adapterId))
    .innerJoin(users, eq(users.id, adapters.ownerId))
    .where(inList(versions.id, ids))
    .all();
  return new Map(
    found.map(({ version, adapter, owner }) => [version.id, { version, adapter: { ...adapter, owner } }]),
  );
}

/** The version that `owner/name` or `owner/name:n` names for this caller: the newest published one, else the newest draft. */
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
