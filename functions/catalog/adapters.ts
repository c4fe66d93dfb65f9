// Catalog entries: create, find, change, withdraw. Who may see one is decided here.

import { and, eq } from "drizzle-orm";
import type { z } from "zod";
import type { AdapterCreate, AdapterPatch } from "../../schema/contract/adapters.ts";
import { adapters, users } from "../../schema/tables.ts";
import type { Caller } from "../auth/caller.ts";
import type { Db } from "../context.ts";
import { newId } from "../lib/ids.ts";
import { Refusal, refuse } from "../lib/refusal.ts";
import { blockedFault } from "../moderation/blocklist.ts";
import { baseOf } from "./bases.ts";

export type AdapterRow = typeof adapters.$inferSelect;
export type OwnedAdapter = AdapterRow & { owner: string };

export const refOf = (adapter: Pick<OwnedAdapter, "owner" | "name">) => `${adapter.owner}/${adapter.name}`;

/** What was never published, and private entries, are their owner's alone; unlisted ones are for whoever knows the address. */
export function maySee(adapter: AdapterRow, caller: Caller | null): boolean {
  if (caller?.id === adapter.ownerId) return true;
  return adapter.publishedAt !== null && adapter.visibility !== "private";
}

export async function createAdapter(
  db: Db,
  caller: Caller,
  wish: z.infer<typeof AdapterCreate>,
  now: number,
  pointer = "",
): Promise<OwnedAdapter | Refusal> {
  const base = baseOf(wish.base, `${pointer}/base`);
  if (base instanceof Refusal) return base;
  const blocked = await wordsFault(db, wish, pointer);
  if (blocked) return blocked;
  const row: AdapterRow = {
    id: newId("adp", now),
    ownerId: caller.id,
    name: wish.name,
    title: wish.title,
    description: wish.description,
    baseId: base.id,
    concept: wish.concept,
    classWord: wish.class_word,
    tags: [...new Set(wish.tags)],
    licence: wish.licence,
    visibility: wish.visibility,
    state: "draft",
    credits: wish.credits,
    rating: "general",
    uses: 0,
    downloads: 0,
    likes: 0,
    comments: 0,
    remixes: 0,
    trend: 0,
    createdAt: now,
    updatedAt: now,
    publishedAt: null,
  };
  const inserted = await db.insert(adapters).values(row).onConflictDoNothing().returning({ id: adapters.id });
  if (inserted.length === 0) {
    return refuse("name_taken", `You already have an adapter named "${wish.name}".`, `${pointer}/name`);
  }
  return { ...row, owner: caller.handle };
}

/** Everything about an entry that others read and its owner writes. */
function wordsFault(db: Db, wish: Partial<z.infer<typeof AdapterCreate>>, pointer = "") {
  return blockedFault(db, "name", [
    { pointer: `${pointer}/name`, text: wish.name },
    { pointer: `${pointer}/title`, text: wish.title },
    { pointer: `${pointer}/description`, text: wish.description },
    { pointer: `${pointer}/concept`, text: wish.concept },
    { pointer: `${pointer}/class_word`, text: wish.class_word },
    { pointer: `${pointer}/credits`, text: wish.credits },
    ...(wish.tags ?? []).map((text, i) => ({ pointer: `${pointer}/tags/${i}`, text })),
  ]);
}

/** The entry at owner/name as this caller may see it. What is hidden answers like what is not there. */
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
  if (!found || !maySee(found.adapter, caller))
    return refuse("not_found", `There is no adapter ${owner}/${name}.`);
  if (found.adapter.state === "withdrawn" && caller?.id !== found.adapter.ownerId) {
    return refuse("adapter_removed", `${owner}/${name} was withdrawn by its owner.`);
  }
  return { ...found.adapter, owner: found.owner };
}

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

export async function patchAdapter(
  db: Db,
  adapter: OwnedAdapter,
  patch: z.infer<typeof AdapterPatch>,
  now: number,
): Promise<OwnedAdapter | Refusal> {
  const blocked = await wordsFault(db, patch);
  if (blocked) return blocked;
  const changed = {
    title: patch.title ?? adapter.title,
    description: patch.description ?? adapter.description,
    concept: patch.concept ?? adapter.concept,
    tags: patch.tags ? [...new Set(patch.tags)] : adapter.tags,
    visibility: patch.visibility ?? adapter.visibility,
    credits: patch.credits ?? adapter.credits,
    updatedAt: now,
  };
  await db.update(adapters).set(changed).where(eq(adapters.id, adapter.id));
  return { ...adapter, ...changed };
}

/** Takes the entry out of the catalog. Its versions and its slot stay: pictures made with them must stay explainable. */
export async function withdrawAdapter(db: Db, adapter: OwnedAdapter, now: number): Promise<OwnedAdapter> {
  await db.update(adapters).set({ state: "withdrawn", updatedAt: now }).where(eq(adapters.id, adapter.id));
  return { ...adapter, state: "withdrawn", updatedAt: now };
}
