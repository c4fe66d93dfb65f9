// Generating the mix from code: a snippet to copy.

import type { MixWithVersions } from "../../api-mixes.ts";
import { CodePanel } from "../../ui/code-panel.tsx";

export function Code({ mix }: { mix: MixWithVersions }) {
  const prompt = mix.composition.prompt || mix.members.map(({ trigger }) => trigger).join("; ");
  const ref = `${mix.ref}:${mix.number}`;
  return (
    <section class="adapter-section">
      <h2>Generate it from code</h2>
      <CodePanel body={{ mix: ref, prompt }} />
      <p class="hint">
        The key is yours: make one on the <a href="/account/">account page</a>. Without{" "}
        <code>:{mix.number}</code> the newest version is used.
      </p>
    </section>
  );
}
