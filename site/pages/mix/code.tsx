// Generating the mix from code: a snippet to copy.

import type { MixWithVersions } from "../../api-mixes.ts";
import { CodePanel } from "../../ui/code-panel.tsx";
import { requestOfMix } from "../../ui/page-requests.ts";

export function Code({ mix }: { mix: MixWithVersions }) {
  return (
    <section class="adapter-section">
      <h2>Generate it from code</h2>
      <CodePanel body={requestOfMix(mix)} />
      <p class="hint">
        The key is yours: make one on the <a href="/account/">account page</a>. Without{" "}
        <code>:{mix.number}</code> the newest version is used.
      </p>
    </section>
  );
}
