// For users without a file: reserves a slot and shows the command that trains in it.

import { useState } from "preact/hooks";
import type { Account, Adapter, Base } from "../../api.ts";
import { publishing, type SlotReservation } from "../../api-publish.ts";
import type { Failure } from "../../failure.ts";
import { CopyButton } from "../../ui/copy-button.tsx";
import { dayOf } from "../../ui/format.ts";
import { FailureNotice, Notice } from "../../ui/notice.tsx";
import { type About, adapterOf, EMPTY_ABOUT, missingIn } from "./about.ts";
import { AboutStep } from "./about-step.tsx";
import { trainCommand } from "./train-command.ts";

export function OwnMachine(props: { account: Account; base: Base; adapter: Adapter | null }) {
  const { account, base } = props;
  const [about, setAbout] = useState<About>(EMPTY_ABOUT);
  const [adapter, setAdapter] = useState<Adapter | null>(props.adapter);
  const [slot, setSlot] = useState<SlotReservation | null>(null);
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<Failure | null>(null);
  const missing = adapter ? null : missingIn(about);

  const reserve = async () => {
    setBusy(true);
    setFailure(null);
    const made = adapter
      ? { ok: true as const, value: adapter }
      : await publishing.createAdapter(adapterOf(about, base.id));
    const reply = made.ok ? await publishing.reserveSlot(made.value.ref) : made;
    setBusy(false);
    if (made.ok) setAdapter(made.value);
    if (reply.ok) setSlot(reply.value);
    else setFailure(reply.failure);
  };

  return (
    <details class="own-machine" open={props.adapter !== null}>
      <summary>No file yet? Train on your own machine</summary>
      <div class="own-machine-body">
        <p class="quiet">
          A file works in the slot that it was trained in, so the slot comes first. It is yours for 30 days
          after the last training or version, and for ever once you publish.
        </p>
        {slot && adapter ? (
          <Notice variant="good" title={`Slot ${slot.slot} is reserved for ${adapter.ref}`}>
            <p>
              {slot.expires_at
                ? `Until ${dayOf(slot.expires_at)}, unless you train or send a version before. Put 4 to 16 pictures into a folder and run:`
                : "Put 4 to 16 pictures into a folder and run:"}
            </p>
            <pre class="command">
              <code>{trainCommand(adapter, slot.slot)}</code>
            </pre>
            <div class="actions">
              <CopyButton text={() => trainCommand(adapter, slot.slot)} label="Copy the command" />
              <a class="button small" href={`/publish/?way=file&adapter=${adapter.ref}`}>
                I have the file
              </a>
            </div>
          </Notice>
        ) : (
          <>
            {!adapter && (
              <AboutStep about={about} handle={account.handle} failure={failure} at="" onChange={setAbout} />
            )}
            {failure && <FailureNotice failure={failure} />}
            <div class="actions">
              <button type="button" class="button" disabled={busy || missing !== null} onClick={reserve}>
                {busy ? "Reserving" : adapter ? `Show the slot of ${adapter.ref}` : "Reserve a slot"}
              </button>
              <span class="quiet" role="status">
                {missing}
              </span>
            </div>
          </>
        )}
      </div>
    </details>
  );
}
