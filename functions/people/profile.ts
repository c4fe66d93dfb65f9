// Public profiles, and changing one's own.

import { and, eq, isNull, sql } from "drizzle-orm";
import type { z } from "zod";
import type { Profile, ProfilePatch } from "../../schema/contract/profiles.ts";
import { adapters, follows, images, users } from "../../schema/tables.ts";
import type { Db } from "../db.ts";
import { Refusal, refuse } from "../lib/refusal.ts";
import { blockedFault } from "../policy/blocklist.ts";
import type { Caller } from "../rights/rights.ts";
import { imageOfUpload, imageUrl } from "../storage/images.ts";
import { findUpload } from "../storage/uploads.ts";

/** A public profile. Deleted accounts have none; suspended ones do, with what they published. */
export async function profileOf(db: Db, handle: string, origin: string): Promise<Profile | Refusal> {
  const user = await db
    .select()
    .from(users)
    .where(and(eq(users.handle, handle), isNull(users.deletedAt)))
    .get();
  if (!user) return refuse("not_found", `There is nobody called ${handle}.`);
  const open = and(
    eq(adapters.ownerId, user.id),
    eq(adapters.state, "published"),
    eq(adapters.visibility, "public"),
  );
  const [[sums], followers] = await Promise.all([
    db
      .select({ count: sql<number>`count(*)`, uses: sql<number>`coalesce(sum(${adapters.uses}), 0)` })
      .from(adapters)
      .where(open),
    db.$count(follows, eq(follows.followedId, user.id)),
  ]);
  return {
    id: user.id,
    handle: user.handle,
    name: user.name,
    bio: user.bio,
    avatar_url: user.avatarId === null ? null : imageUrl(origin, user.avatarId),
    joined_at: user.createdAt.toISOString(),
    adapters: sums?.count ?? 0,
    uses: sums?.uses ?? 0,
    followers,
  };
}

export async function changeProfile(
  db: Db,
  caller: Caller,
  patch: z.infer<typeof ProfilePatch>,
  now: number,
): Promise<Refusal | null> {
  const blocked = await blockedFault(db, "name", [
    { pointer: "/name", text: patch.name },
    { pointer: "/bio", text: patch.bio },
  ]);
  if (blocked) return blocked;
  const { avatar_upload_id: uploadId } = patch;
  const avatar = uploadId && (await avatarOf(db, caller, uploadId, now));
  if (avatar instanceof Refusal) return avatar;
  const changed = {
    ...(patch.name !== undefined && { name: patch.name }),
    ...(patch.bio !== undefined && { bio: patch.bio }),
    ...(patch.shown_ratings !== undefined && { shownRatings: [...new Set(patch.shown_ratings)] }),
    ...(patch.training_emails !== undefined && { trainingEmails: patch.training_emails }),
    ...(uploadId !== undefined && { avatarId: avatar ? avatar.id : null }),
    updatedAt: new Date(now),
  };
  const change = db.update(users).set(changed).where(eq(users.id, caller.id));
  if (uploadId === undefined) await change;
  else {
    await db.batch([
      // The former picture: nothing else shows it, and a removed picture must be deleted.
      db
        .delete(images)
        .where(
          and(
            eq(images.ownerId, caller.id),
            eq(images.role, "avatar"),
            sql`${images.id} <> ${avatar ? avatar.id : ""}`,
          ),
        ),
      ...(avatar ? [db.insert(images).values(avatar)] : []),
      change,
    ]);
  }
  return null;
}

async function avatarOf(db: Db, caller: Caller, uploadId: `upl_${string}`, now: number) {
  const upload = await findUpload({ db, caller }, uploadId, "avatar", "/avatar_upload_id");
  return upload instanceof Refusal ? upload : imageOfUpload(upload, "avatar", 0, now);
}
