// Turns the members of a request into versions: exactly what they name, all of one base, each visible to this caller.

import type { Base } from "../../schema/contract/bases.ts";
import type { Member, ResolvedMember } from "../../schema/contract/compositions.ts";
import { TRIGGER_MAX_CHARACTERS } from "../../schema/contract/limits.ts";
import { findAdapter, refOf } from "../catalog/adapters.ts";
import { baseOf, knownBase } from "../catalog/bases.ts";
import { otherLayersFault } from "../catalog/other-layers.ts";
import { adapterGone, isGone } from "../catalog/tombstones.ts";
import { findVersion, type VersionWithAdapter, versionOfAdapter } from "../catalog/versions.ts";
import type { Db } from "../db.ts";
import { Refusal, refuse } from "../lib/refusal.ts";
import type { Caller } from "../rights/rights.ts";

export type Cast = {
  base: Base;
  members: (VersionWithAdapter & { resolved: ResolvedMember })[];
};

/** `pointer` is where the list stands in the request and `places` where each member does in it, so that a refusal can name the member. */
export async function resolveMembers(
  { db, caller }: { db: Db; caller: Caller },
  requested: readonly Member[],
  requestedBase: string | undefined,
  {
    pointer,
    places = requested.map((_, i) => i),
  }: { pointer: string; places?: readonly number[] | undefined },
): Promise<Cast | Refusal> {
  const members: Cast["members"] = [];
  for (const [i, member] of requested.entries()) {
    const at = `${pointer}/${places[i]}`;
    const found = await resolveMember(db, caller, member, at);
    if (found instanceof Refusal) return found;
    const { version, adapter } = found;
    const unusable = otherLayersFault(version, adapter, at);
    if (unusable) return unusable;
    if (members.some((other) => other.version.id === version.id)) {
      return refuse("request_invalid", `${refOf(adapter)}:${version.number} is named twice.`, at);
    }
    const resolved = resolvedMember(found, member);
    if (resolved.foreign && resolved.region)
      return refuse("request_invalid", NO_REGION(resolved.ref), `${at}/region`);
    const fault = triggerFault(
      members.map((other) => other.resolved),
      resolved,
      at,
    );
    if (fault) return fault;
    members.push({ ...found, resolved });
  }
  const base = baseOfMembers(members, requestedBase, pointer, places);
  return base instanceof Refusal ? base : { base, members };
}

const NO_REGION = (ref: string) => `${ref} is a LoRA of another program: it cannot be kept within a region.`;

type Triggered = Pick<ResolvedMember, "ref" | "trigger">;

/** Two members with one trigger cannot be used together: the prompt could name only one of them. */
export function triggerFault(
  others: readonly Triggered[],
  { ref, trigger }: Triggered,
  pointer: string,
): Refusal | null {
  const other = others.find((each) => each.trigger === trigger);
  if (!other) return null;
  const free = freeAlias(trigger, others);
  const detail = `${other.ref} and ${ref} both answer to ${trigger}. Give one of them another word, such as "as": "${free}", and use it in the prompt.`;
  return refuse("request_invalid", detail, `${pointer}/as`);
}

function freeAlias(trigger: string, others: readonly Triggered[]): string {
  const stem = trigger.slice(1, -1).slice(0, TRIGGER_MAX_CHARACTERS - 5);
  const taken = new Set(others.map((each) => each.trigger));
  let number = 2;
  while (taken.has(`<${stem}-${number}>`)) number += 1;
  return `<${stem}-${number}>`;
}

function baseOfMembers(
  members: Cast["members"],
  requestedBase: string | undefined,
  pointer: string,
  places: readonly number[],
): Base | Refusal {
  const first = members[0];
  if (!first) {
    return requestedBase === undefined
      ? refuse("base_unknown", "Without adapters, say which base is meant.", "/base")
      : baseOf(requestedBase);
  }
  const bound = members.find(({ version }) => version.foreign === null) ?? first;
  const expected = requestedBase ?? bound.version.baseId;
  const stranger = members.findIndex(
    ({ version }) =>
      version.baseId !== expected && !(version.foreign && isSameShape(version.baseId, expected)),
  );
  const strange = members[stranger];
  if (strange) {
    const detail = `${refOf(strange.adapter)} belongs to ${strange.version.baseId}, not to ${expected}: adapters of different bases cannot be added.`;
    return refuse("adapter_incompatible", detail, `${pointer}/${places[stranger]}`);
  }
  return knownBase(expected);
}

/** A LoRA of another program fits every base with the layers of the one that it was published for: models of one family. */
function isSameShape(some: string, other: string): boolean {
  const [a, b] = [knownBase(some), baseOf(other)];
  if (b instanceof Refusal || a.family !== b.family || a.tokens.dim !== b.tokens.dim) return false;
  return JSON.stringify([a.layers, a.entries]) === JSON.stringify([b.layers, b.entries]);
}

async function resolveMember(
  db: Db,
  caller: Caller,
  member: Member,
  pointer: string,
): Promise<VersionWithAdapter | Refusal> {
  if (member.version_id !== undefined) {
    const found = await findVersion(db, caller, member.version_id);
    if (found instanceof Refusal) return named(found, `${pointer}/version_id`);
    if (isGone(found.adapter)) return named(await adapterGone(db, found.adapter), `${pointer}/version_id`);
    if (found.version.state !== "yanked") return found;
    return refuse("adapter_unready", `Version ${member.version_id} was yanked.`, `${pointer}/version_id`);
  }
  const [path = "", number] = (member.ref ?? "").split(":");
  const [owner = "", name = ""] = path.split("/");
  const adapter = await findAdapter(db, caller, owner, name);
  if (adapter instanceof Refusal) return named(adapter, `${pointer}/ref`);
  if (isGone(adapter)) return named(await adapterGone(db, adapter), `${pointer}/ref`);
  const version = await versionOfAdapter(db, caller, adapter, number === undefined ? null : Number(number));
  if (version) return { version, adapter };
  const which = number === undefined ? "no version" : `no version ${number}`;
  return refuse("adapter_unready", `${path} has ${which} that can be used.`, `${pointer}/ref`);
}

/** A missing adapter named in a body is a fault of the body (422), not of the address (404). */
function named(refusal: Refusal, pointer: string): Refusal {
  return refuse(refusal.code === "not_found" ? "adapter_unknown" : refusal.code, refusal.detail, pointer);
}

/** A member as it was saved, to be resolved again: it keeps the word that calls it. */
export const asMember = ({ version_id, strength, region, trigger }: ResolvedMember): Member => ({
  version_id,
  strength,
  region,
  as: trigger,
});

function resolvedMember({ version, adapter }: VersionWithAdapter, member: Member): ResolvedMember {
  return {
    version_id: version.id,
    ref: `${refOf(adapter)}:${version.number}`,
    trigger: member.as ?? version.trigger,
    strength: member.strength ?? version.strength,
    slot: version.slot,
    region: member.region ?? null,
    ...(version.foreign && { foreign: { words: version.foreign.words } }),
  };
}
