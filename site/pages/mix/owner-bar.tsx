// Actions of the mix's owner: edit its texts and visibility, or withdraw it.

import { useState } from "preact/hooks";
import { TITLE_MAX_CHARACTERS } from "../../../schema/contract/limits.ts";
import { type MixWithVersions, mixes } from "../../api-mixes.ts";
import { type Failure, faultAt } from "../../failure.ts";
import { VISIBILITIES } from "../../ui/choices.ts";
import { DescriptionField } from "../../ui/description-field.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { TextField } from "../../ui/field.tsx";
import { FailureNotice } from "../../ui/notice.tsx";
import { Segmented } from "../../ui/segmented.tsx";

export function OwnerBar({ mix, changed }: { mix: MixWithVersions; changed: () => void }) {
  const [open, setOpen] = useState<"change" | "withdraw" | null>(null);
  if (mix.state !== "published") return null;
  const close = () => setOpen(null);
  const done = () => {
    close();
    changed();
  };
  return (
    <section class="owner-bar" aria-label="Yours to manage">
      <span class="tag busy">Yours</span>
      <button type="button" class="button small" onClick={() => setOpen("change")}>
        Change
      </button>
      <button type="button" class="button small danger" onClick={() => setOpen("withdraw")}>
        Withdraw
      </button>
      {open === "change" && <ChangeDialog mix={mix} done={done} onClose={close} />}
      {open === "withdraw" && <WithdrawDialog mix={mix} done={done} onClose={close} />}
    </section>
  );
}

type Props = { mix: MixWithVersions; done: () => void; onClose: () => void };

function ChangeDialog({ mix, done, onClose }: Props) {
  const [title, setTitle] = useState(mix.title);
  const [description, setDescription] = useState(mix.description);
  const [visibility, setVisibility] = useState(mix.visibility);
  const [failure, setFailure] = useState<Failure | null>(null);
  const [busy, setBusy] = useState(false);
  const send = async () => {
    setBusy(true);
    const reply = await mixes.change(mix.ref, { title, description, visibility });
    setBusy(false);
    if (reply.ok) done();
    else setFailure(reply.failure);
  };
  return (
    <Dialog title="Change this mix" shape="box" onClose={onClose}>
      <form
        class="mix-form"
        onSubmit={(event) => {
          event.preventDefault();
          if (!busy) send();
        }}
      >
        <TextField
          label="Title"
          fault={faultAt(failure, "/title")}
          required
          maxLength={TITLE_MAX_CHARACTERS}
          value={title}
          onText={setTitle}
        />
        <DescriptionField failure={failure} rows={4} value={description} onText={setDescription} />
        <Segmented
          label="Who may see it"
          value={visibility}
          options={VISIBILITIES}
          onChange={setVisibility}
        />
        {failure && <FailureNotice failure={failure} />}
        <div class="actions">
          <button type="submit" class="button primary" disabled={busy}>
            {busy ? "Saving" : "Save"}
          </button>
          <button type="button" class="button" onClick={onClose}>
            Leave it
          </button>
        </div>
      </form>
    </Dialog>
  );
}

function WithdrawDialog({ mix, done, onClose }: Props) {
  const [failure, setFailure] = useState<Failure | null>(null);
  const [busy, setBusy] = useState(false);
  const withdraw = async () => {
    setBusy(true);
    const reply = await mixes.withdraw(mix.ref);
    setBusy(false);
    if (reply.ok) done();
    else setFailure(reply.failure);
  };
  return (
    <Dialog title={`Withdraw ${mix.title}?`} shape="box" onClose={onClose}>
      <p class="owner-question">
        It leaves the list, and its address says that it was withdrawn. What others made from it stays. This
        can't be undone.
      </p>
      {failure && <FailureNotice failure={failure} />}
      <div class="actions">
        <button type="button" class="button danger" disabled={busy} onClick={withdraw}>
          Withdraw for good
        </button>
        <button type="button" class="button" onClick={onClose}>
          Keep it
        </button>
      </div>
    </Dialog>
  );
}
