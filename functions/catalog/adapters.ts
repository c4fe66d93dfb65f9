// Catalog entries: create, find, change, withdraw. Who may see one is decided here.

import { and, eq, isNull } from "drizzle-orm";
import type { z } from "zod";
import type { AdapterCreate, AdapterPatch } from "../../schema/contract/adapters.ts";
import { RATINGS } from "../../schema/contract/moderation.ts";
import type { AdapterRow, OwnedAdapter } from "../../schema/tables.ts";
import { adapters, users } from "../../schema/tables.ts";
import type { Db } from "../db.ts";
import { newId } from "../lib/ids.ts";
import { inList } from "../lib/in-list.ts";
import { Refusal, refuse } from "../lib/refusal.ts";
import { blockedFault } from "../policy/blocklist.ts";
import { ratingFloor } from "../policy/ratings.ts";
import type { Caller } from "../rights/rights.ts";
import { baseOf } from "./bases.ts";
import { adapterGone, isGone } from "./tombstones.ts";

export const refOf = (adapter: Pick<OwnedAdapter, "owner" | "name">) => `${adapter.owner}/${adapter.name}`;

/** Drafts and private entries are visible to their owner only; unlisted ones to whoever knows the address. */
export function maySee(adapter: AdapterRow, caller: Caller | null): boolean {
  if (caller?.id === adapter.ownerId) return true;
  return adapter.publishedAt !== null && adapter.visibility !== "private";
}

/** The entry as it would be created, after every check but that of its name against others of its owner. */
export async function draftAdapter(
  { db, caller, now }: { db: Db; caller: Caller; now: number },
  input: z.infer<typeof AdapterCreate>,
  pointer = "",
): Promise<AdapterRow | Refusal> {
  const base = baseOf(input.base, `${pointer}/base`);
  if (base instanceof Refusal) return base;
  const blocked = await wordsFault(db, input, pointer);
  if (blocked) return blocked;
  return {
    id: newId("adp", now),
    ownerId: caller.id,
    name: input.name,
    title: input.title,
    description: input.description,
    baseId: base.id,
    concept: input.concept,
    classWord: input.class_word,
    tags: [...new Set(input.tags)],
    licence: input.licence,
    visibility: input.visibility,
    state: "draft",
    credits: input.credits,
    rating: input.rating,
    uses: 0,
    downloads: 0,
    likes: 0,
    comments: 0,
    remixes: 0,
    trend: 0,
    withdrawnAt: null,
    withdrawReason: "",
    createdAt: now,
    updatedAt: now,
    publishedAt: null,
  };
}

export async function createAdapter(
  db: Db,
  caller: Caller,
  input: z.infer<typeof AdapterCreate>,
  now: number,
): Promise<OwnedAdapter | Refusal> {
  const row = await draftAdapter({ db, caller, now }, input);
  if (row instanceof Refusal) return row;
  const inserted = await db.insert(adapters).values(row).onConflictDoNothing().returning({ id: adapters.id });
  return inserted.length === 0 ? nameTaken(input.name, "/name") : { ...row, owner: caller.handle };
}

const nameTaken = (name: string, pointer: string) =>
  refuse("name_taken", `You already have an adapter named "${name}".`, pointer);

/** For an order that creates more than its adapter: says beforehand that an adapter of this name cannot be created. */
export async function nameFault(
  db: Db,
  ownerId: AdapterRow["ownerId"],
  name: string,
  pointer: string,
): Promise<Refusal | null> {
  const taken = await db.$count(adapters, and(eq(adapters.ownerId, ownerId), eq(adapters.name, name)));
  return taken > 0 ? nameTaken(name, pointer) : null;
}

/** The texts of an entry that its owner writes and others read. */
function wordsFault(
  db: Db,
  input: z.infer<typeof AdapterPatch> & { name?: string; class_word?: string },
  pointer = "",
) {
  return blockedFault(db, "name", [
    { pointer: `${pointer}/name`, text: input.name },
    { pointer: `${pointer}/title`, text: input.title },
    { pointer: `${pointer}/description`, text: input.description },
    { pointer: `${pointer}/concept`, text: input.concept },
    { pointer: `${pointer}/class_word`, text: input.class_word },
    { pointer: `${pointer}/credits`, text: input.credits },
    ...(input.tags ?? []).map((text, i) => ({ pointer: `${pointer}/tags/${i}`, text })),
  ]);
}

/** The entry at owner/name as this caller may see it. A hidden entry gets the same refusal as one that does not exist. */
export async function findAdapter(
  db: Db,
  caller: Caller | null,
  owner: string,
  name: string,
): Promise<OwnedAdapter | Refusal> {
  const found = await db
    .select({ adapter: adapters, owner: users.handle })
    .from(adapters)
    .innerJoin(users, eq(users.id, adapters.ownerId))
    .where(and(eq(users.handle, owner), eq(adapters.name, name)))
    .get();
  const adapter = found && { ...found.adapter, owner: found.owner };
  const address = { owner, name };
  return (await adapterRefusal(db, caller, adapter, address)) ?? adapter ?? noAdapter(address);
}

type Address = { owner: string; name: string };

/** Why this caller does not get what is at the address, or null. */
export async function adapterRefusal(
  db: Db,
  caller: Caller | null,
  found: OwnedAdapter | undefined,
  address: Address,
): Promise<Refusal | null> {
  if (!found || !maySee(found, caller)) return noAdapter(address);
  return isGone(found) && caller?.id !== found.ownerId ? adapterGone(db, found) : null;
}

export const noAdapter = ({ owner, name }: Address): Refusal =>
  refuse("not_found", `There is no adapter ${owner}/${name}.`);

export async function findOwnAdapter(
  db: Db,
  caller: Caller,
  owner: string,
  name: string,
): Promise<OwnedAdapter | Refusal> {
  const adapter = await findAdapter(db, caller, owner, name);
  if (adapter instanceof Refusal || adapter.ownerId === caller.id) return adapter;
  return refuse("not_granted", `Only ${adapter.owner} may change ${refOf(adapter)}.`);
}

/** The caller's own and not removed: new slots, versions and trainings need such an adapter. */
export async function findOpenAdapter(db: Db, caller: Caller, owner: string, name: string) {
  const adapter = await findOwnAdapter(db, caller, owner, name);
  return adapter instanceof Refusal || !isGone(adapter) ? adapter : adapterGone(db, adapter);
}

export async function patchAdapter(
  db: Db,
  adapter: OwnedAdapter,
  patch: z.infer<typeof AdapterPatch>,
  now: number,
): Promise<OwnedAdapter | Refusal> {
  if (adapter.state === "removed") return adapterGone(db, adapter);
  const fault = (await wordsFault(db, patch)) ?? (await ratingFault(db, adapter, patch.rating));
  if (fault) return fault;
  const relicenced = patch.licence && JSON.stringify(patch.licence) !== JSON.stringify(adapter.licence);
  const changed = {
    title: patch.title ?? adapter.title,
    description: patch.description ?? adapter.description,
    concept: patch.concept ?? adapter.concept,
    tags: patch.tags ? [...new Set(patch.tags)] : adapter.tags,
    visibility: patch.visibility ?? adapter.visibility,
    rating: patch.rating ?? adapter.rating,
    credits: patch.credits ?? adapter.credits,
    updatedAt: now,
    ...(relicenced && { licence: patch.licence }),
  };
  // Guarded in SQL: a version may be published at this moment.
  const written = await db
    .update(adapters)
    .set(changed)
    .where(and(eq(adapters.id, adapter.id), relicenced ? isNull(adapters.publishedAt) : undefined))
    .returning();
  return written[0] ? { ...written[0], owner: adapter.owner } : LICENCE_KEPT;
}

const LICENCE_KEPT = refuse(
  "version_state",
  "A version is published, and people rely on its licence: it stays as it is. Publish under another licence as a new adapter.",
  "/licence",
);

/** An owner may change a rating in both directions, but below that of the moderators only by an appeal. */
async function ratingFault(db: Db, adapter: AdapterRow, rating: AdapterRow["rating"] | undefined) {
  const rank = (of: AdapterRow["rating"]) => RATINGS.indexOf(of);
  if (rating === undefined || rank(rating) >= rank(adapter.rating)) return null;
  const floor = await ratingFloor(db, adapter.id);
  if (floor === null || rank(rating) >= rank(floor)) return null;
  const detail = `The moderators rated this adapter ${floor}; its owner may raise that, not lower it. An appeal may.`;
  return refuse("not_granted", detail, "/rating");
}

/**
 * Takes the entry out of the catalog. Its versions and its slot stay, since recipes of pictures name them. What the
 * moderators removed stays removed; withdrawing again changes nothing.
 */
export async function withdrawAdapter(
  db: Db,
  adapter: OwnedAdapter,
  reason: string,
  now: number,
): Promise<OwnedAdapter | Refusal> {
  const isOpen = and(eq(adapters.id, adapter.id), inList(adapters.state, ["draft", "published"]));
  await db
    .update(adapters)
    .set({ state: "withdrawn", withdrawnAt: now, withdrawReason: reason, updatedAt: now })
    .where(isOpen);
  const row = await db.select().from(adapters).where(eq(adapters.id, adapter.id)).get();
  const current = { ...(row ?? adapter), owner: adapter.owner };
  return current.state === "removed" ? adapterGone(db, current) : current;
}
