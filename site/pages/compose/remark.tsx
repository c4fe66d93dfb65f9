// A remark on what filled the form from outside: a link, or a picture that was dropped on the page.

import { Notice } from "../../ui/notice.tsx";

export type Remark = { kind: "link" } | { kind: "file" } | { kind: "refused"; text: string };

export function RemarkNotice({ remark, onUndo }: { remark: Remark; onUndo: () => void }) {
  if (remark.kind === "refused") {
    return (
      <Notice variant="warn" title="Nothing to restore">
        <p>{remark.text}</p>
      </Notice>
    );
  }
  return (
    <Notice variant="good" title={remark.kind === "link" ? "Opened from a link" : "Restored"}>
      <p>
        {remark.kind === "link"
          ? "The composition of the link replaced the one that was here. Results stay in the strip."
          : "The picture's recipe is in the form again. Generate creates it again."}
      </p>
      <div class="actions">
        <button type="button" class="button small" onClick={onUndo}>
          Undo
        </button>
      </div>
    </Notice>
  );
}
