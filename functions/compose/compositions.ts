// Saved compositions: rows in, the contract's JSON out with all that follows from the members.

import { and, eq, inArray } from "drizzle-orm";
import type { z } from "zod";
import type { Composition, CompositionCreate, ResolvedMember } from "../../schema/contract/compositions.ts";
import { adapters, compositions, users, versions } from "../../schema/tables.ts";
import type { Caller } from "../auth/caller.ts";
import { isoTime } from "../catalog/adapter-json.ts";
import { knownBase, radixOfBase } from "../catalog/bases.ts";
import type { Db } from "../context.ts";
import { estimate } from "../dispatch/jobs.ts";
import { newId } from "../lib/ids.ts";
import { Refusal, refuse } from "../lib/refusal.ts";
import { crosstalkOf, warningsOf } from "./crosstalk.ts";
import { intersectLicences, type LicencedMember } from "./licences.ts";
import { resolveMembers } from "./members.ts";

export type CompositionRow = typeof compositions.$inferSelect;

export async function createComposition(
  db: Db,
  caller: Caller,
  wish: z.infer<typeof CompositionCreate>,
  now: number,
): Promise<CompositionRow | Refusal> {
  const cast = await resolveMembers(db, caller, wish.members, wish.base, "/members");
  if (cast instanceof Refusal) return cast;
  const row: CompositionRow = {
    id: newId("cmp", now),
    ownerId: caller.id,
    baseId: cast.base.id,
    title: wish.title,
    prompt: wish.prompt,
    members: cast.members.map(({ resolved }) => resolved),
    mixId: null,
    number: null,
    changelog: "",
    forkedFromId: null,
    publishedAt: null,
    createdAt: now,
  };
  await db.insert(compositions).values(row);
  return row;
}

/** A composition is its maker's alone: it may name private adapters. */
export async function findComposition(
  db: Db,
  caller: Caller,
  id: CompositionRow["id"],
): Promise<CompositionRow | Refusal> {
  const row = await db
    .select()
    .from(compositions)
    .where(and(eq(compositions.id, id), eq(compositions.ownerId, caller.id)))
    .get();
  return row ?? refuse("not_found", `You have no composition ${id}.`);
}

export async function compositionJson(db: Db, row: CompositionRow): Promise<Composition> {
  const base = knownBase(row.baseId);
  const owner = await db.select({ handle: users.handle }).from(users).where(eq(users.id, row.ownerId)).get();
  return {
    id: row.id,
    owner: owner?.handle ?? "",
    base: row.baseId,
    title: row.title,
    prompt: row.prompt,
    members: row.members,
    crosstalk: { pairs: crosstalkOf(base, radixOfBase(base), row.members) },
    licence: intersectLicences(await licencesOf(db, row.members)),
    estimate: await estimate(db, row.baseId),
    warnings: warningsOf(row.members),
    created_at: isoTime(row.createdAt),
  };
}

async function licencesOf(db: Db, members: readonly ResolvedMember[]): Promise<LicencedMember[]> {
  const ids = members.map((member) => member.version_id);
  const rows = await db
    .select({ id: versions.id, licence: adapters.licence })
    .from(versions)
    .innerJoin(adapters, eq(adapters.id, versions.adapterId))
    .where(inArray(versions.id, ids))
    .all();
  const licences = new Map(rows.map((row) => [row.id, row.licence]));
  return members.flatMap(({ version_id, ref }) => {
    const licence = licences.get(version_id);
    return licence ? [{ ref, licence }] : [];
  });
}
