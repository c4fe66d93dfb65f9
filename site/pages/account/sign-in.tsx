// Sign in or sign up with e-mail and password.

import { useState } from "preact/hooks";
import { api } from "../../api.ts";
import type { Failure } from "../../ui/failure.ts";
import { Field } from "../../ui/field.tsx";
import { FailureNotice } from "../../ui/notice.tsx";
import { Segmented } from "../../ui/segmented.tsx";

type Way = "in" | "up";
const WAYS: readonly (readonly [Way, string])[] = [
  ["in", "Sign in"],
  ["up", "New account"],
];
const PASSWORD_MIN_CHARACTERS = 8;

export function SignIn({ onSignedIn, onward }: { onSignedIn: () => void; onward: boolean }) {
  const [way, setWay] = useState<Way>("in");
  const [name, setName] = useState("");
  const [email, setEmail] = useState("");
  const [password, setPassword] = useState("");
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<Failure | null>(null);
  const fresh = way === "up";

  const submit = async (event: Event) => {
    event.preventDefault();
    setBusy(true);
    setFailure(null);
    const reply = fresh ? await api.signUp({ name, email, password }) : await api.signIn({ email, password });
    setBusy(false);
    if (reply.ok) onSignedIn();
    else setFailure(reply.failure);
  };

  return (
    <div class="sign-in">
      <header class="page-head">
        <h1>{fresh ? "New account" : "Sign in"}</h1>
        <p class="quiet">
          {onward
            ? "Then you go on where you were."
            : "To teach people, to generate pictures, and to make API keys."}
        </p>
      </header>
      <form class="panel sign-in-form" onSubmit={submit}>
        <Segmented
          label="Sign in or make an account"
          value={way}
          options={WAYS}
          onChange={(wanted) => {
            setWay(wanted);
            setFailure(null);
          }}
        />
        {fresh && (
          <Field label="Name" hint="Your public name in the catalog is made from it.">
            {(described) => (
              <input
                {...described}
                class="input"
                required
                autocomplete="name"
                value={name}
                onInput={(event) => setName(event.currentTarget.value)}
              />
            )}
          </Field>
        )}
        <Field label="E-mail">
          {(described) => (
            <input
              {...described}
              class="input"
              type="email"
              required
              autocomplete="email"
              value={email}
              onInput={(event) => setEmail(event.currentTarget.value)}
            />
          )}
        </Field>
        <Field label="Password" hint={fresh ? `At least ${PASSWORD_MIN_CHARACTERS} characters.` : undefined}>
          {(described) => (
            <input
              {...described}
              class="input"
              type="password"
              required
              minLength={PASSWORD_MIN_CHARACTERS}
              autocomplete={fresh ? "new-password" : "current-password"}
              value={password}
              onInput={(event) => setPassword(event.currentTarget.value)}
            />
          )}
        </Field>
        {failure && <FailureNotice failure={failure} />}
        <button type="submit" class="button primary" disabled={busy}>
          {busy ? "One moment" : fresh ? "Make the account" : "Sign in"}
        </button>
      </form>
    </div>
  );
}
