// Crosstalk between every two members, which the API computes from slots alone.

import type { Adapter, Composition } from "../../api.ts";
import { CrosstalkMatrix } from "../../ui/crosstalk-matrix.tsx";
import { entryOf } from "./use-known.ts";

export function Crosstalk({
  composition,
  adapters,
}: {
  composition: Composition;
  adapters: ReadonlyMap<string, Adapter>;
}) {
  const nameOf = (ref: string) => adapters.get(ref)?.title ?? adapters.get(entryOf(ref))?.title ?? ref;
  const cast = composition.members.map(({ version_id, ref }) => ({ id: version_id, name: nameOf(ref) }));
  return <CrosstalkMatrix cast={cast} pairs={composition.crosstalk.pairs} />;
}
