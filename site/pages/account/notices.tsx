// Important notices at the top of the account page: a suspension, an unverified address, the result of a link.

import { useEffect, useState } from "preact/hooks";
import { CREDITS_PER_DAY, CREDITS_PER_DAY_UNVERIFIED } from "../../../schema/contract/limits.ts";
import type { Account } from "../../api.ts";
import { accounts } from "../../api-account.ts";
import type { Failure } from "../../failure.ts";
import { dayOf } from "../../ui/format.ts";
import { FailureNotice, Notice } from "../../ui/notice.tsx";
import { emailTokenOf, linkMessageOf } from "./link-result.ts";

/** Shown once: the query is removed from the address, so that a reload does not show it again. */
export function LinkResult() {
  const [message] = useState(() => linkMessageOf(location.search));
  useEffect(() => {
    if (message) history.replaceState(null, "", "/account/");
  }, [message]);
  return message ? (
    <Notice variant={message.variant} title={message.title}>
      <p>{message.text}</p>
    </Notice>
  ) : null;
}

export function AccountNotices({ account, changed }: { account: Account; changed: () => void }) {
  return (
    <div class="account-notices">
      <LinkResult />
      {account.suspended_at && (
        <Notice variant="bad" title={`Your account was suspended on ${dayOf(account.suspended_at)}`}>
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
      <Notice variant="info" title="Please verify your address">
        <p>
          {`We sent an email to ${email}. A verified address lets you reset a lost password, and raises your credits from ${CREDITS_PER_DAY_UNVERIFIED.toLocaleString("en")} to ${CREDITS_PER_DAY.toLocaleString("en")} a day.`}
        </p>
        <div class="actions">
          <button type="button" class="button small" disabled={sent} onClick={again}>
            {sent ? "Sent: check your inbox" : "Send the email again"}
          </button>
        </div>
      </Notice>
      {failure && <FailureNotice failure={failure} />}
    </>
  );
}

/** Confirms the new address after the link in its email was followed. */
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
    <Notice variant="good" title={`Your address is ${email} now`}>
      <p>It is verified. You sign in with it from now on.</p>
    </Notice>
  ) : null;
}
