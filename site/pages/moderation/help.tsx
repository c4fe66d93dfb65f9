// The keyboard shortcuts of the queue.

import { Dialog } from "../../ui/dialog.tsx";

const KEYS = [
  ["j", "Next thing"],
  ["k", "Thing before"],
  ["p", "Show or blur its pictures"],
  ["d", "Dismiss its reports"],
  ["r", "Remove or restore it"],
  ["t", "Rate it"],
  ["h", "Hide a comment, or show it again"],
  ["s", "Suspend an account, or lift that"],
  ["Ctrl + Enter", "Send the decision, while writing the reason"],
  ["Esc", "Leave the decision"],
] as const;

export function Help({ onClose }: { onClose: () => void }) {
  return (
    <Dialog title="Keys" shape="box" onClose={onClose}>
      <dl class="key-list">
        {KEYS.map(([key, words]) => (
          <div key={key}>
            <dt>
              <kbd>{key}</kbd>
            </dt>
            <dd>{words}</dd>
          </div>
        ))}
      </dl>
    </Dialog>
  );
}
