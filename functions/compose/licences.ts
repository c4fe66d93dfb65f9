// The licence of a composition: what all its adapters allow, and which of them restricts it. Pure.

import type { Licence } from "../../schema/contract/adapters.ts";
import type { Composition } from "../../schema/contract/compositions.ts";

export type LicencedMember = { ref: string; licence: Licence };

/** Credit is a duty: one adapter's demand binds all. The other three are grants: one adapter's refusal binds all. */
export function intersectLicences(members: readonly LicencedMember[]): Composition["licence"] {
  const limited: Composition["licence"]["limited_by"] = [];
  const grants = (permission: "commercial_use" | "derivatives" | "different_licence") => {
    const refusing = members.filter(({ licence }) => !licence[permission]);
    limited.push(...refusing.map(({ ref }) => ({ permission, ref })));
    return refusing.length === 0;
  };
  const demanding = members.filter(({ licence }) => licence.credit);
  limited.push(...demanding.map(({ ref }) => ({ permission: "credit" as const, ref })));
  return {
    credit: demanding.length > 0,
    commercial_use: grants("commercial_use"),
    derivatives: grants("derivatives"),
    different_licence: grants("different_licence"),
    limited_by: limited,
  };
}
