// Targets of likes and comments: an adapter or a mix at owner/name, as one type.

import { and, eq } from "drizzle-orm";
import type { Id } from "../../schema/contract/ids.ts";
import { adapters, users } from "../../schema/tables.ts";
import { findAdapter } from "../catalog/adapters.ts";
import { findMix } from "../compose/mixes.ts";
import type { Db } from "../db.ts";
import { Refusal, refuse } from "../lib/refusal.ts";
import type { Caller } from "../rights/rights.ts";

export type TargetKind = "adapter" | "mix";

export type Target = {
  id: `adp_${string}` | `mix_${string}`;
  kind: TargetKind;
  ownerId: Caller["id"];
  ref: string;
  state: "draft" | "published" | "withdrawn" | "removed";
};

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

/** The target, if people may act on it: drafts and removed things take no likes and comments, not even from their owner. */
export function openTarget(target: Target | Refusal): Target | Refusal {
  if (target instanceof Refusal || target.state === "published") return target;
  if (target.state === "draft") return refuse("adapter_unready", `${target.ref} is not published yet.`);
  return refuse(target.kind === "mix" ? "mix_removed" : "adapter_removed", `${target.ref} is gone.`);
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
