// The request as code to copy.

import { CodePanel } from "../../ui/code-panel.tsx";
import { Dialog } from "../../ui/dialog.tsx";

export function CodeDialog({ body, onClose }: { body: object; onClose: () => void }) {
  return (
    <Dialog title="This picture from code" shape="box" wide onClose={onClose}>
      <CodePanel body={body} />
      <p class="hint">
        The key is yours: make one on the <a href="/account/">account page</a>.
      </p>
    </Dialog>
  );
}
