// Changing a mix's texts, visibility, rating and cover, and withdrawing it. Its versions never change.

import { and, eq } from "drizzle-orm";
import type { z } from "zod";
import type { MixPatch } from "../../schema/contract/mixes.ts";
import { mixes, type OwnedMix } from "../../schema/tables.ts";
import type { Db } from "../db.ts";
import { Refusal, refuse } from "../lib/refusal.ts";
import { blockedFault } from "../policy/blocklist.ts";
import { ratingFloor } from "../policy/ratings.ts";
import { reaches } from "../policy/rules.ts";
import type { Caller } from "../rights/rights.ts";
import { coverOf } from "./covers.ts";
import { factsOf } from "./member-facts.ts";
import { findVersionOfMix, goneFault, membersOfVersions, mixRef, versionsStill } from "./mixes.ts";
import { remixNotes } from "./remixes.ts";
import { shareFault, strictestOf } from "./sharing.ts";

export async function patchMix(
  { db, caller, now }: { db: Db; caller: Caller; now: number },
  mix: OwnedMix,
  patch: z.infer<typeof MixPatch>,
): Promise<OwnedMix | Refusal> {
  const fault = goneFault(mix) ?? (await ratingFault(db, mix, patch.rating));
  if (fault) return fault;
  const { title = mix.title, description = mix.description, visibility = mix.visibility } = patch;
  const blocked = await blockedFault(db, "name", [
    { pointer: "/title", text: patch.title },
    { pointer: "/description", text: patch.description },
  ]);
  if (blocked) return blocked;
  const versions = await membersOfVersions(db, mix.id);
  const members = versions.flat();
  const facts = await factsOf(db, members);
  const ratings = [...facts.values()].map(({ adapter }) => adapter.rating);
  if (patch.visibility !== undefined && patch.visibility !== mix.visibility) {
    const hidden = shareFault(members, facts, patch.visibility, "/visibility");
    if (hidden) return hidden;
  }
  const cover = await requestedCover(db, caller, mix, patch.cover_image_id);
  if (cover instanceof Refusal) return cover;
  const changed = {
    ...{ title, description, visibility },
    rating: strictestOf([...ratings, patch.rating ?? mix.rating]),
    coverId: cover,
    updatedAt: now,
  };
  const open = and(
    eq(mixes.id, mix.id),
    eq(mixes.state, "published"),
    versionsStill(mix.id, versions.length),
  );
  const [done] = await db.batch([
    db.update(mixes).set(changed).where(open),
    ...remixNotes({ db, caller, now }, mix, facts),
  ]);
  if (done.meta.changes === 0) {
    return refuse("version_state", `${mixRef(mix)} was changed meanwhile. Look at it again.`);
  }
  return { ...mix, ...changed };
}

/** An owner may change a rating in both directions: below that of the moderators only by an appeal, and never below that of an adapter in the mix. */
async function ratingFault(db: Db, mix: OwnedMix, input: OwnedMix["rating"] | undefined) {
  if (input === undefined) return null;
  const floor = await ratingFloor(db, mix.id);
  if (reaches(input, floor)) return null;
  const detail = `The moderators rated this mix ${floor}; its owner may raise that, not lower it. An appeal may.`;
  return refuse("not_granted", detail, "/rating");
}

async function requestedCover(
  db: Db,
  caller: Caller,
  mix: OwnedMix,
  input: OwnedMix["coverId"] | undefined,
): Promise<OwnedMix["coverId"] | Refusal> {
  if (input === undefined || input === null) return input === null ? null : mix.coverId;
  const newest = await findVersionOfMix(db, mix, undefined);
  if (newest instanceof Refusal) return newest;
  const cover = await coverOf(db, caller, input, newest.members);
  return cover instanceof Refusal ? cover : cover.id;
}

/** Takes a mix out of lists. Its address answers with a tombstone; forks and pictures stay. */
export async function withdrawMix(db: Db, mix: OwnedMix, now: number): Promise<OwnedMix> {
  if (mix.state !== "published") return mix;
  await db
    .update(mixes)
    .set({ state: "withdrawn", updatedAt: now })
    .where(and(eq(mixes.id, mix.id), eq(mixes.state, "published")));
  return { ...mix, state: "withdrawn", updatedAt: now };
}
