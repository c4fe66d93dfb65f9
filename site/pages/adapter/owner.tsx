// What only the owner sees: publish a draft, withdraw the adapter.

import { useState } from "preact/hooks";
import { type AdapterWithVersions, api, type Reply } from "../../api.ts";
import { Dialog } from "../../ui/dialog.tsx";
import type { Failure } from "../../ui/failure.ts";
import { FailureNotice } from "../../ui/notice.tsx";

export function Owner({ adapter, changed }: { adapter: AdapterWithVersions; changed: () => void }) {
  const [asking, setAsking] = useState(false);
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<Failure | null>(null);
  const draft = adapter.versions.find((version) => version.state === "draft");

  const run = async (act: () => Promise<Reply<unknown>>) => {
    setBusy(true);
    const reply = await act();
    setBusy(false);
    setAsking(false);
    setFailure(reply.ok ? null : reply.failure);
    if (reply.ok) changed();
  };

  if (adapter.state === "withdrawn") return null;
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
      <a class="button small" href={`/publish/?adapter=${adapter.ref}`}>
        Train a new version
      </a>
      {adapter.state === "published" && (
        <button type="button" class="button small danger" onClick={() => setAsking(true)}>
          Withdraw
        </button>
      )}
      {failure && <FailureNotice failure={failure} />}
      {asking && (
        <Dialog title={`Withdraw ${adapter.title}?`} shape="box" onClose={() => setAsking(false)}>
          <p class="owner-question">
            It leaves the catalog, and nobody can draw with it any more. Its slot stays taken. This can't be
            undone.
          </p>
          <div class="actions">
            <button
              type="button"
              class="button danger"
              disabled={busy}
              onClick={() => run(() => api.withdrawAdapter(adapter.ref))}
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
