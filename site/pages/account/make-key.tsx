// The form for a new API key: a secret key for servers and scripts, or a publishable key for the code of a page.

import { useState } from "preact/hooks";
import { KEY_DAILY_GENERATIONS_MAX } from "../../../schema/contract/limits.ts";
import { api, type KeyCreated, type KeyKind, type Scope } from "../../api.ts";
import type { Failure } from "../../failure.ts";
import { Dialog } from "../../ui/dialog.tsx";
import { Field, SelectField, TextField } from "../../ui/field.tsx";
import { FailureNotice } from "../../ui/notice.tsx";
import { originsIn } from "./origins.ts";

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

const KINDS: readonly (readonly [KeyKind, string])[] = [
  ["secret", "A server or a script, which keeps it to itself"],
  ["publishable", "The code of a web page, where everybody can read it"],
];
/** The scopes that a publishable key may hold. */
const PAGE_SCOPES: readonly Scope[] = ["read", "generate"];

export function MakeKey({ onMade, onClose }: { onMade: (key: KeyCreated) => void; onClose: () => void }) {
  const [name, setName] = useState("");
  const [days, setDays] = useState("90");
  const [scopes, setScopes] = useState<readonly Scope[]>(["read", "generate"]);
  const [kind, setKind] = useState<KeyKind>("secret");
  const [origins, setOrigins] = useState("");
  const [cap, setCap] = useState("100");
  const [failure, setFailure] = useState<Failure | null>(null);

  const isPublishable = kind === "publishable";
  const offered = SCOPES.map(([scope]) => scope).filter(
    (scope) => !isPublishable || PAGE_SCOPES.includes(scope),
  );
  const submit = async (event: Event) => {
    event.preventDefault();
    const reply = await api.createKey({
      name,
      kind,
      scopes: offered.filter((scope) => scopes.includes(scope)),
      ...(isPublishable && { origins: originsIn(origins) }),
      ...(isPublishable && cap !== "" && { generations_per_day: Number(cap) }),
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
          hint="To distinguish your keys."
          required
          maxLength={80}
          placeholder="my notebook"
          value={name}
          onText={setName}
        />
        <fieldset class="scopes">
          <legend class="label">It is for</legend>
          {KINDS.map(([value, text]) => (
            <label class="check" key={value}>
              <input type="radio" name="kind" checked={kind === value} onChange={() => setKind(value)} />
              <span>{text}</span>
            </label>
          ))}
        </fieldset>
        {isPublishable && (
          <>
            <TextField
              label="Pages that may use it"
              hint="Their origins, by commas: https and the name. http only on this machine."
              required
              placeholder="https://example.org, http://localhost:5173"
              value={origins}
              onText={setOrigins}
            />
            <Field
              label="Generations a day"
              hint="Whoever copies the key into a program can order no more than this. Empty: no cap of its own."
            >
              {(described) => (
                <input
                  {...described}
                  class="input"
                  type="number"
                  min={1}
                  max={KEY_DAILY_GENERATIONS_MAX}
                  value={cap}
                  onInput={(event) => setCap(event.currentTarget.value)}
                />
              )}
            </Field>
          </>
        )}
        <fieldset class="scopes">
          <legend class="label">It may</legend>
          {SCOPES.filter(([scope]) => offered.includes(scope)).map(([scope, text]) => (
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
        <SelectField label="Expires after" value={days} options={EXPIRIES} onChoose={setDays} />
        {failure && <FailureNotice failure={failure} />}
        <button
          type="submit"
          class="button primary"
          disabled={!offered.some((scope) => scopes.includes(scope))}
        >
          Make the key
        </button>
      </form>
    </Dialog>
  );
}
