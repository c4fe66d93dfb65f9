// Publishing a composition: under a new name it becomes a mix, under one of the caller's own the mix's next version.
// One batch decides: the composition is published once, numbers have no gap, and what it changes elsewhere it changes with it.

import { and, eq, isNull, sql } from "drizzle-orm";
import type { z } from "zod";
import { MIX_VERSIONS_MAX } from "../../schema/contract/limits.ts";
import type { MixPublish } from "../../schema/contract/mixes.ts";
import { compositionMembers, compositions, mixes } from "../../schema/tables.ts";
import type { Caller } from "../auth/caller.ts";
import type { Db } from "../context.ts";
import { newId } from "../lib/ids.ts";
import { Refusal, refuse } from "../lib/refusal.ts";
import { blockedFault } from "../moderation/blocklist.ts";
import type { CompositionRow } from "./compositions.ts";
import { coverOf } from "./covers.ts";
import { type FactsById, factsOf } from "./member-facts.ts";
import { findMix, goneFault, mixRef, type OwnedMix } from "./mixes.ts";
import { remixesRecounted, remixNotes } from "./remixes.ts";
import { shareFault, strictestOf } from "./sharing.ts";

type Wish = z.infer<typeof MixPublish>;

/** Two publications that both take a name for new: one of them goes on with the other's mix, in the second round. */
const ROUNDS_MAX = 2;

export async function publishComposition(
  db: Db,
  caller: Caller,
  row: CompositionRow,
  wish: Wish,
  now: number,
): Promise<OwnedMix | Refusal> {
  if (row.ownerId !== caller.id) return refuse("not_granted", "Only who made a composition may publish it.");
  const { name, title, description, changelog } = wish;
  const written = Object.entries({ name, title, description, changelog });
  const blocked = await blockedFault(
    db,
    "name",
    written.map(([field, text]) => ({ pointer: `/${field}`, text })),
  );
  if (blocked) return blocked;
  const facts = await factsOf(db, row.members);
  for (let round = 0; round < ROUNDS_MAX; round++) {
    const before = await findMix(db, caller, caller.handle, wish.name);
    if (before instanceof Refusal && before.code !== "not_found") return before;
    const existing = before instanceof Refusal ? null : before;
    const draft = draftOf(caller, row, wish, existing, facts, now);
    const fault =
      (await stateFault(db, row, existing)) ?? (await draftFault(db, caller, row, draft, wish, facts));
    if (fault) return fault;
    await write(db, caller, row, draft, wish, facts, now);
    const mix = await findMix(db, caller, caller.handle, wish.name);
    if (!(mix instanceof Refusal) && (await mixOf(db, row)) === mix.id) return mix;
  }
  const raced = await stateFault(db, row, null);
  if (raced) return raced;
  throw new Error(`Composition ${row.id} could not be published in ${ROUNDS_MAX} rounds`);
}

async function mixOf(db: Db, row: CompositionRow) {
  const now = db.select({ mixId: compositions.mixId }).from(compositions).where(eq(compositions.id, row.id));
  return (await now.get())?.mixId ?? null;
}

/** Why this composition cannot become a version of this mix as both stand now. */
async function stateFault(db: Db, row: CompositionRow, existing: OwnedMix | null): Promise<Refusal | null> {
  if ((await mixOf(db, row)) !== null) {
    const detail =
      "This composition is a version of a mix already, and a version never changes. Save a new one.";
    return refuse("version_state", detail);
  }
  if (!existing) return null;
  const gone = goneFault(existing, "/name");
  if (gone) return gone;
  if (existing.baseId !== row.baseId) {
    const detail = `${mixRef(existing)} is a mix of ${existing.baseId}, this composition is of ${row.baseId}. Choose another name.`;
    return refuse("adapter_incompatible", detail, "/name");
  }
  const count = await db.$count(compositions, eq(compositions.mixId, existing.id));
  if (count < MIX_VERSIONS_MAX) return null;
  return refuse(
    "quota_exceeded",
    `A mix has at most ${MIX_VERSIONS_MAX} versions. Publish under another name.`,
    "/name",
  );
}

type Draft = ReturnType<typeof draftOf>;

/** Checks what the mix would show; sets its cover where one is wished for. */
async function draftFault(
  db: Db,
  caller: Caller,
  row: CompositionRow,
  draft: Draft,
  wish: Wish,
  facts: FactsById,
): Promise<Refusal | null> {
  const hidden = shareFault(row.members, facts, draft.visibility, "/visibility");
  if (hidden || wish.cover_image_id === undefined) return hidden;
  const cover = await coverOf(db, caller, wish.cover_image_id, row.members);
  if (cover instanceof Refusal) return cover;
  draft.coverId = cover.id;
  return null;
}

/** The mix as it will be, whether it is new or goes on. */
function draftOf(
  caller: Caller,
  row: CompositionRow,
  wish: Wish,
  existing: OwnedMix | null,
  facts: FactsById,
  now: number,
) {
  const ratings = [...facts.values()].map(({ adapter }) => adapter.rating);
  return {
    id: existing?.id ?? newId("mix", now),
    name: wish.name,
    title: wish.title ?? existing?.title ?? (row.title || wish.name),
    description: wish.description ?? existing?.description ?? "",
    visibility: wish.visibility ?? existing?.visibility ?? "public",
    rating: strictestOf([...ratings, wish.rating ?? "general", existing?.rating ?? "general"]),
    coverId: existing?.coverId ?? null,
    owner: caller.handle,
  };
}

async function write(
  db: Db,
  caller: Caller,
  row: CompositionRow,
  draft: Draft,
  wish: Wish,
  facts: FactsById,
  now: number,
): Promise<void> {
  const { id: mixId, title, description, visibility, rating, coverId } = draft;
  const open = sql`exists (select 1 from mixes where id = ${mixId} and state = 'published')`;
  const happened = sql`exists (select 1 from compositions where id = ${row.id} and mix_id = ${mixId})`;
  await db.batch([
    db
      .insert(mixes)
      .select(
        sql`select ${mixId}, ${caller.id}, ${draft.name}, ${title}, ${description}, ${row.baseId}, ${visibility},
          'published', ${rating}, ${coverId}, 0, 0, 0, 0, ${now}, ${now}
          from compositions where id = ${row.id} and mix_id is null`,
      )
      .onConflictDoNothing(),
    db
      .update(compositions)
      .set({
        mixId,
        number: sql`(select count(*) + 1 from compositions where mix_id = ${mixId})`,
        changelog: wish.changelog,
        publishedAt: now,
      })
      .where(
        and(
          eq(compositions.id, row.id),
          isNull(compositions.mixId),
          open,
          sql`(select count(*) from compositions where mix_id = ${mixId}) < ${MIX_VERSIONS_MAX}`,
        ),
      ),
    db
      .update(mixes)
      .set({ title, description, visibility, rating, coverId, updatedAt: now })
      .where(and(eq(mixes.id, mixId), happened)),
    db
      .insert(compositionMembers)
      .select(
        sql`select ${row.id}, adapter_id, id from versions
          where id in (select value from json_each(${JSON.stringify([...facts.keys()])})) and ${happened}`,
      )
      .onConflictDoNothing(),
    remixesRecounted(db, mixId),
    ...remixNotes(db, caller, draft, facts, now),
  ]);
}
