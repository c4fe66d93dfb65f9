// Sign in or sign up with a password; or sign in with a passkey, or with GitHub where the server is configured for it.

import { useState } from "preact/hooks";
import { PASSWORD_MIN_CHARACTERS, PERSON_NAME_MAX_CHARACTERS } from "../../../schema/contract/limits.ts";
import { api, type Reply } from "../../api.ts";
import { accounts } from "../../api-account.ts";
import type { Failure } from "../../failure.ts";
import { Field, TextField } from "../../ui/field.tsx";
import { FailureNotice } from "../../ui/notice.tsx";
import { Segmented } from "../../ui/segmented.tsx";
import { useReply } from "../../ui/use-reply.ts";
import { nextOf } from "./next.ts";
import { obstacleHere, signInWithPasskey } from "./passkey.ts";

type Way = "in" | "up";
const WAYS: readonly (readonly [Way, string])[] = [
  ["in", "Sign in"],
  ["up", "New account"],
];

export function SignIn({ onSignedIn, onward }: { onSignedIn: () => void; onward: boolean }) {
  const [way, setWay] = useState<Way>("in");
  const [name, setName] = useState("");
  const [email, setEmail] = useState("");
  const [password, setPassword] = useState("");
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<Failure | null>(null);
  const fresh = way === "up";

  const attempt = async (act: () => Promise<Reply<unknown>>) => {
    setBusy(true);
    setFailure(null);
    const reply = await act();
    setBusy(false);
    if (reply.ok) onSignedIn();
    else setFailure(reply.failure);
  };
  const submit = (event: Event) => {
    event.preventDefault();
    return attempt(() => (fresh ? api.signUp({ name, email, password }) : api.signIn({ email, password })));
  };

  return (
    <div class="sign-in">
      <header class="page-head">
        <h1>{fresh ? "New account" : "Sign in"}</h1>
        <p class="quiet">
          {onward
            ? "Then you go on where you were."
            : "To train adapters, generate pictures, and create API keys."}
        </p>
      </header>
      <div class="panel sign-in-form">
        <Segmented
          label="Sign in or make an account"
          value={way}
          options={WAYS}
          onChange={(wanted) => {
            setWay(wanted);
            setFailure(null);
          }}
        />
        <form class="sign-in-form" onSubmit={submit}>
          {fresh && (
            <TextField
              label="Name"
              hint="Your public handle is made from it, and never changes."
              required
              maxLength={PERSON_NAME_MAX_CHARACTERS}
              autocomplete="name"
              value={name}
              onText={setName}
            />
          )}
          <TextField
            label="Email"
            hint={fresh ? "We send an email to verify it. Nobody else sees it." : undefined}
            type="email"
            required
            autocomplete="username webauthn"
            value={email}
            onText={setEmail}
          />
          <Field
            label="Password"
            hint={
              fresh ? (
                `At least ${PASSWORD_MIN_CHARACTERS} characters.`
              ) : (
                <a href="/account/reset/">Forgot your password?</a>
              )
            }
          >
            {(described) => (
              <input
                {...described}
                class="input"
                type="password"
                required
                minLength={fresh ? PASSWORD_MIN_CHARACTERS : undefined}
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
        <OtherWays fresh={fresh} busy={busy} attempt={attempt} />
      </div>
    </div>
  );
}

function OtherWays(props: {
  fresh: boolean;
  busy: boolean;
  attempt: (act: () => Promise<Reply<unknown>>) => void;
}) {
  const { fresh, busy, attempt } = props;
  const methods = useReply(() => accounts.methods(), []);
  const obstacle = obstacleHere();
  const gitHub = async (): Promise<Reply<unknown>> => {
    const begun = await accounts.gitHub(nextOf(location.search) ?? "/account/");
    if (!begun.ok) return begun;
    location.assign(begun.value.url);
    // The browser is navigating away; nothing more happens here.
    return new Promise(() => {});
  };
  const hasGitHub = methods.value?.github ?? false;
  if (fresh && !hasGitHub) return null;
  return (
    <div class="other-ways">
      <p class="other-ways-or">
        <span>or</span>
      </p>
      {!fresh && (
        <button
          type="button"
          class="button"
          disabled={busy || obstacle !== null}
          onClick={() => attempt(signInWithPasskey)}
        >
          Use a passkey
        </button>
      )}
      {!fresh && obstacle && <p class="hint">{obstacle}</p>}
      {hasGitHub && (
        <button type="button" class="button" disabled={busy} onClick={() => attempt(gitHub)}>
          {fresh ? "Sign up with GitHub" : "Sign in with GitHub"}
        </button>
      )}
    </div>
  );
}
