// Pictures: rows that refer to blobs. A picture is its owner's, unless a published version shows it, a mix has it as its cover or it was shared.

import { and, asc, eq, sql } from "drizzle-orm";
import type { z } from "zod";
import type { Picture } from "../../schema/contract/adapters.ts";
import type { ImageRow, StoredUpload } from "../../schema/tables.ts";
import { adapters, images, mixes, pictures, versions } from "../../schema/tables.ts";
import type { Db } from "../db.ts";
import { newId } from "../lib/ids.ts";
import { inList } from "../lib/in-list.ts";
import { type Refusal, refuse } from "../lib/refusal.ts";
import { isOpenPicture } from "../policy/open-pictures.ts";
import type { Caller } from "../rights/rights.ts";

export const imageUrl = (origin: string, id: ImageRow["id"]) => `${origin}/v1/images/${id}`;

export function pictureJson(
  image: Pick<ImageRow, "id" | "width" | "height">,
  origin: string,
): z.infer<typeof Picture> {
  return { id: image.id, url: imageUrl(origin, image.id), width: image.width, height: image.height };
}

/** The row of an uploaded picture. Its size was read from the bytes when they arrived. */
export function imageOfUpload(
  upload: StoredUpload,
  role: ImageRow["role"],
  position: number,
  now: number,
): ImageRow {
  if (upload.width === null || upload.height === null)
    throw new Error(`Upload ${upload.id} is not a picture`);
  return {
    id: newId("img", now),
    ownerId: upload.ownerId,
    sha256: upload.sha256,
    contentType: upload.contentType,
    width: upload.width,
    height: upload.height,
    role,
    jobId: null,
    position,
    seed: null,
    recipe: null,
    createdAt: now,
  };
}

export async function findImage(
  db: Db,
  caller: Caller | null,
  id: ImageRow["id"],
): Promise<ImageRow | Refusal> {
  const image = await db.select().from(images).where(eq(images.id, id)).get();
  const visible = image && (image.ownerId === caller?.id || (await isShown(db, image)));
  return visible ? image : refuse("not_found", `There is no picture ${id}.`);
}

async function isShown(db: Db, image: ImageRow): Promise<boolean> {
  if (image.role === "avatar") return true;
  if (image.role === "shared")
    return (await db.$count(pictures, and(eq(pictures.imageId, image.id), isOpenPicture))) > 0;
  if (image.role === "generation" && (await isCover(db, image))) return true;
  // Pictures of a generation become previews by their owner's choice; training pictures never do.
  if (!["preview", "sample", "generation"].includes(image.role)) return false;
  const shown = await db
    .select({ id: versions.id })
    .from(versions)
    .innerJoin(adapters, eq(adapters.id, versions.adapterId))
    .where(
      and(
        eq(adapters.ownerId, image.ownerId),
        eq(adapters.state, "published"),
        eq(versions.state, "published"),
        sql`${adapters.visibility} <> 'private'`,
        sql`exists (select 1 from json_each(${versions.previews}) where value = ${image.id})`,
      ),
    )
    .limit(1)
    .get();
  return shown !== undefined;
}

/** It is the cover of a mix. */
async function isCover(db: Db, image: ImageRow): Promise<boolean> {
  const open = sql`${mixes.state} = 'published' and ${mixes.visibility} <> 'private'`;
  return (await db.$count(mixes, and(eq(mixes.coverId, image.id), open))) > 0;
}

export async function imagesById(db: Db, ids: readonly ImageRow["id"][]): Promise<Map<string, ImageRow>> {
  const rows = await db.select().from(images).where(inList(images.id, ids)).all();
  return new Map(rows.map((row) => [row.id, row]));
}

export async function imagesOfJobs(db: Db, jobIds: readonly string[]): Promise<ImageRow[]> {
  return db.select().from(images).where(inList(images.jobId, jobIds)).orderBy(asc(images.position)).all();
}
