// /account/emails/: where the link of an email about a training leads. Stops these emails, without a session: the address is signed. It
// asks first, since mail programs and their scanners open links by themselves.

import { useState } from "preact/hooks";
import { accounts } from "../../../api-account.ts";
import { FailureNotice, Notice } from "../../../ui/notice.tsx";
import { useSend } from "../../../ui/use-send.ts";

export function EmailsPage() {
  const [asked] = useState(() => new URLSearchParams(location.search));
  const [done, setDone] = useState(false);
  const { busy, failure, send } = useSend();
  const user = asked.get("user") ?? "";
  const link = { expires: asked.get("expires") ?? "", signature: asked.get("signature") ?? "" };

  const stop = async () => {
    const reply = await send(() => accounts.stopTrainingEmails(user, link));
    setDone(reply.ok);
  };
  return (
    <div class="sign-in">
      <header class="page-head">
        <h1>{done ? "You get no more of these emails" : "Emails about your trainings"}</h1>
        <p class="quiet">
          {done
            ? "The end of a training still stands in the app, under Notifications."
            : "When a training that you ordered ends, we write to you."}
        </p>
      </header>
      {failure && <FailureNotice failure={failure} />}
      {!done && !user && (
        <Notice variant="info" title="This address lacks its signature">
          <p>Open the link of an email as a whole, or change the setting in your account.</p>
        </Notice>
      )}
      <div class="actions">
        {!done && user && !failure && (
          <button type="button" class="button primary" disabled={busy} onClick={stop}>
            {busy ? "One moment" : "Stop these emails"}
          </button>
        )}
        <a class="button" href="/account/#profile">
          Open the settings
        </a>
      </div>
    </div>
  );
}
