// /account/reset/: requests the password reset email, and sets the new password after its link was followed.

import { useEffect, useState } from "preact/hooks";
import { PASSWORD_MAX_CHARACTERS, PASSWORD_MIN_CHARACTERS } from "../../../../schema/contract/limits.ts";
import { accounts } from "../../../api-account.ts";
import { TextField } from "../../../ui/field.tsx";
import { FailureNotice, Notice } from "../../../ui/notice.tsx";
import { useSend } from "../../../ui/use-send.ts";

export function ResetPage() {
  const [token] = useState(() => new URLSearchParams(location.search).get("token"));
  useEffect(() => {
    // The token is a credential: it must not stay in the address bar, where it is copied and photographed.
    if (token) history.replaceState(null, "", "/account/reset/");
  }, [token]);
  return <div class="sign-in">{token ? <Choose token={token} /> : <Ask />}</div>;
}

function Ask() {
  const [email, setEmail] = useState("");
  const [sent, setSent] = useState<string | null>(null);
  const { busy, failure, send } = useSend();

  const submit = async (event: Event) => {
    event.preventDefault();
    const reply = await send(() => accounts.requestReset(email));
    setSent(reply.ok ? email : null);
  };
  return (
    <>
      <header class="page-head">
        <h1>Forgot your password?</h1>
        <p class="quiet">We send a link to your address, with which you choose a new one.</p>
      </header>
      <form class="panel sign-in-form" onSubmit={submit}>
        <TextField
          label="Email"
          type="email"
          required
          autocomplete="username"
          value={email}
          onText={setEmail}
        />
        {sent && (
          <Notice variant="good" title="Check your inbox">
            <p>{`If there is an account for ${sent}, we have sent an email. Its link is valid for an hour.`}</p>
            <p>Nothing there? Check your spam folder, and the address above for typos.</p>
          </Notice>
        )}
        {failure && <FailureNotice failure={failure} />}
        <button type="submit" class="button primary" disabled={busy}>
          {busy ? "One moment" : sent ? "Send it again" : "Send the email"}
        </button>
        <a href="/account/">Back to signing in</a>
      </form>
    </>
  );
}

function Choose({ token }: { token: string }) {
  const [password, setPassword] = useState("");
  const [done, setDone] = useState(false);
  const { busy, failure, send } = useSend();
  const over = failure?.kind === "declined" && /token/i.test(failure.message);

  const submit = async (event: Event) => {
    event.preventDefault();
    const reply = await send(() => accounts.reset(token, password));
    setDone(reply.ok);
  };
  if (done) {
    return (
      <>
        <header class="page-head">
          <h1>Your password is changed</h1>
          <p class="quiet">Every device was signed out.</p>
        </header>
        <a class="button primary" href="/account/">
          Sign in
        </a>
      </>
    );
  }
  return (
    <>
      <header class="page-head">
        <h1>Choose a new password</h1>
        <p class="quiet">Every device is signed out when it changes.</p>
      </header>
      <form class="panel sign-in-form" onSubmit={submit}>
        <TextField
          label="New password"
          hint={`At least ${PASSWORD_MIN_CHARACTERS} characters.`}
          type="password"
          required
          minLength={PASSWORD_MIN_CHARACTERS}
          maxLength={PASSWORD_MAX_CHARACTERS}
          autocomplete="new-password"
          value={password}
          onText={setPassword}
        />
        {over ? (
          <Notice variant="bad" title="This link has expired or was used">
            <p>A link works once, for an hour.</p>
            <div class="actions">
              <a class="button small" href="/account/reset/">
                Send another email
              </a>
            </div>
          </Notice>
        ) : (
          failure && <FailureNotice failure={failure} />
        )}
        <button type="submit" class="button primary" disabled={busy}>
          {busy ? "One moment" : "Change the password"}
        </button>
      </form>
    </>
  );
}
