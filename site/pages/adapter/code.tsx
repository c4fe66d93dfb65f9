// Generating with the adapter from code: a snippet to copy.

import type { AdapterWithVersions, Version } from "../../api.ts";
import { CodePanel } from "../../ui/code-panel.tsx";
import { requestOfAdapter } from "../../ui/page-requests.ts";

export function Code({ adapter, version }: { adapter: AdapterWithVersions; version: Version }) {
  return (
    <section class="adapter-section">
      <h2>Use it from code</h2>
      <CodePanel body={requestOfAdapter(adapter, version)} />
      <p class="hint">
        The key is yours: make one on the <a href="/account/">account page</a>. The{" "}
        <a href="/docs/">API guide</a> has the rest.
      </p>
    </section>
  );
}
