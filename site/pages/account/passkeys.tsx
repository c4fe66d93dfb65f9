// Passkeys: list, add, rename, remove.

import { useState } from "preact/hooks";
import { accounts, type Passkey } from "../../api-account.ts";
import type { Failure } from "../../failure.ts";
import { dayOf } from "../../ui/format.ts";
import { FailureNotice } from "../../ui/notice.tsx";
import { useReply } from "../../ui/use-reply.ts";
import { addPasskey, obstacleHere } from "./passkey.ts";

export function Passkeys({ changed }: { changed: () => void }) {
  const passkeys = useReply(() => accounts.passkeys(), []);
  const [busy, setBusy] = useState(false);
  const [renaming, setRenaming] = useState<string | null>(null);
  const [failure, setFailure] = useState<Failure | null>(null);
  const obstacle = obstacleHere();
  const items = passkeys.value?.items ?? [];

  const act = async (work: () => ReturnType<typeof addPasskey>) => {
    setBusy(true);
    const reply = await work();
    setBusy(false);
    setFailure(reply.ok ? null : reply.failure);
    if (!reply.ok) return;
    setRenaming(null);
    passkeys.again();
    changed();
  };
  const shown = passkeys.failure ?? failure;
  return (
    <>
      <div class="card-line">
        <h3>Passkeys</h3>
        <button
          type="button"
          class="button small"
          disabled={busy || obstacle !== null}
          onClick={() => act(addPasskey)}
        >
          Add a passkey
        </button>
      </div>
      <p class="quiet">
        {obstacle ??
          "They sign you in with your fingerprint, face or device PIN, and cannot be stolen by a false page."}
      </p>
      {shown && <FailureNotice failure={shown} />}
      {items.length > 0 && (
        <ul class="plain-rows">
          {items.map((passkey) => (
            <li key={passkey.id}>
              {renaming === passkey.id ? (
                <Rename
                  passkey={passkey}
                  onCancel={() => setRenaming(null)}
                  onName={(name) => act(() => accounts.renamePasskey(passkey.id, name))}
                />
              ) : (
                <>
                  <span class="row-text">
                    <strong>{passkey.name}</strong>
                    <span class="quiet">{aboutOf(passkey)}</span>
                  </span>
                  <span class="actions">
                    <button
                      type="button"
                      class="button small"
                      aria-label={`Rename ${passkey.name}`}
                      onClick={() => setRenaming(passkey.id)}
                    >
                      Rename
                    </button>
                    <button
                      type="button"
                      class="button small danger"
                      aria-label={`Remove ${passkey.name}`}
                      disabled={busy}
                      onClick={() => act(() => accounts.removePasskey(passkey.id))}
                    >
                      Remove
                    </button>
                  </span>
                </>
              )}
            </li>
          ))}
        </ul>
      )}
    </>
  );
}

const aboutOf = ({ synced, created_at }: Passkey) =>
  [synced ? "on all your devices" : "on one device", created_at && `added ${dayOf(created_at)}`]
    .filter(Boolean)
    .join(", ");

function Rename(props: { passkey: Passkey; onName: (name: string) => void; onCancel: () => void }) {
  const [name, setName] = useState(props.passkey.name);
  return (
    <form
      class="actions rename"
      onSubmit={(event) => {
        event.preventDefault();
        props.onName(name);
      }}
    >
      <input
        class="input"
        aria-label={`New name of ${props.passkey.name}`}
        required
        maxLength={80}
        ref={(input) => input?.focus()}
        value={name}
        onInput={(event) => setName(event.currentTarget.value)}
      />
      <button type="submit" class="button small primary">
        Save
      </button>
      <button type="button" class="button small" onClick={props.onCancel}>
        Cancel
      </button>
    </form>
  );
}
