// Shared pictures: who sees one, lists of them in keyset pages, and how they travel. Sharing is share-picture.ts.

import { and, desc, eq, or, type SQL, sql } from "drizzle-orm";
import type { z } from "zod";
import type { PictureQuery, SharedPicture } from "../../schema/contract/pictures.ts";
import { type OwnedPicture, type PictureRow, pictures, users } from "../../schema/tables.ts";
import { byActive } from "../catalog/listed.ts";
import type { Db } from "../db.ts";
import { isoTime } from "../lib/clock.ts";
import { pageOfRows, readCursor, type SortKey } from "../lib/cursor.ts";
import { inList } from "../lib/in-list.ts";
import { gone, Refusal, refuse } from "../lib/refusal.ts";
import { isOpenPicture } from "../policy/open-pictures.ts";
import { removalOf } from "../policy/removals.ts";
import type { Caller } from "../rights/rights.ts";
import { imagesById, pictureJson } from "../storage/images.ts";
import { factsOf, memberJson, previewsOf } from "./member-facts.ts";
import { ratedFor } from "./mix-list.ts";

/** `listed`: others see it. */
export type FoundPicture = OwnedPicture & { listed: boolean };

const rows = (db: Db) =>
  db
    .select({ picture: pictures, owner: users.handle, listed: sql<number>`${isOpenPicture}` })
    .from(pictures)
    .innerJoin(users, eq(users.id, pictures.ownerId))
    .$dynamic();

type Row = { picture: PictureRow; owner: string; listed: number };
const found = ({ picture, owner, listed }: Row): FoundPicture => ({
  ...picture,
  owner,
  listed: listed === 1,
});

/** As this caller may see it: one with an adapter that is hidden now gets the same refusal as one that does not exist. */
export async function findPicture(
  db: Db,
  caller: Caller | null,
  id: PictureRow["id"],
): Promise<FoundPicture | Refusal> {
  const row = await rows(db).where(eq(pictures.id, id)).get();
  const picture = row && found(row);
  if (picture && picture.ownerId === caller?.id) return picture;
  if (picture && picture.state !== "published") return pictureGone(db, picture);
  return picture?.listed ? picture : refuse("not_found", `There is no shared picture ${id}.`);
}

export async function picturesById(db: Db, ids: readonly string[]): Promise<FoundPicture[]> {
  return (await rows(db).where(inList(pictures.id, ids)).all()).map(found);
}

export async function findOwnPicture(
  db: Db,
  caller: Caller,
  id: PictureRow["id"],
): Promise<FoundPicture | Refusal> {
  const picture = await findPicture(db, caller, id);
  if (picture instanceof Refusal || picture.ownerId === caller.id) return picture;
  return refuse("not_granted", `Only ${picture.owner} may withdraw ${id}.`);
}

/** The tombstone of a withdrawn or removed picture. */
export async function pictureGone(
  db: Db,
  { id, state, updatedAt }: Pick<PictureRow, "id" | "state" | "updatedAt">,
): Promise<Refusal> {
  const removal = await removalOf(db, id);
  const isWithdrawn = state === "withdrawn";
  const detail = `${id} was ${isWithdrawn ? "withdrawn by its owner" : "removed by the moderators"}.`;
  return gone("picture_removed", detail, {
    ref: id,
    title: "A shared picture",
    removed_at: isoTime(removal?.at ?? updatedAt),
    removed_by: isWithdrawn ? "owner" : "moderators",
    reason: removal?.reason ?? "",
  });
}

export async function listPictures(
  db: Db,
  caller: Caller | null,
  query: z.infer<typeof PictureQuery>,
): Promise<{ items: FoundPicture[]; next_cursor: string | null } | Refusal> {
  const after = readCursor(query.cursor, [0, ""]);
  if (after instanceof Refusal) return after;
  const page = await pageQuery(db, caller, query, after).all();
  const key = KEYS[query.sort];
  return pageOfRows(page.map(found), query.limit, (row) => [row[key], row.id]);
}

const KEYS = { newest: "createdAt", most_liked: "likes" } as const;

/** One row more than the page has. `after` is the key of the last row before it. */
export function pageQuery(
  db: Db,
  caller: Caller | null,
  query: z.infer<typeof PictureQuery>,
  after: SortKey | null,
) {
  const column = pictures[KEYS[query.sort]];
  const where = and(
    visibleTo(caller, query.owner),
    ratedFor(pictures, caller, query.rating),
    query.base === undefined ? undefined : eq(pictures.baseId, query.base),
    query.owner === undefined ? undefined : eq(users.handle, query.owner),
    query.adapter === undefined ? undefined : shows(query.adapter),
    after ? sql`(${column}, ${pictures.id}) < (${after[0]}, ${after[1]})` : undefined,
  );
  return rows(db)
    .where(where)
    .orderBy(desc(column), desc(pictures.id))
    .limit(query.limit + 1);
}

/** One's own list also has those that others do not see for the time being. */
function visibleTo(caller: Caller | null, owner: string | undefined): SQL | undefined {
  const open = and(isOpenPicture, byActive(pictures.ownerId));
  if (!caller || caller.handle !== owner) return open;
  return or(open, and(eq(pictures.ownerId, caller.id), eq(pictures.state, "published")));
}

function shows(ref: string): SQL {
  const [owner = "", name = ""] = ref.split("/");
  return sql`${pictures.id} in (
    select m.picture_id from adapters a join users u on u.id = a.owner_id join picture_members m on m.adapter_id = a.id
    where u.handle = ${owner} and a.name = ${name}
  )`;
}

/** A fixed number of queries for a page. */
export async function picturesJson(
  db: Db,
  shown: readonly FoundPicture[],
  caller: Caller | null,
  origin: string,
): Promise<SharedPicture[]> {
  const facts = await factsOf(
    db,
    shown.flatMap(({ members }) => members),
  );
  const ids = shown.map(({ imageId }) => imageId);
  const [previews, images] = await Promise.all([previewsOf(db, facts), imagesById(db, ids)]);
  return shown.flatMap((picture) => {
    const image = images.get(picture.imageId);
    // Its bytes were deleted by a moderator's decision.
    if (!image) return [];
    const recipe = image.recipe ?? {};
    return {
      id: picture.id,
      owner: picture.owner,
      image: pictureJson(image, origin),
      base: picture.baseId,
      prompt: typeof recipe.prompt === "string" ? recipe.prompt : "",
      recipe,
      members: picture.members.map((member) =>
        memberJson({ caller, origin }, member, facts.get(member.version_id), previews),
      ),
      rating: picture.rating,
      state: picture.state,
      listed: picture.listed,
      likes: picture.likes,
      page_url: `${origin}/pictures/?id=${picture.id}`,
      shared_at: isoTime(picture.createdAt),
    };
  });
}
