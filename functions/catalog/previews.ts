// The pictures that a version shows: uploads of its owner, pictures of its owner's generations, or those it showed before.

import type { Id } from "../../schema/contract/ids.ts";
import { VERSION_PREVIEWS_MAX } from "../../schema/contract/limits.ts";
import type { ImageRow } from "../../schema/tables.ts";
import type { Db } from "../db.ts";
import { Refusal, refuse } from "../lib/refusal.ts";
import type { Caller } from "../rights/rights.ts";
import { imageOfUpload, imagesById } from "../storage/images.ts";
import { findUpload } from "../storage/uploads.ts";

type ChosenPreview = { id: Id<"img"> | Id<"upl">; pointer: string };

/** Roles of pictures that a version may show: never a training picture, which was uploaded for another purpose. */
const SHOWABLE: readonly ImageRow["role"][] = ["generation", "sample", "preview"];

const isImageId = (id: ChosenPreview["id"]): id is Id<"img"> => id.startsWith("img_");

/** Ids in the order that was asked for, each picture once however often it is named, and the rows that must be written first. */
export async function choosePreviews(
  db: Db,
  caller: Caller,
  chosen: readonly ChosenPreview[],
  now: number,
): Promise<{ ids: Id<"img">[]; rows: ImageRow[] } | Refusal> {
  const [, ...more] = chosen.slice(VERSION_PREVIEWS_MAX - 1);
  if (more[0]) {
    return refuse(
      "request_invalid",
      `A version shows at most ${VERSION_PREVIEWS_MAX} previews.`,
      more[0].pointer,
    );
  }
  const known = await imagesById(
    db,
    chosen.flatMap(({ id }) => (isImageId(id) ? [id] : [])),
  );
  const shown = new Map<string, Id<"img">>();
  const rows: ImageRow[] = [];
  for (const [i, { id, pointer }] of chosen.entries()) {
    if (isImageId(id)) {
      const image = known.get(id);
      if (image?.ownerId !== caller.id || !SHOWABLE.includes(image.role)) {
        return refuse("upload_unknown", `${id} is no picture of your generations.`, pointer);
      }
      if (!shown.has(image.sha256)) shown.set(image.sha256, id);
    } else {
      const upload = await findUpload({ db, caller }, id, "preview", pointer);
      if (upload instanceof Refusal) return upload;
      if (shown.has(upload.sha256)) continue;
      const row = imageOfUpload(upload, "preview", i, now);
      rows.push(row);
      shown.set(row.sha256, row.id);
    }
  }
  return { ids: [...shown.values()], rows };
}
