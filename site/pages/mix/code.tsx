// Generating the mix from code: a snippet to copy.

import { useState } from "preact/hooks";
import type { MixWithVersions } from "../../api-mixes.ts";
import { CopyButton } from "../../ui/copy-button.tsx";
import { Segmented } from "../../ui/segmented.tsx";
import { LANGUAGES, type Language, snippetOf } from "../../ui/snippets.ts";

export function Code({ mix }: { mix: MixWithVersions }) {
  const [language, setLanguage] = useState<Language>("curl");
  const prompt = mix.composition.prompt || mix.members.map(({ trigger }) => trigger).join("; ");
  const ref = `${mix.ref}:${mix.number}`;
  const text = snippetOf(language, location.origin, { mix: ref, prompt });
  return (
    <section class="adapter-section">
      <h2>Generate it from code</h2>
      <div class="code-tools">
        <Segmented label="Language" value={language} options={LANGUAGES} onChange={setLanguage} />
        <CopyButton text={() => text} label="Copy" />
      </div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard. */}
      <pre class="mix-code" tabIndex={0}>
        <code>{text}</code>
      </pre>
      <p class="hint">
        The key is yours: make one on the <a href="/account/">account page</a>. Without{" "}
        <code>:{mix.number}</code> the newest version is used.
      </p>
    </section>
  );
}
