// API keys: when each was used and where it is valid, rotate, revoke; a new key is shown once.

import { useState } from "preact/hooks";
import { api, type Key, type KeyCreated } from "../../api.ts";
import type { Failure } from "../../failure.ts";
import { CopyButton } from "../../ui/copy-button.tsx";
import { agoOf, dayOf, durationOf } from "../../ui/format.ts";
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
  const rotate = async (key: Key) => {
    const reply = await api.rotateKey(key.id);
    setFailure(reply.ok ? null : reply.failure);
    if (!reply.ok) return;
    setMade(reply.value);
    keys.again();
  };
  const items = keys.value?.items ?? [];
  const old = items.find((key) => key.replaced_by !== null && key.replaced_by === made?.id);
  return (
    <section class="account-section" id="keys">
      <div class="card-line">
        <h2>API keys</h2>
        <button type="button" class="button small" onClick={() => setMaking(true)}>
          New key
        </button>
      </div>
      {made && (
        <Notice variant="good" title={`Key "${made.name}": copy it now`}>
          <p>It is shown this once. Only its hash is kept.</p>
          {old?.expires_at && (
            <p>
              The old key, which begins with <code>{old.prefix}</code>, works for another{" "}
              {restOf(old.expires_at)}. Revoke it as soon as nothing uses it any more.
            </p>
          )}
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
      {keys.waiting && items.length === 0 && <p class="quiet">Loading</p>}
      {keys.arrived?.items.length === 0 && (
        <p class="quiet">None. Programs need one to call the API in your name.</p>
      )}
      {items.length > 0 && (
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
                  <th scope="row">
                    {key.name} {key.replaced_by && <span class="tag">replaced</span>}
                  </th>
                  <td>
                    <code>{key.prefix}…</code>
                  </td>
                  <td>
                    {key.scopes.join(", ")}
                    {key.kind === "publishable" && <div class="quiet">{placeOf(key)}</div>}
                  </td>
                  <td>{key.last_used_at ? agoOf(key.last_used_at, Date.now()) : "never"}</td>
                  <td>{key.expires_at ? endOf(key, key.expires_at) : "never"}</td>
                  <td>
                    <div class="actions">
                      {key.replaced_by === null && (
                        <button
                          type="button"
                          class="button small"
                          aria-label={`Rotate ${key.name}`}
                          title="A new key takes its place; the old one works on for a day"
                          onClick={() => rotate(key)}
                        >
                          Rotate
                        </button>
                      )}
                      <button
                        type="button"
                        class="button small danger"
                        aria-label={`Revoke ${key.name}`}
                        onClick={() => revoke(key)}
                      >
                        Revoke
                      </button>
                    </div>
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

/** A key that was rotated expires soon, so its expiry shows the hour. */
const endOf = (key: Key, end: string) => (key.replaced_by ? `in ${restOf(end)}` : dayOf(end));
const restOf = (end: string) => durationOf((Date.parse(end) - Date.now()) / 1000);
