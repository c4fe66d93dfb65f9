// Sharing a generated picture, and taking it back. What is shared is a row of its own over the same bytes, so that it stays where the
// generation's goes; sharing the same picture again leads to the same row.

import { and, eq, sql } from "drizzle-orm";
import type { z } from "zod";
import { PICTURES_SHARED_PER_DAY_MAX } from "../../schema/contract/limits.ts";
import type { Rating } from "../../schema/contract/moderation.ts";
import type { PictureShare } from "../../schema/contract/pictures.ts";
import { type PictureRow, pictures } from "../../schema/tables.ts";
import type { Db } from "../db.ts";
import { DAY_MS } from "../lib/clock.ts";
import { newId } from "../lib/ids.ts";
import { namedStatement } from "../lib/named-sql.ts";
import { Refusal, refuse } from "../lib/refusal.ts";
import { blockedFault } from "../policy/blocklist.ts";
import { ratingFloor } from "../policy/ratings.ts";
import type { Caller } from "../rights/rights.ts";
import { type GeneratedPicture, generatedPicture } from "./generated-picture.ts";
import { type FactsById, factsOf } from "./member-facts.ts";
import { type FoundPicture, findPicture, pictureGone } from "./pictures.ts";
import { openFault, strictestOf } from "./sharing.ts";

const POINTER = "/image_id";

type Input = z.infer<typeof PictureShare>;
type Sharing = {
  db: Db;
  caller: Caller;
  now: number;
  /** The caller's own runners serve everybody, so what they draw is as good as anybody's. */
  isOperator: boolean;
};
type Shared = { picture: FoundPicture; isNew: boolean };

/**
 * One INSERT checks the daily limit, so that two requests at once cannot both take the last place, and the account, which may be deleted
 * meanwhile: nothing of it may come after.
 */
const INSERT_PICTURE = `
INSERT OR IGNORE INTO pictures (id, owner_id, image_id, source_id, sha256, base_id, members, state, rating, created_at, updated_at)
SELECT :id, :owner, :image, :source, :sha256, :base, :members, 'published', :rating, :now, :now
WHERE EXISTS (SELECT 1 FROM images WHERE id = :source) AND EXISTS (SELECT 1 FROM users WHERE id = :owner AND deleted_at IS NULL)
  AND (SELECT count(*) FROM pictures WHERE owner_id = :owner AND created_at > :since) < ${PICTURES_SHARED_PER_DAY_MAX}`;

const UPDATE_PICTURE =
  "UPDATE pictures SET state = 'published', rating = :rating, updated_at = :now WHERE id = :id AND state = 'withdrawn'";

const INSERT_IMAGE = `
INSERT INTO images (id, owner_id, sha256, content_type, width, height, role, position, seed, recipe, created_at)
SELECT :image, owner_id, sha256, content_type, width, height, 'shared', 0, seed, recipe, :now FROM images
WHERE id = :source AND EXISTS (SELECT 1 FROM pictures WHERE id = :id)`;

const INSERT_MEMBERS = `
INSERT INTO picture_members (picture_id, adapter_id, version_id)
SELECT :id, adapter_id, id FROM versions
WHERE id IN (SELECT value FROM json_each(:versions)) AND EXISTS (SELECT 1 FROM pictures WHERE id = :id)`;

export async function sharePicture(sharing: Sharing, input: Input): Promise<Shared | Refusal> {
  const { db, caller } = sharing;
  const drawn = await generatedPicture(db, caller, input.image_id, POINTER);
  if (drawn instanceof Refusal) return drawn;
  const before = await sharedBefore(db, drawn);
  const removed = before?.state === "removed" ? before : await removedTwin(db, drawn);
  if (removed) return pictureGone(db, removed);
  const facts = await factsOf(db, drawn.request.adapters);
  const fault =
    trustFault(sharing, drawn) ??
    openFault(drawn.request.adapters, facts, {
      visibility: "public",
      pointer: POINTER,
      what: "a shared picture",
    }) ??
    (await blockedFault(db, "prompt", textsOf(drawn)));
  if (fault) return fault;
  const isNew = before?.state !== "published";
  if (isNew) await publish(sharing, drawn, { before, facts, rating: input.rating });
  else if (input.rating)
    await rateAgain(sharing, before, await ratingOf(db, { before, facts, rating: input.rating }));
  const row = await sharedBefore(db, drawn);
  if (!row) return notSharedFault(sharing, drawn);
  const picture = await findPicture(db, caller, row.id);
  return picture instanceof Refusal ? picture : { picture, isNew };
}

const sharedBefore = (db: Db, { image }: GeneratedPicture) =>
  db.select().from(pictures).where(eq(pictures.sourceId, image.id)).get();

/** The same bytes, removed by moderators: whoever repeats the recipe gets them again. */
const removedTwin = (db: Db, { image }: GeneratedPicture) =>
  db
    .select()
    .from(pictures)
    .where(and(eq(pictures.sha256, image.sha256), sql`state = 'removed'`))
    .limit(1)
    .get();

/** Others see it as drawn by the adapters that it names. What the owner's own machine delivered is only their word for that. */
function trustFault({ isOperator }: Sharing, { byOwnRunner }: GeneratedPicture): Refusal | null {
  if (!byOwnRunner || isOperator) return null;
  const detail =
    "A runner of your own drew it, and nobody else can check with what. Draw it here to share it.";
  return refuse("image_invalid", detail, POINTER);
}

const textsOf = ({ request }: GeneratedPicture) =>
  [request.prompt, request.negative_prompt].map((text) => ({ pointer: POINTER, text }));

/** Whoever shares it again and names another rating means that one. */
async function rateAgain({ db, now }: Sharing, before: PictureRow, rating: Rating): Promise<void> {
  await db
    .update(pictures)
    .set({ rating, updatedAt: now })
    .where(
      sql`${eq(pictures.id, before.id)} and ${pictures.state} = 'published' and ${pictures.rating} <> ${rating}`,
    );
}

type Rated = { before: PictureRow | undefined; facts: FactsById; rating: Input["rating"] };

/** The strictest of what its owner chose, its adapters' and the moderators'. */
async function ratingOf(db: Db, { before, facts, rating = "general" }: Rated): Promise<Rating> {
  const floor = before ? await ratingFloor(db, before.id) : null;
  return strictestOf([
    ...[...facts.values()].map(({ adapter }) => adapter.rating),
    rating,
    floor ?? "general",
  ]);
}

async function publish({ db, caller, now }: Sharing, drawn: GeneratedPicture, rated: Rated): Promise<void> {
  const { before, facts } = rated;
  const rating = await ratingOf(db, rated);
  const versions = JSON.stringify([...facts.keys()]);
  if (before) {
    // Its members are written anew: the trigger notifies the adapters' owners of them as when it was shared first.
    await db.$client.batch([
      namedStatement(db.$client, "DELETE FROM picture_members WHERE picture_id = :id", { id: before.id }),
      namedStatement(db.$client, UPDATE_PICTURE, { id: before.id, rating, now }),
      namedStatement(db.$client, INSERT_MEMBERS, { id: before.id, versions }),
    ]);
    return;
  }
  const ids = { id: newId("pic", now), image: newId("img", now), source: drawn.image.id };
  await db.$client.batch([
    namedStatement(db.$client, INSERT_PICTURE, {
      ...ids,
      owner: caller.id,
      sha256: drawn.image.sha256,
      base: drawn.baseId,
      members: JSON.stringify(drawn.request.adapters),
      rating,
      now,
      since: now - DAY_MS,
    }),
    namedStatement(db.$client, INSERT_IMAGE, { ...ids, now }),
    namedStatement(db.$client, INSERT_MEMBERS, {
      id: ids.id,
      versions,
    }),
  ]);
}

/** Why there is no row: the limit, or the picture went in this moment, with its account or with a purge. */
async function notSharedFault({ db, caller, now }: Sharing, { image }: GeneratedPicture): Promise<Refusal> {
  const shared = await db.$client
    .prepare(
      "SELECT min(created_at) AS at, count(*) AS count FROM pictures WHERE owner_id = ? AND created_at > ?",
    )
    .bind(caller.id, now - DAY_MS)
    .first<{ at: number | null; count: number }>();
  if (!shared?.at || shared.count < PICTURES_SHARED_PER_DAY_MAX) {
    return refuse("image_invalid", `You have no generated picture ${image.id}.`, POINTER);
  }
  const detail = `At most ${PICTURES_SHARED_PER_DAY_MAX} pictures a day are shared by one account.`;
  const retryAfterSeconds = Math.ceil((shared.at + DAY_MS - now) / 1000);
  return new Refusal("quota_exceeded", detail, [], { retryAfterSeconds });
}

/** Takes it out of public sight. Its row stays, so that reports of it can be decided, and it can be shared again. */
export async function withdrawPicture(db: Db, id: PictureRow["id"], now: number): Promise<void> {
  await db
    .update(pictures)
    .set({ state: "withdrawn", updatedAt: now })
    .where(and(eq(pictures.id, id), eq(pictures.state, "published")));
}
