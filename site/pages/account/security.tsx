// Sign-in methods: address, password, passkeys, and active sessions.

import { useState } from "preact/hooks";
import {
  PASSWORD_MAX_CHARACTERS,
  PASSWORD_MIN_CHARACTERS,
  RECENT_SIGN_IN_SECONDS,
} from "../../../schema/contract/limits.ts";
import type { Account } from "../../api.ts";
import { accounts } from "../../api-account.ts";
import { type Failure, faultAt } from "../../failure.ts";
import { clearAccount } from "../../ui/account.ts";
import { TextField } from "../../ui/field.tsx";
import { agoOf } from "../../ui/format.ts";
import { FailureNotice } from "../../ui/notice.tsx";
import { useReply } from "../../ui/use-reply.ts";
import { isOldSignIn } from "./link-result.ts";
import { Passkeys } from "./passkeys.tsx";

export function Security({ account, changed }: { account: Account; changed: () => void }) {
  return (
    <section class="account-section" id="security">
      <h2>Security</h2>
      <div class="security">
        <Address account={account} />
        <Password account={account} changed={changed} />
      </div>
      <Passkeys changed={changed} />
      <Sessions />
    </section>
  );
}

/** Asks for the password where the sign-in is too old to authorise a change. */
export function Proof(props: {
  account: Account;
  password: string;
  failure: Failure | null;
  onInput: (password: string) => void;
}) {
  const { account, password, failure, onInput } = props;
  if (!isOldSignIn(account.signed_in_at, Date.now(), RECENT_SIGN_IN_SECONDS)) return null;
  if (!account.has_password) {
    return <p class="hint">You signed in more than an hour ago: sign out and in again before you do this.</p>;
  }
  return (
    <TextField
      label="Your password"
      hint="You signed in more than an hour ago."
      fault={faultAt(failure, "/password")}
      type="password"
      required
      autocomplete="current-password"
      value={password}
      onText={onInput}
    />
  );
}

function Address({ account }: { account: Account }) {
  const [email, setEmail] = useState("");
  const [password, setPassword] = useState("");
  const [sentTo, setSentTo] = useState<string | null>(null);
  const [failure, setFailure] = useState<Failure | null>(null);

  const submit = async (event: Event) => {
    event.preventDefault();
    const reply = await accounts.changeEmail({ email, ...(password && { password }) });
    setFailure(reply.ok ? null : reply.failure);
    setSentTo(reply.ok ? reply.value.to : null);
  };
  return (
    <form class="panel" onSubmit={submit}>
      <h3>Email</h3>
      <p class="quiet">
        {account.email}{" "}
        <span class={`tag ${account.email_verified ? "good" : "warn"}`}>
          {account.email_verified ? "verified" : "not verified"}
        </span>
      </p>
      <TextField
        label="New address"
        hint="It changes when you follow the link we send there."
        fault={faultAt(failure, "/email")}
        type="email"
        required
        maxLength={254}
        autocomplete="email"
        value={email}
        onText={setEmail}
      />
      <Proof account={account} password={password} failure={failure} onInput={setPassword} />
      {failure && !faultAt(failure, "/email") && !faultAt(failure, "/password") && (
        <FailureNotice failure={failure} />
      )}
      <div class="actions">
        <button type="submit" class="button small">
          Send the link
        </button>
        <span class="quiet" role="status">
          {sentTo ? `Check the inbox of ${sentTo}` : ""}
        </span>
      </div>
    </form>
  );
}

function Password({ account, changed }: { account: Account; changed: () => void }) {
  const [current, setCurrent] = useState("");
  const [wanted, setWanted] = useState("");
  const [done, setDone] = useState(false);
  const [failure, setFailure] = useState<Failure | null>(null);
  const { has_password } = account;

  const submit = async (event: Event) => {
    event.preventDefault();
    const reply = await accounts.changePassword({
      new_password: wanted,
      ...(has_password && { current_password: current }),
    });
    setFailure(reply.ok ? null : reply.failure);
    setDone(reply.ok);
    if (!reply.ok) return;
    setCurrent("");
    setWanted("");
    changed();
  };
  const known = faultAt(failure, "/current_password") ?? faultAt(failure, "/new_password");
  return (
    <form class="panel" onSubmit={submit}>
      <h3>Password</h3>
      {has_password ? (
        <TextField
          label="Current password"
          fault={faultAt(failure, "/current_password")}
          type="password"
          required
          autocomplete="current-password"
          value={current}
          onText={setCurrent}
        />
      ) : (
        <p class="quiet">Your account has none yet. With one you can sign in anywhere.</p>
      )}
      <TextField
        label="New password"
        hint={`At least ${PASSWORD_MIN_CHARACTERS} characters. Every other device is signed out.`}
        fault={faultAt(failure, "/new_password")}
        type="password"
        required
        minLength={PASSWORD_MIN_CHARACTERS}
        maxLength={PASSWORD_MAX_CHARACTERS}
        autocomplete="new-password"
        value={wanted}
        onText={setWanted}
      />
      {failure && !known && <FailureNotice failure={failure} />}
      <div class="actions">
        <button type="submit" class="button small">
          {has_password ? "Change the password" : "Set the password"}
        </button>
        <span class="quiet" role="status">
          {done ? "Changed. Every other device was signed out." : ""}
        </span>
      </div>
    </form>
  );
}

function Sessions() {
  const sessions = useReply(() => accounts.sessions(), []);
  const [failure, setFailure] = useState<Failure | null>(null);

  const end = async (id: string) => {
    const reply = await accounts.endSession(id);
    setFailure(reply.ok ? null : reply.failure);
    if (reply.ok) sessions.again();
  };
  const everywhere = async () => {
    const reply = await accounts.endAllSessions();
    if (!reply.ok) return setFailure(reply.failure);
    clearAccount();
    location.assign("/account/");
  };
  const shown = sessions.failure ?? failure;
  return (
    <>
      <div class="card-line">
        <h3>Where you are signed in</h3>
        <button type="button" class="button small" onClick={everywhere}>
          Sign out everywhere
        </button>
      </div>
      {shown && <FailureNotice failure={shown} />}
      <ul class="plain-rows">
        {(sessions.value?.items ?? []).map((session) => (
          <li key={session.id}>
            <span class="row-text">
              <strong>{session.device}</strong>
              <span class="quiet">{`Last seen ${agoOf(session.last_seen_at, Date.now())}`}</span>
            </span>
            {session.current ? (
              <span class="tag good">this device</span>
            ) : (
              <button
                type="button"
                class="button small"
                aria-label={`Sign out ${session.device}`}
                onClick={() => end(session.id)}
              >
                Sign out
              </button>
            )}
          </li>
        ))}
      </ul>
    </>
  );
}
