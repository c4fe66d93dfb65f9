// Mixes: published compositions. Who sees one, which version a name means, changing and withdrawing. Publishing is publish-mix.ts.

import { and, desc, eq, sql } from "drizzle-orm";
import type { ResolvedMember } from "../../schema/contract/compositions.ts";
import type { CompositionRow, MixRow, MixVersionRow, OwnedMix } from "../../schema/tables.ts";
import { compositions, mixes, users } from "../../schema/tables.ts";
import type { Db } from "../db.ts";
import { isoTime } from "../lib/clock.ts";
import { gone, Refusal, refuse } from "../lib/refusal.ts";
import { removalOf } from "../policy/removals.ts";
import type { Caller } from "../rights/rights.ts";

export type FoundMix = { mix: OwnedMix; version: MixVersionRow };

export const mixRef = (mix: Pick<OwnedMix, "owner" | "name">, number?: number) =>
  `${mix.owner}/${mix.name}${number === undefined ? "" : `:${number}`}`;

/** Visible to whoever knows the address, which does not mean listed. */
export const isOpenMix = (mix: MixRow) => mix.state === "published" && mix.visibility !== "private";

export function isVersion(row: CompositionRow): row is MixVersionRow {
  return row.mixId !== null && row.number !== null && row.publishedAt !== null;
}

/** The mix at owner/name as this caller may see it. A hidden mix gets the same refusal as one that does not exist. */
export async function findMix(
  db: Db,
  caller: Caller | null,
  owner: string,
  name: string,
): Promise<OwnedMix | Refusal> {
  const found = await db
    .select({ mix: mixes, owner: users.handle })
    .from(mixes)
    .innerJoin(users, eq(users.id, mixes.ownerId))
    .where(and(eq(users.handle, owner), eq(mixes.name, name)))
    .get();
  const isOwner = found !== undefined && found.mix.ownerId === caller?.id;
  if (!found || (found.mix.visibility === "private" && !isOwner)) {
    return refuse("not_found", `There is no mix ${owner}/${name}.`);
  }
  const mix = { ...found.mix, owner: found.owner };
  return isOwner || mix.state === "published" ? mix : mixGone(db, mix);
}

const goneDetail = (mix: OwnedMix) =>
  `${mixRef(mix)} was ${mix.state === "withdrawn" ? "withdrawn by its owner" : "removed by the moderators"}.`;

/** Why nothing new can be made from a withdrawn or removed mix; null otherwise. */
export function goneFault(mix: OwnedMix, pointer?: string): Refusal | null {
  return mix.state === "published" ? null : refuse("mix_removed", goneDetail(mix), pointer);
}

/** The tombstone of a withdrawn or removed mix. */
async function mixGone(db: Db, mix: OwnedMix): Promise<Refusal> {
  const removal = await removalOf(db, mix.id);
  return gone("mix_removed", goneDetail(mix), {
    ref: mixRef(mix),
    title: mix.title,
    removed_at: isoTime(removal?.at ?? mix.updatedAt),
    removed_by: mix.state === "withdrawn" ? "owner" : "moderators",
    reason: removal?.reason ?? "",
  });
}

export async function findOwnMix(
  db: Db,
  caller: Caller,
  owner: string,
  name: string,
): Promise<OwnedMix | Refusal> {
  const mix = await findMix(db, caller, owner, name);
  if (mix instanceof Refusal || mix.ownerId === caller.id) return mix;
  return refuse("not_granted", `Only ${mix.owner} may change ${mixRef(mix)}.`);
}

/** One version of a mix, the newest unless a number is named. */
export async function findVersionOfMix(
  db: Db,
  mix: OwnedMix,
  number: number | undefined,
  pointer = "?number",
): Promise<MixVersionRow | Refusal> {
  const row = await db
    .select()
    .from(compositions)
    .where(
      and(eq(compositions.mixId, mix.id), number === undefined ? undefined : eq(compositions.number, number)),
    )
    .orderBy(desc(compositions.number))
    .limit(1)
    .get();
  if (row && isVersion(row)) return row;
  return refuse("not_found", `${mixRef(mix)} has no version ${number ?? ""}.`, pointer);
}

/** The members of each of its versions; its length is how many versions there are. */
export async function membersOfVersions(db: Db, id: MixRow["id"]): Promise<ResolvedMember[][]> {
  const versions = db.select({ members: compositions.members }).from(compositions);
  return (await versions.where(eq(compositions.mixId, id)).all()).map(({ members }) => members);
}

/** SQL: no version was published since `count` of them were read. */
export const versionsStill = (id: MixRow["id"], count: number) =>
  sql`(select count(*) from compositions where mix_id = ${id}) = ${count}`;

/** The mix that `owner/name` or `owner/name:3` in a request's body names, if something new can be made from it. */
export async function resolveMix(
  db: Db,
  caller: Caller | null,
  ref: string,
  pointer: string,
): Promise<FoundMix | Refusal> {
  const [path = "", number] = ref.split(":");
  const [owner = "", name = ""] = path.split("/");
  const mix = await findMix(db, caller, owner, name);
  if (mix instanceof Refusal) return named(mix, pointer);
  const gone = goneFault(mix, pointer);
  if (gone) return gone;
  const version = await findVersionOfMix(db, mix, number === undefined ? undefined : Number(number));
  return version instanceof Refusal ? named(version, pointer) : { mix, version };
}

/** A missing mix named in a body is a fault of the body (422), not of the address (404). */
function named(refusal: Refusal, pointer: string): Refusal {
  return refuse(refusal.code === "not_found" ? "composition_unknown" : refusal.code, refusal.detail, pointer);
}

/** The newest version of each mix. */
export async function newestVersions(
  db: Db,
  found: readonly MixRow[],
): Promise<Map<MixRow["id"], MixVersionRow>> {
  const ids = JSON.stringify(found.map(({ id }) => id));
  const rows = await db
    .select()
    .from(compositions)
    .where(
      sql`(${compositions.mixId}, ${compositions.number}) in (
        select mix_id, max(number) from compositions where mix_id in (select value from json_each(${ids})) group by mix_id
      )`,
    )
    .all();
  return new Map(rows.filter(isVersion).map((row) => [row.mixId, row]));
}
