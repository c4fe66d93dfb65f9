// What somebody must know before anything else on their page: a suspension, an address that is not verified, what a link just did.

import { useEffect, useState } from "preact/hooks";
import type { Account } from "../../api.ts";
import { accounts } from "../../api-account.ts";
import type { Failure } from "../../ui/failure.ts";
import { dayOf } from "../../ui/format.ts";
import { FailureNotice, Notice } from "../../ui/notice.tsx";
import { emailTokenOf, wordOf } from "./arrival.ts";

/** Said once: the address is cleaned, so that a reload does not say it again. */
export function Arrival() {
  const [word] = useState(() => wordOf(location.search));
  useEffect(() => {
    if (word) history.replaceState(null, "", "/account/");
  }, [word]);
  return word ? (
    <Notice tone={word.tone} title={word.title}>
      <p>{word.text}</p>
    </Notice>
  ) : null;
}

export function AccountNotices({ account, changed }: { account: Account; changed: () => void }) {
  return (
    <div class="account-notices">
      <Arrival />
      {account.suspended_at && (
        <Notice tone="bad" title={`Your account was suspended on ${dayOf(account.suspended_at)}`}>
          <p>You can read, export your data, appeal and leave. Everything else has to wait.</p>
          <div class="actions">
            <a class="button small" href="/decisions/">
              See why, and appeal
            </a>
          </div>
        </Notice>
      )}
      <NewAddress changed={changed} />
      {!account.email_verified && <Verify email={account.email} />}
    </div>
  );
}

function Verify({ email }: { email: string }) {
  const [sent, setSent] = useState(false);
  const [failure, setFailure] = useState<Failure | null>(null);
  const again = async () => {
    const reply = await accounts.verifyAgain();
    setFailure(reply.ok ? null : reply.failure);
    setSent(reply.ok);
  };
  return (
    <>
      <Notice tone="info" title="Please verify your address">
        <p>{`We wrote to ${email}. The link in the letter lets you replace a lost password later.`}</p>
        <div class="actions">
          <button type="button" class="button small" disabled={sent} onClick={again}>
            {sent ? "Sent: look into your mailbox" : "Send the letter again"}
          </button>
        </div>
      </Notice>
      {failure && <FailureNotice failure={failure} />}
    </>
  );
}

/** Whoever followed the link in the letter to their new address. */
function NewAddress({ changed }: { changed: () => void }) {
  const [email, setEmail] = useState<string | null>(null);
  const [failure, setFailure] = useState<Failure | null>(null);
  useEffect(() => {
    const token = emailTokenOf(location.search);
    if (!token) return;
    history.replaceState(null, "", "/account/");
    accounts.confirmEmail(token).then((reply) => {
      if (!reply.ok) return setFailure(reply.failure);
      setEmail(reply.value.email);
      changed();
    });
  }, []);
  if (failure) return <FailureNotice failure={failure} />;
  return email ? (
    <Notice tone="good" title={`Your address is ${email} now`}>
      <p>It is verified. You sign in with it from now on.</p>
    </Notice>
  ) : null;
}
