// The request as code to copy.

import { useState } from "preact/hooks";
import { CopyButton } from "../../ui/copy-button.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { Segmented } from "../../ui/segmented.tsx";
import { LANGUAGES, type Language, snippetOf } from "../../ui/snippets.ts";

export function CodeDialog({ body, onClose }: { body: object; onClose: () => void }) {
  const [language, setLanguage] = useState<Language>("curl");
  const text = snippetOf(language, location.origin, body);
  return (
    <Dialog title="This picture from code" shape="box" wide onClose={onClose}>
      <div class="compare-tools">
        <Segmented label="Language" value={language} options={LANGUAGES} onChange={setLanguage} />
        <CopyButton text={() => text} label="Copy" />
      </div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard. */}
      <pre class="code-text" tabIndex={0}>
        <code>{text}</code>
      </pre>
      <p class="hint">
        The key is yours: make one on the <a href="/account/">account page</a>.
      </p>
    </Dialog>
  );
}
