// A request for pictures as code to copy, in a choice of languages.

import { useState } from "preact/hooks";
import { CopyButton } from "./copy-button.tsx";
import { Segmented } from "./segmented.tsx";
import { LANGUAGES, type Language, snippetOf } from "./snippets.ts";
import "../styles/code-panel.css";

/** `body` is what POST /v1/generations takes. */
export function CodePanel({ body }: { body: object }) {
  const [language, setLanguage] = useState<Language>("curl");
  const text = snippetOf(language, location.origin, body);
  return (
    <>
      <div class="code-tools">
        <Segmented label="Language" value={language} options={LANGUAGES} onChange={setLanguage} />
        <CopyButton text={() => text} label="Copy" />
      </div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard. */}
      <pre class="code-panel" tabIndex={0}>
        <code>{text}</code>
      </pre>
    </>
  );
}
