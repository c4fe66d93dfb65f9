// The versions of a mix, newest first. None of them ever changes.

import type { MixWithVersions } from "../../api-mixes.ts";
import { countOf, dayOf } from "../../ui/format.ts";

export function Versions({ mix }: { mix: MixWithVersions }) {
  return (
    <section class="panel">
      <h2>Versions</h2>
      <ol class="mix-versions">
        {mix.versions.map((version) => (
          <li key={version.number}>
            <span class="version-number">{version.number}</span>
            <span>
              {version.changelog || (version.number === 1 ? "First version" : "No remarks")}
              <span class="quiet">
                {` · ${dayOf(version.published_at)} · ${countOf(version.member_refs.length, "adapter")}`}
              </span>
            </span>
            {version.number === mix.number ? (
              <span class="tag">shown</span>
            ) : (
              <a href={`/mix/?ref=${version.ref}`}>Show</a>
            )}
          </li>
        ))}
      </ol>
    </section>
  );
}
