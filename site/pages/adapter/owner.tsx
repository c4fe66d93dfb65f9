// Actions of the owner: publish a draft, edit the texts, add a version, withdraw the adapter.

import { useState } from "preact/hooks";
import { YANK_REASON_MAX_CHARACTERS } from "../../../schema/contract/limits.ts";
import { type AdapterWithVersions, api, type Reply } from "../../api.ts";
import { publishing } from "../../api-publish.ts";
import { Dialog } from "../../ui/dialog.tsx";
import { TextField } from "../../ui/field.tsx";
import { FailureNotice } from "../../ui/notice.tsx";
import { useSend } from "../../ui/use-send.ts";
import { EditDialog } from "./edit-dialog.tsx";

export function Owner({ adapter, changed }: { adapter: AdapterWithVersions; changed: () => void }) {
  const [asking, setAsking] = useState(false);
  const [editing, setEditing] = useState(false);
  const [reason, setReason] = useState("");
  const { busy, failure, send } = useSend();
  const draft = adapter.versions.find((version) => version.state === "draft");

  const run = async (act: () => Promise<Reply<unknown>>) => {
    const reply = await send(act);
    setAsking(false);
    if (reply.ok) changed();
  };

  if (adapter.state === "withdrawn" || adapter.state === "removed") return null;
  return (
    <section class="owner-bar" aria-label="Yours to manage">
      <span class="tag busy">Yours</span>
      {draft && (
        <button
          type="button"
          class="button small primary"
          disabled={busy}
          onClick={() => run(() => api.publishVersion(draft.id))}
        >
          Publish version {draft.number}
        </button>
      )}
      <button type="button" class="button small" onClick={() => setEditing(true)}>
        Edit
      </button>
      <a class="button small" href={`/publish/?adapter=${adapter.ref}`}>
        Train a new version
      </a>
      <a class="button small" href={`/publish/?way=file&adapter=${adapter.ref}`}>
        Upload one
      </a>
      {adapter.state === "published" && (
        <button type="button" class="button small danger" onClick={() => setAsking(true)}>
          Withdraw
        </button>
      )}
      {failure && <FailureNotice failure={failure} />}
      {editing && <EditDialog adapter={adapter} onClose={() => setEditing(false)} changed={changed} />}
      {asking && (
        <Dialog title={`Withdraw ${adapter.title}?`} shape="box" onClose={() => setAsking(false)}>
          <p class="owner-question">
            It leaves the catalog, and nobody can generate with it any more. Its slot stays taken. This can't
            be undone.
          </p>
          <TextField
            label="Reason"
            hint="Its address shows it to anyone."
            class="owner-question"
            maxLength={YANK_REASON_MAX_CHARACTERS}
            value={reason}
            onText={setReason}
          />
          <div class="actions">
            <button
              type="button"
              class="button danger"
              disabled={busy}
              onClick={() => run(() => publishing.withdraw(adapter.ref, reason))}
            >
              Withdraw for good
            </button>
            <button type="button" class="button" onClick={() => setAsking(false)}>
              Keep it
            </button>
          </div>
        </Dialog>
      )}
    </section>
  );
}
