// Saved compositions: rows in, the contract's JSON out, with crosstalk, licence and warnings of the members.

import { eq } from "drizzle-orm";
import type { z } from "zod";
import type { Composition, CompositionCreate, ResolvedMember } from "../../schema/contract/compositions.ts";
import type { CompositionRow } from "../../schema/tables.ts";
import { compositions, mixes, users } from "../../schema/tables.ts";
import { knownBase } from "../catalog/bases.ts";
import { promptFault } from "../catalog/prompt-rules.ts";
import type { Db } from "../db.ts";
import { isoTime, isoTimeOrNull } from "../lib/clock.ts";
import { crosstalkOf } from "../lib/crosstalk.ts";
import { newId } from "../lib/ids.ts";
import { Refusal, refuse } from "../lib/refusal.ts";
import type { Caller } from "../rights/rights.ts";
import { ancestorsOf, forkCounted } from "./forks.ts";
import { intersectLicences, type LicencedMember } from "./licences.ts";
import { type FactsById, factsOf } from "./member-facts.ts";
import { warningsOf } from "./member-warnings.ts";
import { asMember, resolveMembers } from "./members.ts";
import { type FoundMix, isOpenMix, isVersion, mixRef, resolveMix } from "./mixes.ts";

export async function createComposition(
  db: Db,
  caller: Caller,
  input: z.infer<typeof CompositionCreate>,
  now: number,
): Promise<CompositionRow | Refusal> {
  const cast = await resolveMembers({ db, caller }, input.members, input.base, { pointer: "/members" });
  if (cast instanceof Refusal) return cast;
  const undrawable = promptFault(cast.base, { prompt: input.prompt });
  if (undrawable) return undrawable;
  const source = input.forked_from && (await resolveMix(db, caller, input.forked_from, "/forked_from"));
  if (source instanceof Refusal) return source;
  const content = {
    baseId: cast.base.id,
    title: input.title,
    prompt: input.prompt,
    members: cast.members.map(({ resolved }) => resolved),
  };
  return saveComposition({ db, caller, now }, content, source || null);
}

type Content = Pick<CompositionRow, "baseId" | "title" | "prompt" | "members">;

/** Writes a new composition; a fork is counted at its mix. */
async function saveComposition(
  { db, caller, now }: { db: Db; caller: Caller; now: number },
  content: Content,
  source: FoundMix | null,
): Promise<CompositionRow> {
  const row: CompositionRow = {
    ...content,
    id: newId("cmp", now),
    ownerId: caller.id,
    mixId: null,
    number: null,
    changelog: "",
    forkedFromId: source?.version.id ?? null,
    publishedAt: null,
    createdAt: now,
  };
  const insert = db.insert(compositions).values(row);
  await (source ? db.batch([insert, ...forkCounted({ db, caller, now }, row, source)]) : insert);
  return row;
}

/** A private composition of the caller's own with the same members, as far as the caller may still use them. */
export async function forkMix(
  db: Db,
  caller: Caller,
  source: FoundMix,
  now: number,
): Promise<CompositionRow | Refusal> {
  const { baseId, title, prompt, members } = source.version;
  const requested = members.map(asMember);
  const cast = await resolveMembers({ db, caller }, requested, baseId, { pointer: "/members" });
  if (cast instanceof Refusal) return cast;
  return saveComposition({ db, caller, now }, { baseId, title, prompt, members }, source);
}

/** A composition is visible to its owner only, since it may name private adapters, until it is a version of an open mix. */
export async function findComposition(
  db: Db,
  caller: Caller | null,
  id: CompositionRow["id"],
): Promise<CompositionRow | Refusal> {
  const found = await db
    .select({ composition: compositions, mix: mixes })
    .from(compositions)
    .leftJoin(mixes, eq(mixes.id, compositions.mixId))
    .where(eq(compositions.id, id))
    .get();
  const mine = found !== undefined && found.composition.ownerId === caller?.id;
  const open = found !== undefined && found.mix !== null && isOpenMix(found.mix);
  return mine || open ? found.composition : refuse("not_found", `You have no composition ${id}.`);
}

/** Who reads a composition. The estimate comes from dispatch, which is on a higher floor: the route passes it in. */
export type CompositionView = {
  caller: Caller | null;
  origin: string;
  estimate: (baseId: CompositionRow["baseId"]) => Promise<Composition["estimate"]>;
};

export async function compositionJson(
  db: Db,
  row: CompositionRow,
  { caller, origin, estimate }: CompositionView,
): Promise<Composition> {
  const base = knownBase(row.baseId);
  const [owner, facts, ancestors, mix, expected] = await Promise.all([
    db.select({ handle: users.handle }).from(users).where(eq(users.id, row.ownerId)).get(),
    factsOf(db, row.members),
    ancestorsOf(db, row, caller, 1),
    row.mixId && db.select({ name: mixes.name }).from(mixes).where(eq(mixes.id, row.mixId)).get(),
    estimate(row.baseId),
  ]);
  const handle = owner?.handle ?? "";
  return {
    id: row.id,
    owner: handle,
    base: row.baseId,
    title: row.title,
    prompt: row.prompt,
    members: row.members,
    crosstalk: { pairs: crosstalkOf(base, row.members) },
    licence: intersectLicences(licencesOf(row.members, facts)),
    estimate: expected,
    warnings: warningsOf(base, row.members),
    mix: mix && isVersion(row) ? mixRef({ owner: handle, name: mix.name }, row.number) : null,
    forked_from: ancestors[0] ?? null,
    download_url: `${origin}/v1/compositions/${row.id}/download`,
    created_at: isoTime(row.createdAt),
    published_at: isoTimeOrNull(row.publishedAt),
  };
}

function licencesOf(members: readonly ResolvedMember[], facts: FactsById): LicencedMember[] {
  return members.flatMap(({ version_id, ref }) => {
    const licence = facts.get(version_id)?.adapter.licence;
    return licence ? [{ ref, licence }] : [];
  });
}
