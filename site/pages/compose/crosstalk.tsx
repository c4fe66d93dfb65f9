// Crosstalk between every two members: of the versions that the API resolved, in the boxes as they stand now.

import { crosstalkOf } from "../../../functions/lib/crosstalk.ts";
import type { Adapter, Base, Composition } from "../../api.ts";
import type { Member } from "../../composition/form.ts";
import { CrosstalkMatrix } from "../../ui/crosstalk-matrix.tsx";
import { entryOf } from "./use-known.ts";

export function Crosstalk(props: {
  base: Base;
  composition: Composition;
  /** Of the form, which has the boxes; the composition was asked for without. */
  members: readonly Member[];
  adapters: ReadonlyMap<string, Adapter>;
}) {
  const { base, composition, members, adapters } = props;
  const nameOf = (ref: string) => adapters.get(ref)?.title ?? adapters.get(entryOf(ref))?.title ?? ref;
  const cast = composition.members.map(({ version_id, ref }) => ({ id: version_id, name: nameOf(ref) }));
  return <CrosstalkMatrix cast={cast} pairs={crosstalkOf(base, placed(composition, members))} />;
}

/** While members change, the composition is the one before: a member that it lacks has no row, one that is gone no box. */
export function placed(composition: Composition, members: readonly Member[]) {
  return composition.members.map((resolved) => {
    const own =
      members.find(({ ref }) => ref === resolved.ref) ??
      members.find(({ ref }) => ref === entryOf(resolved.ref));
    return { ...resolved, region: own?.region ?? null };
  });
}
