// What may be published or downloaded, decided from the members: a mix only names adapter files, a merged file contains them. Pure.

import type { ResolvedMember } from "../../schema/contract/compositions.ts";
import { RATINGS, type Rating } from "../../schema/contract/moderation.ts";
import type { MixRow } from "../../schema/tables.ts";
import { refOf } from "../catalog/adapters.ts";
import { Refusal, refuse } from "../lib/refusal.ts";
import type { Caller } from "../rights/rights.ts";
import type { FactsById, MemberFacts } from "./member-facts.ts";

type Visibility = MixRow["visibility"];

/**
 * Whoever sees a mix must be able to generate with it: a public one has public adapters only, an unlisted one none that are private.
 * A private mix may have whatever its owner may use.
 */
export function shareFault(
  members: readonly ResolvedMember[],
  facts: FactsById,
  visibility: Visibility,
  pointer: string,
): Refusal | null {
  const what = visibility === "public" ? "a public mix" : "an unlisted mix";
  return visibility === "private" ? null : openFault(members, facts, { visibility, pointer, what });
}

/** Why not everything in it is open to those who will see it. A shared picture is public: policy/open-pictures.ts hides it by the same rule. */
export function openFault(
  members: readonly ResolvedMember[],
  facts: FactsById,
  { visibility, pointer, what }: { visibility: "public" | "unlisted"; pointer: string; what: string },
): Refusal | null {
  const faults = members.flatMap((member) => {
    const why = hiddenBecause(facts.get(member.version_id), visibility);
    return why ? [{ pointer, detail: `${member.ref} ${why}.` }] : [];
  });
  const [first] = faults;
  if (!first) return null;
  const detail = `${first.detail} Everything in ${what} must be open to those who see it.`;
  return new Refusal("adapter_unready", detail, faults);
}

function hiddenBecause(facts: MemberFacts | undefined, visibility: Visibility): string | null {
  if (!facts) return "is gone";
  const { adapter, version } = facts;
  if (adapter.state === "withdrawn") return "was withdrawn";
  if (adapter.state === "removed") return "was removed";
  if (version.state === "yanked") return "was yanked";
  if (adapter.state === "draft" || version.state === "draft") return "is a draft";
  if (adapter.visibility === "private") return "is private";
  return adapter.visibility === "unlisted" && visibility === "public" ? "is unlisted" : null;
}

/** The strictest of some ratings. */
export function strictestOf(ratings: Iterable<Rating>): Rating {
  const places = [...ratings].map((rating) => RATINGS.indexOf(rating));
  return RATINGS[Math.max(0, ...places)] ?? "general";
}

/** Why this caller may not download a merged file of these members: a licence without derivatives, or an adapter that is not public. */
export function mergeFault(
  members: readonly ResolvedMember[],
  facts: FactsById,
  caller: Caller | null,
): Refusal | null {
  for (const { ref, version_id } of members) {
    const found = facts.get(version_id);
    const mine = found?.adapter.ownerId === caller?.id;
    if (!found || found.adapter.state === "removed" || (!mine && wasTakenBack(found))) {
      return refuse("adapter_removed", `${ref} was taken out of the catalog.`);
    }
    if (found.adapter.visibility === "private" && !mine) {
      return refuse("licence_conflict", `${ref} is private: its owner shares its file with nobody.`);
    }
    if (!found.adapter.licence.derivatives) {
      const detail = `The licence of ${refOf(found.adapter)} (${found.adapter.licence.spdx}) forbids derivatives, and a merged file is one.`;
      return refuse("licence_conflict", detail);
    }
  }
  return null;
}

const wasTakenBack = ({ adapter, version }: MemberFacts) =>
  adapter.state === "withdrawn" || version.state === "yanked";
