// Exports the account's data, and deletes the account after the handle has been typed.

import { useState } from "preact/hooks";
import type { Account } from "../../api.ts";
import { accounts, EXPORT_URL } from "../../api-account.ts";
import { faultAt } from "../../failure.ts";
import { clearAccount } from "../../ui/account.ts";
import { Dialog } from "../../ui/dialog.tsx";
import { Field } from "../../ui/field.tsx";
import { FailureNotice } from "../../ui/notice.tsx";
import { useSend } from "../../ui/use-send.ts";
import { Proof } from "./security.tsx";

export function YourData({ account }: { account: Account }) {
  const [open, setOpen] = useState(false);
  return (
    <section class="account-section" id="data">
      <h2>Your data</h2>
      <p class="quiet">
        One JSON file with everything that is kept about you: profile, adapters, jobs, pictures with their
        addresses, likes, comments, and the rest. No secret is in it.
      </p>
      <div class="actions">
        <a class="button small" href={EXPORT_URL} download>
          Export my data
        </a>
        <button type="button" class="button small danger" onClick={() => setOpen(true)}>
          Delete my account
        </button>
      </div>
      {open && <DeleteDialog account={account} onClose={() => setOpen(false)} />}
    </section>
  );
}

function DeleteDialog({ account, onClose }: { account: Account; onClose: () => void }) {
  const [typed, setTyped] = useState("");
  const [password, setPassword] = useState("");
  const { busy, failure, send } = useSend();

  const submit = async (event: Event) => {
    event.preventDefault();
    const reply = await send(() => accounts.leave({ confirm: typed, ...(password && { password }) }));
    if (!reply.ok) return;
    clearAccount();
    location.assign("/");
  };
  return (
    <Dialog title="Delete your account" shape="box" onClose={onClose}>
      <form class="make-key" onSubmit={submit}>
        <p>This happens at once and cannot be undone.</p>
        <ul class="consequences">
          <li>Your files, pictures, jobs, keys, likes and the words of your comments are deleted.</li>
          <li>
            What you published is withdrawn. Its name and title stay as a tombstone, so that pictures made
            with it can still be explained.
          </li>
          <li>{`Nobody ever gets the handle ${account.handle} again, you neither.`}</li>
          <li>Reports, appeals and the moderators' log are kept.</li>
        </ul>
        <Field label={`Type your handle, ${account.handle}, to confirm`} fault={faultAt(failure, "/confirm")}>
          {(described) => (
            <input
              {...described}
              class="input"
              required
              autocomplete="off"
              autocapitalize="none"
              spellcheck={false}
              value={typed}
              onInput={(event) => setTyped(event.currentTarget.value)}
            />
          )}
        </Field>
        <Proof account={account} password={password} failure={failure} onInput={setPassword} />
        {failure && !faultAt(failure, "/confirm") && !faultAt(failure, "/password") && (
          <FailureNotice failure={failure} />
        )}
        <div class="actions">
          <button type="submit" class="button danger" disabled={busy || typed !== account.handle}>
            {busy ? "Deleting" : "Delete my account"}
          </button>
          <button type="button" class="button" onClick={onClose}>
            Keep it
          </button>
        </div>
      </form>
    </Dialog>
  );
}
