// API keys: make one (it is shown once), see when each was used, rotate, revoke.

import { useState } from "preact/hooks";
import { api, type Key, type KeyCreated, type Scope } from "../../api.ts";
import { CopyButton } from "../../ui/copy-button.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import type { Failure } from "../../ui/failure.ts";
import { Field, TextField } from "../../ui/field.tsx";
import { agoOf, dayOf, durationOf } from "../../ui/format.ts";
import { FailureNotice, Notice } from "../../ui/notice.tsx";
import { useReply } from "../../ui/use-reply.ts";

const SCOPES: readonly (readonly [Scope, string])[] = [
  ["read", "Read your adapters, jobs and pictures"],
  ["generate", "Generate pictures"],
  ["publish", "Upload, train and publish"],
  ["runner", "Run jobs on your own machine"],
];
const EXPIRIES = [
  ["30", "30 days"],
  ["90", "90 days"],
  ["365", "1 year"],
  ["", "never"],
] as const;

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
        <Notice tone="good" title={`Key "${made.name}": copy it now`}>
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
                  <th scope="row">
                    {key.name} {key.replaced_by && <span class="tag">replaced</span>}
                  </th>
                  <td>
                    <code>{key.prefix}…</code>
                  </td>
                  <td>{key.scopes.join(", ")}</td>
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

/** One that was replaced ends soon: its hour matters. */
const endOf = (key: Key, end: string) => (key.replaced_by ? `in ${restOf(end)}` : dayOf(end));
const restOf = (end: string) => durationOf((Date.parse(end) - Date.now()) / 1000);

function MakeKey({ onMade, onClose }: { onMade: (key: KeyCreated) => void; onClose: () => void }) {
  const [name, setName] = useState("");
  const [days, setDays] = useState("90");
  const [scopes, setScopes] = useState<readonly Scope[]>(["read", "generate"]);
  const [failure, setFailure] = useState<Failure | null>(null);

  const submit = async (event: Event) => {
    event.preventDefault();
    const reply = await api.createKey({
      name,
      scopes: [...scopes],
      ...(days !== "" && { expires_in_days: Number(days) }),
    });
    if (reply.ok) onMade(reply.value);
    else setFailure(reply.failure);
  };
  return (
    <Dialog title="New API key" shape="box" onClose={onClose}>
      <form class="make-key" onSubmit={submit}>
        <TextField
          label="Name"
          hint="To tell your keys apart."
          required
          maxLength={80}
          placeholder="my notebook"
          value={name}
          onText={setName}
        />
        <fieldset class="scopes">
          <legend class="label">It may</legend>
          {SCOPES.map(([scope, text]) => (
            <label class="check" key={scope}>
              <input
                type="checkbox"
                checked={scopes.includes(scope)}
                onChange={() =>
                  setScopes(
                    scopes.includes(scope) ? scopes.filter((each) => each !== scope) : [...scopes, scope],
                  )
                }
              />
              <span>{text}</span>
            </label>
          ))}
        </fieldset>
        <Field label="Expires after">
          {(described) => (
            <select
              {...described}
              class="input"
              value={days}
              onChange={(event) => setDays(event.currentTarget.value)}
            >
              {EXPIRIES.map(([value, text]) => (
                <option key={value} value={value}>
                  {text}
                </option>
              ))}
            </select>
          )}
        </Field>
        {failure && <FailureNotice failure={failure} />}
        <button type="submit" class="button primary" disabled={scopes.length === 0}>
          Make the key
        </button>
      </form>
    </Dialog>
  );
}
