// API keys: see when each was used and where it may be, revoke; a new one is shown once.

import { useState } from "preact/hooks";
import { api, type Key, type KeyCreated } from "../../api.ts";
import { CopyButton } from "../../ui/copy-button.tsx";
import type { Failure } from "../../ui/failure.ts";
import { agoOf, dayOf } from "../../ui/format.ts";
import { FailureNotice, Notice } from "../../ui/notice.tsx";
import { useReply } from "../../ui/use-reply.ts";
import { MakeKey } from "./make-key.tsx";

export function Keys() {
  const keys = useReply(() => api.keys(), []);
  const [made, setMade] = useState<KeyCreated | null>(null);
  const [making, setMaking] = useState(false);
  const [failure, setFailure] = useState<Failure | null>(null);

  const revoke = async (key: Key) => {
    const reply = await api.revokeKey(key.id);
    setFailure(reply.ok ? null : reply.failure);
    if (reply.ok) keys.again();
  };
  const items = keys.value?.items ?? [];
  return (
    <section class="account-section" id="keys">
      <div class="card-line">
        <h2>API keys</h2>
        <button type="button" class="button small" onClick={() => setMaking(true)}>
          New key
        </button>
      </div>
      {made && (
        <Notice tone="good" title={`Key "${made.name}": copy it now`}>
          <p>It is shown this once. Only its hash is kept.</p>
          <p class="made-key">
            <code>{made.key}</code>
          </p>
          <div class="actions">
            <CopyButton text={() => made.key} label="Copy the key" />
            <button type="button" class="button small" onClick={() => setMade(null)}>
              I have it
            </button>
          </div>
        </Notice>
      )}
      {(keys.failure ?? failure) && <FailureNotice failure={(keys.failure ?? failure) as Failure} />}
      {items.length === 0 ? (
        <p class="quiet">
          {keys.waiting ? "Loading" : "None. Programs need one to call the API in your name."}
        </p>
      ) : (
        <div class="table-scroll">
          <table>
            <thead>
              <tr>
                <th scope="col">Name</th>
                <th scope="col">Begins with</th>
                <th scope="col">May</th>
                <th scope="col">Last used</th>
                <th scope="col">Expires</th>
                <td />
              </tr>
            </thead>
            <tbody>
              {items.map((key) => (
                <tr key={key.id}>
                  <th scope="row">{key.name}</th>
                  <td>
                    <code>{key.prefix}…</code>
                  </td>
                  <td>
                    {key.scopes.join(", ")}
                    {key.kind === "publishable" && <div class="quiet">{placeOf(key)}</div>}
                  </td>
                  <td>{key.last_used_at ? agoOf(key.last_used_at, Date.now()) : "never"}</td>
                  <td>{key.expires_at ? dayOf(key.expires_at) : "never"}</td>
                  <td>
                    <button
                      type="button"
                      class="button small danger"
                      aria-label={`Revoke ${key.name}`}
                      onClick={() => revoke(key)}
                    >
                      Revoke
                    </button>
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      {making && (
        <MakeKey
          onClose={() => setMaking(false)}
          onMade={(key) => {
            setMaking(false);
            setMade(key);
            keys.again();
          }}
        />
      )}
    </section>
  );
}

/** Where a publishable key may be used, and how often. */
const placeOf = ({ origins, generations_per_day: cap }: Key) =>
  `on ${origins.join(", ")}${cap === null ? "" : `, ${cap} generations a day`}`;
