// What the compatible APIs call a model: a base, an adapter at one version, or a mix. One name space: owner/name, and a base's id.

import { desc, eq } from "drizzle-orm";
import type { Base } from "../../schema/contract/bases.ts";
import { cutText } from "../../schema/contract/cut-text.ts";
import { AdapterRef } from "../../schema/contract/ids.ts";
import { mixes, type OwnedAdapter, type OwnedMix, users, type VersionRow } from "../../schema/tables.ts";
import { findAdapter, refOf } from "../catalog/adapters.ts";
import { BASES } from "../catalog/bases.ts";
import { listed } from "../catalog/listed.ts";
import { versionOfAdapter } from "../catalog/versions.ts";
import { findMix, goneFault } from "../compose/mixes.ts";
import type { Db } from "../db.ts";
import { Refusal, refuse } from "../lib/refusal.ts";
import type { Caller } from "../rights/rights.ts";

export type Model =
  | { kind: "base"; base: Base }
  | { kind: "adapter"; adapter: OwnedAdapter; version: VersionRow }
  | { kind: "mix"; mix: OwnedMix; ref: string };

/** The owner in the name of a base, where a name must have two parts. */
export const BASES_OWNER = "bases";

/** The model without its version, as owner/name. */
export function modelName(model: Model): string {
  if (model.kind === "base") return `${BASES_OWNER}/${model.base.id}`;
  return model.kind === "adapter" ? refOf(model.adapter) : `${model.mix.owner}/${model.mix.name}`;
}

/** Clients have default models of their own: whoever named none has to see what there is. */
function unknownModel(name: string): string {
  const bases = BASES.map(({ id }) => id).join(", ");
  return `There is no model ${JSON.stringify(cutText(name, 120))}. Name a base (${bases}), or an adapter or a mix as owner/name; the list of models (GET /models) has them.`;
}

/** A removed adapter is refused as removed; anything else that is not visible as unknown. */
export async function findModel(
  db: Db,
  caller: Caller | null,
  name: string,
  pointer?: string,
): Promise<Model | Refusal> {
  const base = BASES.find(({ id }) => name === id || name === `${BASES_OWNER}/${id}`);
  if (base) return { kind: "base", base };
  const unknown = refuse("not_found", unknownModel(name), pointer);
  if (!AdapterRef.safeParse(name).success) return unknown;
  const [path = "", number] = name.split(":");
  const [owner = "", shortName = ""] = path.split("/");
  const adapter = await findAdapter(db, caller, owner, shortName);
  if (adapter instanceof Refusal) {
    if (adapter.code !== "not_found") return adapter;
    const mix = await findMix(db, caller, owner, shortName);
    if (mix instanceof Refusal) return mix.code === "not_found" ? unknown : mix;
    return goneFault(mix, pointer) ?? { kind: "mix", mix, ref: name };
  }
  const version = await versionOfAdapter(db, caller, adapter, number === undefined ? null : Number(number));
  if (version) return { kind: "adapter", adapter, version };
  return refuse(
    "adapter_unready",
    `${path} has no version${number ? ` ${number}` : ""} to draw with.`,
    pointer,
  );
}

export async function openMixes(db: Db, limit: number): Promise<OwnedMix[]> {
  const rows = await db
    .select({ mix: mixes, owner: users.handle })
    .from(mixes)
    .innerJoin(users, eq(users.id, mixes.ownerId))
    .where(listed(mixes, null))
    .orderBy(desc(mixes.createdAt), desc(mixes.id))
    .limit(limit)
    .all();
  return rows.map(({ mix, owner }) => ({ ...mix, owner }));
}
