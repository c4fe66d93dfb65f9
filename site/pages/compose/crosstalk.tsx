// Crosstalk between every two members, and warnings. The API computes both from slots alone.

import type { Adapter, Composition } from "../../api.ts";
import { CrosstalkMatrix } from "../../ui/crosstalk-matrix.tsx";
import { Notice } from "../../ui/notice.tsx";
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

export function Warnings({ warnings }: { warnings: readonly string[] }) {
  if (warnings.length === 0) return null;
  return (
    <Notice variant="warn" title={warnings.length === 1 ? "One remark" : `${warnings.length} remarks`}>
      {warnings.map((warning) => (
        <p key={warning}>{warning}</p>
      ))}
    </Notice>
  );
}
