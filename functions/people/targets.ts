// What people like and talk about: an adapter or a mix at owner/name, as one kind of thing.

import { and, eq } from "drizzle-orm";
import type { Id } from "../../schema/contract/ids.ts";
import { adapters, mixes, users } from "../../schema/tables.ts";
import type { Caller } from "../auth/caller.ts";
import { findAdapter } from "../catalog/adapters.ts";
import type { Db } from "../context.ts";
import { Refusal, refuse } from "../lib/refusal.ts";
import type { MixRow } from "./cards.ts";

export type TargetKind = "adapter" | "mix";

export type Target = {
  id: `adp_${string}` | `mix_${string}`;
  kind: TargetKind;
  ownerId: Caller["id"];
  ref: string;
  state: "draft" | "published" | "withdrawn" | "removed";
};

export async function findTarget(
  db: Db,
  caller: Caller | null,
  kind: TargetKind,
  owner: string,
  name: string,
): Promise<Target | Refusal> {
  const found = await (kind === "adapter" ? findAdapter : findMix)(db, caller, owner, name);
  if (found instanceof Refusal) return found;
  return { id: found.id, kind, ownerId: found.ownerId, ref: `${owner}/${name}`, state: found.state };
}

/** The target, if people may act on it: what is a draft or gone is its owner's to look at, not to talk about. */
export function openTarget(target: Target | Refusal): Target | Refusal {
  if (target instanceof Refusal || target.state === "published") return target;
  if (target.state === "draft") return refuse("adapter_unready", `${target.ref} is not published yet.`);
  return refuse(target.kind === "mix" ? "mix_removed" : "adapter_removed", `${target.ref} is gone.`);
}

async function findMix(
  db: Db,
  caller: Caller | null,
  owner: string,
  name: string,
): Promise<MixRow | Refusal> {
  const found = await db
    .select({ mix: mixes })
    .from(mixes)
    .innerJoin(users, eq(users.id, mixes.ownerId))
    .where(and(eq(users.handle, owner), eq(mixes.name, name)))
    .get();
  const isOwner = found !== undefined && found.mix.ownerId === caller?.id;
  if (!found || (found.mix.visibility === "private" && !isOwner)) {
    return refuse("not_found", `There is no composition ${owner}/${name}.`);
  }
  if (found.mix.state !== "published" && !isOwner) {
    return refuse("mix_removed", `${owner}/${name} was withdrawn or removed.`);
  }
  return { ...found.mix, owner };
}

/** Whatever became of it: one's own list may be cleared of what is gone. Gives no more than an id for a statement. */
export async function adapterIdAt(db: Db, owner: string, name: string): Promise<Id<"adp"> | null> {
  const found = await db
    .select({ id: adapters.id })
    .from(adapters)
    .innerJoin(users, eq(users.id, adapters.ownerId))
    .where(and(eq(users.handle, owner), eq(adapters.name, name)))
    .get();
  return found?.id ?? null;
}
