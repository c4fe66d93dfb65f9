// Confirms yanking a version, and asks for the reason that its address will show.

import { useState } from "preact/hooks";
import { YANK_REASON_MAX_CHARACTERS } from "../../../schema/contract/limits.ts";
import type { Version } from "../../api.ts";
import { publishing } from "../../api-publish.ts";
import { faultAt } from "../../failure.ts";
import { Dialog } from "../../ui/dialog.tsx";
import { TextField } from "../../ui/field.tsx";
import { FailureNotice } from "../../ui/notice.tsx";
import { useSend } from "../../ui/use-send.ts";

export function YankDialog(props: { version: Version; onClose: () => void; changed: () => void }) {
  const { version } = props;
  const [reason, setReason] = useState("");
  const { busy, failure, send } = useSend();

  const yank = async () => {
    const reply = await send(() => publishing.yank(version.id, reason));
    if (!reply.ok) return;
    props.onClose();
    props.changed();
  };

  return (
    <Dialog title={`Yank version ${version.number}?`} shape="box" onClose={props.onClose}>
      <div class="dialog-form">
        <p>
          Nobody can generate with it any more, and its address shows your reason. Pictures made with it stay.
          This can't be undone.
        </p>
        <TextField
          label="Reason"
          hint="Anyone can read it."
          fault={faultAt(failure, "/reason")}
          maxLength={YANK_REASON_MAX_CHARACTERS}
          value={reason}
          onText={setReason}
        />
        {failure && <FailureNotice failure={failure} />}
        <div class="actions">
          <button type="button" class="button danger" disabled={busy} onClick={yank}>
            Yank it for good
          </button>
          <button type="button" class="button" onClick={props.onClose}>
            Keep it
          </button>
        </div>
      </div>
    </Dialog>
  );
}
