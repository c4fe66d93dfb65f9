// Publishing a composition: under a new name it becomes a mix, under one of the caller's own the mix's next version.
// One batch writes everything: the composition is published once, numbers have no gaps, and counters change with it.

import { and, eq, isNull, sql } from "drizzle-orm";
import type { z } from "zod";
import type { ResolvedMember } from "../../schema/contract/compositions.ts";
import { MIX_VERSIONS_MAX } from "../../schema/contract/limits.ts";
import type { MixPublish } from "../../schema/contract/mixes.ts";
import type { CompositionRow } from "../../schema/tables.ts";
import { compositionMembers, compositions, mixes, type OwnedMix } from "../../schema/tables.ts";
import { knownBase } from "../catalog/bases.ts";
import { promptFault } from "../catalog/prompt-rules.ts";
import type { Db } from "../db.ts";
import { newId } from "../lib/ids.ts";
import { Refusal, refuse } from "../lib/refusal.ts";
import { blockedFault } from "../policy/blocklist.ts";
import type { Caller } from "../rights/rights.ts";
import { coverOf } from "./covers.ts";
import { type FactsById, factsOf } from "./member-facts.ts";
import { findMix, goneFault, membersOfVersions, mixRef, versionsStill } from "./mixes.ts";
import { remixNotes } from "./remixes.ts";
import { shareFault, strictestOf } from "./sharing.ts";

type MixInput = z.infer<typeof MixPublish>;

/** Publications under one name may race: the second one retries with the mix as it is then. */
const ROUNDS_MAX = 3;

export async function publishComposition(
  { db, caller, now }: { db: Db; caller: Caller; now: number },
  row: CompositionRow,
  input: MixInput,
): Promise<OwnedMix | Refusal> {
  if (row.ownerId !== caller.id) return refuse("not_granted", "Only who made a composition may publish it.");
  const blocked =
    (await wordsFault(db, row, input)) ?? promptFault(knownBase(row.baseId), { prompt: row.prompt });
  if (blocked) return blocked;
  const facts = await factsOf(db, row.members);
  for (let round = 0; round < ROUNDS_MAX; round++) {
    const found = await findMix(db, caller, caller.handle, input.name);
    if (found instanceof Refusal && found.code !== "not_found") return found;
    const existing = found instanceof Refusal ? null : found;
    const plain = draftOf({ caller, now }, row, input, { existing, facts });
    const before = existing ? await membersOfVersions(db, existing.id) : [];
    const fault =
      (await stateFault(db, row, existing, before.length)) ??
      (await openFault(db, existing, before, plain)) ??
      shareFault(row.members, facts, plain.visibility, "/visibility");
    if (fault) return fault;
    const draft = await withCover({ db, caller }, row, plain, input.cover_image_id);
    if (draft instanceof Refusal) return draft;
    await write({ db, caller, now }, row, draft, { count: before.length, input, facts });
    const mix = await findMix(db, caller, caller.handle, input.name);
    if (!(mix instanceof Refusal) && (await mixOf(db, row)) === mix.id) return mix;
  }
  const raced = await stateFault(db, row, null, 0);
  if (raced) return raced;
  throw new Error(`Composition ${row.id} could not be published in ${ROUNDS_MAX} rounds`);
}

async function mixOf(db: Db, row: CompositionRow) {
  const now = db.select({ mixId: compositions.mixId }).from(compositions).where(eq(compositions.id, row.id));
  return (await now.get())?.mixId ?? null;
}

/** Why this composition cannot become a version of this mix, as both are now. */
async function stateFault(
  db: Db,
  row: CompositionRow,
  existing: OwnedMix | null,
  count: number,
): Promise<Refusal | null> {
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
  if (count < MIX_VERSIONS_MAX) return null;
  return refuse(
    "quota_exceeded",
    `A mix has at most ${MIX_VERSIONS_MAX} versions. Publish under another name.`,
    "/name",
  );
}

type Draft = ReturnType<typeof draftOf>;

/** Checks every text that the mix's page will show, from this request and from the saved composition, for blocked terms. */
async function wordsFault(db: Db, row: CompositionRow, input: MixInput): Promise<Refusal | null> {
  const { name, title = row.title, description, changelog } = input;
  const written = Object.entries({ name, title, description, changelog });
  return (
    (await blockedFault(
      db,
      "name",
      written.map(([field, text]) => ({ pointer: `/${field}`, text })),
    )) ?? (await blockedFault(db, "prompt", [{ pointer: "", text: row.prompt }]))
  );
}

/** A version that opens its mix opens the ones before it too. */
async function openFault(
  db: Db,
  existing: OwnedMix | null,
  before: ResolvedMember[][],
  draft: Draft,
): Promise<Refusal | null> {
  if (!existing || draft.visibility === existing.visibility) return null;
  const members = before.flat();
  return shareFault(members, await factsOf(db, members), draft.visibility, "/visibility");
}

/** The draft with the cover that the request names; unchanged where it names none. */
async function withCover(
  { db, caller }: { db: Db; caller: Caller },
  row: CompositionRow,
  draft: Draft,
  imageId: MixInput["cover_image_id"],
): Promise<Draft | Refusal> {
  if (imageId === undefined) return draft;
  const cover = await coverOf(db, caller, imageId, row.members);
  return cover instanceof Refusal ? cover : { ...draft, coverId: cover.id };
}

/** The mix after the publication, new or existing. */
function draftOf(
  { caller, now }: { caller: Caller; now: number },
  row: CompositionRow,
  input: MixInput,
  { existing, facts }: { existing: OwnedMix | null; facts: FactsById },
) {
  const ratings = [...facts.values()].map(({ adapter }) => adapter.rating);
  return {
    id: existing?.id ?? newId("mix", now),
    name: input.name,
    title: input.title ?? existing?.title ?? (row.title || input.name),
    description: input.description ?? existing?.description ?? "",
    visibility: input.visibility ?? existing?.visibility ?? "public",
    rating: strictestOf([...ratings, input.rating ?? "general", existing?.rating ?? "general"]),
    coverId: existing?.coverId ?? null,
    owner: caller.handle,
  };
}

async function write(
  { db, caller, now }: { db: Db; caller: Caller; now: number },
  row: CompositionRow,
  draft: Draft,
  { count, input, facts }: { count: number; input: MixInput; facts: FactsById },
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
        changelog: input.changelog,
        publishedAt: now,
      })
      .where(and(eq(compositions.id, row.id), isNull(compositions.mixId), open, versionsStill(mixId, count))),
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
    ...remixNotes({ db, caller, now }, draft, facts),
  ]);
}
