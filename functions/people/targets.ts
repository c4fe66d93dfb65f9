// Targets of likes and comments, as one type: an adapter or a mix at owner/name, and for likes a shared picture by its id.

import { and, eq } from "drizzle-orm";
import type { Id } from "../../schema/contract/ids.ts";
import type { LikeableKind } from "../../schema/contract/people.ts";
import { adapters, users } from "../../schema/tables.ts";
import { findAdapter } from "../catalog/adapters.ts";
import { findMix } from "../compose/mixes.ts";
import { findPicture } from "../compose/pictures.ts";
import type { Db } from "../db.ts";
import { Refusal, refuse } from "../lib/refusal.ts";
import type { Caller } from "../rights/rights.ts";

export type TargetKind = "adapter" | "mix";

/** What a like is of. `hidden`: its owner alone sees it for the time being. */
export type Likeable = {
  id: Id<"adp"> | Id<"mix"> | Id<"pic">;
  kind: LikeableKind;
  ownerId: Caller["id"];
  ref: string;
  state: "draft" | "published" | "withdrawn" | "removed" | "hidden";
};
export type Target = Likeable & { id: Id<"adp"> | Id<"mix">; kind: TargetKind };

export async function findTarget(
  { db, caller }: { db: Db; caller: Caller | null },
  kind: TargetKind,
  owner: string,
  name: string,
): Promise<Target | Refusal> {
  const found = await (kind === "adapter" ? findAdapter : findMix)(db, caller, owner, name);
  if (found instanceof Refusal) return found;
  return { id: found.id, kind, ownerId: found.ownerId, ref: `${owner}/${name}`, state: found.state };
}

/** `at` has what the address of its kind has: owner and name, or picture. */
export async function findLikeable(
  who: { db: Db; caller: Caller | null },
  kind: LikeableKind,
  { owner = "", name = "", picture = "" }: Readonly<Record<string, string>>,
): Promise<Likeable | Refusal> {
  if (kind !== "picture") return findTarget(who, kind, owner, name);
  const found = await findPicture(who.db, who.caller, picture as Id<"pic">);
  if (found instanceof Refusal) return found;
  const state = found.state === "published" && !found.listed ? "hidden" : found.state;
  return { id: found.id, kind, ownerId: found.ownerId, ref: found.id, state };
}

const GONE = { adapter: "adapter_removed", mix: "mix_removed", picture: "picture_removed" } as const;

/** The target, if people may act on it: drafts and removed things take no likes and comments, not even from their owner. */
export function openTarget<T extends Likeable>(target: T | Refusal): T | Refusal {
  if (target instanceof Refusal || target.state === "published") return target;
  const { state, ref, kind } = target;
  if (state === "draft") return refuse("adapter_unready", `${ref} is not published yet.`);
  if (state === "hidden") return refuse("adapter_unready", `An adapter in ${ref} is not public now.`);
  return refuse(GONE[kind], `${ref} is gone.`);
}

/** In any state, so that removed adapters can be taken off a list. Returns only the id, for a statement. */
export async function adapterIdAt(db: Db, owner: string, name: string): Promise<Id<"adp"> | null> {
  const found = await db
    .select({ id: adapters.id })
    .from(adapters)
    .innerJoin(users, eq(users.id, adapters.ownerId))
    .where(and(eq(users.handle, owner), eq(adapters.name, name)))
    .get();
  return found?.id ?? null;
}
